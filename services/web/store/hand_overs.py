"""Cases that a colleague who left has handed over: to whom, and whether they have taken them over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    or_,
    select,
    true,
    update,
)

from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

hand_over = Table(
    "hand_over",
    metadata,
    Column("case_id", Text),
    Column("from_user", Text),
    Column("to_user", Text, index=True),  # None: the centre's directors
    Column("centre", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("taken_at", Text),
    PrimaryKeyConstraint("case_id", "from_user"),
)
WAITING = hand_over.c.taken_at.is_(None)


class HandOver(NamedTuple):
    case_id: str
    from_user: str
    at: str


@dataclass(frozen=True)
class Held:
    """A case that is in somebody's hands."""

    case_id: str
    centre: str


def give(db: Connection, cases: Sequence[Held], from_user: str, to_user: str | None, now: str) -> None:
    """Hand cases over. What was handed to the one who leaves, and is among them, goes on to the next."""
    about = {"from_user": from_user, "to_user": to_user, "at": now, "taken_at": None}
    rows = [{"case_id": each.case_id, "centre": each.centre, **about} for each in cases]
    upsert(db, hand_over, rows, ("case_id", "from_user"))
    ids = [each.case_id for each in cases]
    gone_on = and_(WAITING, hand_over.c.to_user == from_user, hand_over.c.case_id.in_(ids))
    db.execute(update(hand_over).where(gone_on).values(taken_at=now))


def held(db: Connection, user: str) -> list[Held]:
    """What was handed to a user who has not taken it over yet."""
    rows = db.execute(
        select(hand_over.c.case_id, hand_over.c.centre).where(WAITING, hand_over.c.to_user == user)
    )
    return [Held(row.case_id, row.centre) for row in rows]


def to_take(db: Connection, caller: Caller, limit: int) -> list[HandOver]:
    """What waits for the caller to take over, by who left, the oldest first."""
    asked = select(hand_over.c.case_id, hand_over.c.from_user, hand_over.c.at).where(_waits_for(caller))
    ordered = asked.order_by(hand_over.c.at, hand_over.c.from_user, hand_over.c.case_id).limit(limit)
    return [HandOver(row.case_id, row.from_user, row.at) for row in db.execute(ordered)]


def take(db: Connection, caller: Caller, case_id: str, now: str) -> bool:
    """The caller has the case now; False: it did not wait for them."""
    theirs = and_(_waits_for(caller), hand_over.c.case_id == case_id)
    return bool(db.execute(update(hand_over).where(theirs).values(taken_at=now)).rowcount)


def leave_to_directors(db: Connection, user: str, centres: Sequence[str]) -> None:
    """What waits for a user who no longer works at its centre waits for the centre's directors. `centres`: those left
    to them."""
    theirs = and_(WAITING, hand_over.c.to_user == user)
    if ALL_CENTRES not in centres:
        db.execute(update(hand_over).where(theirs, hand_over.c.centre.not_in(centres)).values(to_user=None))


def _waits_for(caller: Caller) -> ColumnElement[bool]:
    theirs = hand_over.c.to_user == caller.user
    if caller.role == "director":
        here = true() if ALL_CENTRES in caller.centres else hand_over.c.centre.in_(caller.centres)
        theirs = or_(theirs, and_(hand_over.c.to_user.is_(None), here))
    return and_(WAITING, theirs)
