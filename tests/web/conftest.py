"""The whole system in this process, once for all tests of the front door."""

from collections.abc import Iterator

import pytest

from services.kernel import settings
from services.system import SERVICES, System
from tests.support.servers import free_port
from tests.web.door import FrontDoor, World


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    chosen = settings.read({}, data=str(tmp_path_factory.mktemp("data")), http=f"127.0.0.1:{free_port()}")
    system = System(chosen, tuple(SERVICES))
    system.start()
    yield FrontDoor(chosen, system)
    system.stop()


@pytest.fixture(scope="session")
def world(door: FrontDoor) -> World:
    """A case of centre 60 with a referral; tests of refusals may use it all, none changes it."""
    return door.world()
