"""Interim stays as they stand, from our own facts."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, Integer, MetaData, RowMapping, Table, Text, and_, or_, select

from services.codes.stays import OPEN
from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, get_row, list_rows, upsert
from services.kernel.scope import OWNER
from services.referral import answers
from services.referral.events import (
    AboutStay,
    InterimStayAsked,
    InterimStayBegun,
    InterimStayEnded,
    InterimStayRefused,
)

Values = dict[str, str | int | None]
metadata = MetaData()
interim_stay = Table(
    "interim_stay_v1",
    metadata,
    Column("stay_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("programme_id", Text, nullable=False),
    Column("partner_id", Text, nullable=False, info=OWNER),
    Column("centre", Text, nullable=False, info=OWNER, index=True),
    Column("status", Text, nullable=False),  # codes.stays.STATUSES
    Column("first", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("ended_at", Text),
    Column("reason", Text),
    Column("recorded", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("open_key", Text, unique=True),  # a person has at most one bed
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if isinstance(fact.event, AboutStay)]
    if not own:
        return
    ids = {fact.event.stay_id for fact in own}
    rows: dict[str, Values] = {
        row["stay_id"]: dict(row) for row in list_rows(db, interim_stay.c.stay_id, ids)
    }
    for fact in own:
        rows[fact.event.stay_id] = _after(rows.get(fact.event.stay_id, {}), fact)
    # Those that are over come first: within one batch one may end and the next begin.
    upsert(db, interim_stay, sorted(rows.values(), key=lambda row: str(row["open_key"] or "")), ("stay_id",))


def _after(row: Values, fact: Recorded) -> Values:
    event = fact.event
    match event:
        case InterimStayAsked():
            row = {name: getattr(event, name) for name in ("stay_id", "case_id", "person_id", "programme_id",
                "partner_id", "first")} | {"centre": fact.centre, "status": "asked", "ended_at": None,
                "reason": None, "recorded": fact.recorded}  # fmt: skip
        case InterimStayBegun():
            row = row | {"status": "staying"}
        case InterimStayRefused():
            row = row | {"status": "refused", "ended_at": fact.time}
        case InterimStayEnded():
            row = row | {"status": "ended", "ended_at": fact.time, "reason": event.reason}
    is_open = row["status"] in OPEN
    return row | {
        "until": event.until, "version": fact.version, "open_key": row["person_id"] if is_open else None,
    }  # fmt: skip


STAYS = Projection("interim_stays", 1, (interim_stay,), project)


def get(db: Connection, stay_id: str) -> RowMapping | None:
    return get_row(db, interim_stay.c.stay_id, stay_id)


def get_answered(db: Connection, stay_id: str) -> RowMapping | None:
    """The row, once partners answered about the bed or it is over."""
    row = get(db, stay_id)
    return row if row and row["status"] != "asked" else None


def get_of_place(db: Connection, heard: Mapping[str, str | bool]) -> dict[str, str | None]:
    """Whose stay a place is for, for whoever hears of it; None: it is a referral's."""
    row = get(db, str(heard["referral_id"])) if heard["stay"] else None
    return {"person_id": row["person_id"] if row else None}


def get_staying(db: Connection, case_id: str) -> str | None:
    """The person of a case who has an interim bed, or waits for one; None: nobody."""
    staying = select(interim_stay.c.person_id).where(
        interim_stay.c.case_id == case_id, interim_stay.c.open_key.is_not(None)
    )
    found: str | None = db.execute(staying).scalar()
    return found


def public(row: RowMapping) -> answers.InterimStay:
    return {
        "stay_id": row["stay_id"],
        "case_id": row["case_id"],
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "centre": row["centre"],
        "status": row["status"],
        "first": row["first"],
        "until": row["until"],
        "ended_at": row["ended_at"],
        "reason": row["reason"],
        "version": row["version"],
    }


def list_stays(
    db: Connection,
    centres: Sequence[str] | None,
    status: str | None,
    case_id: str | None,
    stay_id: str | None,
    limit: int,
    cursor: str | None,
) -> answers.InterimStays:
    """Newest first. `centres` None: all; `status` open: those that are not over."""
    c = interim_stay.c
    chosen = select(interim_stay)
    if centres is not None:
        chosen = chosen.where(c.centre.in_(centres))
    if status is not None:
        chosen = chosen.where(c.status.in_(OPEN if status == "open" else (status,)))
    if case_id is not None:
        chosen = chosen.where(c.case_id == case_id)
    if stay_id is not None:
        chosen = chosen.where(c.stay_id == stay_id)
    if cursor is not None:
        recorded, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(c.recorded < recorded, and_(c.recorded == recorded, c.stay_id < last)))
    newest = chosen.order_by(c.recorded.desc(), c.stay_id.desc()).limit(limit + 1)
    rows = db.execute(newest).mappings().all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [public(row) for row in rows[:limit]],
        "next": make_cursor((more["recorded"], more["stay_id"])) if more else None,
    }
