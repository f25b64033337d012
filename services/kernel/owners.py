"""Whose each case is now: every service keeps it, and its read models of state follow.

A case is the centre's whose work wrote its facts, until it was handed to another: `CaseTransferAccepted` says to whom
and with a number, and of all that were heard, in any order, the highest counts. Rows that say how a case of theirs
stands have a column `centre` marked `OWNER` and a column `case_id`: they are the owner's, whoever wrote the fact. What
is history says beside it whose doing it was (`AUTHOR`, kernel.scope), and that stays.

Few cases move, and every command would ask. So a process keeps those that did, and the log's head, which every append
takes anyway, says how many transfers there were: where that is another number, somebody handed a case over meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text

from services.kernel.database import ask, later
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection
from services.kernel.scope import OWNER

TRANSFER = "CaseTransferAccepted"
# Under which, shared, facts of cases are projected on PostgreSQL, and alone a transfer: whoever writes a row meanwhile
# has either committed it before the rows of the case are handed over, or learns of it at the head.
LOCK = 7308

metadata = MetaData()
owner = Table(
    "case_owner_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("n", Integer, nullable=False),
)
Moved = Mapping[str, tuple[str, int]]  # {case: (centre, number of the transfer)}


class Owners(NamedTuple):
    """The cases that were ever handed over, as they are when the head counts so many transfers."""

    transfers: int
    moved: Moved

    def after(self, facts: Sequence[Recorded]) -> "Owners":
        count = count_transfers(facts)
        return Owners(self.transfers + count, _after(self.moved, facts)) if count else self

    def of(self, facts: Iterable[Recorded]) -> Moved:
        """Of the cases that some facts are about those that were handed over."""
        ids = {fact.case_id for fact in facts if fact.case_id} if self.moved else ()
        return {case_id: self.moved[case_id] for case_id in ids if case_id in self.moved}


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


# Version 2, because who fills version 1 does not count at the head what it hands over.
OWNERS = Projection("owners", 2, (owner,), project, types=frozenset({TRANSFER}))


def _told(facts: Iterable[Recorded]) -> dict[str, tuple[str, int]]:
    told: dict[str, tuple[str, int]] = {}
    for fact in facts:
        if fact.type == TRANSFER and fact.data["n"] > told.get(fact.data["case_id"], ("", 0))[1]:
            told[fact.data["case_id"]] = fact.data["to"], fact.data["n"]
    return told


def load(db: Connection) -> Owners:
    """In one statement, so that the number is that of the rows."""
    sql = (
        "SELECT h.transfers, o.case_id, o.centre, o.n FROM log_head h "  # noqa: S608
        f'LEFT JOIN "{owner.name}" o ON true WHERE h.id = 1'
    )
    rows = ask(db, sql, ())
    return Owners(int(rows[0][0]), {case_id: (centre, n) for _, case_id, centre, n in rows if case_id})


def get(db: Connection, case_id: str) -> str | None:
    """Whose a case is now; None: whose it was when it was opened."""
    mark = "?" if db.dialect.name == "sqlite" else "%s"
    rows = ask(db, f'SELECT centre FROM "{owner.name}" WHERE case_id = {mark}', (case_id,))  # noqa: S608
    return str(rows[0][0]) if rows else None


def look_up(db: Connection, facts: Sequence[Recorded]) -> Moved:
    """Of the cases that some facts are about those that were handed over, or are by these facts."""
    rows = ask(db, f'SELECT case_id, centre, n FROM "{owner.name}"', ())  # noqa: S608
    return Owners(0, {case_id: (centre, n) for case_id, centre, n in rows}).after(facts).of(facts)


def count_transfers(facts: Iterable[Recorded]) -> int:
    return sum(fact.type == TRANSFER for fact in facts)


def hold(db: Connection, facts: Iterable[Recorded]) -> None:
    """Before some facts are projected. On PostgreSQL nobody hands a case over from then on until this transaction ends;
    whoever does so itself waits for the others."""
    if db.dialect.name == "postgresql":
        shared = "" if count_transfers(facts) else "_shared"
        later(db, f"SELECT pg_advisory_xact_lock{shared}({LOCK})", ())


def _after(moved: Moved, facts: Sequence[Recorded]) -> Moved:
    later_ones = {
        case_id: told for case_id, told in _told(facts).items() if told[1] > moved.get(case_id, ("", 0))[1]
    }
    return {**moved, **later_ones} if later_ones else moved


def follow(db: Connection, tables: Iterable[Table], moved: Moved) -> None:
    """The rows of cases that were handed over are their owners', whoever wrote the facts they are made of."""
    if not moved:
        return
    mark = "?" if db.dialect.name == "sqlite" else "%s"
    for table in tables:
        if _follows(table):
            text = f'UPDATE "{table.name}" SET centre = {mark} WHERE case_id = {mark} AND centre <> {mark}'  # noqa: S608
            for case_id, (centre, _) in sorted(moved.items()):
                later(db, text, (centre, case_id, centre))


@cache
def _follows(table: Table) -> bool:
    """Whether its rows go with their case."""
    return (
        table is not owner and "case_id" in table.c and "centre" in table.c and table.c.centre.info == OWNER
    )
