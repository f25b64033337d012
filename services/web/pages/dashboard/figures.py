"""A period's figures beside those of a year before, as rows for charts, tables and files."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import url_for

from services.codes.access import CASE_READERS
from services.kernel.envelope import ALL_CENTRES
from services.reporting.measures import MEASURES, MEDIANS, PARTS, Measure, of_part
from services.web.pages.dashboard.counts import Hidden, size, with_hidden
from services.web.pages.dashboard.period import Period
from services.web.pages.frame import doors, visit
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import day, say, word


def count_text(count: Any) -> str:
    """A count as it is read; a hidden one is said to be."""
    if count is None:
        return "–"
    return word("hidden", count.why) if isinstance(count, Hidden) else f"{count:,}"


def load(period: Period) -> dict[str, Any]:
    """{now, before, spread, places}: the period's figures must be there, the others may be missing."""
    found = doors.together(
        before=("reporting", "overview", period.year_before.body),
        spread=("reporting", "placements", period.body),
        places=("partners", "free_places", {"province": places_in(period), "limit": 0}),
    )
    found["now"] = with_hidden(doors.ask("reporting", "overview", period.body))
    found["before"] = found["before"] and with_hidden(found["before"])
    found["spread"] = found["spread"] or {
        "by_month": {},
        "by_centre": {},
        "accepted": None,
        "waited_days": {},
    }
    return found


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
        parts: dict[str, Any] = dict(period.address)
        return url_for(".behind", figure=figure, value=value, **parts)

    return address


def _row(
    text: str, now: Any, before: Any, to: str | None = None, to_before: str | None = None
) -> dict[str, Any]:
    return {"text": text, "value": now, "before": before, "href": to, "href_before": to_before}


def headline(period: Period, numbers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The headline: rows with `change` since the same period of the last budget year."""
    now, before = numbers["now"], numbers["before"]
    to, to_before = links_behind(period), links_behind(period.year_before)
    share = [percent(each["placements"]["share_outside"]) if each else None for each in (now, before)]
    of_all = _row(_("of all placements"), share[0], share[1], to("placements"), to_before("placements"))
    rows = [of_all | {"unit": " %"}]
    for code, text in (
        ("outside", _("people placed outside the ministry")),
        ("ministry", _("in the ministry's places")),
        ("employment", _("started with an employer")),
    ):
        part, name = MEASURES[code].part, MEASURES[code].name
        value = before[part][name] if before else None
        rows.append(_row(text, now[part][name], value, to(code), to_before(code)) | {"unit": ""})
    for row in rows:
        row["change"] = _change(row["value"], row["before"], points=bool(row["unit"]))
    return rows


def _change(now: Any, before: Any, points: bool) -> str | None:
    """More or fewer than the year before, in words; None where one of the two is not known."""
    if now is None or before is None:
        return None
    by = round(abs(now - before), 1)
    if not by:
        return _("the same as the year before")
    told_by = _("{} percentage points").format(by) if points else f"{by:,}"
    said = _("{} more than the year before") if now > before else _("{} fewer than the year before")
    return said.format(told_by)


def tables(period: Period, numbers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is shown, once for charts, tables and files: [{key, title, rows: [{text, value, before, href,
    href_before}]}]."""
    now, before, spread = numbers["now"], numbers["before"], numbers["spread"]
    to, to_before = links_behind(period), links_behind(period.year_before)

    def row(part: str, code: str, text: str, figure: str | None, value: str | None = None) -> dict[str, Any]:
        links = (to(figure, value), to_before(figure, value)) if figure else ()
        return _row(text, now[part].get(code, 0), before[part].get(code, 0) if before else None, *links)

    def told(measure: Measure) -> dict[str, Any]:
        if measure.beside:
            links = to(measure.code), to_before(measure.code)
            return _row(say(measure.words), spread[measure.code], None, *links)
        return row(measure.part, measure.name, say(measure.words), measure.code)

    def coded(measure: Measure) -> list[dict[str, Any]]:
        """One row for each code that is told, the most frequent first."""
        part, codes = measure.part, measure.codes
        seen = {*now[part], *(before[part] if before else ())}
        ordered = sorted(seen, key=lambda code: (-size(now[part].get(code, 0)), code))
        return [
            row(part, code, codes.word(code, current()) if codes else code, measure.code, code)
            for code in ordered
        ]

    def rows(part: str) -> list[dict[str, Any]]:
        if part == "median_days":
            return [row(part, each.name, say(each.words), each.measure) for each in MEDIANS]
        found = [
            each for measure in of_part(part) for each in (coded(measure) if measure.by else [told(measure)])
        ]
        if part == "placements":
            share = [percent(each["placements"]["share_outside"]) if each else None for each in (now, before)]
            found.append(_row(_("Share outside the ministry, per cent"), share[0], share[1]))
        if part == "cases":
            return [
                each | _waited(spread, measure.code)
                for each, measure in zip(found, of_part(part), strict=True)
            ]
        return found

    return [{"key": part.key, "title": say(part.title), "rows": rows(part.code)} for part in PARTS.values()]


def _waited(spread: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The median days that a step was waited for, also in words."""
    waited = spread["waited_days"].get(code)
    return {"waited": waited, "note": None if waited is None else _("after {} days").format(waited)}


def percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def months(period: Period, by_month: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each month between the first and the last with its counts, and where their lists are."""
    if not by_month:
        return []
    first, last = min(by_month), max(by_month)
    codes, (year, month) = [], map(int, first.split("-"))
    while f"{year}-{month:02}" <= last:
        codes.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    nothing = {"total": 0, "outside_ministry": 0, "ministry": 0}
    rows: list[dict[str, Any]] = []
    for code in codes:
        begin = date.fromisoformat(f"{code}-01")
        end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        to = links_behind(period.of(max(begin, period.first), min(end, period.last)))
        text = day(code)
        links = {"outside_ministry": to("outside"), "ministry": to("ministry"), "total": to("placements")}
        rows.append({"text": text, **by_month.get(code, nothing), "href": links})
    return rows
