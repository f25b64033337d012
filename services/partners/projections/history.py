"""What was done to each partner and its programmes, by whom and why. The history of places is their ledger."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, and_, or_, select

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners import answers
from services.partners.domain.details import PEOPLE
from services.partners.events import (
    PartnerCorrected,
    PartnerReopened,
    PartnerRetired,
    PartnerVerified,
    ProgrammeCorrected,
    ProgrammeReopened,
    ProgrammeRetired,
    ProgrammeVerified,
    StandingLinkMade,
    StandingLinkRevoked,
)
from services.partners.projections.registry import programme

metadata = MetaData()
change = Table(
    "registry_change_v1",
    metadata,
    Column("change_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False, index=True),
    Column("programme_id", Text),
    Column("action", Text, nullable=False),
    Column("fields", Text, nullable=False),  # JSON
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),  # JSON
    Column("reason", Text),
    Column("proposal_id", Text),
    Column("by_centre", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    info=SHARED,
)
ACTIONS = {
    PartnerCorrected: "correct",
    ProgrammeCorrected: "correct",
    PartnerVerified: "confirm",
    ProgrammeVerified: "confirm",
    PartnerRetired: "retire",
    ProgrammeRetired: "retire",
    PartnerReopened: "reopen",
    ProgrammeReopened: "reopen",
    StandingLinkMade: "link",
    StandingLinkRevoked: "unlink",
}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        _row(fact)
        for fact in facts
        if fact.source == "partners"
        and type(fact.event) in ACTIONS
        and not getattr(fact.event, "with_partner", False)  # said once, of the partner
    ]
    upsert(db, change, rows, ("change_id",))


def _row(fact: Recorded) -> dict[str, Json]:
    event = fact.event
    changed = getattr(event, "changed", None)
    return {
        "change_id": fact.id,
        "partner_id": event.partner_id,
        "programme_id": getattr(event, "programme_id", None),
        "action": ACTIONS[type(event)],
        "fields": orjson.dumps(changed if changed is not None else getattr(event, "what", [])).decode(),
        "before": orjson.dumps(getattr(event, "before", {})).decode(),
        "after": orjson.dumps({name: _told(event, name) for name in changed or ()}).decode(),
        "reason": event.reason,
        "proposal_id": event.proposal_id,
        "by_centre": fact.centre,
        "by": fact.actor,
        "at": fact.time,
        "recorded": fact.recorded,
    }


def _told(event: PartnerCorrected | ProgrammeCorrected, name: str) -> Json:
    """A field, or a detail: None if nothing is known of it."""
    told: Any = vars(event)[name] if name in vars(event) else dict(event.details).get(name)
    return (told or None) if name == PEOPLE else told


HISTORY = Projection("registry_history", 1, (change,), project)


def list_changes(db: Connection, partner_id: str, limit: int, cursor: str | None) -> answers.History:
    """Of a partner and its programmes, the latest first."""
    c = change.c
    chosen = (
        select(change, programme.c.name.label("programme"))
        .outerjoin(programme, programme.c.programme_id == c.programme_id)
        .where(c.partner_id == partner_id)
        .order_by(c.recorded.desc(), c.change_id)
        .limit(limit + 1)
    )
    if cursor:
        at, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(c.recorded < at, and_(c.recorded == at, c.change_id > last)))
    rows = db.execute(chosen).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_shown(row) for row in rows[:limit]],
        "next": make_cursor([more.recorded, more.change_id]) if more else None,
    }


def _shown(row: Row[Any]) -> answers.RegistryChange:
    return {
        "programme_id": row.programme_id,
        "programme": row.programme,
        "action": row.action,
        "fields": orjson.loads(row.fields),
        "before": orjson.loads(row.before),
        "after": orjson.loads(row.after),
        "reason": row.reason,
        "proposal_id": row.proposal_id,
        "centre": row.by_centre,
        "by": row.by,
        "at": row.at,
    }
