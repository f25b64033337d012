"""My work: every open case with its one next step, in the order to see to them - the first page of a centre's staff;
the same on paper, and the list of the working group. All of it is intake's answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for

from services.codes.access import CASE_READERS, STAFF
from services.codes.work import WORK_PARTS
from services.intake.answers import WorkItem
from services.intake.doors import ASSIGN, CALLED, CONTRADICTIONS, ERASURES, TO_TAKE_OVER, TRANSFERS, WORK
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Question
from services.partners.doors import TO_KEEP
from services.referral.answers import Closures
from services.referral.doors import CLOSURES
from services.web import gateway
from services.web.pages.frame import doors, drafts, files, frame, gate, lookup, query, visit
from services.web.pages.parts import days, near, people
from services.web.pages.parts.centres import contact
from services.web.pages.parts.language import _
from services.web.pages.parts.next_steps import address, warning
from services.web.pages.parts.words import day, named, province, word

FOLLOW_UPS = {"acts": "centre", "next": "follow_up"}  # that are due; until then they wait for others
FIRST, SHOWN = 5, 25  # items of each part on the first screen, and on a page of its own

blueprint = Blueprint("work", __name__)


class Duty(WorkItem):
    """With the address where it is seen to, the days since it was due, how near that is, and what happens else."""

    href: str
    late: int
    near: str
    warning: str


@blueprint.get("/work")
@gate.roles(*STAFF)
def today() -> Response:
    unfinished, hand_overs = drafts.unfinished(), TO_TAKE_OVER.of(limit=LIMIT_MOST)
    work = WORK.of(**_owner(), of_each=FIRST, limit=FIRST * len(WORK_PARTS))
    registry, erasing = TO_KEEP.of(), ERASURES.of()
    transfers = TRANSFERS.of(direction="in", status="waiting", limit=LIMIT_MOST)
    closures = _closures()
    of_directors: list[Question[Any]] = [erasing, transfers] if visit.directs() else []
    found = doors.together(work, hand_overs, registry, *closures, *of_directors)
    closed = near.closed_days(next((found[each] for each in closures), None))
    asked, offered = (found[erasing], found[transfers]) if visit.directs() else (None, None)
    handed = waiting["items"] if (waiting := found[hand_overs]) else []
    listed = found[work]
    rows = listed["items"] if listed else []
    items = {part: [_duty(row, closed) for row in rows if row["part"] == part] for part in WORK_PARTS}
    shown = [row for rows in items.values() for row in rows]
    people.look_up(
        [
            *(row[name] for row in shown for name in ("owner", "escalated_to")),
            *(row["from_user"] for row in handed),
        ]
    )
    cases = [
        *(row["case_id"] for row in shown), *(row["case_id"] for row in handed), *(each.case_id for each in unfinished),
    ]  # fmt: skip
    return frame.page(
        "work/today.html", items=items, counts=listed["counts"] if listed else {}, owner=_owner(),
        registry=found[registry], to_confirm=sum("confirm" in each["may"] for each in asked["items"]) if asked else 0,
        to_receive=len(offered["items"]) if offered else 0,
        missing=not found.complete, handed=handed, unfinished=unfinished, first=FIRST,
        cases=lookup.cases(cases), programmes=lookup.programmes(row["programme_id"] for row in shown),
    )  # fmt: skip


@blueprint.get("/work/<any(" + ",".join(WORK_PARTS) + "):part>")
@gate.roles(*STAFF)
def of_part(part: str) -> Response:
    """The whole of one part, page by page."""
    file = visit.link(".listing_csv", part=part, mine=1 if query.flag("mine") else None)
    return _listed(word("work_part", part), ".of_part", {"part": part}, file)


@blueprint.get("/working-group")
@gate.roles(*CASE_READERS)
def group() -> Response:
    """The cases that wait for the working group."""
    return _listed(
        _("For the working group"),
        ".group",
        {"acts": "group"},
        visit.link(".group_csv", mine=1 if query.flag("mine") else None),
    )


@blueprint.get("/work/follow-ups")
@gate.roles(*STAFF)
def follow_ups() -> Response:
    """The follow-ups that are due, one after the other, each a call."""
    return _listed(
        _("Follow-ups that are due"),
        ".follow_ups",
        FOLLOW_UPS,
        visit.link(".follow_ups_csv", mine=1 if query.flag("mine") else None),
    )


def _listed(title: str, endpoint: str, chosen: Mapping[str, str], file: str) -> Response:
    cursor = query.cursor()
    found, closed = doors.ask(WORK.of(limit=SHOWN, cursor=cursor, **chosen, **_owner())), _closed()
    items = [_duty(row, closed) for row in found["items"]]
    people.look_up(row[name] for row in items for name in ("owner", "escalated_to"))
    here = partial(url_for, endpoint, part=chosen.get("part"), mine=1 if query.flag("mine") else None)
    count = found["counts"][chosen["part"]] if "part" in chosen else sum(found["counts"].values())
    return frame.page(
        "work/part.html", title=title, count=count, items=items, file=file,
        cases=lookup.cases(row["case_id"] for row in items),
        programmes=lookup.programmes(row["programme_id"] for row in items),
        following=here(cursor=found["next"]) if found["next"] else None,
        first=here() if cursor else None,
        projected=url_for("pages.conference.projected") if chosen.get("acts") == "group" else None,
    )  # fmt: skip


@blueprint.get("/work/paper")
@gate.roles(*STAFF)
def paper() -> Response:
    """The day's list to print, with telephone numbers, for when the network is out: all but what only waits for
    others."""
    found, closed = doors.ask(WORK.of(limit=LIMIT_MOST, **_owner())), _closed()
    items: Sequence[Duty] = [_duty(row, closed) for row in found["items"] if row["part"] != "waiting"]
    people.look_up(row[name] for row in items for name in ("owner", "escalated_to"))
    return frame.page(
        "work/paper.html", items=items, count=sum(found["counts"].values()) - found["counts"]["waiting"],
        cases=lookup.cases(row["case_id"] for row in items),
        programmes=lookup.programmes(row["programme_id"] for row in items),
        now=instant(gateway.runtime().now()), centres=[contact(code) for code in _own_centres()],
    )  # fmt: skip


@blueprint.get("/work/list.csv")
@gate.roles(*STAFF)
def listing_csv() -> Response:
    """Every open case with its next step as a file; with `?part=` those of one part."""
    part = query.code("part", WORK_PARTS)
    if not part:
        return _file("work", _("My work"), {})
    return _file(f"work-{part}", word("work_part", part), {"part": part})


@blueprint.get("/working-group/list.csv")
@gate.roles(*CASE_READERS)
def group_csv() -> Response:
    return _file("working-group", _("For the working group"), {"acts": "group"})


@blueprint.get("/work/follow-ups.csv")
@gate.roles(*STAFF)
def follow_ups_csv() -> Response:
    return _file("follow-ups", _("Follow-ups that are due"), FOLLOW_UPS)


def _file(what: str, title: str, chosen: Mapping[str, str]) -> Response:
    answers = files.every(
        lambda cursor: WORK.of(limit=LIMIT_MOST, cursor=cursor, **chosen, **_owner()),
        lambda answer: answer["next"],
    )
    rows = [row for answer in answers for row in answer["items"]]
    people.look_up(row[name] for row in rows for name in ("owner", "escalated_to"))
    cases = lookup.cases(row["case_id"] for row in rows)
    programmes = lookup.programmes(row["programme_id"] for row in rows)
    columns = [
        _("Due"), _("Case number"), _("The person"), _("Centre"), _("How things stand"), _("What next"), _("Signs"),
        _("Partner"), _("Phone"), _("Answers for it"), _("Director who sees to it"),
    ]  # fmt: skip
    lines = []
    for row in rows:
        case, about = cases.get(row["case_id"]), programmes.get(row["programme_id"] or "")
        lines.append(
            [
                day(row["due"]), row["case_number"], named(case["person"]) if case else "", province(row["centre"]),
                word("standing", row["standing"]), word("next_step", row["next"]),
                ", ".join(word("work_flag", flag) for flag in row["flags"]),
                about["partner"] if about else "", (about["phone"] or "") if about else "",
                people.who(row["owner"]) or _("the centre's directors"), people.who(row["escalated_to"]),
            ]
        )  # fmt: skip
    whose = ("my-" if _owner() else "") + what.replace("_", "-")
    name = files.name(whose, visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("work", title, columns, lines), name)


@blueprint.get("/contradictions.csv")
@gate.roles("director", "admin")
def contradictions_csv() -> Response:
    columns = [_("Case number"), _("Centre"), _("What does not go together")]
    lines = [
        [row["case_number"], province(row["centre"]), word("contradiction", row["code"])]
        for row in doors.ask(CONTRADICTIONS.of())["items"]
    ]
    name = files.name("contradictions", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("contradictions", _("What does not go together"), columns, lines), name)


@blueprint.get("/contradictions")
@gate.roles("director", "admin")
def contradictions() -> Response:
    """What does not go together at the moment, for who has to look at it."""
    found = doors.ask(CONTRADICTIONS.of())
    return frame.page("work/contradictions.html", items=found["items"])


def _own_centres() -> tuple[str, ...]:
    """Those that a paper is of; of all, none is named."""
    own = visit.caller().centres
    return () if ALL_CENTRES in own else own


def _owner() -> dict[str, str]:
    """Only the user's own cases, if that was asked for."""
    return {"owner": visit.caller().user} if query.flag("mine") else {}


def _closures() -> list[Question[Closures]]:
    """Who works for several centres is told of Thai holidays alone."""
    return [CLOSURES.of()] if visit.caller().only_centre else []


def _closed() -> near.Closed:
    return near.closed_days(next(map(doors.attempt, _closures()), None))


def _duty(row: WorkItem, closed: near.Closed) -> Duty:
    due, today = date.fromisoformat(row["due"]), days.today()
    return {
        **row, "href": address(row), "late": (today - due).days, "near": near.hint(due, today, closed),
        "warning": warning(row),
    }  # fmt: skip


@blueprint.post("/work/cases/<uuid:case_id>/called")
@gate.roles(*STAFF)
def called(case_id: UUID) -> Response:
    """Somebody was called for the next step of the case, and nobody answered."""
    doors.tell(CALLED, {"case_id": str(case_id)})
    return frame.done(_("It is noted that nobody answered."), "pages.case.overview", case_id=case_id)


@blueprint.post("/work/cases/<uuid:case_id>/taken")
@gate.roles(*STAFF)
def taken(case_id: UUID) -> Response:
    """A case that a colleague handed over is the user's now."""
    doors.tell(ASSIGN, {"case_ids": [str(case_id)], "to_user": visit.caller().user})
    return frame.done(_("The case is yours now."), ".today")
