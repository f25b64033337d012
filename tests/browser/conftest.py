"""One real system with the sample network, one real browser; every person of a test has a profile of their own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts import chromium
from services.sample import USERS
from tests.browser.visitor import Visitor
from tests.support import absent, once
from tests.support.provider import Provider
from tests.support.running import Embedded
from tests.support.servers import free_port

EVIDENCE = Path(__file__).parents[2] / "var" / "browser"
CHOSEN = "ทดสอบ-ระบบ-ส่งต่อ"
QUIET = (
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip

Come = Callable[..., Visitor]


# So that the pages about mail are there; nothing is ever sent.
MAIL = {"SONGTOR_SMTP_URL": "smtp://127.0.0.1:1", "SONGTOR_SMTP_FROM": "songtor@example.org"}


class Town:
    """The system that everybody works with, the passwords of its users, and a provider by which they may sign in."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.provider = Provider(f"http://127.0.0.1:{port}", folder.parent)
        self.system = Embedded(folder, port, self.provider.settings() | MAIL)
        once.folder("town", folder, lambda _: self.system.command("load-sample"))
        password = (folder / "sample-password").read_text().strip()
        self.passwords = {user.name: password for user in USERS}
        self.system.start()

    def let_in(self, visitor: Visitor, user: str) -> None:
        visitor.sign_in(user, self.passwords[user])
        if visitor.path == "/password":
            visitor.fill({"old": self.passwords[user], "new": CHOSEN, "again": CHOSEN})
            visitor.press("Change my password")
            self.passwords[user] = CHOSEN


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    absent.need("Chromium")
    town = Town(tmp_path_factory.mktemp("town") / "data")
    with town.provider:
        yield town
    town.system.process.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    absent.need("Chromium")
    with sync_playwright() as playwright:
        # The sandbox needs what root in a container does not have; only pages of our own are shown.
        browser = playwright.chromium.launch(
            executable_path=chromium.found(), args=QUIET, chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture
def come(town: Town, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Come]:
    """`come(user, device)`: that user, signed in, or with None a stranger, in a browser of their own."""
    here: list[Visitor] = []

    def come(user: str | None = None, *device: Any, **more: Any) -> Visitor:
        visitor = Visitor(browser, town.system.address, *device, **more)
        here.append(visitor)
        if user is not None:
            town.let_in(visitor, user)
        return visitor

    yield come
    seen = [fault for visitor in here for fault in visitor.watch.seen]
    broken = seen or request.node.stash.get(BROKEN, False)
    name = re.sub(r"\W+", "-", request.node.name)
    for number, visitor in enumerate(here):
        visitor.leave(EVIDENCE / name / str(number) if broken else None)
    assert not seen, f"{seen}; pictures and traces are in {EVIDENCE / name}"


BROKEN = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    item.stash[BROKEN] = item.stash.get(BROKEN, False) or report.failed
    return report
