"""Numbers as people type them: Thai and full-width digits, whole numbers, telephone numbers. No message repeats one."""

import re
import unicodedata

from services.thai.names import normalise

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+")
_PLAIN = re.compile(r"-?[0-9]{1,16}")
_PHONE_WORD = re.compile(r"^(?:tel|โทรศัพท์|โทร)[.:]?\s*(?=[+0-9])", re.IGNORECASE)  # copied with its number
_PHONE = re.compile(r"\+?[0-9]+")
_PHONE_SIGNS = re.compile(r"[\s()./\u2010-\u2015-]")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")


class NumberError(ValueError):
    """A text that is no number of its kind; the text says in English what to write."""


def ascii_digits(text: str) -> str:
    """Text with every decimal digit of any script (๕, ５, ٥) as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def read_whole(text: str) -> int:
    """A whole number, thousands apart or not: '๑,๕๐๐' is 1500; '1,5' and '1.5' are NumberError."""
    typed = ascii_digits(normalise(text)).replace(" ", "")
    if not (_PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed)):
        raise NumberError("Write a whole number.")
    return int(typed.replace(",", ""))


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has cut the number down, as in '1.10E+12': its last digits are lost."""
    return bool(_ROUNDED.fullmatch(ascii_digits(normalise(text)).strip("'\u2018\u2019\" ")))


def read_phone(text: str) -> str:
    """A telephone number as kept: '081-234-5678', '056-123-456', '1300'; anything else as it was typed.

    +66 is 0; nothing is refused: 'ต่อ 12' may follow a number, and another country's has other lengths.
    """
    typed = _PHONE_WORD.sub("", ascii_digits(normalise(text)))
    digits = _PHONE_SIGNS.sub("", typed)
    if not _PHONE.fullmatch(digits):
        return typed
    digits = re.sub(r"^(?:\+66|0066|66(?=[0-9]{8,9}$))0?", "0", digits)
    if len(digits) == 10 and digits.startswith("0"):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if len(digits) == 9 and digits.startswith("02"):
        return f"{digits[:2]}-{digits[2:5]}-{digits[5:]}"
    if len(digits) == 9 and digits.startswith("0"):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return digits


def dialled(phone: str) -> str:
    """What a telephone dials for a number as kept, up to the first word: '0812345678'; '' if there is none."""
    number = re.match(r"\+?[0-9][0-9 ()./-]*", ascii_digits(phone).strip())
    return re.sub(r"[^+0-9]", "", number[0]) if number else ""
