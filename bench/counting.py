"""The aggregate that is measured: one event a command, a read model of one row a stream."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text

from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import Recorded
from services.kernel.keys import MasterKey
from services.kernel.macs import Macs
from services.kernel.readmodels import Projection, upsert
from services.kernel.wiring import Wiring


@dataclass(frozen=True)
class Counted:
    case_id: str
    count: int
    note: str


@dataclass(frozen=True)
class Count:
    case_id: str
    note: str


def decide(command: Count, count: int) -> list[Counted]:
    return [Counted(command.case_id, count + 1, command.note)]


def evolve(count: int, event: Counted) -> int:
    return event.count


COUNTER = Aggregate("counter", Decider(decide, evolve, 0), (Counted,), "case")
counts = Table(
    "count_v1",
    MetaData(),
    Column("case_id", Text, primary_key=True),
    Column("count", Integer),
    Column("at", Text),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.data["case_id"]: {"case_id": fact.data["case_id"], "count": fact.data["count"], "at": fact.time}
        for fact in facts
    }
    upsert(db, counts, list(rows.values()), ["case_id"])


COUNTS = Projection("count", 1, (counts,), project)
WIRING = Wiring("bench", (COUNTER,), (COUNTS,))


def macs(service: str) -> Macs:
    """Of a log that is signed as a service's is; the key is the same in every process of a benchmark."""
    return Macs(service, MasterKey(bytes(32)), 1)
