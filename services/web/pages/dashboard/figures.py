"""A period's figures beside those of a year before, as rows for charts, tables and files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NotRequired, TypedDict

from services.codes.access import CASE_READERS
from services.codes.following import FOLLOW_UP_DAYS
from services.codes.words import CodeList
from services.kernel.envelope import ALL_CENTRES
from services.partners.answers import FreePlaces
from services.partners.doors import FREE_PLACES
from services.reporting.answers import (
    OutreachFigures,
    Overview,
    Placements,
    PlacementsSpread,
    no_placements,
)
from services.reporting.doors import OUTREACH_FIGURES, OVERVIEW, PLACEMENTS
from services.reporting.measures import MEASURES, MEDIANS, PARTS, Measure, Part, of_part
from services.web.pages.dashboard.counts import Count, Hidden, parts_of, size
from services.web.pages.dashboard.period import Period
from services.web.pages.frame import doors, visit
from services.web.pages.parts.language import _, current, later, ngettext
from services.web.pages.parts.words import day, say

HIDDEN = {"few": later("<5"), "withheld": later("not shown")}


class Row(TypedDict):
    """A figure in words, with where the lists behind it are. Of the headline with its `unit` and the `change` since the
    year before; of the steps with the median days since the step before, also as a note."""

    text: str
    value: Count
    before: Count
    href: str | None
    href_before: str | None
    unit: NotRequired[str]
    change: NotRequired[str | None]
    waited: NotRequired[float | None]
    note: NotRequired[str | None]


class Table(TypedDict):
    key: str
    title: str
    rows: list[Row]


class MonthLinks(TypedDict):
    outside_ministry: str | None
    ministry: str | None
    family: str | None
    total: str | None


class Month(Placements):
    """With where the lists behind its counts are."""

    text: str
    href: MonthLinks


@dataclass(frozen=True)
class Numbers:
    """A period's figures, which must be there; those of a year before, how placements spread, the places free and the
    outreach may be missing, and are where nobody asked for them."""

    now: Overview
    before: Overview | None
    spread: PlacementsSpread | None
    places: FreePlaces | None
    outreach: OutreachFigures | None


def count_text(count: Count) -> str:
    """A count as it is read; a hidden one is said to be."""
    if count is None:
        return "–"
    return _(HIDDEN[count.why]) if isinstance(count, Hidden) else f"{count:,}"


def load(period: Period, placed: bool = True, reached: bool = True) -> Numbers:
    """`placed`: also how placements spread, and the places free; `reached`: also the outreach."""
    before, spread = OVERVIEW.of(**period.year_before.body), PLACEMENTS.of(**period.body)
    places = FREE_PLACES.of(province=places_in(period), limit=0)
    outreach = OUTREACH_FIGURES.of(**period.body)
    found = doors.together(before, *([spread, places] if placed else ()), *([outreach] if reached else ()))
    now = doors.ask(OVERVIEW.of(**period.body))
    return Numbers(
        now,
        found[before],
        found[spread] if placed else None,
        found[places] if placed else None,
        found[outreach] if reached else None,
    )


def places_in(period: Period) -> str | None:
    """The province whose places are shown: the one period for, or of the reader's only centre; None: the country."""
    centres = visit.caller().centres
    return period.centre or (centres[0] if len(centres) == 1 and centres[0] != ALL_CENTRES else None)


To = Callable[..., str | None]


def links_behind(period: Period) -> To:
    """Where the list behind a figure is; nowhere for those who may not see cases."""

    def address(figure: str, value: str | None = None) -> str | None:
        if visit.caller().role not in CASE_READERS:
            return None
        return visit.link(".behind", figure=figure, value=value, **period.address)

    return address


def _row(text: str, now: Count, before: Count, to: str | None = None, to_before: str | None = None) -> Row:
    return {"text": text, "value": now, "before": before, "href": to, "href_before": to_before}


def headline(period: Period, numbers: Numbers) -> list[Row]:
    """With the change since the same period of the last budget year."""
    now, before = parts_of(numbers.now), parts_of(numbers.before) if numbers.before else None
    to, to_before = links_behind(period), links_behind(period.year_before)
    share, share_before = _share(numbers.now), _share(numbers.before)
    rows = [
        _headline(
            _row(
                _("of those whom a partner or the ministry took"),
                share,
                share_before,
                to("placements"),
                to_before("placements"),
            ),
            unit=" %",
        )
    ]
    for code, text in (
        ("outside", _("people placed outside the ministry")),
        ("ministry", _("in the ministry's places")),
        ("family", _("returned to their family")),
        ("employment", _("started with an employer")),
    ):
        part, name = MEASURES[code].part, MEASURES[code].name
        value = before[part][name] if before else None
        rows.append(_headline(_row(text, now[part][name], value, to(code), to_before(code)), unit=""))
    return rows


def _headline(row: Row, unit: str) -> Row:
    return {**row, "unit": unit, "change": _change(row["value"], row["before"], points=bool(unit))}


def _share(figures: Overview | None) -> float | None:
    return percent(figures["placements"]["share_outside"]) if figures else None


def _in_place(figures: Overview | None, days: str) -> float | None:
    return percent(figures["in_place"][f"share_{days}"]) if figures else None


def _change(now: Count, before: Count, points: bool) -> str | None:
    """More or fewer than the year before, in words; None where one of the two is not known."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return None
    by = round(abs(now - before), 1)
    if not by:
        return _("the same as the year before")
    if points:
        told_by = _("{} percentage points").format(by)
    else:
        told_by = ngettext("%(num)s person", "%(num)s people", int(by)) % {"num": f"{by:,}"}
    said = _("{} more than the year before") if now > before else _("{} fewer than the year before")
    return said.format(told_by)


def tables(period: Period, numbers: Numbers, parts: Iterable[Part] = tuple(PARTS.values())) -> list[Table]:
    """What is shown, once for charts, tables and files."""
    now, before = parts_of(numbers.now), parts_of(numbers.before) if numbers.before else None
    to, to_before = links_behind(period), links_behind(period.year_before)

    def row(part: str, code: str, text: str, figure: str | None, value: str | None = None) -> Row:
        links = (to(figure, value), to_before(figure, value)) if figure else ()
        return _row(text, now[part].get(code, 0), before[part].get(code, 0) if before else None, *links)

    def of_measure(measure: Measure) -> Row:
        if measure.beside:
            count = numbers.spread["accepted"] if numbers.spread else None
            return _row(say(measure.words), count, None, to(measure.code), to_before(measure.code))
        return row(measure.part, measure.name, say(measure.words), measure.code)

    def coded(measure: Measure, codes: CodeList[str]) -> list[Row]:
        """One row for each code that is told, the most frequent first."""
        part = measure.part
        seen = {*now[part], *(before[part] if before else ())}
        ordered = sorted(seen, key=lambda code: (-size(now[part].get(code, 0)), code))
        return [row(part, code, codes.word(code, current()), measure.code, code) for code in ordered]

    def rows(part: str) -> Iterator[Row]:
        for median in MEDIANS if part == "median_days" else ():
            yield row(part, median.name, say(median.words), median.measure)
        for measure in of_part(part):
            if measure.codes:
                yield from coded(measure, measure.codes)
            else:
                yield (
                    _with_waiting(of_measure(measure), measure, numbers.spread)
                    if part == "cases"
                    else of_measure(measure)
                )
        for days in FOLLOW_UP_DAYS if part == "in_place" else ():
            text = _("Share still in place, per cent (%(days)s)") % {
                "days": FOLLOW_UP_DAYS.word(days, current())
            }
            share, share_before = _in_place(numbers.now, days), _in_place(numbers.before, days)
            still = f"in_place_still_{days}"
            yield _row(text, share, share_before, to(still), to_before(still))
        if part == "placements":
            text = _("Share outside the ministry, per cent")
            links = (to("outside"), to_before("outside"))
            yield _row(text, _share(numbers.now), _share(numbers.before), *links)

    return [{"key": part.key, "title": say(part.title), "rows": list(rows(part.code))} for part in parts]


def _with_waiting(row: Row, measure: Measure, spread: PlacementsSpread | None) -> Row:
    """With the median days that a step was waited for."""
    waited = spread["waited_days"].get(measure.code) if spread else None
    return {**row, "waited": waited, "note": None if waited is None else _("after {} days").format(waited)}


def percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def months(period: Period, by_month: Mapping[str, Placements]) -> list[Month]:
    """Each month between the first and the last with its counts, and where their lists are."""
    if not by_month:
        return []
    first, last = min(by_month), max(by_month)
    codes, (year, month) = [], map(int, first.split("-"))
    while f"{year}-{month:02}" <= last:
        codes.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    rows: list[Month] = []
    for code in codes:
        begin = date.fromisoformat(f"{code}-01")
        end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        to = links_behind(period.of(max(begin, period.first), min(end, period.last)))
        text = day(code)
        links: MonthLinks = {
            "outside_ministry": to("outside"),
            "ministry": to("ministry"),
            "family": to("family"),
            "total": to("placements"),
        }
        rows.append({**by_month.get(code, no_placements()), "text": text, "href": links})
    return rows
