"""The app on a user's phone that makes the codes of the second step."""

from datetime import timedelta
from typing import Any, Self

import pyotp
from sqlalchemy import update

from services.web.identity import second_factor
from tests.web.browser import Browser, Page
from tests.web.door import FrontDoor

STEP = 30  # seconds


class Phone:
    """Its clock is the system's. What is accepted once is not accepted again: a test that signs in often takes `fresh` codes, and waits for
    no half minute."""

    def __init__(self, door: FrontDoor, user: str, secret: str) -> None:
        self.door, self.user, self.totp = door, user, pyotp.TOTP(secret)

    @classmethod
    def turned_on(cls, door: FrontDoor, visitor: Browser, user: str) -> tuple[Self, list[str]]:
        """(phone, recovery codes) after a user who is signed in has turned the second step on."""
        page = visitor.open("/second-factor")
        phone = cls(door, user, secret_of(page))
        done = visitor.send(page, code=phone.code())
        assert done.status == 200, done.text
        return phone, recovery_codes(done)

    def code(self, steps: int = 0) -> str:
        """As it is shown now, or some steps later or (below 0) earlier."""
        return self.at(self.door.runtime("web").now(), steps)

    def at(self, now: Any, steps: int = 0) -> str:
        return str(self.totp.at(now + timedelta(seconds=STEP * steps)))

    def fresh(self) -> str:
        """The code of now, as if none had been used for half a minute."""
        with self.door.runtime("web").database.write() as db:
            mine = second_factor.factor.c.user_name == self.user
            db.execute(update(second_factor.factor).where(mine).values(last_step=0))
        return self.code()


def secret_of(page: Page) -> str:
    return "".join(page.tree.xpath("//main//code")[0].text.split())


def recovery_codes(page: Page) -> list[str]:
    return [item.text for item in page.tree.xpath('//*[@class="app-recovery"]/li')]
