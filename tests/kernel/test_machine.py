"""Thousands of turns of fate against a model that is a list: after each the logs, cursors and read models are what they
must be."""

import json
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from functools import partial
from random import Random
from typing import Any

import psycopg2
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import DBAPIError

from services.kernel.errors import Refused, Stale
from services.kernel.relay import Relay
from tests.kernel import toys
from tests.kernel.deeds import as_restarted, parked, tallies, told
from tests.kernel.places import GivenUp, troubled_commits
from tests.kernel.toys import CASE, LIMIT, Add, Close, Lapse, Open, envelope, uid
from tests.support.databases import Copy

CASES = st.sampled_from(["a", "b", "c", "d"])
AMOUNTS = st.sampled_from([1, 2, 5, LIMIT + 1])
DEEDS = st.sampled_from(["add", "add", "add", "add", "add", "open", "close", "lapse"])
TYPES = {"open": "CaseOpened", "add": "AmountAdded", "close": "CaseClosed", "lapse": "CaseLapsed"}


class Crash(Exception):
    """The process dies here."""


class Fate(RuleBasedStateMachine):
    def __init__(self, teller: Any, listener: Any, new: Iterable[Copy]) -> None:
        super().__init__()
        self.teller, self.listener, self.new = teller, listener, new
        self.source = teller.service
        self.facts: list[tuple[str, str, int]] = []  # the model of the log: (case, type, amount)
        self.status: dict[str, str] = {}
        self.wire: list[bytes] = []  # pages on their way, which the broker may lose, repeat and mix
        self.backup: Copy | None = None
        self.commands = 0

    @initialize()
    def begin(self) -> None:
        toys.unable.clear()
        for copy in self.new:
            copy.restore()
        as_restarted(self.teller)
        as_restarted(self.listener)
        for case in "abcd":
            self.teller.vault.ensure(uid(f"person of {case}"))
        for case in "abc":
            self.append("open", case, 0, False)

    # -- the teller --------------------------------------------------------------------------------------------------

    def command(self, deed: str, case: str, amount: int) -> Any:
        return {"open": Open(case), "add": Add(case, amount), "close": Close(case), "lapse": Lapse(case)}[
            deed
        ]

    def expect(self, deed: str, case: str, amount: int) -> bool | None:
        """True: a new fact. False: nothing new. None: refused."""
        status = self.status.get(case)
        if deed == "open":
            return status is None
        if status == "open":
            return True
        return False if deed == "close" else None

    def happened(self, deed: str, case: str, amount: int) -> None:
        self.facts.append((case, TYPES[deed], amount if deed == "add" else 0))
        if deed != "add":
            self.status[case] = deed

    def version(self, case: str) -> int:
        return sum(fact[0] == case for fact in self.facts)

    def next_command(self) -> str:
        self.commands += 1
        return f"command {self.commands}"

    def do(self, name: str, deed: str, case: str, amount: int, expected: int | None = None) -> Any:
        def work(unit: Any) -> int:
            unit.handle(CASE, case, self.command(deed, case, amount), expected)
            return int(unit.version(CASE, case))

        return self.teller.execute(envelope(name), work).answer

    @rule(deed=DEEDS, case=CASES, amount=AMOUNTS, again=st.booleans())
    def append(self, deed: str, case: str, amount: int, again: bool) -> None:
        """`again`: the process dies after the commit, before it answered, and the caller asks again."""
        name, foreseen = self.next_command(), self.expect(deed, case, amount)
        if foreseen is None:
            with pytest.raises(Refused):
                self.do(name, deed, case, amount)
            return
        if foreseen:
            self.happened(deed, case, amount)
        for _ in range(1 + again):
            assert self.do(name, deed, case, amount) == self.version(case)

    @rule(case=CASES)
    def append_to_an_older_version(self, case: str) -> None:
        with pytest.raises(Stale):
            self.do(self.next_command(), "add", case, 1, self.version(case) + 1)

    @rule(amounts=st.lists(st.tuples(CASES, AMOUNTS), min_size=2, max_size=12))
    def append_many(self, amounts: list[tuple[str, int]]) -> None:
        def work(unit: Any) -> None:
            for case, amount in amounts:
                unit.handle(CASE, case, Add(case, amount))

        if all(self.status.get(case) == "open" for case, _ in amounts):
            for case, amount in amounts:
                self.happened("add", case, amount)
            self.teller.execute(envelope(self.next_command()), work)
        else:
            with pytest.raises(Refused):
                self.teller.execute(envelope(self.next_command()), work)

    @rule(case=CASES, late=st.booleans())
    def crash_before_the_commit(self, case: str, late: bool) -> None:
        """`late`: when the positions are already taken."""

        def work(unit: Any) -> None:
            unit.handle(CASE, case, Open(case))
            with suppress(Refused):
                unit.handle(CASE, case, Add(case))
            if not late:
                raise Crash()

        if late and self.status.get(case, "open") != "open":
            return  # nothing to append
        trouble = troubled_commits(self.teller.database) if late else nullcontext()
        with trouble, pytest.raises((Crash, GivenUp, DBAPIError, psycopg2.Error)):
            self.teller.execute(envelope(self.next_command()), work)

    # -- the broker --------------------------------------------------------------------------------------------------

    @rule(dies=st.booleans())
    def relay(self, dies: bool) -> None:
        def publish(pages: Any) -> None:
            self.wire.extend(pages)
            if dies:
                raise Crash()

        with suppress(Crash):
            Relay(self.teller.log, publish).run_once()

    @rule(size=st.integers(1, 3), back=st.integers(1, 12), seed=st.integers(0, 99), at_once=st.booleans())
    def send_the_end_of_the_log_in_small_mixed_pages(
        self, size: int, back: int, seed: int, at_once: bool
    ) -> None:
        after, pages = max(0, len(self.facts) - back), []
        while body := self.teller.log.page(after, size):
            pages.append(body)
            after = json.loads(body)["to"]
        if seed % 2:
            Random(seed).shuffle(pages)
        self.wire += pages
        if at_once:
            self.deliver(len(self.wire))

    @precondition(lambda self: self.wire)
    @rule(number=st.integers(0, 8), fate=st.sampled_from(["lost", "twice", "first", "changed", "garbage"]))
    def the_broker_plays(self, number: int, fate: str) -> None:
        page = self.wire.pop(number % len(self.wire))
        if fate == "twice":
            self.wire += [page, page]
        elif fate == "first":
            self.wire.insert(0, page)
        elif fate == "changed":
            self.wire.insert(0, page.replace(b"worker-60", b"worker-61"))
        elif fate == "garbage":
            self.wire.insert(0, page[number:-number])

    @precondition(lambda self: self.wire)
    @rule(count=st.integers(1, 20))
    def deliver(self, count: int) -> None:
        now, self.wire = self.wire[:count], self.wire[count:]
        for body in now:
            self.listener.inbox.receive(self.source, body)

    # -- the listener ------------------------------------------------------------------------------------------------

    @rule()
    def pull(self) -> None:
        assert self.listener.inbox.pull(self.source) == len(self.facts)

    @rule(case=CASES, arrives=st.booleans())
    def poison(self, case: str, arrives: bool) -> None:
        toys.unable.add(case)
        self.append("add", case, 1, False)
        if arrives:
            self.pull()

    @rule(case=CASES, arrives=st.booleans())
    def mend(self, case: str, arrives: bool) -> None:
        """The next release can handle it; what waits goes on waiting until the retry, and so does what follows."""
        toys.unable.discard(case)
        self.append("add", case, 2, False)
        if arrives:
            self.pull()

    @rule(mended=st.booleans())
    def retry(self, mended: bool) -> None:
        if mended:
            toys.unable.clear()
        left = self.listener.inbox.retry()["parked"]
        assert not (mended and left)

    @rule()
    def rebuild(self) -> None:
        live = tallies(self.listener), told(self.listener)
        self.listener.rebuild(None, lambda *_: None)
        assert (tallies(self.listener), told(self.listener)) == live

    @rule()
    def back_up(self) -> None:
        self.backup = Copy(self.listener.database)

    @precondition(lambda self: self.backup)
    @rule()
    def restore_from_the_backup(self) -> None:
        assert self.backup is not None
        self.backup.restore()
        as_restarted(self.listener)

    # -- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def the_log_is_the_model(self) -> None:
        with self.teller.database.read() as db:
            sql = "SELECT position, stream_id, version, event_type, hash FROM event ORDER BY position"
            rows = self.teller.log.rows(db, sql)
        assert [row[0] for row in rows] == list(range(1, len(self.facts) + 1))
        assert [(row[1], row[3]) for row in rows] == [(f"case/{case}", kind) for case, kind, _ in self.facts]
        seen: dict[str, int] = {}
        for _, stream, version, _, _ in rows:
            seen[stream] = seen.get(stream, 0) + 1
            assert version == seen[stream]
        assert self.teller.log.head()[0] == len(self.facts)
        self.hashes = ["0" * 64, *(row[4] for row in rows)]

    @invariant()
    def both_logs_verify(self) -> None:
        assert self.teller.verify() == []
        assert self.listener.verify() == []

    @invariant()
    def what_was_heard_is_what_the_cursor_says(self) -> None:
        with self.listener.database.read() as db:
            row = self.listener.log.row(db, "SELECT position, hash, state FROM inbox_cursor")
            streams = {row[0] for row in self.listener.log.rows(db, "SELECT stream_id FROM parked_stream")}
        cursor, hash, state = row or (0, "0" * 64, "running")
        assert state == "running" and cursor <= len(self.facts) and hash == self.hashes[cursor]
        handled = told(self.listener)
        waiting = [number for number, _, status in parked(self.listener) if number > 0 and status == "parked"]
        known = {n for n in range(1, cursor + 1) if self.facts[n - 1][1] != "CaseLapsed"}
        assert len(handled) == len(set(handled)) and not set(handled) & set(waiting)
        assert set(handled) <= known <= set(handled) | set(waiting)
        assert {f"case/{self.facts[n - 1][0]}" for n in waiting} == streams
        for case in "abcd":
            mine = [n for n in handled if self.facts[n - 1][0] == case]
            held = [n for n in waiting if self.facts[n - 1][0] == case]
            assert mine == sorted(mine) and (not held or not mine or mine[-1] < held[0])

    @invariant()
    def the_read_model_is_the_fold_of_what_was_handled(self) -> None:
        fold: dict[str, list[int]] = {}
        for number in told(self.listener):
            case, kind, amount = self.facts[number - 1]
            row = fold.setdefault(case, [0, 0, 0, 0])
            row[0] += 1
            row[1] += kind != "CaseClosed" and amount <= LIMIT
            row[2] += amount
            row[3] += kind == "CaseClosed"
        assert tallies(self.listener) == {case: tuple(row) for case, row in fold.items()}


def test_whatever_happens_in_whatever_order_nothing_is_lost_doubled_or_mixed(pair, teller, listener):
    new = [Copy(teller.database), Copy(listener.database)]
    examples, steps = (60, 40) if pair.sqlite else (12, 30)
    run_state_machine_as_test(
        partial(Fate, teller, listener, new),
        settings=settings(max_examples=examples, stateful_step_count=steps),
    )
