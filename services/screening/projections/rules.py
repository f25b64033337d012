"""The rules that were adopted."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.screening.domain import rulebook
from services.screening.events import RulesAdopted

metadata = MetaData()
adopted = Table(
    "adopted_rules_v1",
    metadata,
    Column("name", Text),
    Column("rules_version", Text),
    Column("valid_from", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("name", "rules_version"),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "name": fact.event.name,
            "rules_version": fact.event.version,
            "valid_from": fact.event.valid_from,
            "sha256": fact.event.sha256,
        }
        for fact in facts
        if isinstance(fact.event, RulesAdopted)
    ]
    upsert(db, adopted, rows, ("name", "rules_version"))


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: rules that changed after they were adopted, or are gone."""
    for row in db.execute(select(adopted).order_by(adopted.c.rules_version)).mappings():
        version = row["rules_version"]
        if version not in rulebook.versions():
            yield f"The adopted rules {version} are missing."
        elif rulebook.rulebook(version).sha256 != row["sha256"]:
            yield f"The rules {version} are not the ones that were adopted."


RULES = Projection("adopted_rules", 1, (adopted,), project)
