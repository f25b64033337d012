"""Which noes a centre's director reviews, as the adopted procedures of screening say: each counts from its own day."""

from collections.abc import Sequence
from datetime import date

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED

PROCEDURE = "procedure"
metadata = MetaData()
procedure = Table(
    "referral_procedure_v1",
    metadata,
    Column("version", Text, primary_key=True),
    Column("valid_from", Text, nullable=False),
    Column("position", Integer, nullable=False),  # in screening's log
    Column("decline_review", Text, nullable=False),  # JSON: {centre: [kinds]}
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    adopted = [fact for fact in facts if fact.type == "RulesAdopted" and fact.data["name"] == PROCEDURE]
    rows = [
        {
            "version": fact.data["version"],
            "valid_from": fact.data["valid_from"],
            "position": fact.position,
            "decline_review": orjson.dumps(
                orjson.loads(fact.data["content"]).get("decline_review", {})
            ).decode(),
        }
        for fact in adopted
    ]
    upsert(db, procedure, rows, ("version",))


REVIEWS = Projection("reviews", 1, (procedure,), project)


def list_kinds(db: Connection, centre: str, day: date) -> list[str]:
    """The kinds of noes (codes.declines.kinds_of_noes) that the director of a centre reviews on a day; none before
    somebody decided so."""
    c = procedure.c
    begun = select(c.decline_review).where(c.valid_from <= day.isoformat())
    text = db.execute(begun.order_by(c.valid_from.desc(), c.position.desc()).limit(1)).scalar()
    return list(orjson.loads(text).get(centre, ())) if text else []
