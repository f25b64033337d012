"""What each person said of being referred, and of data being given to others; and what rests on it."""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Row,
    RowMapping,
    Select,
    Table,
    Text,
    func,
    select,
    update,
)

from services.intake.domain.case import consent_id_of
from services.intake.events import ConsentRecorded, ConsentWithdrawn, PersonErased
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER

metadata = MetaData()
consent = Table(
    "consent_v3",
    metadata,
    Column("consent_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("how", Text),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("witness", Text),  # sealed
    Column("scope", Text),  # sealed
    Column("withdrawn_at", Text),
    Column("withdrawn_by", Text),
    Column("erased", Text),  # when; then nothing sealed is left
)
resting = Table(  # which referral rests on which consent
    "consent_resting_v3",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("consent_id", Text, nullable=False),
    Column("sent_by", Text, nullable=False),  # who also recorded what was said with the sending
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Ours and referral's feed a table each, so their order does not matter."""
    rows = [_row(fact) for fact in facts if isinstance(fact.event, ConsentRecorded)]
    upsert(db, consent, rows, ("consent_id",))
    for fact in facts:
        if isinstance(fact.event, ConsentWithdrawn):
            taken_back = update(consent).where(consent.c.consent_id == fact.event.consent_id)
            db.execute(taken_back.values(withdrawn_at=fact.time, withdrawn_by=fact.actor))
        elif isinstance(fact.event, PersonErased):
            theirs = update(consent).where(consent.c.person_id == fact.event.person_id)
            db.execute(theirs.values(witness=None, scope=None, erased=fact.time))
    sent = [fact for fact in facts if fact.source == "referral" and fact.type == "ReferralSent"]
    used = [
        {
            "referral_id": fact.data["referral_id"],
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "author": fact.centre,
            "sent_by": fact.actor,
            "consent_id": fact.data.get("consent_id") or fact.data["referral_id"],
        }
        for fact in sent
    ]
    upsert(db, resting, used, ("referral_id",))


def _row(fact: Recorded) -> dict[str, str | None]:
    event: ConsentRecorded = fact.event
    return {
        "consent_id": consent_id_of(event),
        "case_id": event.case_id,
        "person_id": event.person_id,
        "centre": fact.centre,
        "author": fact.centre,
        "kind": event.kind,
        "status": event.status,
        "how": event.how,
        "at": fact.time,
        "by": fact.actor,
        "witness": event.witness,
        "scope": event.scope,
        "withdrawn_at": None,
        "withdrawn_by": None,
        "erased": None,
    }


CONSENTS = Projection("consents", 3, (consent, resting), project)


# One that was said with a sending has its id, and is noted here by the system once that is heard.
_said_with = consent.outerjoin(resting, resting.c.referral_id == consent.c.consent_id)
_columns: Sequence[ColumnElement[str]] = (
    *(column for column in consent.c if column.name != "by"),
    func.coalesce(resting.c.sent_by, consent.c.by).label("by"),
)
_known: Select[*tuple[str, ...]] = select(*_columns).select_from(_said_with)


def list_consents(db: Connection, case_id: str) -> Sequence[Row[*tuple[str, ...]]]:
    """Newest first."""
    of_case = _known.where(consent.c.case_id == case_id)
    return db.execute(of_case.order_by(consent.c.at.desc(), consent.c.consent_id)).all()


def get_instant(db: Connection, consent_id: str) -> str | None:
    """When it was given or refused, as it was told."""
    return db.execute(select(consent.c.at).where(consent.c.consent_id == consent_id)).scalar()


def list_by(db: Connection, case_id: str, centres: Sequence[str] | None) -> Sequence[RowMapping]:
    """Those that some centres (None: any) wrote down, newest first."""
    of_case = _known.where(consent.c.case_id == case_id)
    if centres is not None:
        of_case = of_case.where(consent.c.author.in_(centres))
    return db.execute(of_case.order_by(consent.c.at.desc(), consent.c.consent_id)).mappings().all()


def list_resting(db: Connection, case_id: str, consent_id: str, kind: str) -> list[str]:
    """The referrals of a case that rest on a consent; on the one to give data all of them do."""
    found = select(resting.c.referral_id).where(resting.c.case_id == case_id)
    if kind != "data":
        found = found.where(resting.c.consent_id == consent_id)
    return list(db.execute(found.order_by(resting.c.referral_id)).scalars())
