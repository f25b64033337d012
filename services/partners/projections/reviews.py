"""What working groups found when they looked back on who was placed with a partner, from what screening told."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR

REVIEWED = "OutcomeReviewed"

metadata = MetaData()
looked = Table(  # of each referral the latest review of what became of the person
    "outcome_review_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("at", Text, nullable=False),
    Column("findings", Text, nullable=False),  # JSON
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.data["referral_id"]: {
            "referral_id": fact.data["referral_id"],
            "centre": fact.centre,
            "at": fact.time,
            "findings": orjson.dumps(fact.data["findings"]).decode(),
        }
        for fact in facts
        if fact.type == REVIEWED and fact.data["referral_id"] is not None
    }
    upsert(db, looked, list(rows.values()), ("referral_id",))


REVIEWS = Projection("outcome_reviews", 1, (looked,), project)
