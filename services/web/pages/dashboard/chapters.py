"""The chapters of a dashboard: which of the parts of reporting.measures stand on one page, by their keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.reporting.measures import PARTS, Part
from services.web.pages.dashboard.period import Period
from services.web.pages.frame import visit
from services.web.pages.parts.language import _, later

FIRST, OUTREACH, ALL = "overview", "outreach", "all"


@dataclass(frozen=True)
class Chapter:
    title: str
    keys: tuple[str, ...]


CHAPTERS: Mapping[str, Chapter] = {
    FIRST: Chapter(later("At a glance"), ("cases", "paths", "labels", "days")),
    "referrals": Chapter(
        later("Referrals"),
        (
            "referrals", "stays", "declined", "declined_by", "withdrawn", "withdrawn_by", "failed", "failed_by",
            "expired",
        ),
    ),
    "outcomes": Chapter(
        later("Outcomes"),
        (
            "follow_ups", "in_place", "employment", "ended", "returned_6", "returned_12", "returned_24", "reviews",
            "returned_elsewhere", "from_elsewhere",
        ),
    ),
    "answers": Chapter(
        later("Answers and deadlines"),
        (
            "told_by_kind", "told_by_channel", "late_by_kind", "late_by_channel", "missed_by_kind", "missed_by_channel",
            "deadlines_missed", "deadlines_missed_by",
        ),
    ),
    "plans": Chapter(
        later("Decisions and care plans"), (
            "agreement", "ratifications", "out_of_order", "sent_out_of_order", "tasks", "tasks_done", "tasks_in_time",
        )
    ),
    OUTREACH: Chapter(later("Outreach"), ()),  # has figures of its own
}  # fmt: skip


def parts_in(chapter: str) -> list[Part]:
    """In their order on the page."""
    keys = (
        [key for each in CHAPTERS.values() for key in each.keys] if chapter == ALL else CHAPTERS[chapter].keys
    )
    by_key = {part.key: part for part in PARTS.values()}
    return [by_key[key] for key in keys]


def tabs(chapter: str, period: Period) -> Iterator[tuple[str, str, bool]]:
    """(address, text, whether it is this one)"""
    titles = {code: each.title for code, each in CHAPTERS.items()} | {ALL: later("Everything")}
    for code, title in titles.items():
        of = {} if code == FIRST else {"chapter": code}
        yield visit.link(".show", **period.address, **of), _(title), code == chapter
