"""What centres did to be known, and which partners came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    Table,
    Text,
    and_,
    or_,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER, SHARED
from services.partners import answers
from services.partners.events import (
    OutreachCorrected,
    OutreachEnteredInError,
    OutreachEvent,
    OutreachHeld,
    PartnerRegistered,
)
from services.partners.projections.registry import partner

metadata = MetaData()
activity = Table(
    "outreach_v1",
    metadata,
    Column("outreach_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("kind", Text, nullable=False),
    Column("date", Text, nullable=False),  # ISO, in Thailand
    Column("province", Text, nullable=False),
    Column("place", Text),
    Column("reached", Integer),
    Column("partner_ids", Text, nullable=False),  # JSON
    Column("material", Text),
    Column("note", Text),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),  # when it was last told
    Column("corrected", Text),  # why it was last corrected
    Column("void", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("outreach_v1_day", "centre", "date"),
)
came = Table(
    "outreach_partner_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("outreach_id", Text, nullable=False, index=True),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if fact.source == "partners"]
    partners = [
        {"partner_id": fact.event.partner_id, "outreach_id": fact.event.outreach_id}
        for fact in own
        if isinstance(fact.event, PartnerRegistered) and fact.event.outreach_id
    ]
    upsert(db, came, partners, ("partner_id",))
    told = [fact for fact in own if isinstance(fact.event, OutreachEvent)]
    if not told:
        return
    ids = sorted({fact.event.outreach_id for fact in told})
    known = db.execute(select(activity).where(activity.c.outreach_id.in_(ids))).mappings()
    rows: dict[str, dict[str, Json]] = {row["outreach_id"]: dict(row) for row in known}
    for fact in told:
        event: OutreachEvent = fact.event
        if isinstance(event, OutreachEnteredInError):
            rows[event.outreach_id] |= {"void": True, "version": fact.version}
        else:
            rows[event.outreach_id] = _row(fact, event)
    upsert(db, activity, list(rows.values()), ("outreach_id",))


def _row(fact: Recorded, event: OutreachHeld | OutreachCorrected) -> dict[str, Json]:
    return {
        "outreach_id": event.outreach_id,
        "centre": fact.centre,
        "kind": event.kind,
        "date": event.date,
        "province": event.province,
        "place": event.place,
        "reached": event.reached,
        "partner_ids": orjson.dumps(event.partner_ids).decode(),
        "material": event.material,
        "note": event.note,
        "by": fact.actor,
        "at": fact.time,
        "corrected": event.reason if isinstance(event, OutreachCorrected) else None,
        "void": False,
        "version": fact.version,
    }


OUTREACH = Projection("outreach", 1, (activity, came), project)


@dataclass(frozen=True)
class Selection:
    """Which activities: of which centres (None: all), on which days (ISO, both included; None: open)."""

    centres: Sequence[str] | None
    first: str | None
    last: str | None


def get(db: Connection, outreach_id: str) -> answers.Outreach | None:
    """Also one that was entered in error."""
    row = db.execute(select(activity).where(activity.c.outreach_id == outreach_id)).one_or_none()
    return _shown(db, [row])[0] if row else None


def list_held(db: Connection, chosen: Selection, limit: int, cursor: str | None) -> answers.Activities:
    """What took place, the latest first."""
    a = activity.c
    held = select(activity).where(a.void.is_(False)).order_by(a.date.desc(), a.outreach_id.desc())
    if chosen.centres is not None:
        held = held.where(a.centre.in_(chosen.centres))
    if chosen.first:
        held = held.where(a.date >= chosen.first)
    if chosen.last:
        held = held.where(a.date <= chosen.last)
    if cursor:
        date, last = map(str, page_cursor(cursor, 2))
        held = held.where(or_(a.date < date, and_(a.date == date, a.outreach_id < last)))
    rows = db.execute(held.limit(limit + 1)).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": _shown(db, rows[:limit]),
        "next": make_cursor([more.date, more.outreach_id]) if more else None,
    }


def get_origins(db: Connection, partner_ids: Sequence[str]) -> dict[str, str]:
    """{partner_id: the activity it came from} of those of which it is known."""
    rows = db.execute(select(came).where(came.c.partner_id.in_(partner_ids)))
    return {row.partner_id: row.outreach_id for row in rows}


def list_unknown(db: Connection, partner_ids: Sequence[str]) -> list[str]:
    """Those that nobody registered."""
    known = set(
        db.execute(select(partner.c.partner_id).where(partner.c.partner_id.in_(partner_ids))).scalars()
    )
    return [each for each in partner_ids if each not in known]


def _shown(db: Connection, rows: Sequence[Row[Any]]) -> list[answers.Outreach]:
    met = {row.outreach_id: orjson.loads(row.partner_ids) for row in rows}
    ids = sorted({each for some in met.values() for each in some})
    named = {
        row.partner_id: row.name
        for row in db.execute(
            select(partner.c.partner_id, partner.c.name).where(partner.c.partner_id.in_(ids))
        )
    }
    joined: dict[str, list[answers.PartnerMet]] = {}
    from_these = (
        select(came.c.outreach_id, partner.c.partner_id, partner.c.name)
        .join(partner, partner.c.partner_id == came.c.partner_id)
        .where(came.c.outreach_id.in_(met))
        .order_by(partner.c.sorted, partner.c.partner_id)
    )
    for row in db.execute(from_these):
        joined.setdefault(row.outreach_id, []).append({"partner_id": row.partner_id, "name": row.name})
    return [
        {
            "outreach_id": row.outreach_id,
            "centre": row.centre,
            "kind": row.kind,
            "date": row.date,
            "province": row.province,
            "place": row.place,
            "reached": row.reached,
            "partners": [
                {"partner_id": each, "name": named[each]} for each in met[row.outreach_id] if each in named
            ],
            "material": row.material,
            "note": row.note,
            "partners_joined": joined.get(row.outreach_id, []),
            "by": row.by,
            "at": row.at,
            "corrected": row.corrected,
            "entered_in_error": row.void,
            "version": row.version,
        }
        for row in rows
    ]
