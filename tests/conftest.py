"""What holds for every test: a green process, and generated examples that are the same in every run."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

if not os.environ.get("SONGTOR_TEST_UNPATCHED"):
    import eventlet

    eventlet.monkey_patch()

from hypothesis import HealthCheck, settings

from services.kernel.local import Network, SimulatedClock
from tests.support import absent, databases

settings.register_profile(
    "songtor",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("songtor")


def pytest_collection_finish() -> None:
    """What is there by now, the tests among it, stays to the end: nobody need look through it again and again for what
    is garbage. A tenth of the processor time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    with absent.skipping():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    with absent.skipping():
        yield


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Network]]:
    """Makes networks whose databases are made once; each network begins with them as they were when they were new."""
    shelves: list[databases.Shelf] = []

    def make(services: Sequence[type[Any]], clock: SimulatedClock) -> Network:
        shelf = next((each for each in shelves if each.takes(services)), None)
        if shelf is None:
            shelf = databases.Shelf(tmp_path_factory.mktemp("data"))
            shelves.append(shelf)
        return shelf.network(services, clock)

    yield make
    for shelf in shelves:
        shelf.drop()


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A data folder of services with all tables and no row in them, made once for each set of services: to be
    copied."""
    made: dict[tuple[type[Any], ...], Path] = {}

    def folder(services: Sequence[type[Any]], clock: SimulatedClock) -> Path:
        if tuple(services) not in made:
            made[tuple(services)] = tmp_path_factory.mktemp("new")
            Network(services, clock, made[tuple(services)]).close()
        return made[tuple(services)]

    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def network(
    request: pytest.FixtureRequest, tmp_path: Path, new_folder: Callable[..., Path]
) -> Iterator[Callable[..., Network]]:
    """Makes a network of services with new databases: files, or on PostgreSQL those of a role that row-level security
    holds."""
    made: list[Network] = []

    def make(services: Sequence[type[Any]], clock: SimulatedClock) -> Network:
        if request.param == "sqlite":
            if not made:
                shutil.copytree(new_folder(services, clock), tmp_path, dirs_exist_ok=True)
            made.append(Network(services, clock, tmp_path))
        else:
            made.append(request.getfixturevalue("on_postgresql")(services, clock))
        return made[-1]

    yield make
    for each in made:
        each.close()
