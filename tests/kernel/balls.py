"""Two services that throw a ball to each other: each one's facts are causes and effects of the other's. Run as a
program, they go on throwing, where the environment's settings say, until their input ends: `python -m
tests.kernel.balls`."""

import base64
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from marshmallow import Schema, fields
from sqlalchemy import Column, Integer, MetaData, PrimaryKeyConstraint, Table, Text

from services.kernel import settings
from services.kernel.codec import personal
from services.kernel.decider import Aggregate, Decider, Do, SetTimer
from services.kernel.doors import Doors, Runtime
from services.kernel.envelope import Envelope, derived_id, instant, moment
from services.kernel.local import Network, SimulatedClock
from services.kernel.readmodels import Projection, upsert
from services.kernel.settings import Settings
from services.kernel.wiring import Reaction, Wiring
from tests.support import databases

MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class BallThrown:
    case_id: str
    person_id: str
    left: int
    words: Any = personal()


@dataclass(frozen=True)
class BallLost:
    case_id: str
    person_id: str


@dataclass(frozen=True)
class Throw:
    case_id: str
    person_id: str
    left: int
    words: str


@dataclass(frozen=True)
class Lose:
    case_id: str
    person_id: str


def decide(command: Throw | Lose, lost: bool) -> list[Any]:
    if lost:
        return []
    if isinstance(command, Lose):
        return [BallLost(command.case_id, command.person_id)]
    return [BallThrown(command.case_id, command.person_id, command.left, command.words)]


BALL = Aggregate(
    "ball",
    Decider(decide, lambda lost, fact: isinstance(fact, BallLost), False),
    (BallThrown, BallLost),
    "case",
)


class Heard(Schema):
    case_id = fields.String()
    person_id = fields.String()
    left = fields.Integer()


def throw_back(fact: Any, case_id: str, person_id: str, left: int) -> list[Do]:
    return [Do(BALL, case_id, Throw(case_id, person_id, left - 1, "คืนลูก"))] if left else []


def timers(fact: Any) -> list[SetTimer]:
    """Who threw it last loses it after a week."""
    if fact.type != "BallThrown" or fact.data["left"]:
        return []
    who = {"case_id": fact.data["case_id"], "person_id": fact.data["person_id"]}
    return [SetTimer(f"lose {fact.data['case_id']}", instant(moment(fact.time) + WEEK), who)]


def when_due(command: dict[str, Any], now: datetime) -> Do:
    return Do(BALL, command["case_id"], Lose(**command))


def throws(version: int, unit: int = 1) -> Projection:
    """The read model `throws_v{version}`: `left` of every throw by either service, times `unit`."""
    table = Table(
        f"throws_v{version}",
        MetaData(),
        Column("source", Text),
        Column("case_id", Text),
        Column("left", Integer),
        Column("words", Text),
        PrimaryKeyConstraint("source", "case_id", "left"),
    )

    def project(db: Any, facts: Any) -> None:
        rows = [
            {
                "source": fact.source,
                "case_id": fact.data["case_id"],
                "left": fact.data["left"] * unit,
                "words": fact.sealed.get("words"),
            }
            for fact in facts
            if fact.type == "BallThrown"
        ]
        upsert(db, table, rows, ("source", "case_id", "left"), ())

    return Projection("throws", version, (table,), project)


THROWS = throws(1)
BACK = {"BallThrown": (Reaction(Heard(), throw_back),), "BallLost": ()}
RED = Wiring("red", (BALL,), (THROWS,), {"blue": BACK}, timers, when_due, erases=True)
BLUE = replace(RED, service="blue", hears={"red": BACK}, erases=False)


class Red(Doors):
    name = "red"
    runtime = Runtime(RED)


class Blue(Doors):
    name = "blue"
    runtime = Runtime(BLUE)


@contextmanager
def sites(folder: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Gives the environment of one more installation, whose databases are `sqlite` or `postgresql`; all have the same
    master key."""
    mark = f"songtor_balls_{uuid4().hex[:8]}"
    (folder / "master.key").write_text(MASTER_KEY)
    (folder / "master.key").chmod(0o600)

    def site(kind: str) -> dict[str, str]:
        name = uuid4().hex[:8]
        environ = {
            "SONGTOR_DATA": str(folder / name),
            "SONGTOR_MASTER_KEY_FILE": str(folder / "master.key"),
        }
        if kind == "postgresql":
            environ["SONGTOR_DATABASE_URL"] = databases.url(f"{mark}_{name}")
        return environ

    try:
        yield site
    finally:
        databases.drop_databases(mark)


def with_read_models(wiring: Wiring, *projections: Projection) -> type[Any]:
    runtime = Runtime(replace(wiring, projections=projections))
    return type(wiring.service.title(), (Doors,), {"name": wiring.service, "runtime": runtime})


def network(place: Settings, red: type[Any] = Red, blue: type[Any] = Blue) -> Network:
    return Network([red, blue], SimulatedClock(MONDAY), settings=place)


def newer(place: Settings, version: int = 2) -> Network:
    """The program in which both services' read model has another version, in tens."""
    made = throws(version, unit=10)
    return network(place, with_read_models(RED, made), with_read_models(BLUE, made))


def throw(net: Network, ball: int, left: int = 5, words: str = "รับนะ") -> str:
    """A new person throws their ball from red; nobody has heard it yet. Returns the person's id."""
    case_id = derived_id("5f0c9fd8-7a35-4f6b-9d5e-0b6f2f1f3a11", f"ball {ball}")
    person_id = derived_id(case_id, "person")
    red = net.runtimes["red"]
    red.vault.ensure(person_id)
    now, cause = instant(net.clock()), derived_id(case_id, "throw")
    envelope = Envelope(cause, "", "worker-60", "60", now, now, cause, cause)
    command = Throw(case_id, person_id, left, words)
    red.execute(envelope, lambda unit: len(unit.handle(BALL, case_id, command)))
    return person_id


if __name__ == "__main__":
    net, ball = network(settings.read()), 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        ball += 1
        throw(net, ball)
        net.settle()
        print(ball, flush=True)
