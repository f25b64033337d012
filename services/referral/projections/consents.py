"""What intake told of the consents of each case: what a sending may rest on."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Table, Text, select, update

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
consent = Table(
    "referral_consent_v1",
    metadata,
    Column("consent_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("position", Integer, nullable=False),  # in intake's log
    Column("at", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)


class Consent(NamedTuple):
    """`status`: codes.decisions.CONSENTS; `at`: when it was given."""

    case_id: str
    kind: str
    status: str
    at: str
    withdrawn: bool


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    heard = [fact for fact in facts if fact.source == "intake"]
    rows = [_row(fact) for fact in heard if fact.type == "ConsentRecorded"]
    upsert(db, consent, rows, ("consent_id",))
    taken_back = [fact.data["consent_id"] for fact in heard if fact.type == "ConsentWithdrawn"]
    if taken_back:
        db.execute(update(consent).where(consent.c.consent_id.in_(taken_back)).values(withdrawn=True))


def _row(fact: Recorded) -> dict[str, str | int | bool]:
    data = fact.data
    return {
        "consent_id": data.get("consent_id") or data["referral_id"],
        "case_id": data["case_id"],
        "centre": fact.centre,
        "kind": data.get("kind", "referral"),
        "status": data["status"],
        "position": fact.position,
        "at": fact.time,
        "withdrawn": False,
    }


CONSENTS = Projection("consents", 1, (consent,), project)


def get(db: Connection, consent_id: str) -> Consent | None:
    row = db.execute(select(consent).where(consent.c.consent_id == consent_id)).one_or_none()
    return Consent(row.case_id, row.kind, row.status, row.at, row.withdrawn) if row else None


def is_data_refused(db: Connection, case_id: str) -> bool:
    """Whether the person does not want data given to others, as they said last; who was never asked has not said so."""
    said = select(consent).where(consent.c.case_id == case_id, consent.c.kind == "data")
    last = db.execute(said.order_by(consent.c.position.desc()).limit(1)).first()
    return last is not None and (last.withdrawn or last.status == "refused")
