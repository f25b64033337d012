"""Everything breaks at random moments while clients work; nothing is lost and nothing comes twice. `make soak` runs it for longer."""

import time
from pathlib import Path

import pytest

from tests.support.faults import World, printed
from tests.support.running import done

SEED = 2557
SECONDS = 75.0


def test_whatever_breaks_nothing_is_lost_nothing_comes_twice_and_no_place_is_given_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    with World(folder, SEED) as world:
        world.run(SECONDS, lambda line: None)
        verdict, verified, book = world.check(), world.verify(), world.load.book
        shown = world.read_models()
        world.services.stop()
        done("rebuild", env=world.env)
        rebuilt = world.read_models()

    figures = {
        "seed": SEED,
        "acknowledged commands": len(book.acknowledged),
        "of them asked twice": book.again,
        "facts": verdict.facts,
        "effects": verdict.effects,
    }
    with capsys.disabled():
        print(f"\n{printed(world.table(verdict), figures)}")

    assert book.surprises == []
    assert len(book.acknowledged) > 100
    assert verdict.lost == []
    assert verdict.duplicated == []
    assert verdict.problems == []
    assert verified == ""
    for table, rows in shown.items():
        assert rows == rebuilt[table], f"{table} differs from what its facts say"


def test_without_broker_and_database_every_service_still_stops_within_seconds(folder: Path):
    with World(folder, SEED, crashing=False) as world:
        world.load.stop()
        world.rabbit.kill()
        world.postgres.kill()
        started = time.monotonic()
        codes = world.services.stop(seconds=25)
        assert time.monotonic() - started < 20
        assert set(codes) == {0}
        for process in world.services.processes:
            assert "Traceback" not in process.said()
