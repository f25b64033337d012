"""How long people wait and waited, by what kind of people they are: so that it is seen where somebody waits longer."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Blueprint, Response

from services.codes.access import CASE_READERS, FIGURE_READERS
from services.codes.waits import WAIT_KINDS, WAITS
from services.reporting.answers import Wait, WaitDays, WaitOf
from services.reporting.answers import Waits as Answer
from services.reporting.doors import WAITS as DOOR
from services.web.pages.dashboard.counts import Count, Hidden
from services.web.pages.dashboard.figures import count_text
from services.web.pages.dashboard.period import (
    asked_period,
    choices,
    period_form,
    read_period,
    scope_title,
)
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.parts.language import _
from services.web.pages.parts.words import LISTS, word

CODES = {
    "age": "wait_age",
    "domicile": "wait_home",
}  # the lists of codes that are called otherwise than their kind

blueprint = Blueprint("waits", __name__)


class Line(NamedTuple):
    """A group: its number, median and longest days now, and in the period."""

    text: str
    cells: Sequence[Count]


class Table(NamedTuple):
    kind: str
    title: str
    lines: Sequence[Line]


@blueprint.get("/dashboard/waits")
@gate.roles(*FIGURE_READERS)
def show() -> Response:
    form, caller = period_form(), visit.caller()
    period, wait = read_period(form), query.code("wait", WAITS, "decision")
    answer = doors.ask(DOOR.of(**period.body))
    return frame.page(
        "dashboard/waits.html",
        form=form,
        period=period,
        wait=wait,
        answer=answer,
        everybody=_everybody(answer, wait),
        tables=list(_tables(answer, wait)),
        tabs=[
            (visit.link(".show", **period.address, wait=code), word("wait", code), code == wait)
            for code in WAITS
        ],
        title=scope_title(period),
        choices=choices(),
        count_text=count_text,
        hides=caller.role not in CASE_READERS,
        file=visit.link(".as_csv", **period.address),
    )


@blueprint.get("/dashboard/waits.csv")
@gate.roles(*FIGURE_READERS)
def as_csv() -> Response:
    period = asked_period()
    answer = doors.ask(DOOR.of(**period.body))
    lines = [
        [word("wait", wait), table.title, line.text, *map(count_text, line.cells)]
        for wait in WAITS
        for table in (
            Table("all", _("Everybody"), [_everybody(answer, wait)]),
            *_tables(answer, wait),
        )
        for line in table.lines
    ]
    name = files.name("waits", files.centres_of(visit.caller(), period.centre), period.first, period.last)
    columns = [_("What is waited for"), _("Told apart by"), _("Group"), *_headings()]
    return files.as_csv(files.Sheet("waits", _("How long people wait"), columns, lines), name)


def _headings() -> list[str]:
    return [
        _("Wait now"), _("Half wait no longer than (days)"), _("Longest (days)"),
        _("Waited, in the period"), _("Half waited no longer than (days)"), _("Longest then (days)"),
    ]  # fmt: skip


def _of(answer: Answer, wait: str) -> WaitOf:
    return answer["decision"] if wait == "decision" else answer["place"]


def _everybody(answer: Answer, wait: str) -> Line:
    return Line(_("Everybody"), _cells(_of(answer, wait)["all"], answer, f"{wait}.{{}}.all."))


def _tables(answer: Answer, wait: str) -> Iterator[Table]:
    """Of each kind the groups of which there is anybody, in the order of their codes."""
    for kind in WAIT_KINDS:
        found, codes = _of(answer, wait)["by"][kind], LISTS[CODES.get(kind, kind)]
        order = [*(code for code in codes if code in found), *(code for code in found if code not in codes)]
        lines = [
            Line(word(codes.kind, code), _cells(found[code], answer, f"{wait}.{{}}.{kind}.{code}"))
            for code in order
        ]
        yield Table(kind, word("wait_kind", kind), lines)


def _cells(wait: Wait, answer: Answer, name: str) -> list[Count]:
    """`name`: of the count in `hidden`, with room for whether it is of now."""
    return [
        *_days(wait["now"], answer["hidden"].get(name.format("now"))),
        *_days(wait["over"], answer["hidden"].get(name.format("over"))),
    ]


def _days(cell: WaitDays, why: str | None) -> list[Count]:
    count: Count = Hidden(why) if why else cell["cases"]
    return [count, cell["median_days"], cell["longest_days"]]
