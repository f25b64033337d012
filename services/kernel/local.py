"""All services in one process without broker or containers: doors are called directly, pages are pumped by hand.

The same logs, inboxes and read models as in the running system, on a clock that stands still until it is told to move.
Used by the sample loader (day by day, deadlines fired in their own time) and by tests that need exact interleavings.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from services.kernel import database, relay, wire
from services.kernel import settings as settings_module
from services.kernel.doors import Doors
from services.kernel.envelope import instant
from services.kernel.errors import Unavailable
from services.kernel.inbox import Receipt
from services.kernel.questions import Body
from services.kernel.runtime import Ports, ServiceRuntime, in_turn
from services.kernel.settings import Settings

T = TypeVar("T")


class SimulatedClock:
    """A clock that is set. Each look moves it a microsecond, so that no two recorded times are equal."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = max(self._now, moment)

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)


class LocalRuntime(ServiceRuntime):
    network: "Network"

    def until(self, check: Callable[[Connection], T | None], seconds: float) -> T | None:
        """Nobody else moves here: pump everything once instead of waiting, unless waiting is in vain."""
        found = self.read(check)
        if found is None and self.network.moves_while_waiting:
            self.network.settle()
            found = self.read(check)
        return found


class Network:
    """`services` are Doors classes with a declared runtime; `settings` or `data` (SQLite files) say where they keep
    things."""

    def __init__(
        self,
        services: Sequence[type[Doors]],
        clock: SimulatedClock,
        data: Path | None = None,
        database_url: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.clock = clock
        if settings is None:
            env = {"SONGTOR_DATABASE_URL": database_url} if database_url else {}
            settings = settings_module.read(env, data=str(data))
        self.services: dict[str, Any] = {}
        self.runtimes: dict[str, LocalRuntime] = {}
        # A log that has not grown since it was last followed to its head has nothing new, unless somebody put a
        # database back: a loader may trust that, and need not ask the databases.
        self.trusts_bells = False
        self._followed: dict[tuple[str, str], int] = {}
        self.down: set[str] = set()  # services that do not answer, for tests of what others then do
        self.moves_while_waiting = (
            True  # False: whoever waits for others waits in vain, for tests of what is heard late
        )
        ports = Ports(now=clock, pause=lambda seconds: None, ask=self._ask, together=in_turn)
        for cls in services:
            service: Any = cls()
            runtime = LocalRuntime(settings, cls.runtime.wiring, ports)
            runtime.network = self
            runtime.prepare()
            service.runtime = runtime
            self.services[cls.name], self.runtimes[cls.name] = service, runtime

    def call(
        self,
        service: str,
        door: str,
        body: Body | None = None,
        user: str = "worker-60",
        role: str = "worker",
        centres: Sequence[str] = ("60",),
        at: datetime | None = None,
        key: str | None = None,
        if_match: int | None = None,
        fingerprint: str = "",
        partner: str = "",
        delegated: Sequence[Sequence[str]] = (),
    ) -> Any:
        """The answer of a door, as the front door would get it (through JSON and back); errors are the kernel's."""
        call = {
            "caller": {
                "user": user,
                "role": role,
                "centres": list(centres),
                "partner": partner,
                "delegated": [list(each) for each in delegated],
            },
            "id": key or str(uuid4()),
            "fingerprint": fingerprint,
            "correlation": "",
            "at": instant(at) if at else None,
            "if_match": if_match,
        }
        return self._ask(service, door, call, body or {}, 5.0)["answer"]

    def _ask(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        if service in self.down or service not in self.services:
            raise wire.not_running(service)
        database.require_no_transaction()
        return wire.transfer(getattr(self.services[service], door)(*wire.transfer((call, body))))

    def settle(self, chance: Random | None = None) -> int:
        """Pull every log and fire every due deadline until nothing moves; `chance` shuffles the order. Returns
        rounds."""
        rounds = 0
        while self._round(chance):
            rounds += 1
        return rounds

    def _round(self, chance: Random | None) -> bool:
        pairs = [(name, source) for name, runtime in self.runtimes.items() for source in runtime.wiring.hears]
        if chance is not None:
            chance.shuffle(pairs)
        moved = False
        for name, source in pairs:
            if name in self.down or source in self.down or source not in self.runtimes:
                continue
            rings = self.runtimes[source].log.grown.rings
            if self.trusts_bells and self._followed.get((name, source)) == rings:
                continue
            inbox = self.runtimes[name].inbox
            before = inbox.position(source)
            try:
                after = inbox.pull(source)
                self._followed[name, source] = rings
            except Unavailable:
                after = inbox.position(source)
            moved = after > before or moved
        for name, runtime in self.runtimes.items():
            if name not in self.down:
                moved = runtime.fire_timers() > 0 or moved
        return moved

    def hear(self, listener: str, source: str, most: int) -> bool:
        """At most so many events more of one log are heard by one service; whether there were any."""
        inbox = self.runtimes[listener].inbox
        page = self.runtimes[source].log.page(inbox.position(source), most)
        return page is not None and inbox.receive(source, page) == Receipt.HANDLED

    def unheard(self) -> set[tuple[str, str]]:
        """(listener, source) of every log that one of its listeners has not heard to its end."""
        return {
            (name, source)
            for name, runtime in self.runtimes.items()
            for source in runtime.wiring.hears
            if source in self.runtimes
            and runtime.inbox.position(source) < self.runtimes[source].log.head()[0]
        }

    def spare_the_broker(self) -> None:
        """What everybody here has heard need not be published when the services run; a new one will pull it."""
        if not self.unheard():
            for runtime in self.runtimes.values():
                relay.heard_by_all(runtime.log)

    def read(self, service: str, find: Callable[[Connection], T]) -> T:
        return self.runtimes[service].read(find)

    def survey(self, service: str, find: Callable[[Connection], T]) -> T:
        return self.runtimes[service].survey(find)

    def close(self) -> None:
        for runtime in self.runtimes.values():
            runtime.close()
