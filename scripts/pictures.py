"""Makes the pictures of the pages that the README and the guide show, in docs/pictures/, from the sample network."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scripts import chromium
from tests.browser import steps
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.support.running import Embedded
from tests.support.servers import free_port

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LAST_NAME = "ตัวอย่างงาม"


class Album:
    """People at their browsers, and the pictures of what they see."""

    def __init__(self, system: Embedded, browser: Browser, password: str) -> None:
        self.system, self.browser, self.password = system, browser, password

    def visitor(self, user: str | None, device: Mapping[str, Any] = DESKTOP) -> Visitor:
        visitor = Visitor(self.browser, self.system.address, device)
        if user is not None:
            visitor.sign_in(user, self.password)
        return visitor

    @staticmethod
    def keep(visitor: Visitor, name: str) -> None:
        """What one sees first."""
        visitor.page.evaluate("scrollTo(0, 0)")
        visitor.page.screenshot(path=PICTURES / f"{name}.png")


def taken(album: Album) -> None:
    """One person's way from the door to a place, as the three people see it."""
    worker, director = album.visitor("worker-60"), album.visitor("director-60")
    in_ward, partner = album.visitor("worker-60", PHONE), album.visitor(None, PHONE)
    album.keep(worker, "work")
    in_ward.open("/cases/new")
    album.keep(in_ward, "danger-phone")
    in_ward.fill({"danger": "none"})
    in_ward.press("Continue")
    album.keep(in_ward, "open-phone")
    case = steps.open_case(worker, LAST_NAME)
    worker.open(f"{case}/screening/fill")
    worker.fill(steps.SCREENED)
    album.keep(worker, "screening")
    steps.screen(worker, case)
    steps.choose_place(worker, case)
    worker.open(f"{case}/matches")
    album.keep(worker, "matches")
    worker.open(f"{case}/matches?view=map")
    album.keep(worker, "matches-map")
    director.open(f"{case}/plan")
    album.keep(director, "plan")
    steps.agree(director, case)
    referral = steps.refer(worker, case)
    link = steps.make_link(worker, referral)
    album.keep(worker, "link")
    partner.open(link.address)
    partner.fill({"code": link.code})
    partner.press("Continue")
    album.keep(partner, "answer-phone")
    partner.press("Yes, we take the person")
    partner.fill({"receiver": "คุณสมศรี"})
    partner.press("Send the answer")
    steps.place(worker, referral)
    worker.open(case)
    album.keep(worker, "case")
    director.menu("Dashboard")
    album.keep(director, "dashboard")


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder) / "data"
        system = Embedded(data, free_port())
        system.command("load-sample")
        system.start()
        try:
            browser = playwright.chromium.launch(executable_path=chromium.found(), chromium_sandbox=False)
            taken(Album(system, browser, (data / "sample-password").read_text().strip()))
            browser.close()
        finally:
            system.process.kill()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.name} {picture.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
