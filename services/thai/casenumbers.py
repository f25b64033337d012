"""Case numbers as people write them: '60-2570-0013', '๖๐-๒๕๗๐-๐๐๑๓', with any dash or spaces, '13', '2570/13', and as
letters are numbered: '13/2570'."""

import re

from services.thai.names import normalise
from services.thai.numbers import ascii_digits

_PARTS = re.compile(r"(?:(?:([0-9]{2})-)?([0-9]{4})-)?([0-9]{1,6})")
_BEGINNING = re.compile(r"[0-9]{1,2}|[0-9]{2}-[0-9]{0,4}|[0-9]{2}-[0-9]{4}-[0-9]*")
_YEAR_LAST = re.compile(r"(?:([0-9]{2})-)?([0-9]{1,4})-(2[45][0-9]{2})")
_SIGNS = re.compile(r"\s*[\u2010-\u2015\u2212\uff0d\uff0f/_-]\s*")


def plain(text: str) -> str:
    """What was typed in ASCII digits with plain hyphens: '๖๐–๒๕๗๐' is '60-2570'."""
    return _SIGNS.sub("-", ascii_digits(normalise(text)))


def begins(text: str) -> bool:
    """Whether a case number may begin with what was typed: '60', '60-25', '๖๐-๒๕๗๐-๐๐'."""
    return _BEGINNING.fullmatch(plain(text)) is not None


def read(text: str) -> tuple[str | None, int | None, int] | None:
    """(centre, budget year, running number) as far as they were written; None if it is no case number."""
    typed = plain(text)
    if whole := re.fullmatch(r"([0-9]{2})(2[45][0-9]{2})([0-9]{4})", typed):
        return whole[1], int(whole[2]), int(whole[3])
    typed = re.sub(r"(?<=[0-9]) (?=[0-9])", "-", typed)
    parts = _PARTS.fullmatch(typed)
    if not parts and (last := _YEAR_LAST.fullmatch(typed)):
        return last[1], int(last[3]), int(last[2])
    return (parts[1], int(parts[2]) if parts[2] else None, int(parts[3])) if parts else None
