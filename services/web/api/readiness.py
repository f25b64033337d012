"""Whether the system is able to work, and which part of it is not.

Until everything works for the first time, or has had a minute for it, the front door is not ready. From then on it is,
as long as any service answers: who follows another from far behind answers with what it has heard, and who is silent
is missed by its own pages alone. Which those are is said, and `partly` instead of `ready`.
"""

import time
from collections.abc import Sequence
from threading import Lock
from typing import TypedDict
from weakref import WeakKeyDictionary

from services.kernel.runtime import ServiceRuntime
from services.kernel.status import Status
from services.web import gateway
from services.web.gateway.problems import Problem
from services.web.gateway.standing import LAG_MOST, heard, statuses

FIRST_SECONDS = 60.0  # from the first question; then what works is let work
FRESH_SECONDS = 0.5  # one look answers all who ask meanwhile: anybody may


class Readiness(TypedDict):
    """`status`: ready, or partly with the `problems` in sentences."""

    status: str
    problems: Sequence[str]


class Watch:
    """One look at all services at a time, of the front door of one process."""

    def __init__(self) -> None:
        self._looking = Lock()
        self._first = time.monotonic()
        self._complete = False  # everything has worked once
        self._looked_at, self._answering, self._problems = -FRESH_SECONDS, 0, list[str]()

    def readiness(self) -> Readiness:
        """Problem 503 when nothing works, or not yet."""
        with self._looking:
            if time.monotonic() - self._looked_at >= FRESH_SECONDS:
                found, self._problems = statuses()
                self._answering = len(found)
                self._problems += behind(found)
                self._complete = self._complete or not self._problems
                self._looked_at = time.monotonic()
            problems, answering = self._problems, self._answering
        starting = not self._complete and self._looked_at - self._first < FIRST_SECONDS
        if problems and (starting or not answering):
            raise Problem(503, "; ".join(problems), retry_after=2)
        return {"status": "partly" if problems else "ready", "problems": problems}


_WATCHES: WeakKeyDictionary[ServiceRuntime, Watch] = WeakKeyDictionary()


def now() -> Readiness:
    return _WATCHES.setdefault(gateway.runtime(), Watch()).readiness()


def behind(rows: Sequence[Status]) -> list[str]:
    """Sentences about who no longer follows another, or follows from far behind."""
    late, said = heard(rows), []
    for row in rows:
        for each in row["subscriptions"]:
            name, source = row["service"], each["source"]
            if each["state"] != "running":
                said.append(f"{name} no longer follows {source}: {each['state']}")
            elif late[name, source] > LAG_MOST:
                said.append(f"{name} is {late[name, source]} events behind {source}")
    return said
