"""The care plans: goals and tasks as they stand, with how each came to stand so."""

from collections.abc import Iterable, Mapping, Sequence

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, RowMapping, Table, Text, select

from services.codes.care import GOAL, OPEN, TASK
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.screening.events import CareGoalSet, CareProgressNoted, CareTaskMoved, CareTaskSet
from services.screening.projections.rows import as_json

OF_CARE = (CareGoalSet, CareTaskSet, CareTaskMoved, CareProgressNoted)

metadata = MetaData()
care_item = Table(
    "care_item_v1",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("person_id", Text, nullable=False),
    Column("item", Text, nullable=False),  # goal or task
    Column("place", Integer, nullable=False),  # in the order in which they were set
    Column("goal_id", Text),
    Column("plan_id", Text),
    Column("area", Text),
    Column("kind", Text),
    Column("code", Text),
    Column("programme_id", Text),
    Column("due", Text),
    Column("progress", Text, nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),  # of the stream, when it was changed last
    Column("set_at", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("words", Text),  # sealed under the person's key
    Column("history", Text, nullable=False),  # JSON: [{at, by, progress, reason, note}], notes sealed
)
Row = dict[str, str | int | None]  # of the table: what its columns hold


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if isinstance(fact.event, OF_CARE)]
    if not own:
        return
    ids = {_id(fact) for fact in own}
    known = db.execute(select(care_item).where(care_item.c.item_id.in_(ids))).mappings()
    rows: dict[str, Row] = {row["item_id"]: dict(row) for row in known}
    for fact in own:
        rows[_id(fact)] = _row(rows.get(_id(fact), {}), fact)
    upsert(db, care_item, list(rows.values()), ("item_id",))


def _id(fact: Recorded) -> str:
    event = fact.event
    match event:
        case CareGoalSet():
            return event.goal_id
        case CareTaskSet():
            return event.task_id
    item_id: str = event.item_id
    return item_id


def _row(row: Row, fact: Recorded) -> Row:
    event = fact.event
    match event:
        case CareGoalSet():
            about: Row = {"item": GOAL, "goal_id": None, "kind": None, "code": None, "programme_id": None}
            return _set(fact, event) | about | {"plan_id": event.plan_id}
        case CareTaskSet():
            about = {
                "item": TASK,
                "goal_id": event.goal_id,
                "kind": event.kind,
                "code": event.code,
                "plan_id": None,
            }
            return _set(fact, event) | about | {"programme_id": event.programme_id}
        case CareTaskMoved():
            return row | {"due": event.due, "version": fact.version}
        case CareProgressNoted():
            said = {
                "at": fact.time, "by": fact.actor, "progress": event.progress, "reason": event.reason,
                "note": event.note,
            }  # fmt: skip
            history = as_json([*orjson.loads(str(row["history"])), said])
            return row | {
                "progress": event.progress, "reason": event.reason, "history": history, "version": fact.version,
            }  # fmt: skip
    raise AssertionError("it is one of those")


def _set(fact: Recorded, event: CareGoalSet | CareTaskSet) -> Row:
    return {
        "item_id": _id(fact), "case_id": event.case_id, "centre": fact.centre, "person_id": event.person_id,
        "place": fact.version, "version": fact.version, "area": event.area, "due": event.due,
        "progress": OPEN, "reason": None, "set_at": fact.time, "set_by": fact.actor, "words": event.words,
        "history": "[]",
    }  # fmt: skip


CARE = Projection("care", 1, (care_item,), project)


def list_items(db: Connection, case_id: str) -> Sequence[RowMapping]:
    """The goals and tasks of a case, in the order in which they were set."""
    found = select(care_item).where(care_item.c.case_id == case_id).order_by(care_item.c.place)
    return db.execute(found).mappings().all()


def get_set_at(db: Connection, item_id: str) -> str | None:
    """When a goal or a task was set."""
    return db.execute(select(care_item.c.set_at).where(care_item.c.item_id == item_id)).scalar()


def history(row: RowMapping) -> list[Mapping[str, str | None]]:
    found: list[Mapping[str, str | None]] = orjson.loads(row["history"])
    return found


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: a task for a goal that is not there."""
    goals = select(care_item.c.item_id).where(care_item.c.item == GOAL)
    lost = select(care_item.c.item_id).where(
        care_item.c.goal_id.is_not(None), care_item.c.goal_id.not_in(goals)
    )
    for item_id in db.execute(lost).scalars():
        yield f"The task {item_id} of a care plan is for a goal that is not there."
