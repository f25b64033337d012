"""The day's work as it is asked for: which open cases, in which order to see to them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Row, func, select

from services.codes.work import REASSESS, RED, TASK_DUE, WORK_PARTS
from services.intake import answers, bodies
from services.intake.domain.work import CENTRE, ORDER, Weight
from services.intake.projections.reassessments import Reassessments
from services.intake.projections.work import is_open, work
from services.kernel.envelope import Caller
from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor, page_cursor

# What a case weighs by; many stand as others do.
STANDS = (work.c.centre, work.c.acts, work.c.due, work.c.flags, work.c.tasks_due, work.c.screened)
NEAR = (work.c.due, work.c.flags)


class Standing(NamedTuple):
    """How some open cases stand, and what that comes to."""

    like: tuple[str | None, ...]
    weight: Weight
    cases: int


def get(
    db: Connection, centres: Sequence[str] | None, body: bodies.ListWork, caller: Caller, today: str
) -> answers.Work:
    """The open cases as they are asked for, in the order to see to them on that day. What they stand like is weighed
    once, and of those that stand before others only so many are read as are shown."""
    asked = is_open(centres, body["owner"], body["case_id"], body["acts"], body["next"])
    again = Reassessments(db)
    standings = [
        Standing(tuple(like), _weight(like, again, caller, today), cases)
        for *like, cases in db.execute(select(*STANDS, func.count()).where(*asked).group_by(*STANDS))
    ]
    counts: Counter[str] = Counter()
    for each in standings:
        counts[each.weight.part] += each.cases
    [behind] = page_cursor(body["cursor"], 1) if body["cursor"] else [""]
    if not isinstance(behind, str):
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    limit = 0 if body["counting"] else body["limit"]
    chosen = [each for each in standings if body["part"] in (None, each.weight.part)]
    rows = _list_first(db, asked, chosen, behind, limit + 1, body["of_each"]) if limit else []
    items = [item(row, again, caller, today) for _, row in rows[:limit]]
    return {
        "items": items,
        "next": make_cursor([rows[limit - 1][0]]) if len(rows) > limit > 0 else None,
        "counts": {part: counts[part] for part in WORK_PARTS},
    }


def _list_first(
    db: Connection,
    where: Sequence[ColumnElement[bool]],
    standings: Iterable[Standing],
    behind: str,
    most: int,
    of_each: int | None,
) -> list[tuple[str, Row[Any]]]:
    """(key, case) of the first so many that come after a key, in their order; or of the first so many of each part."""
    wanted = _foremost(standings, behind, most, of_each)
    if not wanted:
        return []
    # Some that stand otherwise may be found with them: what is due on those days for that reason is hardly more.
    near = [
        column.in_({each.like[at] for each in wanted}) for at, column in enumerate(STANDS) if column in NEAR
    ]
    weights = {each.like: each.weight for each in wanted}
    found = []
    for row in db.execute(select(work).where(*where, *near)):
        if weight := weights.get(tuple(row._mapping[column] for column in STANDS)):
            found.append((f"{weight.key} {row.case_number}", weight.part, row))
    found.sort(key=lambda each: each[0])
    places = Counter[str]()
    first = []
    for key, part, row in found:
        if key <= behind:
            continue
        places[part] += 1
        if of_each is None or places[part] <= of_each:
            first.append((key, row))
    return first[:most]


def _foremost(standings: Iterable[Standing], behind: str, most: int, of_each: int | None) -> list[Standing]:
    """Those among whose cases are the first so many, or so many of each part, after a key."""
    begins = behind.partition(" ")[0]
    cases, last = Counter[str](), dict[str, str]()  # of each part, or of all
    found = []
    for each in sorted(standings, key=lambda each: each.weight.key):
        key, place = each.weight.key, "" if of_each is None else each.weight.part
        # Cases of one weight go by their number, however they stand: of the last weight all are looked at.
        if key < begins or (cases[place] >= (of_each or most) and key != last.get(place)):
            continue
        found.append(each)
        if key != begins:  # of those some may lie before
            cases[place] += each.cases
        last[place] = key
    return found


def _weight(like: Sequence[str | None], again: Reassessments, caller: Caller, today: str) -> Weight:
    centre, acts, due, flags, tasks_due, screened = like
    assert centre and acts and due and flags
    reassess = again.day(centre, screened)
    return weigh(centre in caller.centres, acts, due, flags, tasks_due, reassess, today)[1]


@lru_cache(maxsize=10_000)
def weigh(
    own: bool, acts: str, due: str, flags: str, tasks_due: str | None, reassess: str | None, today: str
) -> tuple[tuple[str, ...], Weight]:
    """(flags, weight) of a case that stands so. What flags say of a person is for the case's `own` centre. What is due
    of the care plan, and another screening, is the centre's to do, whoever else is waited for."""
    late = ["overdue"] if due < today else []
    besides = {
        flag: day for flag, day in ((TASK_DUE, tasks_due), (REASSESS, reassess)) if day and day <= today
    }
    told = [flag for flag in (*orjson.loads(flags), *besides, *late) if own or flag not in RED]
    if besides:
        acts, due = CENTRE, min(due, *besides.values())
    return tuple(told), ORDER(told, acts, due, today)


def item(row: Row[Any], again: Reassessments, caller: Caller, today: str) -> answers.WorkItem:
    reassess = again.day(row.centre, row.screened)
    own = row.centre in caller.centres
    flags, weight = weigh(own, row.acts, row.due, row.flags, row.tasks_due, reassess, today)
    return {
        "case_id": row.case_id,
        "case_number": row.case_number,
        "centre": row.centre,
        "next": row.next,
        "standing": row.standing,
        "since": row.since,
        "due": row.due,
        "lapses": row.lapses,
        "escalated_to": row.to_user,
        "owner": row.owner,
        "from_user": row.from_user,
        "flags": list(flags),
        "because": weight.because,
        "part": weight.part,
        "referral_id": row.referral_id,
        "programme_id": row.programme_id,
        "proposes": row.proposes,
        "tasks_due": row.tasks_due,
        "reassess": reassess,
        "called": [{"at": at, "by": by} for at, by in orjson.loads(row.called or "[]")],
    }
