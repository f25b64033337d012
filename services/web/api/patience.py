"""Questions that wait for their answer (`?wait=`): here, where there are many workers, and only so many at once.

The service asked lets few wait; whoever finds no seat there is answered at once and asks again from here.
"""

import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore
from typing import Any

from services.kernel.questions import Json, Question
from services.web import gateway
from services.web.gateway import calls
from services.web.gateway.calls import User

SEATS = BoundedSemaphore(16)  # of the front door's 64 workers
AGAIN, AGAIN_MOST = 0.1, 1.0  # seconds between questions: the longer it takes, the longer


def answer(
    user: User, question: Question[Any], seconds: float, enough: Callable[[Mapping[str, Json]], bool]
) -> Mapping[str, Json]:
    """The answer to a question with a `wait`, as soon as it is `enough`; as it is now when all seats are taken."""
    wait = question.body.get("wait")
    if not isinstance(wait, int | float) or not wait > 0:
        return _ask(user, question, seconds)
    if not SEATS.acquire(blocking=False):
        return _ask(user, Question(question.door, {**question.body, "wait": 0}), seconds)
    try:
        return _answer(user, question, seconds, enough, time.monotonic() + wait)
    finally:
        SEATS.release()


def _answer(
    user: User,
    question: Question[Any],
    seconds: float,
    enough: Callable[[Mapping[str, Json]], bool],
    end: float,
) -> Mapping[str, Json]:
    pause = AGAIN
    while True:
        told = _ask(user, question, seconds)
        left = end - time.monotonic()
        if enough(told) or left <= 0:
            return told
        gateway.runtime().ports.pause(min(pause, left))
        pause = min(2 * pause, AGAIN_MOST)
        question = Question(question.door, {**question.body, "wait": max(0.0, end - time.monotonic())})


def _ask(user: User, question: Question[Any], seconds: float) -> Mapping[str, Json]:
    told: Mapping[str, Json] = calls.ask(user, question, seconds).answer
    return told
