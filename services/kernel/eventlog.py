"""The log of one service: one table of facts in one dense order without holes; load, decide, append; pages for whoever
follows.

Long because the append path is read from top to bottom, and nothing of it stands elsewhere.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import orjson
from sqlalchemy import Connection

from services.kernel import fence, owners
from services.kernel.bell import Bell
from services.kernel.cloudevents import (
    GENESIS,
    STRICT,
    Event,
    chain,
    cloud_event,
    recorded,
    require_canonical,
)
from services.kernel.codec import Codec
from services.kernel.database import Database, Statement, Value, passing, rows_of
from services.kernel.decider import Aggregate, SetTimer
from services.kernel.envelope import SYSTEM, Envelope, Recorded, derived_id
from services.kernel.errors import EXPECTED, Conflict, KeyReused, Stale, Unavailable
from services.kernel.keys import Fit
from services.kernel.macs import COLUMNS, NO_CHECKPOINT, Checkpoint, Macs
from services.kernel.owners import Moved, Owners
from services.kernel.wiring import Wiring

logger = logging.getLogger(__name__)
T = TypeVar("T")
C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

ATTEMPTS = 12  # of a command that somebody else keeps overtaking: about a second in all
TAKEN_ATTEMPTS = 5  # where a unique row is taken: most likely for good
PAUSE, PAUSE_MOST = 0.01, 0.2  # seconds; at most, before the second attempt and before a late one
PAGE_EVENTS, PAGE_BYTES = 100, 256 * 1024
SOME_STREAMS = 500  # asked for in one statement
SOME_TIMERS = 500  # set in one
CACHED_STATES = 4096
# From the position of which a page follows on, so that its hash is seen.
PAGE = (
    "SELECT e.position, e.body, e.hash, h.epoch FROM event e, log_head h "
    "WHERE e.position >= ? AND h.id = 1 ORDER BY e.position LIMIT ?"
)
DONE = "SELECT fingerprint, result, position FROM command_done WHERE command_id = ?"
STREAM = "stream_id, centre, version"
TAKE = f"INSERT INTO stream ({STREAM}) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
MOVE = "UPDATE stream SET version = ? WHERE stream_id = ? AND version = ?"
TIMER = "timer_id, due_at, command, centre, correlation, causation"
REMEMBERED = "command_id, fingerprint, result, position, recorded_at"  # of a command that was done


class Sealer(Protocol):
    """Seals one personal field with the key of whoever it belongs to (kernel.vault)."""

    def seal(self, subject_id: str, field: str, value: Any) -> str: ...


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What a command answers, and where the log stood after it: 0 if it decided nothing, None if it was not for the
    log."""

    answer: T
    position: int | None = None


class Done(NamedTuple):
    """A command and its answer, as they are remembered."""

    envelope: Envelope
    answer: Any


@dataclass
class Stream(Generic[C, S, E]):
    """A stream as this transaction sees it: its state with the facts of this transaction, and the version it was loaded
    at."""

    aggregate: Aggregate[C, S, E]
    id: str
    stream_id: str
    state: S
    loaded: int
    version: int


@dataclass
class Pending:
    """A fact on its way into the log: everything slow about it is done before the head row is taken."""

    recorded: Recorded
    before: str
    after: str
    sealed: str | None


@dataclass
class Unit:
    """One transaction: decisions over some streams, appended together or not at all."""

    log: "EventLog"
    db: Connection
    envelope: Envelope
    transfers: int | None = None  # of cases, as the head says under the lock; None: seen at the append
    owners: Owners | None = None
    handed_over: int = 0  # cases, by this very transaction
    streams: dict[str, Stream[Any, Any, Any]] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    projected: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def handle(
        self, aggregate: Aggregate[C, S, E], id: str, command: C, expected: int | None = None
    ) -> list[E]:
        """Decide `command` for one stream and keep the new facts for the append; `expected` is the version of
        If-Match."""
        stream = self.load(aggregate, id)
        if expected is not None and expected != stream.version:
            raise Stale(f"The stream is at version {stream.version}, not {expected}.")
        events = list(aggregate.decider.decide(command, stream.state))
        for event in events:
            stream.version += 1
            stream.state = aggregate.decider.evolve(stream.state, event)
            envelope = self._envelope_of(event)
            self.pending.append(self.log.prepare(event, stream, envelope, self._next()))
        return events

    def state(self, aggregate: Aggregate[C, S, E], id: str) -> S:
        return self.load(aggregate, id).state

    def version(self, aggregate: Aggregate[C, S, E], id: str) -> int:
        return self.load(aggregate, id).version

    def load(self, aggregate: Aggregate[C, S, E], id: str) -> Stream[C, S, E]:
        stream_id = aggregate.stream(id)
        if stream_id not in self.streams:
            self.load_all([(aggregate, id)])
        return self.streams[stream_id]

    def load_all(self, some: Iterable[tuple[Aggregate[C, S, E], str]]) -> None:
        """Streams for which will be decided, in one trip."""
        new = {aggregate.stream(id): (aggregate, id) for aggregate, id in some}
        new = {stream_id: each for stream_id, each in new.items() if stream_id not in self.streams}
        folded = self.log.fold(self.db, {stream_id: aggregate for stream_id, (aggregate, _) in new.items()})
        for stream_id, (state, version) in folded.items():
            self.streams[stream_id] = Stream(*new[stream_id], stream_id, state, version, version)

    def advance(self) -> None:
        """Take the streams that facts were decided for: from now on nobody else adds to them."""
        self.log.advance(self)

    def project(self) -> None:
        """Bring the service's read models and timers up to the facts decided so far."""
        facts = [each.recorded for each in self.pending[self.projected :]]
        self.projected = len(self.pending)
        if facts:
            self.log.project(self, facts)

    def whose(self) -> Owners:
        """Whose the cases are, with what this transaction made of it."""
        if self.owners is None:
            self.owners = self.log.whose(self.db, self.transfers)
        return self.owners

    def hand_over(self, facts: Sequence[Recorded]) -> Moved:
        """Of the cases that some facts are about, before these are projected, those that were handed over, or are by
        these facts."""
        if not any(fact.case_id for fact in facts):
            return {}
        owners.hold(self.db, facts)
        self.owners = self.whose().after(facts)
        self.handed_over += owners.count_transfers(facts)
        return self.owners.of(facts)

    def _envelope_of(self, event: E) -> Envelope:
        """Whatever a deadline or another's fact makes of a case is done for the centre whose it is now."""
        case_id = getattr(event, "case_id", None)
        if not self.log.keeps_owners or case_id is None or self.envelope.actor != SYSTEM.user:
            return self.envelope
        moved = self.whose().moved.get(case_id)
        return self.envelope if moved is None else replace(self.envelope, centre=moved[0])

    def _next(self) -> int:
        count = self.counts.get(self.envelope.command_id, 0)
        self.counts[self.envelope.command_id] = count + 1
        return count


class EventLog:
    """`service` is the name in `source`; `sealer` may be None for a service that may not hold personal fields. Without
    `macs` nothing that it writes carries one."""

    def __init__(
        self, database: Database, wiring: Wiring, sealer: Sealer | None = None, macs: Macs | None = None
    ) -> None:
        self.database, self.wiring, self.sealer, self.macs = database, wiring, sealer, macs
        self.service = wiring.service
        self.codec = Codec(wiring.aggregates)
        self.keeps_owners = owners.OWNERS in wiring.projections
        self.bell = Bell()  # rings after every commit: waiting readers listen
        self.grown = Bell()  # rings after every commit that recorded facts: the relay listens
        self._announcement = fence.announcement(wiring)
        self._states: dict[str, tuple[Any, int]] = {}
        self._owners: Owners | None = None  # as a transaction of this process saw them last
        self._recorded_last = ""  # of what this process appended
        self.run, self.row, self.rows, self.insert = (
            database.run,
            database.row,
            database.rows,
            database.insert,
        )

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that may append or keep what was heard: it says which read models it fills (kernel.fence)."""
        return self.database.write(self._announcement)

    def write_after(
        self, question: Statement
    ) -> AbstractContextManager[tuple[Connection, Sequence[Any] | None]]:
        """The same, with the row that a first question finds."""
        return self.database.write_after(question, self._announcement)

    def execute(self, envelope: Envelope, work: Callable[[Unit], T]) -> Outcome[T]:
        """Run `work` in one transaction and append what it decided.

        The same command id again gives the stored answer; with another fingerprint it is KeyReused. When somebody else
        appended first, `work` runs again on the new state. `work`'s answer must be JSON without personal data.

        Hardly a command comes twice, and the log takes none twice, because its id is remembered with its facts. So
        whether it was done before is asked where the first attempt came to nothing, not before it.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._execute(envelope, work, first=attempt == 0)
            except Conflict as conflict:
                if attempt + 1 >= TAKEN_ATTEMPTS and not passing(conflict):
                    break
                # Each waits another while, so that those who met do not meet again.
                time.sleep(random.uniform(0, min(PAUSE * 2**attempt, PAUSE_MOST)))  # noqa: S311
            except (Unavailable, KeyReused):
                raise
            except Exception as error:
                # The same command may have been done at the same time elsewhere: then `work` saw its effects, and its
                # no is none.
                with self.database.read() as db:
                    if _told_before(self.row(db, DONE, envelope.command_id), envelope) is None:
                        if not isinstance(error, EXPECTED):
                            # Projecting comes before the append that the fence guards: whoever was silent until its
                            # tables were dropped (kernel.replicas) meets their absence first.
                            fence.stands(db, self.wiring)
                        raise
        raise Unavailable("Somebody else is changing the same records at this moment; please try again.")

    def _execute(self, envelope: Envelope, work: Callable[[Unit], T], first: bool) -> Outcome[T]:
        with self.write() as db:
            done = None if first else _told_before(self.row(db, DONE, envelope.command_id), envelope)
            if done is not None:
                return done
            unit = Unit(self, db, envelope)
            answer = work(unit)
            position = self.append(unit, Done(envelope, answer))
        self.committed(unit)
        return Outcome(answer, position)

    def is_done(self, command_id: str) -> bool:
        """Whether a command was done before: then it gets its answer, whatever has become of what it needed."""
        return bool(self.database.at_once(Statement(DONE, (command_id,))))

    def append(self, unit: Unit, *done: Done) -> int:
        """The end of a unit's transaction: streams, read models, and last of all the log itself with the answers of the
        commands that it did. Nothing may follow in that transaction."""
        db, pending = unit.db, unit.pending
        unit.advance()
        unit.project()
        if not pending:
            if unit.handed_over:
                self.database.run_later(
                    db, "UPDATE log_head SET transfers = transfers + ? WHERE id = 1", unit.handed_over
                )
            if done:
                self.insert(db, "command_done", REMEMBERED, _answers(done, 0))
            return 0
        # From here to the commit nothing may wait, yield or do other I/O. This row is the scary line: a position exists
        # only while its transaction holds the head row, and the row is let go only by commit or rollback. So commit
        # order is position order, a visible position p means 1..p are visible, and a rollback gives its numbers back. A
        # sequence would be faster and lose events: a reader polling `position > last` steps over a number that commits
        # later.
        head = self.row(
            db,
            "UPDATE log_head SET position = position + ?, filled = filled + ?, transfers = transfers + ? WHERE id = 1 "
            "RETURNING position, hash, mac, checkpoints, transfers",
            len(pending),
            len(pending),
            unit.handed_over,
        )
        assert head is not None, "log_head is made with the database"
        if unit.owners is not None and unit.owners.transfers != head[4]:
            self._owners = None
            raise Conflict("A case was handed over meanwhile.")
        position, previous = int(head[0]), str(head[1])
        before = position - len(pending)
        closing, checkpoints = self.keyed(db, before, previous, head[2], int(head[3]), unit.envelope.recorded)
        rows = []
        for number, each in enumerate(pending, start=before + 1):
            body = f"{each.before}{number}{each.after}"
            previous = chain(previous, body)
            fact = each.recorded
            rows.append((number, fact.id, fact.stream, fact.version, fact.type, body, each.sealed, previous))
        columns = "position, event_id, stream_id, version, event_type, body, sealed, hash"
        mac = self.macs.head(position, previous, checkpoints) if self.macs else None
        sql = "UPDATE log_head SET hash = ?, mac = ?, checkpoints = ? WHERE id = 1"
        closing.append(Statement(sql, (previous, mac, checkpoints)))
        if done:
            closing.append(rows_of("command_done", REMEMBERED, _answers(done, position)))
        self.database.insert_and_commit(db, "event", columns, rows, *closing)
        return position

    def keyed(
        self, db: Connection, position: int, hash: str, mac: str | None, checkpoints: int, now: str
    ) -> tuple[list[Statement], int]:
        """Was the head, which this transaction holds, written with the key? If not, the checkpoint that says so for
        good, and how many there are with it."""
        if self.macs is None or (position == 0 and mac is None):
            return [], checkpoints
        if (fit := self.macs.head_fits(mac, position, hash, checkpoints)) is Fit.FITS:
            return [], checkpoints
        if fit is not Fit.NONE or checkpoints:
            logger.error("the head of %s was not written by this installation: songtor verify", self.service)
        last = self.last_checkpoint(db)
        new = last._replace(
            number=last.number + 1, at=now, position=position, hash=hash, unkeyed_after=last.position
        )
        return [checkpoint_insert(self.macs.signed(new))], new.number

    def last_checkpoint(self, db: Connection) -> Checkpoint:
        row = self.row(db, f"SELECT {COLUMNS} FROM checkpoint ORDER BY number DESC LIMIT 1")  # noqa: S608
        return Checkpoint(*row) if row else NO_CHECKPOINT

    def committed(self, unit: Unit) -> None:
        """After the commit: keep the folded states as a baseline for the next load, and ring for whoever waits. A state
        once committed stays true, whoever overtakes it: facts do not change."""
        if len(self._states) > CACHED_STATES:
            self._states.clear()
        for stream in unit.streams.values():
            self._states[stream.stream_id] = (stream.state, stream.version)
        if unit.handed_over:
            self._owners = unit.owners
        if unit.pending:
            self._recorded_last = max(self._recorded_last, unit.envelope.recorded)
            self.grown.ring()
            self.bell.ring()

    def prepare(self, event: E, stream: Stream[C, S, E], envelope: Envelope, number: int) -> Pending:
        """Everything about a fact that does not depend on its position: ids, sealing, its JSON on both sides of
        `sequence`."""
        name = type(event).__name__
        data, private = self.codec.split(event)
        sealed: dict[str, str] = {}
        if private:
            if self.sealer is None:
                raise TypeError(f"{self.service} may not store the personal fields of {name}.")
            whose = self.codec.personal[name]
            sealed = {
                key: self.sealer.seal(data[whose[key]], key, value) for key, value in sorted(private.items())
            }
        sealed_text = orjson.dumps(sealed, option=STRICT).decode() if sealed else None
        require_canonical(name, data)
        # Read models see live what a rebuild will read: the stored JSON, in its order of keys, so that their bytes are
        # the same.
        data = orjson.loads(orjson.dumps(data, option=STRICT))
        version = self.codec.version(name)
        fact = Recorded(
            source=self.service,
            position=0,
            id=derived_id(envelope.command_id, str(number)),
            type=name,
            stream=stream.stream_id,
            version=stream.version,
            time=envelope.time,
            # A clock that was set back a little does not make a later fact look as if it had been known before an
            # earlier.
            recorded=max(envelope.recorded, self._recorded_last),
            # A fact that names its centre is that centre's: one decision may touch several centres' cases.
            centre=data.get("centre") or envelope.centre,
            actor=envelope.actor,
            correlation=envelope.correlation,
            causation=envelope.causation,
            case_id=data.get("case_id"),
            partner_id=data.get("partner_id"),
            data=data,
            sealed=sealed,
            event=self.codec.join(name, version, data, sealed),
            acting_for=envelope.acting_for,
        )
        before, after = cloud_event(fact, stream.aggregate.subject, stream.id, version, sealed_text)
        return Pending(fact, before, after, sealed_text)

    def fold(self, db: Connection, some: Mapping[str, Aggregate[C, S, E]]) -> dict[str, tuple[S, int]]:
        """The state and version of each stream. A cached state is only a baseline: later events are always read and
        folded."""
        folded: dict[str, tuple[S, int]] = {
            stream_id: self._states.get(stream_id, (aggregate.decider.initial, 0))
            for stream_id, aggregate in some.items()
        }
        versions = {stream_id: version for stream_id, (_, version) in folded.items()}
        for stream_id, version, name, body, sealed in self._since(db, versions):
            event = self._event(name, orjson.loads(body), sealed)
            folded[stream_id] = some[stream_id].decider.evolve(folded[stream_id][0], event), version
        return folded

    def _since(
        self, db: Connection, versions: Mapping[str, int]
    ) -> list[tuple[str, int, str, str, str | None]]:
        """The facts of streams that are not in what is known of them, those of a stream in its order."""
        what = "SELECT stream_id, e.version, event_type, body, sealed FROM event e"
        if len(versions) > 1 and not self.database.sqlite:
            joined = "JOIN unnest(?, ?) AS known (stream_id, version) USING (stream_id)"
            sql = f"{what} {joined} WHERE e.version > known.version ORDER BY e.version"
            return self.rows(db, sql, [*versions], [*versions.values()])
        sql = f"{what} WHERE stream_id = ? AND version > ? ORDER BY version"
        return [row for each in versions.items() for row in self.rows(db, sql, *each)]

    def whose(self, db: Connection, transfers: int | None) -> Owners:
        """Whose the cases are, looked up only where the head says that it is not what this process knows."""
        known = self._owners
        if known is None or transfers not in (None, known.transfers):
            known = self._owners = owners.load(db)
        return known

    def project(self, unit: Unit, facts: Sequence[Recorded]) -> None:
        """Read models and timers for own or heard facts."""
        db = unit.db
        handed_over = unit.hand_over(facts) if self.keeps_owners else {}
        for projection in self.wiring.projections:
            if some := projection.of(facts):
                projection.project(db, some)
            owners.follow(db, projection.tables, handed_over)
            for _ in projection.derive(db, some) if some else ():
                pass
        self._set_timers(db, [fact for fact in facts if fact.source == self.service])

    def _set_timers(self, db: Connection, own: Iterable[Recorded]) -> None:
        """Each timer as the last of some facts says."""
        if self.wiring.timers is None:
            return
        told = {change.timer_id: (change, fact) for fact in own for change in self.wiring.timers(fact)}
        for ids in _slices(list(told), SOME_TIMERS):
            marks = ", ".join("?" * len(ids))
            self.database.run_later(db, f"DELETE FROM timer WHERE timer_id IN ({marks})", *ids)  # noqa: S608
        rows = [
            (id, change.due_at, orjson.dumps(change.command).decode(), fact.centre, fact.correlation, fact.id)
            for id, (change, fact) in told.items()
            if isinstance(change, SetTimer)
        ]
        for some in _slices(rows, SOME_TIMERS):
            statement = rows_of("timer", TIMER, some)
            self.database.run_later(db, statement.sql, *statement.values)

    def advance(self, unit: Unit) -> None:
        """Move each stream's version from what was loaded. Somebody else's append in between is a Conflict: on
        PostgreSQL of the next statement, because it travels with that (revision kernel_0010)."""
        # New ones first, all in one order, so that nobody waits for somebody who waits for them.
        moved = sorted(
            (each for each in unit.streams.values() if each.version != each.loaded), key=lambda s: s.stream_id
        )
        new = [(each.stream_id, unit.envelope.centre, each.version) for each in moved if not each.loaded]
        old = [(each.version, each.stream_id, each.loaded) for each in moved if each.loaded]
        if self.database.sqlite:
            done = [self.run(unit.db, TAKE, *each) for each in new] + [
                self.run(unit.db, MOVE, *each) for each in old
            ]
            if not all(done):
                raise Conflict(moved[0].stream_id)
        else:
            for statement, count in _taking(new, old):
                sql = (
                    f"WITH done AS ({statement.sql} RETURNING 1) "  # noqa: S608
                    "SELECT refuse_overtaken(COUNT(*), ?) FROM done"
                )
                self.database.run_later(unit.db, sql, *statement.values, count)
        for each in moved:
            each.loaded = each.version

    # -- reading ---------------------------------------------------------------------------------------------------

    def head(self) -> tuple[int, str, str]:
        """(position, hash, epoch)."""
        sql = "SELECT position, hash, epoch FROM log_head WHERE id = 1"
        [(position, hash, epoch)] = self.database.at_once(Statement(sql))
        return int(position), str(hash), str(epoch)

    def page(self, after: int, limit: int = PAGE_EVENTS, most: int = PAGE_BYTES) -> bytes | None:
        """The next page after a position as JSON {source, epoch, from, to, prev_hash, hash, mac, events}; None at the
        head."""
        rows = self.database.at_once(Statement(PAGE, (after, limit + 1)))
        return self.bind(rows, after, limit, most)

    def page_of(
        self, db: Connection, after: int, limit: int = PAGE_EVENTS, most: int = PAGE_BYTES
    ) -> bytes | None:
        """The same, within a transaction."""
        return self.bind(self.rows(db, PAGE, after, limit + 1), after, limit, most)

    def bind(
        self,
        those: Iterable[tuple[int, str, str, str]],
        after: int,
        limit: int = PAGE_EVENTS,
        most: int = PAGE_BYTES,
    ) -> bytes | None:
        """A page of rows as `PAGE` finds them."""
        rows, previous = list(those), GENESIS
        if after > 0 and rows and rows[0][0] == after:
            previous = rows.pop(0)[2]
        rows = rows[:limit]
        if not rows:
            return None
        events: list[str] = []
        size = 0
        for _, body, hash, _ in rows:
            size += len(body)
            if events and size > most:
                break
            events.append(f'{body[:-1]},"hash":"{hash}"}}')
        last = rows[len(events) - 1]
        epoch = last[3]
        mac = self.macs.page(epoch, rows[0][0], last[0], previous, last[2]) if self.macs else ""
        opening = (
            f'{{"source":"/songtor/{self.service}","epoch":"{epoch}","from":{rows[0][0]},"to":{last[0]},'
            f'"prev_hash":"{previous}","hash":"{last[2]}","mac":"{mac}","events":['
        )
        return (opening + ",".join(events) + "]}").encode()

    def facts(
        self, db: Connection, after: int, limit: int, types: Iterable[str] | None = None
    ) -> list[Recorded]:
        """Own facts in log order, as read models see them live (position 0: it is not theirs to use): so many positions
        after one, and of what stands there only some types."""
        those, values = _window("position", after, limit, types)
        sql = f"SELECT body, sealed FROM event WHERE {those} ORDER BY position"  # noqa: S608
        return [self._recorded(orjson.loads(body), sealed) for body, sealed in self.rows(db, sql, *values)]

    def facts_of(self, db: Connection, streams: Sequence[str], until: int) -> list[Recorded]:
        """Own facts of some streams in log order, none after a position."""
        rows: list[Any] = []
        for some in _slices(streams, SOME_STREAMS):
            marks = ", ".join("?" * len(some))
            sql = f"SELECT position, body, sealed FROM event WHERE stream_id IN ({marks}) AND position <= ?"  # noqa: S608
            rows += self.rows(db, sql, *some, until)
        return [self._recorded(orjson.loads(body), sealed) for _, body, sealed in sorted(rows)]

    def position_of(self, db: Connection, types: Sequence[str], count: int) -> int | None:
        """Where the log had so many own facts of some types; None if it has not yet."""
        if not count:
            return 0
        marks = ", ".join("?" * len(types))
        sql = f"SELECT position FROM event WHERE event_type IN ({marks}) ORDER BY position LIMIT 1 OFFSET ?"  # noqa: S608
        row = self.row(db, sql, *types, count - 1)
        return int(row[0]) if row else None

    def heard(
        self, db: Connection, after: int, limit: int, types: Iterable[str] | None = None
    ) -> list[Recorded]:
        """The same of others' facts, in the order in which this service handled them, which has no holes either."""
        those, values = _window("ingest_position", after, limit, types)
        sql = f"SELECT body FROM source_event WHERE {those} ORDER BY ingest_position"  # noqa: S608
        bodies = [orjson.loads(body) for (body,) in self.rows(db, sql, *values)]
        return [recorded(body, {}, None, body["sequence"]) for body in bodies]

    def heads(self, db: Connection) -> tuple[int, int]:
        """How many own facts there are, and how many that were heard."""
        sql = "SELECT (SELECT position FROM log_head WHERE id = 1), (SELECT position FROM ingest_head WHERE id = 1)"
        own, heard = self.row(db, sql)
        return int(own), int(heard)

    def _recorded(self, body: Event, sealed: str | None) -> Recorded:
        hidden = orjson.loads(sealed) if sealed else {}
        event = self._event(body["type"], body, sealed)
        return recorded(body, hidden, event, position=0)

    def _event(self, name: str, body: Event, sealed: str | None) -> Any:
        return self.codec.join(
            name, body["dataversion"], body["data"], orjson.loads(sealed) if sealed else {}
        )


def _told_before(row: Sequence[Any] | None, envelope: Envelope) -> Outcome[Any] | None:
    """What a command answered that was done before; `row` as `DONE` finds it."""
    if row is None:
        return None
    if row[0] != envelope.fingerprint:
        raise KeyReused("This Idempotency-Key was used with another request.")
    return Outcome(orjson.loads(row[1]), int(row[2]))


def _taking(
    new: Sequence[tuple[str, str, int]], old: Sequence[tuple[int, str, int]]
) -> Iterator[tuple[Statement, int]]:
    """On PostgreSQL: new streams, then others from the version at which they were loaded; and how many they are."""
    if new:
        insert = rows_of("stream", STREAM, new)
        yield insert._replace(sql=f"{insert.sql} ON CONFLICT DO NOTHING"), len(new)
    if len(old) == 1:
        yield Statement(MOVE, old[0]), 1
    elif old:
        # Locked in one order: two who take the same ones never wait for each other.
        sql = (
            "WITH moved AS (SELECT * FROM unnest(?, ?, ?) AS given (version, stream_id, loaded)), "
            "taken AS (SELECT stream_id FROM stream JOIN moved USING (stream_id) WHERE stream.version = loaded "
            "ORDER BY stream_id FOR NO KEY UPDATE OF stream) "
            "UPDATE stream SET version = moved.version FROM moved JOIN taken USING (stream_id) "
            "WHERE stream.stream_id = moved.stream_id"
        )
        yield Statement(sql, tuple(map(list, zip(*old, strict=True)))), len(old)


def _slices(every: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    return (every[start : start + most] for start in range(0, len(every), most))


def _window(
    position: str, after: int, limit: int, types: Iterable[str] | None
) -> tuple[str, list[int | str]]:
    """Which rows of a table without holes, as SQL and its values."""
    those, values = f"{position} > ? AND {position} <= ?", [after, after + limit]
    if types is None:
        return those, [*values]
    some = sorted(types)
    return f"{those} AND event_type IN ({', '.join('?' * len(some))})", [*values, *some]


def _answers(done: Iterable[Done], position: int) -> list[tuple[Value, ...]]:
    """What remembers commands; when the same one came twice at once, the unique id makes the second a Conflict."""
    return [
        (made.command_id, made.fingerprint, orjson.dumps(answer).decode(), position, made.recorded)
        for made, answer in done
    ]


def checkpoint_insert(checkpoint: Checkpoint) -> Statement:
    marks = ", ".join("?" * len(checkpoint))
    return Statement(f"INSERT INTO checkpoint ({COLUMNS}) VALUES ({marks})", tuple(checkpoint))  # noqa: S608
