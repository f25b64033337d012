"""Everything breaks at random moments while clients work; nothing is lost and nothing comes twice. `make soak` runs it
for longer."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults import World, printed
from tests.support.history import Verdict
from tests.support.running import done

SEED = 2557
SECONDS = 75.0


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    """As it is once everything runs again."""
    with World(folder, SEED) as world:
        world.run(SECONDS, lambda line: None)
        yield world


@pytest.fixture(scope="module")
def verdict(world: World) -> Verdict:
    return world.check()


def test_no_fault_excuses_a_wrong_answer(world: World, verdict: Verdict, capsys: pytest.CaptureFixture[str]):
    book = world.load.book
    figures = {
        "seed": SEED,
        "acknowledged commands": len(book.acknowledged),
        "of them asked twice": book.again,
        "facts": verdict.facts,
        "effects": verdict.effects,
    }
    with capsys.disabled():
        print(f"\n{printed(world.table(verdict), figures)}")
    assert book.surprises == [], "\n".join([*book.surprises, *world.errors()])
    assert len(book.acknowledged) > 100


def test_nothing_acknowledged_is_lost_and_nothing_happened_twice(verdict: Verdict):
    assert verdict.lost == []
    assert verdict.duplicated == []


def test_every_subscriber_is_at_the_head_and_no_place_is_given_twice(verdict: Verdict):
    assert verdict.problems == []


def test_verify_finds_every_log_whole(world: World):
    assert world.verify() == ""


def test_read_models_are_what_the_facts_say_and_stopping_needs_neither_broker_nor_database(world: World):
    shown = world.read_models()
    world.rabbit.kill()
    world.postgres.kill()
    started = time.monotonic()
    codes = world.services.stop(seconds=25)
    assert time.monotonic() - started < 20
    assert set(codes) <= {0, -signal.SIGTERM}  # one that is still starting dies of the signal itself

    world.postgres.start()
    done("rebuild", env=world.env)
    rebuilt = world.read_models()
    for table, rows in shown.items():
        assert rows == rebuilt[table], f"{table} differs from what its facts say"
