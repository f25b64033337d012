"""Deadlines of the teller are met in a process of its own, up to the second of the third transaction: there it says so,
and waits."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from services.kernel import settings
from services.kernel.decider import Do
from services.kernel.envelope import moment
from services.kernel.local import SimulatedClock
from services.kernel.runtime import Ports, ServiceRuntime, in_turn
from services.kernel.timers import TOGETHER
from tests.kernel.toys import Toys, when_due

MOMENT = 2 * TOGETHER + 2


def main() -> None:
    teller, listener, now, data = sys.argv[1:]
    number = count(1)

    def waits(command: Mapping[str, str], now: datetime) -> Do:
        if next(number) == MOMENT:
            print("deciding", flush=True)
            sys.stdin.readline()
        return when_due(dict(command), now)

    def nobody(*_: object) -> None:
        """Others are not asked."""

    wiring = replace(Toys(teller, listener).Teller.runtime.wiring, when_due=waits)
    ports = Ports(SimulatedClock(moment(now)), lambda seconds: None, nobody, in_turn)
    ServiceRuntime(settings.read(os.environ, data=data), wiring, ports).fire_timers()
