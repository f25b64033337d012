"""Whether words still point to somebody: their names, their identity number, the day they were born. Pure."""

import re
from itertools import pairwise

from services.intake.domain.likeness import identifier, one_letter_apart
from services.intake.events import Name
from services.thai import dates, names
from services.thai.numbers import ascii_digits

SHORT = 4  # letters; a shorter name is part of many words, and counts where it stands as a name alone
LONG = 6  # letters
NUMBER_LEAST = 5  # digits or letters
_BETWEEN = r"[\s().\u2010-\u2015-]*"
_PHONE = re.compile(rf"(?<!\d)(?:\+?66|0){_BETWEEN}[1-9](?:{_BETWEEN}\d){{7,8}}(?!\d)")
_THIRTEEN = re.compile(rf"(?<!\d)\d(?:{_BETWEEN}\d){{12}}(?!\d)")
_TONES = re.compile("[\u0e47-\u0e4c\u0e4e]")
_SIGNS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # above and below letters
LETTER = "[A-Za-z\u00c0-\u024f\u0e01-\u0e4e]"
TITLE = "|".join(re.escape(each) for title in names.TITLES for each in (title.full, title.short))
ADDRESS = "คุณ|ลุง|ป้า|น้า|อา|ตา|ยาย|ปู่|ย่า|พี่|น้อง"


def points_to(text: str, name: Name | None, national_id: str | None, birth_date: str | None) -> bool:
    """Whether the text holds a part of the name in any usual spelling, the number, or the whole birth date
    ("1957-05-12"; a year or a month alone is many people's)."""
    plain = names.normalise(text).casefold()
    return (
        any(_has_name(plain, part) or _has_misspelt(plain, part) for part in _parts(name or {}))
        or (national_id is not None and _has_number(plain, identifier(national_id)))
        or (birth_date is not None and _has_day(plain, birth_date))
    )


def _parts(name: Name) -> list[str]:
    found = (name.get("first"), name.get("last"), name.get("alias"))
    return [names.normalise(part).casefold() for part in found if part]


def _has_name(text: str, name: str) -> bool:
    if len(name) >= SHORT:
        folded = names.fold(name)
        if name in text or (len(folded) >= SHORT and folded in names.fold(text)):
            return True
        # Whatever stands between two letters of it, a line's end among them. Short ones would be found across words.
        joined = names.fold(_together(name))
        return len(joined) >= LONG and joined in names.fold(_together(text))
    this = re.escape(name)
    alone, called = rf"(?<!{LETTER})(?:(?:{ADDRESS})\s*)?{this}(?!{LETTER})", rf"(?:{TITLE})\s*{this}"
    return bool(re.search(f"{alone}|{called}", text))


def _has_misspelt(text: str, name: str) -> bool:
    """A name with a slip, as the search takes it (likeness.one_letter_apart): of a word by itself, or of two
    that are one name written apart; within other words only a sign above or below that is one too many, lacking or
    another."""
    wanted = names.fold(_together(name)).replace(" ", "")
    if len(wanted) < SHORT:
        return False
    if _TONES.sub("", name) in _TONES.sub("", text):
        return True
    tokens = [
        names.fold(names.without_title(each)).replace(" ", "")
        for each in re.split(rf"(?:(?!{LETTER}).)+", text)
    ]
    if any(one_letter_apart(each, wanted) for each in tokens):
        return True
    if any(one + other == wanted for one, other in pairwise(tokens) if one and other):
        return True
    folded, bare = names.fold(text), _SIGNS.sub("", wanted)
    pieces = {
        folded[at : at + size]
        for size in range(len(wanted) - 1, len(wanted) + 2)
        for at in range(len(folded))
    }
    return any(_SIGNS.sub("", each) == bare and one_letter_apart(each, wanted) for each in pieces)


def holds_number(text: str) -> bool:
    """Whether the text holds a telephone number as it is written in Thailand, or a number of 13 digits such as an
    identity card's, whatever stands between its digits."""
    digits = ascii_digits(text)
    return bool(_PHONE.search(digits) or _THIRTEEN.search(digits))


def _together(text: str) -> str:
    """Without what stands between letters: spaces, line ends, points, strokes. Thai signs above and below stay."""
    return re.sub(r"[\s.,;:·•/_'\"()\u2010-\u2015-]", "", text)


def _has_number(text: str, number: str) -> bool:
    return len(number) >= NUMBER_LEAST and number in re.sub(r"[\W_]", "", ascii_digits(text))


def _has_day(text: str, birth_date: str) -> bool:
    try:
        born = dates.partial_date(birth_date)
    except dates.DateError:
        return False
    if not (born.day and born.month):
        return False
    digits = ascii_digits(text)
    years = f"(?:{born.year}|{dates.be_year(born)})"
    any_year = f"(?:{years}|'?(?:{dates.be_year(born) % 100:02d}|{born.year % 100:02d}))"
    month = "|".join(
        re.escape(of[style][born.month - 1].casefold())
        for of in dates.MONTHS.values()
        for style in ("long", "short")
    )
    forms = (
        rf"{years}-0?{born.month}-0?{born.day}",
        rf"0?{born.day}\s*[/.-]\s*0?{born.month}\s*[/.-]\s*{any_year}",
        rf"0?{born.day}\s*(?:{month})\s*(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s*{any_year}",
    )
    return any(re.search(rf"(?<!\d){form}(?!\d)", digits) for form in forms)
