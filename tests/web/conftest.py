"""The whole system in this process, once for all tests of the front door."""

from collections.abc import Callable, Iterator

import pytest

from services.kernel import settings
from services.system import SERVICES, System
from services.web import passwords
from tests.support.servers import free_port
from tests.web.browser import PASSWORD, Browser
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


@pytest.fixture(scope="session")
def browser(door: FrontDoor) -> Callable[..., Browser]:
    """A browser of a user who has signed in, or of nobody."""
    hash = passwords.hashed(PASSWORD)

    def opened(user: str | None = None) -> Browser:
        if user is not None:
            with door.runtime("web").database.write() as db:
                passwords.keep(db, user, hash, temporary=False)
        return Browser(door.address, user)

    return opened
