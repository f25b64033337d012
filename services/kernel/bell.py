"""A doorbell within one process: whoever waits is woken when something was committed. A hint only; polling covers the
rest."""

from threading import Condition


class Bell:
    def __init__(self) -> None:
        self._condition = Condition()
        self._rings = 0

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        return self._rings

    def wait(self, heard: int, seconds: float) -> int:
        """Wait until it has rung since `heard` rings, at most `seconds`; returns the rings so far."""
        with self._condition:
            if self._rings == heard:
                self._condition.wait(seconds)
            return self._rings
