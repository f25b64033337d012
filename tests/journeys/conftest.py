"""One embedded system for all journeys that only use it, and one of its own for those that stop it."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.client import Client
from tests.support.running import Embedded, done, environment
from tests.support.servers import free_port

USERS = {
    "worker-60": ("--role", "worker", "--centre", "60"),
    "worker-61": ("--role", "worker", "--centre", "61"),
    "ministry": ("--role", "ministry", "--centre", "*"),
}


class Prepared(NamedTuple):
    """A data folder with users and nothing else, to be copied; their tokens open every copy."""

    folder: Path
    tokens: Mapping[str, str]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    env = environment(SONGTOR_DATA=str(folder))
    for name, rights in USERS.items():
        done("users", "add", name, *rights, env=env)
    return Prepared(folder, {name: done("token", name, env=env).strip() for name in USERS})


@pytest.fixture(scope="session")
def system(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    yield from _started(prepared, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def own_system(prepared: Prepared, tmp_path: Path) -> Iterator[Embedded]:
    """A system that a test may stop, start and spoil."""
    yield from _started(prepared, tmp_path)


def _started(prepared: Prepared, folder: Path) -> Iterator[Embedded]:
    copied = Path(shutil.copytree(prepared.folder, folder / "data"))
    system = Embedded(copied, free_port(), tokens=prepared.tokens)
    system.start()
    yield system
    system.process.kill()


@pytest.fixture(scope="session")
def nakhon_sawan(system: Embedded) -> Client:
    return system.user("worker-60")


@pytest.fixture(scope="session")
def uthai_thani(system: Embedded) -> Client:
    return system.user("worker-61")


@pytest.fixture(scope="session")
def ministry(system: Embedded) -> Client:
    return system.user("ministry")
