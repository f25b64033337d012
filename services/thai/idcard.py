"""The 13-digit citizen number: clean-up, check digit, printing, masking. Never a source of nationality.

Stateless people's numbers begin with 0 and are as good as any other; a wrong check digit is a reason to look
again, not to refuse. No message here repeats the number.
"""

import re
from typing import Literal

from services.thai.names import normalise
from services.thai.numbers import ascii_digits

Problem = Literal["not_13_digits", "check_digit"]

_GROUPS = re.compile(r"(.)(.{4})(.{5})(.{2})(.)")
_SEPARATORS = re.compile(r"[\s\u2010-\u2015\u2212\uff0d._-]")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d\uff07"


def clean(text: str) -> str:
    """The number as typed or pasted, in ASCII digits without spaces, hyphens, dots or a spreadsheet's quotes; what is
    no number (a passport's) stays as it was typed."""
    typed = ascii_digits(normalise(text)).strip(_QUOTES).strip()
    bare = _SEPARATORS.sub("", typed)
    return bare if bare.isdigit() else typed


def is_thai(number: str) -> bool:
    """Whether it may be a citizen number at all: digits alone. A passport's has letters, and another rule."""
    return clean(number).isdigit()


def check_digit(first_twelve: str) -> str:
    """The 13th digit for 12 ASCII digits: (11 - sum of digit i x (14 - i) mod 11) mod 10, i from 1."""
    if len(first_twelve) != 12 or not (first_twelve.isascii() and first_twelve.isdigit()):
        raise ValueError("first_twelve: must be 12 digits")
    total = sum(int(digit) * weight for digit, weight in zip(first_twelve, range(13, 1, -1), strict=True))
    return str((11 - total % 11) % 10)


def problem(number: str) -> Problem | None:
    """What is wrong with a number (cleaned first), or None; any first digit is right, 0 and 9 included."""
    digits = clean(number)
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        return "not_13_digits"
    return None if check_digit(digits[:12]) == digits[12] else "check_digit"


def pretty(number: str) -> str:
    """A 13-digit number as on the card, '1-6099-00123-45-6'; anything else cleaned only."""
    digits = clean(number)
    return _GROUPS.sub(r"\1-\2-\3-\4-\5", digits) if len(digits) == 13 else digits


def mask(number: str) -> str:
    """A number with only its registration office left, '1-6099-xxxxx-xx-x'; anything else entirely hidden."""
    digits = clean(number)
    if len(digits) == 13 and digits.isascii() and digits.isdigit():
        return f"{digits[0]}-{digits[1:5]}-xxxxx-xx-x"
    return "x" * len(digits)
