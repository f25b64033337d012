"""The standing link of each partner: which one works, who made it and who revoked it."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners import answers
from services.partners.events import StandingLinkMade, StandingLinkRevoked

metadata = MetaData()
link = Table(
    "standing_link_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("link_id", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("revoked_by", Text),
    Column("revoked_at", Text),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    kinds = (StandingLinkMade, StandingLinkRevoked)
    own = [fact for fact in facts if fact.source == "partners" and isinstance(fact.event, kinds)]
    ids = sorted({fact.event.partner_id for fact in own})
    known = db.execute(select(link).where(link.c.partner_id.in_(ids))).mappings() if ids else ()
    rows: dict[str, dict[str, Json]] = {row["partner_id"]: dict(row) for row in known}
    for fact in own:
        event = fact.event
        if isinstance(event, StandingLinkMade):
            rows[event.partner_id] = {
                "partner_id": event.partner_id, "link_id": event.link_id, "made_by": fact.actor,
                "made_at": fact.time, "revoked_by": None, "revoked_at": None,
            }  # fmt: skip
        else:
            rows[event.partner_id] |= {"revoked_by": fact.actor, "revoked_at": fact.time}
    upsert(db, link, list(rows.values()), ("partner_id",))


LINKS = Projection("standing_links", 1, (link,), project)


def get(db: Connection, partner_id: str) -> answers.StandingLink:
    """The one that was made last."""
    row = db.execute(select(link).where(link.c.partner_id == partner_id)).one_or_none()
    if row is None:
        return {"link_id": None, "made_by": None, "made_at": None, "revoked_by": None, "revoked_at": None}
    return {
        "link_id": None if row.revoked_at else row.link_id,
        "made_by": row.made_by,
        "made_at": row.made_at,
        "revoked_by": row.revoked_by,
        "revoked_at": row.revoked_at,
    }
