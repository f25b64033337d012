"""What a service's doors work with: its database, log, inbox, vault and clock. Knows no nameko, so tests and loaders
use it too."""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any, Protocol, TypedDict, TypeVar
from uuid import uuid4

import orjson
from sqlalchemy import Connection

from services.kernel import access, checkpoints, ledger, metrics, pruning, replicas, schema, scope, tampering
from services.kernel.call import Call
from services.kernel.clocks import Clock
from services.kernel.cloudevents import Page
from services.kernel.codec import Codec
from services.kernel.database import Database
from services.kernel.decider import Aggregate
from services.kernel.envelope import Envelope, instant
from services.kernel.errors import NotFound, Unavailable
from services.kernel.eventlog import EventLog, Outcome, Unit
from services.kernel.inbox import Inbox
from services.kernel.keys import MasterKey
from services.kernel.macs import Macs
from services.kernel.rebuild import Progress, rebuild
from services.kernel.settings import Settings
from services.kernel.status import Status, status
from services.kernel.tampering import Findings
from services.kernel.timers import Timers
from services.kernel.vault import SealingVault, Shredded, Shredding, Vault
from services.kernel.verify import cursor_problems, log_problems
from services.kernel.wiring import Wiring

T = TypeVar("T")
C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")
logger = logging.getLogger(__name__)

SEATS = 3  # of a service's ten workers, for questions that wait long
CATCH_UP = 2.0  # seconds a command may wait for another service's log before it refuses
STARTED = str(uuid4())  # of this process, and of those that it forks
POLL = 0.1  # seconds between looks at the database when another replica may have done it


def utc_now() -> datetime:
    return datetime.now(UTC)


def process_id() -> str:
    """Tells figures of this process from those of others."""
    return f"{STARTED}-{os.getpid()}"


# (service, door, call, body, seconds) -> {answer, position, stale}
Ask = Callable[[str, str, Mapping[str, Any], Mapping[str, Any], float], Any]


class Gather(Protocol):
    def __call__(self, tasks: Sequence[Callable[[], T]], /) -> list[T]: ...


class Run(Protocol):
    def __call__(self, work: Callable[[], T], /) -> T: ...


class RunWithin(Protocol):
    def __call__(self, seconds: float, work: Callable[[], T], /) -> T: ...


def in_turn(tasks: Sequence[Callable[[], T]]) -> list[T]:
    return [task() for task in tasks]


def at_once(work: Callable[[], T]) -> T:
    return work()


def not_aside(work: Callable[[], None]) -> None:
    work()


def without_limit(seconds: float, work: Callable[[], T]) -> T:
    return work()


@dataclass(frozen=True)
class Ports:
    """What differs between a nameko container, a test and the loader: time, waiting, and asking another service."""

    now: Callable[[], datetime]
    pause: Callable[[float], None]
    ask: Ask
    together: Gather  # run side by side, answers in order
    # Work that keeps the processor busy, done without holding up others.
    heavy: Run = at_once
    # Work that waits for others, given up after so many seconds: TimeoutError.
    within: RunWithin = without_limit
    # Work that goes on beside whoever began it, until it ends or the service stops.
    aside: Callable[[Callable[[], None]], None] = not_aside


class LogPage(TypedDict):
    """`page` is JSON text, None at the head of the log; `hash` is the head's."""

    page: str | None
    head: int
    hash: str
    epoch: str


class ServiceRuntime:
    """One service of one process, ready to decide, read and hear. Not `keyed`: only to be looked at, where the master
    key is not."""

    def __init__(
        self, settings: Settings, wiring: Wiring, ports: Ports, pool: int = 12, keyed: bool = True
    ) -> None:
        self.settings, self.wiring, self.ports = settings, wiring, ports
        self.service = wiring.service
        self.replica_id = str(uuid4())
        self._seats = BoundedSemaphore(SEATS)
        self._closing = False
        self.master = (
            MasterKey.load(settings.master_key_file, create=settings.make_master_key)
            if keyed
            else MasterKey.of_nobody()
        )
        self.database = Database(settings.database(self.service), pool)
        self.vault_database: Database | None = None
        if any(Codec(wiring.aggregates).personal.values()):
            self.vault_database = Database(settings.database("vault"), 4)
        self._vault = self._open_vault()
        macs = Macs(self.service, self.master, settings.key_generation) if keyed else None
        self.log = EventLog(self.database, wiring, self._vault, macs)
        self.timers = Timers(self.log, ports.pause)
        self.clock = Clock(self.service, self.database, ports.now)
        self.inbox = Inbox(self.log, ports.now, self._fetch, ports.pause)

    def _open_vault(self) -> SealingVault | None:
        if self.vault_database is None:
            return None
        base = self.vault_database
        kind = Vault if self.wiring.erases else SealingVault
        return kind(
            base.engine,
            self.master,
            begin=base.write,
            read=base.read,
            wall=lambda: instant(self.ports.now()),
        )

    def prepare(self) -> None:
        """Make or upgrade the databases and the read models."""
        schema.prepare(self.database, self.wiring)
        if self.vault_database is not None:
            schema.prepare_vault(self.vault_database)
            self.vault.check()
            if isinstance(self._vault, Vault):
                ledger.add(self.settings.erasure_ledger, self._vault.shredded())
        schema.prepare_read_models(self.log, self.ports.now, self.ports.pause)

    def beat(self) -> None:
        """Look whether the clock is right. Where others may come with newer read models: say that this process serves.
        Outdated when they have come."""
        self.clock.look()
        if not self.database.sqlite and self.wiring.projections:
            replicas.beat(self.log, self.replica_id)

    def dismiss(self) -> None:
        """The service is about to stop: whoever waits long goes now, with Unavailable."""
        self._closing = True
        self.log.bell.ring()

    def close(self) -> None:
        self.database.close()
        if self.vault_database is not None:
            self.vault_database.close()

    # -- for doors -------------------------------------------------------------------------------------------------

    @property
    def vault(self) -> SealingVault:
        """A `Vault`, which can also destroy a key, where the wiring says that this service erases."""
        if self._vault is None:
            raise TypeError(f"{self.service} may not seal or unseal.")
        return self._vault

    def ensure_key(self, call: Call, person_id: str) -> None:
        """A key for what a command will seal of a person. Shredded if they were erased, unless that came after it."""
        try:
            self.vault.ensure(person_id)
        except Shredded:
            if not self.log.is_done(call.command_id):
                raise

    def erase(self, subject_id: str, at: str) -> None:
        """Destroy a person's key for good, and write that down outside every backup; again is nothing."""
        if not isinstance(self._vault, Vault):
            raise TypeError(f"{self.service} may not erase.")
        self._vault.shred(subject_id, at)
        ledger.add(self.settings.erasure_ledger, [Shredding(subject_id, at)])

    def note_access(self, who: str, what: str, read: Sequence[tuple[str, str]]) -> None:
        """Put on record that `who` reads `what` of each (subject, person id), before anything of it is unsealed."""
        if read:
            with self.database.write() as db:
                access.record(db, instant(self.now()), who, what, read)

    def now(self) -> datetime:
        return self.ports.now()

    def key(self, purpose: str) -> bytes:
        return self.master.derive(purpose)

    def execute(self, envelope: Envelope, work: Callable[[Unit], T]) -> Outcome[T]:
        """One transaction; see EventLog.execute."""
        return self.log.execute(envelope, work)

    def read(self, find: Callable[[Connection], T]) -> T:
        with self.database.read() as db:
            return find(db)

    def survey(self, find: Callable[[Connection], T]) -> T:
        """A look at many rows, as they are at one moment, that may put some aside in tables of its own: where the
        database would count in this very thread, others go on meanwhile."""
        with self.database.snapshot() as db:
            return self.ports.heavy(lambda: find(db)) if self.database.sqlite else find(db)

    def state(self, aggregate: Aggregate[C, S, E], id: str) -> S:
        """What the facts about one thing add up to now, for a question that decides nothing."""
        stream_id = aggregate.stream(id)
        return self.read(lambda db: self.log.fold(db, {stream_id: aggregate}))[stream_id][0]

    def get_or_pull(self, find: Callable[[Connection], T | None], *sources: str) -> T:
        """What `find` finds; if nothing, the logs of `sources` are pulled to their heads (at most 2 s each) and it
        looks again.

        NotFound if there is nothing; Unavailable if a source cannot be asked, for then nobody knows whether there is.
        """
        found = self.read(find)
        if found is None:
            for source in sources:
                self.inbox.pull(source, CATCH_UP)
            found = self.read(find)
        if found is None:
            raise NotFound()
        return found

    def catch_up(self, source: str) -> None:
        """Follow a source's log to its head, at most 2 s; when that fails the caller decides on what is known."""
        try:
            self.inbox.pull(source, CATCH_UP)
        except Unavailable:
            logger.warning("%s could not catch up with %s", self.service, source)

    def until(self, check: Callable[[Connection], T | None], seconds: float) -> T | None:
        """Wait until `check` finds something, at most `seconds`; woken when this process learns something."""
        end = time.monotonic() + seconds
        while True:
            heard = self.log.bell.rings
            found = self.read(check)
            left = end - time.monotonic()
            if found is not None or left <= 0:
                return found
            self.log.bell.wait(heard, min(POLL, left))

    def long_until(self, check: Callable[[Connection], T | None], seconds: float) -> T | None:
        """As `until`, for many seconds: who waits holds a worker, so only a few may; where no seat is free it looks
        once."""

        def look(db: Connection) -> T | None:
            if self._closing:
                raise Unavailable(f"The service {self.service} is about to stop.")
            return check(db)

        if not self._seats.acquire(blocking=False):
            return self.read(check)
        try:
            return self.until(look, seconds)
        finally:
            self._seats.release()

    def wait_for_positions(self, positions: Mapping[str, int], seconds: float = CATCH_UP) -> bool:
        """Wait until what the caller wrote in other services is heard here; False when it was not in time."""
        awaited = {source: at for source, at in positions.items() if source in self.wiring.hears}
        if not awaited:
            return True

        def caught_up(_: Connection) -> bool | None:
            return all(self.inbox.position(source) >= at for source, at in awaited.items()) or None

        return bool(self.until(caught_up, seconds))

    def ask(self, service: str, door: str, call: Call, body: Mapping[str, Any], seconds: float = 5.0) -> Any:
        """A question to another service's door, with the caller's own call."""
        return self.ports.ask(service, door, call.as_dict(), body, seconds)["answer"]

    # -- for the kernel's own doors --------------------------------------------------------------------------------

    def page(self, after: int, limit: int) -> LogPage:
        """A page of this log for a follower that asks."""
        head, hash, epoch = self.log.head()
        page = self.log.page(after, limit, 4 * 1024 * 1024) if head > after else None
        return {"page": page.decode() if page else None, "head": head, "hash": hash, "epoch": epoch}

    def _fetch(self, source: str, after: int, limit: int) -> Page:
        answer = self.ports.ask(source, "page", SYSTEM_CALL, {"after": after, "limit": limit}, CATCH_UP)[
            "answer"
        ]
        page: Page = answer | (orjson.loads(answer["page"]) if answer["page"] else {"events": []})
        return page

    def fire_timers(self) -> int:
        if self.clock.problem is not None:
            return 0
        return self.timers.fire(instant(self.ports.now()))

    def rebuild(self, name: str | None, progress: Progress) -> dict[str, int]:
        """Rebuild one read model or all; NotFound for an unknown name. Returns facts replayed by read model."""
        chosen = [p for p in self.wiring.projections if name in (None, p.name)]
        if name is not None and not chosen:
            raise NotFound(name)
        return {p.name: rebuild(self.log, p, progress, self.ports.pause) for p in chosen}

    def status(self) -> Status:
        return status(self.log, self.ports.now())

    def checkpoint(self) -> None:
        """State where log and record of accesses stand, if a minute has passed and there is something to state."""
        assert self.log.macs is not None, "a runtime has the key"
        if checkpoints.due(self.log, self.now()):
            checkpoints.make(self.log, self.log.macs, self.now())

    def tidy(self) -> dict[str, int]:
        """What is to be done again and again; {rule: rows that went}."""
        for database in filter(None, (self.database, self.vault_database)):
            database.count_up()
        return self.prune()

    def prune(self) -> dict[str, int]:
        """Take away rows whose time has passed, if this night nobody has; {rule: rows that went}."""
        return pruning.prune(self.log, self.now(), self.ports.pause)

    def verify(self) -> list[str]:
        return self.check().problems

    def check(self) -> Findings:
        """What is wrong with what this service keeps, and what cannot be said."""
        whole = list(log_problems(self.log, self.ports.pause))
        keyed = tampering.keyed(self.log, self.now(), self.ports.pause)
        problems = [*whole, *keyed.problems, *cursor_problems(self.log), *tampering.filled(self.log)]
        if not whole:  # what follows from a log that is none would only hide where it breaks
            problems += tampering.deadlines(self.log, self.now(), self.ports.pause)
            if self.vault_database is not None:
                problems += tampering.people(self.log, self.vault_database, self.ports.pause)
        # Of a log that was just brought back there are no read models yet: the next start makes them.
        invariants = self.wiring.invariants
        if invariants is not None and not schema.missing(self.log):
            # Whoever asks whether all is well is told of all, also an administrator of some centres.
            with scope.narrow(scope.EVERYTHING):
                found = self.survey(lambda db: list(invariants(db)))
            problems += [f"{self.service}: {sentence}" for sentence in found]
        return Findings(problems, keyed.notes)

    def measure(self) -> None:
        """Refresh the gauges."""
        now = self.status()
        metrics.OVERDUE.labels(self.service).set(now["deadlines"]["overdue"])
        metrics.LOG_POSITION.labels(self.service).set(now["sequence"])
        metrics.PUBLISH_LAG.labels(self.service).set(now["sequence"] - now["published"])
        for row in now["subscriptions"]:
            metrics.HALTED.labels(self.service, row["source"]).set(row["state"] != "running")
            metrics.SUBSCRIPTION_LAG.labels(self.service, row["source"]).set(row["behind"])
            metrics.PARKED.labels(self.service, row["source"]).set(row["parked"])


SYSTEM_CALL: Mapping[str, Any] = {"caller": {"user": "system", "role": "system", "centres": ["*"]}}
