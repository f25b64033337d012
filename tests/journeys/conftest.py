"""One embedded system for all journeys that only use it, and one of its own for those that stop it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client import Client
from tests.support.running import Embedded, done, environment
from tests.support.servers import free_port

USERS = {
    "worker-60": ("--role", "worker", "--centre", "60"),
    "worker-61": ("--role", "worker", "--centre", "61"),
    "ministry": ("--role", "ministry", "--centre", "*"),
}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with users and nothing else."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    for name, rights in USERS.items():
        done("users", "add", name, *rights, env=environment(SONGTOR_DATA=str(folder)))
    return folder


@pytest.fixture(scope="session")
def system(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    yield from _started(prepared, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def own_system(prepared: Path, tmp_path: Path) -> Iterator[Embedded]:
    """A system that a test may stop, start and spoil."""
    yield from _started(prepared, tmp_path)


def _started(prepared: Path, folder: Path) -> Iterator[Embedded]:
    system = Embedded(Path(shutil.copytree(prepared, folder / "data")), free_port())
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
