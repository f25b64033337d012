"""Password hashes, each a tenth of a second of a processor: few at a time, a short queue, and then no.

A storm of made-up names costs those who are at work nothing that they notice. A browser that is known as the user's has
places of its own in the queue, which strangers do not fill.
"""

import os
from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = max(1, min(2, (os.cpu_count() or 1) - 1))  # a processor is left for everybody else
QUEUE, QUEUE_OF_KNOWN = 8, 24  # who comes and finds so many waiting is turned away
SECONDS = 3  # in which a full queue has been dealt with


class Busy(Exception):
    """Too many wait already (429); after so many `seconds` one may try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Turnstile:
    """Lets `at_once` through at a time; `there`: how many are at it or wait."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = BoundedSemaphore(at_once)
        self._counting = Lock()
        self._at_once, self.there = at_once, 0

    def run(self, work: Callable[[], T], queue: int = QUEUE) -> T:
        """What `work` gives, once it is its turn; Busy if too many wait already."""
        with self._counting:
            if self.there >= self._at_once + queue:
                raise Busy(SECONDS)
            self.there += 1
        try:
            with self._free:
                return work()
        finally:
            with self._counting:
                self.there -= 1


TURNSTILE = Turnstile()


def in_turn(work: Callable[[], T], known: bool = False) -> T:
    """`work`, in which a password is hashed. `known`: who asks has been let in before."""
    return TURNSTILE.run(work, QUEUE_OF_KNOWN if known else QUEUE)
