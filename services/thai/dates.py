"""Dates as Thai offices use them: Buddhist era (BE = CE + 543), partial birth dates, ages, budget years.

Dates are kept in ISO and CE; the Buddhist year is only ever a number beside them, never in a date object,
which would lose 29 February. No message here repeats a date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal, TypedDict

from services.thai.names import normalise
from services.thai.numbers import ascii_digits

Language = Literal["th", "en"]
Style = Literal["short", "long"]
Era = Literal["BE", "CE"]
Problem = Literal[
    "format", "month", "day", "era", "year_between", "two_digits", "future", "too_old", "before_birth", "band"
]

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")
BE_OFFSET = 543
OLDEST = 130

CE_YEARS = range(1800, 2101)
BE_YEARS = range(2400, 2644)
# Until 1940 the Thai year began on 1 April; 2483 had only nine months and 2484 (1941) began on 1 January.
LAST_APRIL_YEAR = 2482
SHORT_YEAR = 2483

MONTHS: dict[Language, dict[Style, tuple[str, ...]]] = {
    "th": {
        "long": (
            "มกราคม",
            "กุมภาพันธ์",
            "มีนาคม",
            "เมษายน",
            "พฤษภาคม",
            "มิถุนายน",
            "กรกฎาคม",
            "สิงหาคม",
            "กันยายน",
            "ตุลาคม",
            "พฤศจิกายน",
            "ธันวาคม",
        ),
        "short": (
            "ม.ค.",
            "ก.พ.",
            "มี.ค.",
            "เม.ย.",
            "พ.ค.",
            "มิ.ย.",
            "ก.ค.",
            "ส.ค.",
            "ก.ย.",
            "ต.ค.",
            "พ.ย.",
            "ธ.ค.",
        ),
    },
    "en": {
        "long": (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        "short": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    },
}

_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_TIME = re.compile(r"(?:\s+|t)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*(?:z|น\.?|[ap]m)?$")
_EIGHT = re.compile(r"[0-9]{8}")

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_BAND = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")
_ERA_WORDS: tuple[tuple[re.Pattern[str], Era], ...] = (
    (re.compile(r"พุทธศักราช|พ\.?\s?ศ\.?(?=\s|[0-9]|$)|\bb\.?e\.?(?=\s|[0-9]|$)"), "BE"),
    (re.compile(r"คริสต์ศักราช|ค\.?\s?ศ\.?(?=\s|[0-9]|$)|\b(?:c\.?e|a\.?d)\.?(?=\s|[0-9]|$)"), "CE"),
)
_DATE_WORDS = re.compile(r"วันที่|เดือน|ปี")
_TOKEN = re.compile(r"[0-9]+|[a-z\u0e01-\u0e4e][a-z\u0e01-\u0e4e.]*")


def _plain(month: str) -> str:
    return month.casefold().replace(".", "").replace("์", "")


_MONTH_NUMBERS = {
    _plain(name): number
    for styles in MONTHS.values()
    for names in styles.values()
    for number, name in enumerate(names, start=1)
} | {"sept": 9}


class DateError(ValueError):
    """A date nobody can use; `code` is stable for translation, the text says in English what to do."""

    def __init__(self, code: Problem, text: str) -> None:
        super().__init__(text)
        self.code: Problem = code


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A CE date known to the year, the month or the day; `str` gives '1957', '1957-05' or '1957-05-12'."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.year not in CE_YEARS:
            raise DateError("year_between", f"the year must be CE, {CE_YEARS[0]} to {CE_YEARS[-1]}")
        if self.month is None:
            if self.day is not None:
                raise DateError("format", "a day needs its month")
            return
        if not 1 <= self.month <= 12:
            raise DateError("month", "the month must be 1 to 12")
        if self.day is not None:
            try:
                date(self.year, self.month, self.day)
            except ValueError:
                raise DateError("day", "that month has no such day") from None

    def __str__(self) -> str:
        parts = (f"{self.year:04d}", self.month, self.day)
        return "-".join(
            part if isinstance(part, str) else f"{part:02d}" for part in parts if part is not None
        )

    @property
    def legal_day(self) -> date:
        """The day the law counts from: a bare month's 1st, a bare year's 1 January (Civil Code s.16)."""
        return date(self.year, self.month or 1, self.day or 1)


class AgeRange(TypedDict):
    """Age in full years, least and most, on a day (ISO)."""

    on: str
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date as somebody typed it, read.

    `two_digits`: the century was supplied, show both eras and ask. `doubtful`: Thai years before 2484 began in
    April, so January to March may lie a CE year later (`or_else`, if there is such a date): show both and ask.
    """

    date: PartialDate
    era: Era
    two_digits: bool = False
    doubtful: bool = False
    or_else: PartialDate | None = None


def to_thai_digits(text: str) -> str:
    return text.translate(_TO_THAI)


def partial_date(text: str) -> PartialDate:
    """A CE date written '1957', '1957-05' or '1957-05-12'; DateError otherwise."""
    match = _ISO.fullmatch(text)
    if not match:
        raise DateError("format", "must be YYYY, YYYY-MM or YYYY-MM-DD in CE")
    year, month, day = (int(part) if part else None for part in match.groups())
    if year in BE_YEARS:
        raise DateError("era", "the year is Buddhist era; subtract 543")
    return PartialDate(year or 0, month, day)


def birth_date(text: str, today: date) -> PartialDate:
    """A partial birth date: not after today and not over 130 years before; DateError otherwise."""
    birth = partial_date(text)
    if birth.legal_day > today:
        raise DateError("future", "must not be in the future")
    if age_on(birth, today) > OLDEST:
        raise DateError("too_old", f"must not be more than {OLDEST} years ago")
    return birth


def age_on(birth: PartialDate | str, day: date) -> int:
    """Full years on a day, a birth date known in part counted from its legal day (Civil Code s.16).

    Born on 29 February, the year is full on 1 March of a common year (s.193/5).
    """
    born = (partial_date(birth) if isinstance(birth, str) else birth).legal_day
    if born > day:
        raise DateError("before_birth", "the day must not be before the birth date")
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_band(text: str) -> tuple[int, int]:
    """Least and most age of a band written '60-69'; DateError otherwise."""
    match = _BAND.fullmatch(text)
    if not match:
        raise DateError("band", "must be two ages, such as 60-69")
    least, most = int(match[1]), int(match[2])
    if least > most or most > OLDEST:
        raise DateError("band", f"must rise and end at {OLDEST} or less")
    return least, most


def age_range(
    on: date, *, birth: PartialDate | str | None = None, age: int | None = None, band: str | None = None
) -> AgeRange | None:
    """How old somebody is on a day, by birth date, else age, else band; None if none of them is known."""
    if birth is not None:
        least = most = age_on(birth, on)
    elif age is not None:
        if not 0 <= age <= OLDEST:
            raise DateError("band", f"the age must be 0 to {OLDEST}")
        least = most = age
    elif band is not None:
        least, most = age_band(band)
    else:
        return None
    return {"on": on.isoformat(), "min": least, "max": most}


def bangkok_day(instant: datetime) -> date:
    """The calendar day in Thailand at an instant; the instant must carry its zone."""
    if instant.tzinfo is None:
        raise ValueError("instant: must carry a time zone")
    return instant.astimezone(BANGKOK).date()


def utc_span(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants [start, end) in UTC that Thai days first to last cover."""
    start, end = (datetime.combine(day, time(), BANGKOK) for day in (first, last + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def budget_year(day: date) -> int:
    """The Thai budget year of a day: 1 October to 30 September, named by the Buddhist year it ends in."""
    return day.year + BE_OFFSET + (day.month >= 10)


def budget_period(year: int) -> tuple[date, date]:
    """First and last day of a budget year (BE)."""
    if year not in BE_YEARS:
        raise ValueError(f"budget_year: must be Buddhist era, {BE_YEARS[0]} to {BE_YEARS[-1]}")
    ends = year - BE_OFFSET
    return date(ends - 1, 10, 1), date(ends, 9, 30)


def be_year(day: date | PartialDate) -> int:
    """The Buddhist year as counted today (CE + 543), also for years that once began in April."""
    return day.year + BE_OFFSET


def format_date(
    day: date | PartialDate | str, language: Language, style: Style = "long", *, thai_digits: bool = False
) -> str:
    """A date in Buddhist era, as precise as it is: '12 พฤษภาคม 2500', '12 พ.ค. 2500', 'พ.ศ. 2500'.

    English: '12 May 2500 BE' and, long, '12 May 2500 BE (1957 CE)'.
    """
    shown = partial_date(day) if isinstance(day, str) else day
    parts = [str(shown.day)] if shown.day else []
    if shown.month:
        parts.append(MONTHS[language][style][shown.month - 1])
    if language == "en":
        parts.append(f"{be_year(shown)} BE" + (f" ({shown.year} CE)" if style == "long" else ""))
    else:
        parts.append(f"{be_year(shown)}" if shown.month else f"พ.ศ. {be_year(shown)}")
    text = " ".join(parts)
    return to_thai_digits(text) if thai_digits else text


def read_date(text: str, today: date) -> TypedDate:
    """What somebody typed into a form: '12/5/2500', '12 พ.ค. 2500', '5/2500', '2500', '67', '1957-05-12'.

    Day before month before year, or the year first. 2400-2643 is BE, 1800-2100 CE, two digits BE (the latest
    such year not after today's); anything else is a DateError, as is an era that contradicts its year. A time of day
    is left out, eight digits are 25000512 or 12052500, and a day or month of 0 is not known.
    """
    typed_text = _TIME.sub("", ascii_digits(normalise(text)).strip("'\"").casefold())
    day, month, year, said = _tokens(_apart(typed_text))
    ce_year, era = _year(year, said, today)
    month_number = _month(month) if month.strip("0") else None
    if day and not day.isdigit():
        raise DateError("format", "the day must be a number")
    day_number = int(day) or None if day else None
    if day_number and month_number is None:
        raise DateError("month", "a day needs its month")
    two_digits = len(year) == 2
    typed = ce_year + BE_OFFSET
    early = month_number is None or month_number <= 3
    if era == "CE" or not early or typed > SHORT_YEAR or (typed == SHORT_YEAR and month_number is None):
        return TypedDate(PartialDate(ce_year, month_number, day_number), era, two_digits)
    later = _existing(ce_year + 1, month_number, day_number) if typed <= LAST_APRIL_YEAR else None
    flat = _existing(ce_year, month_number, day_number)
    if later and not flat:
        return TypedDate(later, era, two_digits, doubtful=True)
    return TypedDate(
        PartialDate(ce_year, month_number, day_number), era, two_digits, doubtful=True, or_else=later
    )


def choices(typed: TypedDate) -> tuple[PartialDate, ...]:
    """The dates somebody may have meant, the likeliest first; one if there is nothing to ask.

    Two digits may be a Buddhist year or one of the CE: 57 is 2557 or 1957.
    """
    read, others = typed.date, [typed.or_else]
    if typed.two_digits:
        short = (read.year + BE_OFFSET) % 100
        others.append(_existing(1900 + short, read.month, read.day))
        others.append(_existing(2000 + short, read.month, read.day))
    return tuple(dict.fromkeys([read, *(each for each in others if each)]))


def _apart(text: str) -> str:
    """Eight digits in a row as day, month and year, whichever end the year stands at."""
    if not _EIGHT.fullmatch(text):
        return text
    ways = ((text[6:], text[4:6], text[:4]), (text[:2], text[2:4], text[4:]))
    fitting = [
        way
        for way in ways
        if (int(way[2]) in BE_YEARS or int(way[2]) in CE_YEARS) and int(way[1]) <= 12 and int(way[0]) <= 31
    ]
    if len(fitting) != 1:
        raise DateError("format", "must be a year, a month and year, or a day, month and year")
    return "/".join(fitting[0])


def _tokens(text: str) -> tuple[str, str, str, Era | None]:
    """Day, month, year ('' if not given) and the era that was said."""
    said: Era | None = None
    for pattern, era in _ERA_WORDS:
        text, times = pattern.subn(" ", text)
        if times:
            said = era
    text = _DATE_WORDS.sub(" ", text)
    tokens = _TOKEN.findall(text)
    if not 1 <= len(tokens) <= 3 or _TOKEN.sub("", text).strip(" \t\u00a0/.,-"):
        raise DateError("format", "must be a year, a month and year, or a day, month and year")
    if len(tokens[0]) == 4 and tokens[0].isdigit():
        tokens.reverse()
    if len(tokens) == 3 and not tokens[0].isdigit():
        tokens[:2] = tokens[1], tokens[0]
    day, month, year = [""] * (3 - len(tokens)) + tokens
    return day, month, year, said


def _month(token: str) -> int:
    number = int(token) if token.isdigit() else _MONTH_NUMBERS.get(_plain(token), 0)
    if not 1 <= number <= 12:
        raise DateError("month", "the month must be 1 to 12 or a month's name")
    return number


def _year(token: str, beside: Era | None, today: date) -> tuple[int, Era]:
    """The CE year and the era it was typed in."""
    if not token.isdigit() or len(token) not in (2, 4):
        raise DateError("format", "the year must have four digits, or two of a Buddhist year")
    year = int(token)
    if len(token) == 2:
        if beside == "CE":
            raise DateError("two_digits", "a CE year needs all four digits")
        century = 2500 if 2500 + year <= be_year(today) else 2400
        return century + year - BE_OFFSET, "BE"
    era: Era
    if year in BE_YEARS:
        era = "BE"
    elif year in CE_YEARS:
        era = "CE"
    else:
        raise DateError("year_between", "the year must be Buddhist era such as 2500, or CE such as 1957")
    if beside and beside != era:
        raise DateError("era", "the year does not fit the era written beside it")
    return (year - BE_OFFSET if era == "BE" else year), era


def _existing(year: int, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except DateError:
        return None
