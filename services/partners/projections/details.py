"""What else is known of partners and programmes, as it stands, and when it was last said to be so."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text

from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, list_rows, upsert
from services.kernel.scope import SHARED
from services.partners.domain.details import PEOPLE
from services.partners.events import (
    PartnerCorrected,
    PartnerRegistered,
    PartnerVerified,
    ProgrammeCorrected,
    ProgrammeOffered,
    ProgrammeVerified,
)
from services.partners.projections.ledgers import Row

metadata = MetaData()
partner_detail = Table(
    "partner_detail_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("details", Text, nullable=False),  # JSON
    Column("details_at", Text),  # when it was last said to be so; None while nothing is known
    Column("agreement_ends", Text),
    info=SHARED,
)
programme_detail = Table(
    "programme_detail_v1",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("details", Text, nullable=False),
    Column("details_at", Text),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if fact.source == "partners"]
    partners = _moved(
        db,
        own,
        partner_detail,
        "partner_id",
        OF_PARTNER,
        PartnerRegistered,
        PartnerCorrected,
        PartnerVerified,
    )
    for row in partners:
        row["agreement_ends"] = orjson.loads(row["details"]).get("agreement", {}).get("ends")
    upsert(db, partner_detail, partners, ("partner_id",))
    programmes = _moved(
        db,
        own,
        programme_detail,
        "programme_id",
        OF_PROGRAMME,
        ProgrammeOffered,
        ProgrammeCorrected,
        ProgrammeVerified,
    )
    upsert(db, programme_detail, programmes, ("programme_id",))


def _moved(
    db: Connection,
    facts: Sequence[Recorded],
    table: Table,
    key: str,
    details: Collection[str],
    joined: type[Any],
    corrected: type[Any],
    verified: type[Any],
) -> list[Row]:
    """The rows that facts change."""
    own = [fact for fact in facts if isinstance(fact.event, (joined, corrected, verified))]
    ids = {getattr(fact.event, key) for fact in own}
    rows = {row[key]: Row(row) for row in list_rows(db, table.c[key], ids)}
    for fact in own:
        event = fact.event
        id = getattr(event, key)
        if isinstance(event, verified):
            row, said, at = rows[id], event.what, event.confirmed_at
        else:
            told = dict(event.details) | ({PEOPLE: event.people} if getattr(event, PEOPLE, None) else {})
            row = rows.setdefault(id, Row({key: id, "details_at": None}))
            row["details"] = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
            said, at = event.changed if isinstance(event, corrected) else told, fact.time
        if set(said) & set(details):
            row["details_at"] = max(row["details_at"] or "", at)
        if row["details"] == "{}":
            row["details_at"] = None
    return list(rows.values())


DETAILS = Projection("details", 1, (partner_detail, programme_detail), project)
