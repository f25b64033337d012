"""Who is screened and waits for a place: not closed, not dead, and with no referral on its way."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    Table,
    Text,
    exists,
    not_,
    or_,
    select,
)

from services.codes import UNDER_WAY
from services.codes.decisions import DIED
from services.kernel.envelope import Recorded, moment
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.kernel.tables import ingest_head, source_event
from services.partners.domain.waiting import Waiter, Waiting
from services.partners.projections import past, upstream
from services.partners.projections.past import past_answer
from services.partners.projections.upstream import case
from services.thai import dates

metadata = MetaData()
opened = Table(
    "opened_case_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("case_number", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed", Boolean, nullable=False),
)
CLOSED = {"CaseOpened": False, "CaseClosed": True, "CaseReopened": False, "PersonErased": True}
SOME = 500  # cases read at once


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    told = [fact for fact in facts if fact.source == "intake" and fact.type in CLOSED]
    if not told:
        return
    ids = sorted({fact.data["case_id"] for fact in told})
    known = db.execute(select(opened).where(opened.c.case_id.in_(ids))).mappings()
    rows: dict[str, dict[str, Json]] = {row["case_id"]: dict(row) for row in known}
    for fact in told:
        case_id = fact.data["case_id"]
        if fact.type == "CaseOpened":
            number, at = fact.data["case_number"], fact.time
            rows[case_id] = {
                "case_id": case_id, "centre": fact.centre, "case_number": number, "opened_at": at, "closed": False,
            }  # fmt: skip
        else:
            rows[case_id]["closed"] = CLOSED[fact.type]
    upsert(db, opened, list(rows.values()), ("case_id",))


OPENED = Projection("opened_cases", 1, (opened,), project)

# Asked of each case by itself: mostly a few are read.
_busy = exists().where(
    past_answer.c.case_id == case.c.case_id,
    or_(past_answer.c.status.in_(UNDER_WAY), past_answer.c.outcome == DIED),
)
_waits = (
    select(case, opened.c.case_number, opened.c.opened_at)
    .join(opened, opened.c.case_id == case.c.case_id)
    .where(case.c.screening_id.is_not(None), not_(opened.c.closed), not_(_busy))
)

# Who waits by the database of this process, as it last looked.
_waiting: "WeakKeyDictionary[Engine, Waiting]" = WeakKeyDictionary()


def get_waiting(db: Connection) -> Waiting:
    """Of all centres, so whoever calls it must see all (kernel.scope), and show of others' no case. Only what was heard
    since this process last looked is read."""
    known = _waiting.get(db.engine) or Waiting()
    position = db.scalar(select(ingest_head.c.position)) or 0
    if position < known.position:
        known = Waiting()
    if position > known.position:
        changed: dict[str, Waiter | None] = {}
        if known.position:
            heard = select(source_event.c.case_id).where(
                source_event.c.ingest_position > known.position, source_event.c.case_id.is_not(None)
            )
            # Told apart here: for DISTINCT, SQLite goes through the index of all cases.
            changed = dict.fromkeys(db.execute(heard).scalars())
        ids = sorted(changed) if known.position else None
        changed |= {row.case_id: _waiter(row) for row in _rows(db, ids)}
        known = known.updated(position, changed)
        _waiting[db.engine] = known
    return known


def _rows(db: Connection, ids: Sequence[str] | None) -> Iterator[Row[Any]]:
    if ids is None:
        yield from db.execute(_waits)
        return
    for start in range(0, len(ids), SOME):
        yield from db.execute(_waits.where(case.c.case_id.in_(ids[start : start + SOME])))


def _waiter(row: Row[Any]) -> Waiter:
    return Waiter(upstream.screened_of(row, {}, {}), dates.bangkok_day(moment(row.opened_at)))


class Shown(NamedTuple):
    """A case that waits, as its own centre's people see it."""

    waiter: Waiter
    case_number: str


def list_shown(db: Connection, case_ids: Sequence[str]) -> Mapping[str, Shown]:
    """Of some cases, with what became of their referrals."""
    found = {}
    for row in _rows(db, case_ids):
        answered = past.get(db, row.case_id)
        screened = upstream.screened_of(row, answered.answers, answered.declined)
        day = dates.bangkok_day(moment(row.opened_at))
        found[row.case_id] = Shown(Waiter(screened, day), row.case_number)
    return found
