"""The pair of database and broker under test, and the toys on it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import eventlet
import pytest

from services.kernel import embedded, settings
from services.kernel.local import Network, SimulatedClock
from tests.kernel import balls, places, toys
from tests.kernel.places import PAIRS, Place
from tests.support.databases import Copy, drop_databases

HANGS = 240  # seconds, on a busy machine, where the longest (test_machine) takes more than 120
START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def mark() -> str:
    return f"songtor_test_{uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def services(mark) -> toys.Toys:
    suffix = mark.rpartition("_")[2]
    return toys.Toys(f"teller{suffix}", f"listener{suffix}")


@pytest.fixture(scope="session")
def databases(mark, services, tmp_path_factory) -> Iterator[list[Copy]]:
    """PostgreSQL databases made once; each test begins with them as they were when they were new."""
    new = places.place(PAIRS[1], tmp_path_factory.mktemp("new"), mark, services)
    network = Network([services.Teller, services.Listener], SimulatedClock(START), settings=new.settings)
    bases = [runtime.database for runtime in network.runtimes.values()]
    vault = network.runtimes[services.teller].vault_database
    assert vault is not None
    yield [Copy(database) for database in (*bases, vault)]
    network.close()
    new.close()
    drop_databases(mark)


@pytest.fixture(params=PAIRS)
def pair(request, mark, services, tmp_path, new_folder) -> Iterator[Place]:
    embedded.register()
    toys.unable.clear()
    if request.param == "postgresql+rabbitmq":
        for copy in request.getfixturevalue("databases"):
            copy.restore()
    else:
        new = new_folder([services.Teller, services.Listener], SimulatedClock(START))
        shutil.copytree(new, tmp_path, dirs_exist_ok=True)
    made = places.place(request.param, tmp_path, mark, services)
    with eventlet.Timeout(HANGS):
        yield made
        made.close()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def net(pair, clock) -> Iterator[Network]:
    """Both toys in this process, pumped by hand."""
    network = Network([pair.toys.Teller, pair.toys.Listener], clock, settings=pair.settings)
    yield network
    network.close()


@pytest.fixture
def teller(net, pair):
    return net.runtimes[pair.toys.teller]


@pytest.fixture
def listener(net, pair):
    return net.runtimes[pair.toys.listener]


# -- installations of the two that throw a ball, several side by side


@pytest.fixture
def sites(tmp_path):
    with balls.sites(tmp_path) as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def place(sites, kind):
    return settings.read(sites(kind))
