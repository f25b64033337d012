"""What grows in a service's database, and what ends it: rows that are needed for a while only, as rules; and the tables
that stay, with why. A test holds every table against it.

What is described here is done by kernel.pruning. A service's own stand in its wiring, beside these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, exists, func, select, true

from services.kernel import tables

# Personal Data Protection Act B.E. 2562 s.78: whoever was harmed may claim for three years since they know of it, and
# for ten since it happened. So long it can be shown who did, and who read, what.
CLAIMS = timedelta(days=3653)
ASKED_AGAIN = timedelta(days=90)
# Shorter than answers are kept: whether a deadline was met is told by the answer of its command (kernel.tampering).
MET = timedelta(days=60)
BY_THE_MINUTE = timedelta(days=90)


def always(_: str) -> ColumnElement[bool]:
    return true()


@dataclass(frozen=True)
class Rule:
    """Rows of `table` go `after` the moment in their column `since` (RFC 3339 UTC text, or an ISO day), where `only`,
    asked with the moment before which that must lie, holds. `why`: what they were for, and why for so long. `part`:
    what they are, where a table has several rules. `ordered`: by the primary key the oldest come first."""

    table: Table
    since: str
    after: timedelta
    why: str
    only: Callable[[str], ColumnElement[bool]] = always
    part: str = ""
    ordered: bool = False

    @property
    def name(self) -> str:
        return f"{self.table.name}: {self.part}" if self.part else str(self.table.name)

    def old(self, limit: str) -> ColumnElement[bool]:
        return self.table.c[self.since] < limit

    def over(self, limit: str) -> ColumnElement[bool]:
        """Whether a row's time has passed, where that is so for what came before `limit`."""
        return and_(self.old(limit), self.only(limit))


def _covered(limit: str) -> ColumnElement[bool]:
    """Up to a checkpoint, so that the record goes on from where one says it stood."""
    stated = tables.checkpoint.c
    last = select(func.coalesce(func.max(stated.access_to), 0)).where(stated.at < limit).scalar_subquery()
    return tables.access_record.c.access_id <= last


def _within_a_day(_: str) -> ColumnElement[bool]:
    """The last of each day stays, and those that accuse."""
    own, later = tables.checkpoint.c, tables.checkpoint.alias("later")
    same_day = func.substr(later.c.at, 1, 10) == func.substr(own.at, 1, 10)
    return and_(own.unkeyed_after.is_(None), exists().where(later.c.number > own.number, same_day))


_parked = tables.parked_event.c
RULES = (
    Rule(
        tables.timer, "fired_at", MET,
        "deadlines that were met; verify holds them against the log for so long",
    ),
    Rule(
        tables.command_done, "recorded_at", ASKED_AGAIN,
        "answers of commands, for who sends one again with the same Idempotency-Key; later it is decided anew",
    ),
    Rule(
        tables.parked_event, "last_at", ASKED_AGAIN,
        "what was parked and then handled; the event itself is in its log",
        only=lambda _: and_(_parked.status == "released", _parked.skipped_by.is_(None)), part="handled",
    ),
    Rule(
        tables.parked_event, "last_at", CLAIMS,
        "what somebody gave up, by name and with a reason, as long as they may be asked for it",
        only=lambda _: _parked.skipped_by.is_not(None), part="given up",
    ),
    Rule(
        tables.checkpoint, "at", BY_THE_MINUTE,
        "where log and record of accesses stood, minute by minute; of older days the last stays, for good",
        only=_within_a_day, ordered=True,
    ),
    Rule(
        tables.access_record, "at", CLAIMS,
        "who read whose personal fields, as long as somebody may claim by the Personal Data Protection Act (s.78)",
        only=_covered, ordered=True,
    ),
)  # fmt: skip
STAYS: Mapping[str, str] = {
    "event": "the log: all else is made of it",
    "stream": "the log's streams, a row each",
    "source_event": "what was heard of other logs: read models are made anew of it",
    "parked_stream": "a row for each stream that waits, while it waits",
    "log_head": "one row",
    "ingest_head": "one row",
    "relay_cursor": "one row",
    "inbox_cursor": "a row for each log that is followed",
    "projection": "a row for each read model",
    "building": "a row for each read model that is being made",
    "replica": "a row for each process; whoever is silent for a minute goes",
    "pruned": "a row for each rule",
    "alembic_version": "a row for each set of revisions",
}
VAULT_STAYS: Mapping[str, str] = {
    "subject_key": "a key for each person; one that was destroyed says so for good",
    "alembic_version": STAYS["alembic_version"],
}
