"""Referrals as they stand and how they came to that, from our own facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    RowMapping,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from services.codes import KIND_OF_PATH
from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.referral import answers
from services.referral.domain.life_cycle import place_after, status_after
from services.referral.domain.words import OVER, Place, Status
from services.referral.events import (
    About,
    FollowUpDue,
    FollowUpRecorded,
    PartnerTold,
    ReferralSent,
    ReferralWaitlisted,
)

metadata = MetaData()
referrals = Table(
    "referral_v3",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("programme_id", Text, nullable=False),
    Column("partner_id", Text, nullable=False, index=True, info=OWNER),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outside_ministry", Boolean, nullable=False),
    Column("waitlist", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("answer_due", Text),
    Column("follow_up_due", Integer),
    Column("follow_up_since", Text),  # when that came due
    Column("sent_at", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # At most one open referral of a case to a programme.
    Column("open_key", Text, unique=True),
    Index("referral_v3_centre", "centre", "status"),
)
history = Table(
    "referral_history_v3",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("partner_id", Text, nullable=False, info=OWNER),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("type", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("recordedtime", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("sealed", Text, nullable=False),
)
ABOUT = frozenset(f.name for f in fields(About))
INTERNAL = ("person_id", "told", "recorded", "open_key", "follow_up_since")
COLUMNS = tuple(column for column in referrals.c if column.name not in INTERNAL)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if fact.source == "referral"]
    ids = {fact.event.referral_id for fact in own}
    known = db.execute(select(referrals).where(referrals.c.referral_id.in_(ids))).mappings()
    rows = {row["referral_id"]: dict(row) for row in known}
    steps = []
    for fact in own:
        row = _after(rows.get(fact.event.referral_id, {}), fact)
        rows[fact.event.referral_id] = row
        steps.append(_step(fact, row))
    # Those that are over come first: within one batch one may end and the next be sent. Two sent at once meet in the
    # unique key; the later one is decided again and refused.
    upsert(db, referrals, sorted(rows.values(), key=lambda row: row["open_key"] or ""), ("referral_id",))
    upsert(db, history, steps, ("referral_id", "version"))


def _after(row: dict[str, Any], fact: Recorded) -> dict[str, Any]:
    event = fact.event
    match event:
        case ReferralSent():
            row = {name: getattr(event, name) for name in ABOUT} | {
                "centre": fact.centre,
                "plan_id": event.plan_id,
                "path": event.path,
                "kind": event.kind,
                "outside_ministry": event.outside_ministry,
                "waitlist": event.waitlist,
                "place": Place.NONE,
                "told": False,
                "answer_due": event.answer_due,
                "follow_up_due": None,
                "follow_up_since": None,
                "sent_at": fact.time,
                "recorded": fact.recorded,
            }
        case PartnerTold():
            row = row | {"told": True, "answer_due": event.answer_due}
        case ReferralWaitlisted():
            row = row | {"answer_due": event.answer_due}
        case FollowUpDue():
            row = row | {"follow_up_due": event.days, "follow_up_since": fact.time}
        case FollowUpRecorded():
            row = row | {"follow_up_due": None, "follow_up_since": None}
    status = status_after(Status(row.get("status", Status.UNSENT)), event)
    waits = status in (Status.SENT, Status.ACKNOWLEDGED, Status.WAITLISTED)
    return row | {
        "status": status.value,
        "place": place_after(Place(row["place"]), event).value,
        "answer_due": row["answer_due"] if waits else None,
        "follow_up_due": row["follow_up_due"] if status == Status.PLACED else None,
        "follow_up_since": row["follow_up_since"] if status == Status.PLACED else None,
        "version": fact.version,
        "open_key": None if status in OVER else f"{row['case_id']} {row['programme_id']}",
    }


def _step(fact: Recorded, row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the history of a referral that now is as `row` says."""
    data = {name: value for name, value in fact.data.items() if name not in ABOUT and value is not None}
    return {
        "referral_id": fact.event.referral_id,
        "version": fact.version,
        "partner_id": row["partner_id"],
        "centre": row["centre"],
        "type": fact.type,
        "time": fact.time,
        "recordedtime": fact.recorded,
        "actor": fact.actor,
        "status": row["status"],
        "data": orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode(),
        "sealed": orjson.dumps(fact.sealed, option=orjson.OPT_SORT_KEYS).decode(),
    }


def get(db: Connection, referral_id: str) -> RowMapping | None:
    """The whole row, also what is internal (`person_id`, `told`)."""
    return db.execute(select(referrals).where(referrals.c.referral_id == referral_id)).mappings().first()


def public(row: RowMapping) -> answers.Referral:
    """What may be seen of a row."""
    return {
        "referral_id": row["referral_id"],
        "case_id": row["case_id"],
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "centre": row["centre"],
        "plan_id": row["plan_id"],
        "path": row["path"],
        "kind": row["kind"],
        "outside_ministry": row["outside_ministry"],
        "waitlist": row["waitlist"],
        "status": row["status"],
        "place": row["place"],
        "answer_due": row["answer_due"],
        "follow_up_due": row["follow_up_due"],
        "sent_at": row["sent_at"],
        "version": row["version"],
    }


def outline(row: answers.Referral) -> answers.ReferralOutline:
    """A referral as whoever may not see cases reads it: its dates and status, and of what kind the path is."""
    return {
        "referral_id": row["referral_id"],
        "case_id": row["case_id"],
        "centre": row["centre"],
        "status": row["status"],
        "place": row["place"],
        "outside_ministry": row["outside_ministry"],
        "sent_at": row["sent_at"],
        "answer_due": row["answer_due"],
        "version": row["version"],
        "path_kind": KIND_OF_PATH.get(row["path"]),
    }


def outline_step(step: answers.HistoryItem) -> answers.StepOutline:
    return {
        "type": step["type"],
        "time": step["time"],
        "recordedtime": step["recordedtime"],
        "actor": step["actor"],
        "status": step["status"],
    }


def get_with_place(db: Connection, referral_id: str) -> RowMapping | None:
    """The row, once partners answered about its place or it is over."""
    row = get(db, referral_id)
    return row if row and row["place"] != Place.PENDING else None


def is_open(db: Connection, case_id: str, programme_id: str) -> bool:
    found = select(referrals.c.referral_id).where(referrals.c.open_key == f"{case_id} {programme_id}")
    return db.execute(found).first() is not None


def list_steps(db: Connection, referral_id: str) -> list[tuple[answers.HistoryItem, Mapping[str, str]]]:
    """(step, its personal words as they are sealed), oldest first."""
    rows = db.execute(select(history).where(history.c.referral_id == referral_id).order_by(history.c.version))
    return [(_history_item(row), orjson.loads(row.sealed)) for row in rows]


def _history_item(row: Row[Any]) -> answers.HistoryItem:
    item: answers.HistoryItem = {
        "type": row.type,
        "time": row.time,
        "recordedtime": row.recordedtime,
        "actor": row.actor,
        "status": row.status,
    }
    item.update(orjson.loads(row.data))
    return item


def list_in_hands(db: Connection, user: str, centres: Sequence[str] | None) -> list[answers.ReferralInHands]:
    """Referrals that are not over and that the user sent, the oldest first."""
    theirs = (
        select(referrals.c.referral_id, referrals.c.case_id, referrals.c.centre, referrals.c.status)
        .join(
            history, and_(history.c.referral_id == referrals.c.referral_id, history.c.type == "ReferralSent")
        )
        .where(referrals.c.status.not_in([status.value for status in OVER]), history.c.actor == user)
    )
    if centres is not None:
        theirs = theirs.where(referrals.c.centre.in_(centres))
    ordered = theirs.order_by(referrals.c.recorded, referrals.c.referral_id)
    return [
        {"referral_id": row.referral_id, "case_id": row.case_id, "centre": row.centre, "status": row.status}
        for row in db.execute(ordered)
    ]


def list_referrals(
    db: Connection,
    *,
    centres: Sequence[str] | None,
    partner_id: str | None,
    status: str | None,
    case_id: str | None,
    limit: int,
    cursor: str | None,
) -> answers.Referrals:
    """Newest first. `centres` None: all; a partner sees what it was told of."""
    chosen = select(*COLUMNS, referrals.c.recorded)
    if centres is not None:
        chosen = chosen.where(referrals.c.centre.in_(centres))
    if partner_id is not None:
        chosen = chosen.where(referrals.c.partner_id == partner_id, referrals.c.told)
    if status is not None:
        chosen = chosen.where(referrals.c.status == status)
    if case_id is not None:
        chosen = chosen.where(referrals.c.case_id == case_id)
    if cursor is not None:
        recorded, referral_id = map(str, page_cursor(cursor, 2))
        same_instant = and_(referrals.c.recorded == recorded, referrals.c.referral_id < referral_id)
        chosen = chosen.where(or_(referrals.c.recorded < recorded, same_instant))
    newest = chosen.order_by(referrals.c.recorded.desc(), referrals.c.referral_id.desc()).limit(limit + 1)
    rows = db.execute(newest).mappings().all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [public(row) for row in rows[:limit]],
        "next": make_cursor((more["recorded"], more["referral_id"])) if more else None,
    }


def invariants(db: Connection) -> Iterable[str]:
    """Sentences about referrals that cannot be."""
    answered = (
        Status.ACKNOWLEDGED,
        Status.ACCEPTED,
        Status.TRAVELLING,
        Status.ADMITTED,
        Status.PLACED,
        Status.ENDED,
    )
    untold = select(referrals.c.referral_id, referrals.c.status).where(
        ~referrals.c.told,
        referrals.c.status.in_([status.value for status in answered]),
    )
    for row in db.execute(untold):
        yield f"Referral {row.referral_id} is {row.status}, but its partner was never told."
    twice = (
        select(referrals.c.case_id, referrals.c.programme_id, func.count().label("n"))
        .where(referrals.c.status.not_in([status.value for status in OVER]))
        .group_by(referrals.c.case_id, referrals.c.programme_id)
        .having(func.count() > 1)
    )
    for row in db.execute(twice):
        yield f"Case {row.case_id} has {row.n} open referrals to programme {row.programme_id}."


REFERRALS = Projection("referral", 3, (referrals, history), project)
