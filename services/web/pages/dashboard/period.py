"""Which figures are asked for: a centre and a period, as the address says them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self, TypedDict

from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Invalid
from services.kernel.questions import Json
from services.thai import areas, dates
from services.thai.numbers import ascii_digits
from services.web.pages.frame import query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import centre, centres_of, province

MONTHS = ("10", "11", "12", "01", "02", "03", "04", "05", "06", "07", "08", "09")  # of a budget year
YEARS_BACK = 4


@dataclass(frozen=True)
class Period:
    """What the address asks for: centre (None: all that the caller may see) and days, both included; `address` brings
    it back."""

    centre: str | None
    first: date
    last: date
    address: Mapping[str, str]

    @property
    def body(self) -> dict[str, Json]:
        return {"centre": self.centre, "from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def year_before(self) -> Self:
        return self.of(_year_earlier(self.first), _year_earlier(self.last))

    def of(self, first: date, last: date, **place: str) -> Self:
        """The same place, or `centre`, in these days."""
        limits = {"from": _buddhist(first), "to": _buddhist(last)}
        kept = {"centre": self.address["centre"]} if "centre" in self.address else {}
        return replace(self, first=first, last=last, address={**kept, **limits, **place})


def _buddhist(when: date) -> str:
    """A day as staff type it, in the Buddhist era."""
    return f"{when.day}/{when.month}/{when.year + dates.BE_OFFSET}"


def _year_earlier(when: date) -> date:
    """The same day a year before; 29 February becomes 28."""
    return when.replace(year=when.year - 1, day=min(when.day, 28) if when.month == 2 else when.day)


def read_period(form: Form) -> Period:
    """What was asked for; what cannot be understood is an error of the form and left out."""
    today, address = days.today(), {}
    centre = form.value("centre")
    if centre and areas.is_province(centre) and visit.caller().sees(centre):
        address["centre"] = centre
    elif centre:
        form.errors["centre"] = [_("Choose one of your centres.")]
    year = dates.budget_year(today)
    told = ascii_digits(form.value("year"))
    if told.isdigit() and len(told) == 4 and year - 50 <= int(told) <= year:
        year, address["year"] = int(told), told
    elif told:
        form.errors["year"] = [_("Choose one of the options.")]
    first, last = dates.budget_period(year)
    part = form.value("part")
    if part in _parts(year):
        first, last = _parts(year)[part]
        address["part"] = part
    elif part:
        form.errors["part"] = [_("Choose one of the options.")]
    limits: dict[str, date] = {}
    for name in ("from", "to"):
        text = form.value(name).strip()
        if not text:
            continue
        try:
            read = dates.read_date(text, today).date
            if read.day is None:
                raise dates.DateError("format", "no day")
            limits[name], address[name] = read.legal_day, text
        except dates.DateError:
            form.errors[name] = [_("Enter a day, such as 1/10/2568.")]
    if limits:
        last = limits.get("to", today)
        first = limits.get("from", dates.budget_period(dates.budget_year(last))[0])
    if first > last:
        form.errors["from"] = [_("The first day lies after the last.")]
        first, last = dates.budget_period(year)
    # Compared is what the same part of the year before had brought by then.
    return Period(address.get("centre"), first, max(first, min(last, today)), address)


def asked_period() -> Period:
    """Of a page or file that shows no form: what cannot be understood is refused."""
    form = period_form()
    period = read_period(form)
    if form.errors:
        raise Invalid(form.errors)
    return period


def _parts(year: int) -> dict[str, tuple[date, date]]:
    """{code: (first day, last day)} of the quarters and months of a budget year."""
    begins = [date(year - dates.BE_OFFSET - (int(month) >= 10), int(month), 1) for month in MONTHS]
    ends = [*(begin.toordinal() - 1 for begin in begins[1:]), dates.budget_period(year)[1].toordinal()]
    lasts = [date.fromordinal(end) for end in ends]
    quarters = {f"q{n + 1}": (begins[3 * n], lasts[3 * n + 2]) for n in range(4)}
    return quarters | {f"m{month}": (begins[n], lasts[n]) for n, month in enumerate(MONTHS)}


def period_form() -> Form:
    names = ("centre", "year", "part", "from", "to")
    return Form(values={name: query.text(name, 40) for name in names}, sent=False)


def scope_title(period: Period) -> str:
    return centre(period.centre) if period.centre else centres_of(visit.caller())


def named_parts() -> list[tuple[str, str]]:
    names = dates.MONTHS[current()]["long"]
    quarters = [(f"q{number}", _("Quarter {}").format(number)) for number in range(1, 5)]
    return quarters + [(f"m{month}", names[int(month) - 1]) for month in MONTHS]


class Choices(TypedDict):
    """What the form of a period offers: centres (of one there is nothing to choose), budget years, parts of a year."""

    centres: list[str]
    years: list[str]
    portions: list[tuple[str, str]]


def choices(of_centres: bool = True) -> Choices:
    theirs = visit.caller().centres if of_centres else ()
    centres = [each.code for each in areas.provinces()] if ALL_CENTRES in theirs else [*theirs]
    year = dates.budget_year(days.today())
    return {
        "centres": sorted(centres, key=province) if len(centres) > 1 else [],
        "years": [str(year - back) for back in range(YEARS_BACK + 1)],
        "portions": named_parts(),
    }
