"""Documents that count from a day on, as another service adopted them: one read model for whoever hears them, and each
has a table of its own. Of one kind the document that begun last counts; of two of one day the one adopted last."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED


class Documents(NamedTuple):
    """`projection` keeps what was adopted of one kind, from facts of a type with `name`, `version`, `valid_from` and
    `content`."""

    projection: Projection
    table: Table

    def list_adopted(self, db: Connection) -> list[tuple[str, str]]:
        """(valid_from, content) of all of them, in the order in which they were adopted."""
        c = self.table.c
        rows = db.execute(select(c.valid_from, c.content).order_by(c.position, c.version))
        return [(row.valid_from, row.content) for row in rows]


def documents(name: str, number: int, metadata: MetaData, type: str, kind: str) -> Documents:
    """The read model `name`, of documents of one `kind` in facts of a `type`."""
    table = Table(
        f"{name}_v{number}",
        metadata,
        Column("version", Text, primary_key=True),
        Column("valid_from", Text, nullable=False),
        Column("position", Integer, nullable=False),  # in the log they are adopted in
        Column("content", Text, nullable=False),
        info=SHARED,
    )

    def project(db: Connection, facts: Sequence[Recorded]) -> None:
        adopted = [fact for fact in facts if fact.data["name"] == kind]
        rows = [
            {
                "version": fact.data["version"],
                "valid_from": fact.data["valid_from"],
                "position": fact.position,
                "content": fact.data["content"],
            }
            for fact in adopted
        ]
        upsert(db, table, rows, ("version",))

    return Documents(Projection(name, number, (table,), project, types=frozenset({type})), table)
