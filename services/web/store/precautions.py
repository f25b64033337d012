"""What is done for the safety of the data (a backup, a check of the logs, a restore for trial): when last, and how it
ended. One row a kind, so it does not grow."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from sqlalchemy import BigInteger, Column, Connection, Table, Text, select

from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

Kind = Literal["backup", "verify", "drill"]
KINDS: tuple[Kind, ...] = get_args(Kind)

precaution = Table(
    "precaution",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("problems", BigInteger, nullable=False),
    Column("first", Text, nullable=False),
    Column("well_at", Text),
)


class Precaution(NamedTuple):
    """`at`: when it was last done (instant); `problems`: how many it found, the `first` in a sentence without anybody's
    data; `well_at`: when it last found none, None if it never did."""

    at: str
    problems: int
    first: str
    well_at: str | None


def latest(db: Connection) -> Mapping[str, Precaution]:
    """{kind: the last one}, of those that were ever done."""
    return {
        row.kind: Precaution(row.at, row.problems, row.first, row.well_at)
        for row in db.execute(select(precaution))
    }


def record(db: Connection, kind: Kind, at: str, problems: Sequence[str]) -> None:
    well = at if not problems else db.execute(select(precaution.c.well_at).filter_by(kind=kind)).scalar()
    row = {
        "kind": kind, "at": at, "problems": len(problems), "first": problems[0] if problems else "", "well_at": well,
    }  # fmt: skip
    upsert(db, precaution, [row], ("kind",))
