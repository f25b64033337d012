"""Whose each case is now: every service keeps it, and its read models of state follow.

A case is the centre's whose work wrote its facts, until it was handed to another: `CaseTransferAccepted` says to whom
and with a number, and of all that were heard, in any order, the highest counts. Rows that say how a case of theirs
stands have a column `centre` marked `OWNER` and a column `case_id`: they are the owner's, whoever wrote the fact. What
is history says beside it whose doing it was (`AUTHOR`, kernel.scope), and that stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text

from services.kernel.database import ask, later
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection
from services.kernel.scope import OWNER

TRANSFER = "CaseTransferAccepted"
# Under which, shared, facts of cases are projected on PostgreSQL, and alone a transfer: whoever writes a row meanwhile
# has either committed it before the rows of the case are handed over, or sees the new owner.
LOCK = 7308

metadata = MetaData()
owner = Table(
    "case_owner_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("n", Integer, nullable=False),
)
Owners = Mapping[str, tuple[str, int]]  # {case: (centre, number of the transfer)}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = _told(facts)
    if not rows:
        return
    mark = "?" if db.dialect.name == "sqlite" else "%s"
    text = (
        f'INSERT INTO "{owner.name}" (case_id, centre, n) VALUES ({mark}, {mark}, {mark}) ON CONFLICT (case_id) '  # noqa: S608
        f'DO UPDATE SET centre = excluded.centre, n = excluded.n WHERE "{owner.name}".n < excluded.n'
    )
    for case_id, (centre, n) in sorted(rows.items()):
        later(db, text, (case_id, centre, n))


OWNERS = Projection("owners", 1, (owner,), project)


def _told(facts: Iterable[Recorded]) -> dict[str, tuple[str, int]]:
    told: dict[str, tuple[str, int]] = {}
    for fact in facts:
        if fact.type == TRANSFER and fact.data["n"] > told.get(fact.data["case_id"], ("", 0))[1]:
            told[fact.data["case_id"]] = fact.data["to"], fact.data["n"]
    return told


def known(db: Connection, case_ids: Collection[str]) -> Owners:
    """Of some cases those that were ever handed over."""
    if not case_ids:
        return {}
    ids = sorted(case_ids)
    return {row[0]: (row[1], row[2]) for row in _rows(db, "", ids)}


def get(db: Connection, case_id: str) -> str | None:
    """Whose a case is now; None: whose it was when it was opened."""
    found = known(db, (case_id,)).get(case_id)
    return found[0] if found else None


def turn(db: Connection, facts: Sequence[Recorded]) -> Owners:
    """The owners of the cases that some facts are about, before these are projected; on PostgreSQL nobody hands one of
    them over meanwhile."""
    ids = sorted({fact.case_id for fact in facts if fact.case_id})
    if not ids:
        return {}
    alone = any(fact.type == TRANSFER for fact in facts)
    lock = f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}({LOCK}); "
    before = {row[0]: (row[1], row[2]) for row in _rows(db, lock, ids)}
    after = dict(before)
    for case_id, told in _told(facts).items():
        if told[1] > before.get(case_id, ("", 0))[1]:
            after[case_id] = told
    return after


def _rows(db: Connection, lock: str, ids: Sequence[str]) -> list[tuple[str, str, int]]:
    sqlite = db.dialect.name == "sqlite"
    marks = ", ".join(["?" if sqlite else "%s"] * len(ids))
    sql = f'SELECT case_id, centre, n FROM "{owner.name}" WHERE case_id IN ({marks})'  # noqa: S608
    return ask(db, sql if sqlite else lock + sql, ids)


def follow(db: Connection, tables: Iterable[Table], owners: Owners) -> None:
    """The rows of cases that were handed over are their owners', whoever wrote the facts they are made of."""
    if not owners:
        return
    mark = "?" if db.dialect.name == "sqlite" else "%s"
    for table in tables:
        if _follows(table):
            text = f'UPDATE "{table.name}" SET centre = {mark} WHERE case_id = {mark} AND centre <> {mark}'  # noqa: S608
            for case_id, (centre, _) in sorted(owners.items()):
                later(db, text, (centre, case_id, centre))


@cache
def _follows(table: Table) -> bool:
    """Whether its rows go with their case."""
    return (
        table is not owner and "case_id" in table.c and "centre" in table.c and table.c.centre.info == OWNER
    )
