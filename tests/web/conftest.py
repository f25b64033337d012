"""The whole system in this process, once for all tests of the front door."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from services.hosting import System
from services.kernel import settings
from services.kernel.settings import OIDC
from services.system import SERVICES
from services.web.identity import passwords, throttle
from tests.support.servers import free_port
from tests.web.browser import HASH, Browser
from tests.web.door import FrontDoor, World
from tests.web.hostile import PROVIDER


def provider_settings(folder: Path, site: str) -> dict[str, str]:
    """The environment of a system with a provider, which nobody asks anything: its pages are there."""
    secret = folder / "client-secret"
    secret.write_text("not-asked-for")
    secret.chmod(0o600)
    told = {
        "ISSUER": PROVIDER, "CLIENT_ID": "songtor", "CLIENT_SECRET_FILE": str(secret),
        "AUTHORIZE_URL": f"{PROVIDER}/auth/",
        "TOKEN_URL": f"{PROVIDER}/token/", "JWKS_URL": f"{PROVIDER}/jwks/", "SUBJECT_CLAIM": "pid",
        "NAME_TH": "ไทยดี", "NAME_EN": "ThaiD",
    }  # fmt: skip
    return {"SONGTOR_PUBLIC_URL": site, **{f"{OIDC}{name}": text for name, text in told.items()}}


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    folder, port = tmp_path_factory.mktemp("data"), free_port()
    told = provider_settings(folder, f"http://127.0.0.1:{port}") | {"SONGTOR_OUTBOUND_ALLOW": "127.0.0.1"}
    chosen = settings.read(told, data=str(folder), http=f"127.0.0.1:{port}")
    chosen = replace(chosen, public_url=None)  # tests that need one set it
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

    def opened(user: str | None = None) -> Browser:
        if user is not None:
            with door.runtime("web").database.write() as db:
                passwords.keep(db, user, HASH, temporary=False)
                db.execute(delete(throttle.failure))  # of tests that typed wrong ones
        return Browser(door.address, user)

    return opened
