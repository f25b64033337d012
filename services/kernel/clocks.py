"""Whether this machine's clock can be believed.

A fact says for good when it was recorded, and a deadline that was met is met. Beside PostgreSQL the database's clock is
everybody's: a process whose own is far from it does not start, and one whose clock goes astray while it runs records
nothing and meets no deadline until it is right again. Beside SQLite files there is no other clock: one that was set
while the process runs may be right now or before, so deadlines wait until somebody starts it again, and people go on.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from services.kernel import metrics
from services.kernel.database import Database
from services.kernel.errors import Unavailable

logger = logging.getLogger(__name__)

FAR = 30.0  # seconds


class ClockOff(Unavailable):
    """This machine's clock cannot be believed (503)."""


def steady() -> float:
    """Seconds that nobody sets, also while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """`now` is the clock, `steady` seconds that pass evenly."""

    def __init__(
        self,
        service: str,
        database: Database,
        now: Callable[[], datetime],
        steady: Callable[[], float] = steady,
    ) -> None:
        self.service, self.database, self.now, self.steady = service, database, now, steady
        self.problem: str | None = None
        self._started = self._apart()

    def require(self) -> None:
        """ClockOff while nothing may be recorded."""
        if self.problem is not None and not self.database.sqlite:
            raise ClockOff(self.problem)

    def look(self) -> None:
        """See how far it is off by now."""
        off = self._apart() - self._started if self.database.sqlite else self._off_the_database()
        metrics.CLOCK_OFF.labels(self.service).set(off)
        was, self.problem = self.problem, None
        if abs(off) > FAR:
            self.problem = (
                f"The clock of this machine was set by {off:+.0f} seconds. Deadlines wait until it is right and "
                "songtor is started again."
                if self.database.sqlite
                else f"The clock of this machine is {off:+.0f} seconds off the database's. Set it right."
            )
            if was is None:
                logger.error("%s: %s", self.service, self.problem)
        elif was is not None:
            logger.info("the clock of %s is right again", self.service)

    def _apart(self) -> float:
        return self.now().timestamp() - self.steady()

    def _off_the_database(self) -> float:
        with self.database.read() as db:
            theirs = db.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
            return self.now().timestamp() - float(theirs)
