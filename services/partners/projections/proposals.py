"""Changes that other centres proposed, and what became of them."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
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

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners import answers
from services.partners.domain.proposals import Change
from services.partners.events import ChangeProposed, ProposalAccepted, ProposalDismissed, ProposalEvent, Told
from services.partners.projections.keepers import keeper, kept_by
from services.partners.projections.registry import partner, programme

metadata = MetaData()
proposal = Table(
    "proposal_v1",
    metadata,
    Column("proposal_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False, index=True),
    Column("programme_id", Text),
    Column("action", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),  # JSON
    Column("reason", Text),
    Column("waiting_for", Text, nullable=False, index=True),
    Column("from_centre", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decision", Text),  # the reason of who decided
    info=SHARED,
)
NEW = ("register", "offer")  # of codes.registry.CHANGES: it stands already, and is to be confirmed
DECIDED = {ProposalAccepted: "accepted", ProposalDismissed: "dismissed"}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if fact.source == "partners" and isinstance(fact.event, ProposalEvent)]
    if not own:
        return
    ids = sorted({fact.event.proposal_id for fact in own})
    known = db.execute(select(proposal).where(proposal.c.proposal_id.in_(ids))).mappings()
    rows: dict[str, dict[str, Json]] = {row["proposal_id"]: dict(row) for row in known}
    for fact in own:
        event: ProposalEvent = fact.event
        if isinstance(event, ChangeProposed):
            rows[event.proposal_id] = _proposed(fact, event)
        else:
            rows[event.proposal_id] |= {
                "status": DECIDED[type(event)], "decided_by": fact.actor, "decided_at": fact.time,
                "decision": event.reason,
            }  # fmt: skip
    upsert(db, proposal, list(rows.values()), ("proposal_id",))


def _proposed(fact: Recorded, event: ChangeProposed) -> dict[str, Json]:
    return {
        "proposal_id": event.proposal_id,
        "partner_id": event.partner_id,
        "programme_id": event.programme_id,
        "action": event.action,
        "before": as_json(event.before),
        "after": as_json(event.after),
        "reason": event.reason,
        "waiting_for": event.waiting_for,
        "from_centre": fact.centre,
        "by": fact.actor,
        "at": fact.time,
        "status": "open",
        "decided_by": None,
        "decided_at": None,
        "decision": None,
    }


def as_json(value: Told) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


PROPOSALS = Projection("proposals", 1, (proposal,), project)


def find_open(db: Connection, change: Change, from_centre: str) -> Row[Any] | None:
    """The same change proposed by the same centre, which still waits."""
    p = proposal.c
    same = select(proposal).where(
        p.partner_id == change.partner_id, p.programme_id.is_not_distinct_from(change.programme_id),
        p.action == change.action, p.after == as_json(change.after), p.from_centre == from_centre, p.status == "open",
    )  # fmt: skip
    return db.execute(same.order_by(p.proposal_id).limit(1)).one_or_none()


def list_unconfirmed(db: Connection, partner_ids: Collection[str]) -> dict[str, str]:
    """{partner or programme that another centre added: the proposal that waits for its keeper to confirm it}."""
    p = proposal.c
    waiting = select(p.partner_id, p.programme_id, p.proposal_id).where(
        p.partner_id.in_(sorted(partner_ids)), p.action.in_(NEW), p.status == "open"
    )
    return {row.programme_id or row.partner_id: row.proposal_id for row in db.execute(waiting)}


def get(db: Connection, proposal_id: str) -> RowMapping | None:
    """The whole row."""
    return db.execute(select(proposal).where(proposal.c.proposal_id == proposal_id)).mappings().one_or_none()


def count_open(db: Connection, centres: Sequence[str] | None) -> int:
    """How many wait for some centres (None: all)."""
    waiting = select(func.count()).select_from(proposal).where(proposal.c.status == "open")
    if centres is not None:
        waiting = waiting.where(_decided_by(centres))
    return int(db.scalar(waiting) or 0)


def list_proposals(
    db: Connection,
    centres: Sequence[str] | None,
    status: str | None,
    partner_id: str | None,
    proposal_id: str | None,
    limit: int,
    cursor: str | None,
) -> answers.Proposals:
    """What waits for some centres (None: all), or was proposed by them, the oldest first."""
    p = proposal.c
    chosen = (
        select(
            proposal,
            keeper.label("keeper"),
            partner.c.name.label("partner"),
            programme.c.name.label("programme"),
        )
        .join(partner, partner.c.partner_id == p.partner_id)
        .outerjoin(programme, programme.c.programme_id == p.programme_id)
        .order_by(p.at, p.proposal_id)
        .limit(limit + 1)
    )
    if centres is not None:
        waited = and_(p.status != "open", p.waiting_for.in_(centres))
        chosen = chosen.where(or_(_decided_by(centres), waited, p.from_centre.in_(centres)))
    if status:
        chosen = chosen.where(p.status == status)
    if partner_id:
        chosen = chosen.where(p.partner_id == partner_id)
    if proposal_id:
        chosen = chosen.where(p.proposal_id == proposal_id)
    if cursor:
        at, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(p.at > at, and_(p.at == at, p.proposal_id > last)))
    rows = db.execute(chosen).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_shown(row) for row in rows[:limit]],
        "next": make_cursor([more.at, more.proposal_id]) if more else None,
    }


def _decided_by(centres: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these centres decides a proposal now: whoever keeps the partner, which may have moved since."""
    kept = select(partner.c.partner_id).where(kept_by(centres))
    return and_(proposal.c.status == "open", proposal.c.partner_id.in_(kept))


def _shown(row: Row[Any]) -> answers.Proposal:
    return {
        "proposal_id": row.proposal_id,
        "partner_id": row.partner_id,
        "partner": row.partner,
        "programme_id": row.programme_id,
        "programme": row.programme,
        "action": row.action,
        "before": orjson.loads(row.before),
        "after": orjson.loads(row.after),
        "reason": row.reason,
        "waiting_for": row.keeper if row.status == "open" else row.waiting_for,
        "from_centre": row.from_centre,
        "by": row.by,
        "at": row.at,
        "status": row.status,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "decision": row.decision,
    }
