"""Several replicas keep in memory whose the cases are: each writes for the owner of this very moment, whoever of them
handed the case over, and whenever."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import eventlet
import orjson
import pytest
from sqlalchemy import Column, MetaData, Table, Text, select, text

from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Doors, Runtime
from services.kernel.envelope import SYSTEM
from services.kernel.local import Network, SimulatedClock
from services.kernel.owners import OWNERS
from services.kernel.readmodels import Projection, upsert
from services.kernel.runtime import ServiceRuntime
from services.kernel.scope import OWNER
from services.kernel.wiring import Wiring
from tests.kernel.balls import MONDAY
from tests.kernel.toys import envelope
from tests.support.client import until

CASE_ID = "case"
A, B, C = "60", "61", "62"  # `envelope` is of the first


@dataclass(frozen=True)
class CaseNoted:
    case_id: str
    note: str


@dataclass(frozen=True)
class CaseTransferAccepted:
    case_id: str
    to: str
    n: int


@dataclass(frozen=True)
class Note:
    note: str


@dataclass(frozen=True)
class HandOver:
    to: str


def decide(command: Note | HandOver, handed_over: int) -> list[Any]:
    match command:
        case Note(note):
            return [CaseNoted(CASE_ID, note)]
        case HandOver(to):
            return [CaseTransferAccepted(CASE_ID, to, handed_over + 1)]


def evolve(handed_over: int, event: Any) -> int:
    return handed_over + isinstance(event, CaseTransferAccepted)


# Of each its own stream, so that nobody overtakes another there.
NOTES = Aggregate("notes", Decider(decide, evolve, 0), (CaseNoted,), "case")
TRANSFERS = Aggregate("transfers", Decider(decide, evolve, 0), (CaseTransferAccepted,), "case")
note_table = Table(
    "note_v1",
    MetaData(),
    Column("note", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
)


def project(db: Any, facts: Any) -> None:
    rows = [{"note": fact.data["note"], "case_id": fact.case_id, "centre": fact.centre} for fact in facts]
    upsert(db, note_table, rows, ("note",))


OF_NOTES = Projection("note", 1, (note_table,), project, types=frozenset({"CaseNoted"}))
DESK = Wiring("desk", (NOTES, TRANSFERS), (OWNERS, OF_NOTES))
SHELF = replace(
    DESK, service="shelf", aggregates=(), hears={"desk": {"CaseNoted": (), "CaseTransferAccepted": ()}}
)


class Desk(Doors):
    name = "desk"
    runtime = Runtime(DESK)


class Shelf(Doors):
    name = "shelf"
    runtime = Runtime(SHELF)


@pytest.fixture
def replicas(place):
    """Two programs on the same databases, each with what it remembers."""
    with ExitStack() as ends:
        made = [Network([Desk, Shelf], SimulatedClock(MONDAY), settings=place) for _ in range(2)]
        for each in made:
            ends.callback(each.close)
        yield made


@pytest.fixture
def desks(replicas):
    return [each.runtimes["desk"] for each in replicas]


@pytest.fixture
def shelves(replicas):
    return [each.runtimes["shelf"] for each in replicas]


def note(
    desk: ServiceRuntime, words: str, by: str | None = None, meanwhile: Callable[[], Any] = list
) -> None:
    def work(unit: Any) -> None:
        unit.handle(NOTES, words, Note(words))
        meanwhile()

    made = envelope(words)
    desk.execute(replace(made, actor=by) if by else made, work)


def hand_over(desk: ServiceRuntime, to: str) -> None:
    desk.execute(envelope(f"to {to}"), lambda unit: len(unit.handle(TRANSFERS, CASE_ID, HandOver(to))))


def hear(shelf: ServiceRuntime, desk: ServiceRuntime) -> None:
    page = desk.log.page(shelf.inbox.position("desk"))
    assert page is not None
    shelf.inbox.hear("desk", orjson.loads(page))


def notes(runtime: ServiceRuntime) -> dict[str, str]:
    """Whose each note is."""
    with runtime.database.read() as db:
        return {row.note: row.centre for row in db.execute(select(note_table))}


def counted(runtime: ServiceRuntime) -> int:
    with runtime.database.read() as db:
        return int(db.execute(text("SELECT transfers FROM log_head")).scalar_one())


def test_another_replica_writes_for_the_new_owner(desks):
    one, other = desks
    note(other, "before")
    hand_over(one, B)
    assert notes(other) == {"before": B}
    note(other, "after")
    note(one, "after too")
    hand_over(other, C)
    note(one, "at last")
    assert set(notes(one).values()) == {C}
    assert counted(one) == 2


def test_what_a_deadline_makes_is_done_for_the_new_owner_in_every_replica(desks):
    one, other = desks
    note(other, "before", by=SYSTEM.user)
    hand_over(one, B)
    note(other, "due", by=SYSTEM.user)
    with one.database.read() as db:
        facts = one.log.facts(db, 0, 10)
    assert [fact.centre for fact in facts] == [A, A, B]
    assert notes(one) == {"before": B, "due": B}


def test_another_replica_hears_for_the_new_owner(desks, shelves):
    desk, (one, other) = desks[0], shelves
    note(desk, "before")
    hear(other, desk)
    hand_over(desk, B)
    hear(one, desk)
    note(desk, "after")
    hear(other, desk)
    assert notes(one) == notes(other) == {"before": B, "after": B}
    assert counted(one) == 1


def test_rows_are_the_new_owners_after_a_read_model_was_made_anew(desks):
    one, other = desks
    note(other, "before")
    hand_over(one, B)
    other.rebuild(None, lambda done, of: None)
    note(other, "after")
    assert notes(one) == {"before": B, "after": B}


def test_rows_are_the_new_owners_also_where_the_case_goes_while_it_is_made_anew(desks, monkeypatch):
    """Though the read model is made of no fact that says so."""
    monkeypatch.setattr("services.kernel.building.BATCH", 2)
    monkeypatch.setattr("services.kernel.rebuild.LAST", 1)
    one, other = desks
    for words in "abcdefg":
        note(one, words)
    progress = []

    def meanwhile(done: int, of: int) -> None:
        progress.append((done, of))
        if done == 4:
            hand_over(one, B)

    assert other.rebuild("note", meanwhile) == {"note": 8}
    assert progress[-1] == (8, 8) and len(progress) > 3
    assert notes(other) == dict.fromkeys("abcdefg", B)


def test_a_program_that_starts_knows_who_owned_a_case_before_heads_counted(replicas, desks, place):
    note(desks[0], "before")
    hand_over(desks[0], B)
    with desks[0].database.write() as db:
        db.execute(text("UPDATE log_head SET transfers = 0"))
    started = Network([Desk], SimulatedClock(MONDAY), settings=place)
    note(started.runtimes["desk"], "after")
    started.close()
    assert notes(desks[0]) == {"before": B, "after": B}


# -- at the same time (an SQLite file has one writer) -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["postgresql"])
def test_who_had_begun_decides_again_for_the_new_owner(desks):
    one, other = desks
    note(other, "before")
    handed = []

    def meanwhile() -> None:
        if not handed:
            handed.append(hand_over(one, B))

    note(other, "while", SYSTEM.user, meanwhile)
    assert notes(one) == {"before": B, "while": B}
    with one.database.read() as db:
        assert one.log.facts(db, 0, 10)[-1].centre == B


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_transfer_waits_for_who_is_writing_a_row_and_takes_that_too(desks):
    one, other = desks
    note(one, "before")
    handing = []

    def work(unit: Any) -> None:
        unit.handle(NOTES, "while", Note("while"))
        unit.project()
        unit.db.execute(select(note_table.c.note)).all()  # what was projected is sent
        handing.append(eventlet.spawn(hand_over, other, B))
        with one.database.engine.connect() as looking:
            waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            until(lambda: looking.execute(waits).scalar_one(), bool, "the transfer waits")

    one.execute(envelope("while"), work)
    handing[0].wait()
    assert notes(one) == {"before": B, "while": B}
