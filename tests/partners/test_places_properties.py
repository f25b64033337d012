"""Whatever is sent, answered, repeated or stated, in whatever order: every referral and every place is accounted for
exactly once."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, create_engine

from services.partners.domain.places import PROGRAMME, ConfirmCapacity, ReservePlace
from services.partners.events import CapacityConfirmed, PlaceRefused, PlaceReleased, PlaceReserved, PlaceTaken
from services.partners.projections import partners, registry
from tests.partners import samples

MOST = 6
numbers = st.integers(0, 11)


class Places(RuleBasedStateMachine):
    """One programme and up to 12 referrals; the log of facts is all that the invariants believe."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Any] = []
        self.state = PROGRAMME.decider.initial
        self.heard: list[Any] = []
        self.db: Connection = create_engine("sqlite://").connect()
        registry.metadata.create_all(self.db)

    def do(self, command: Any) -> list[Any]:
        self.heard.append(command)
        events = list(PROGRAMME.decider.decide(command, self.state))
        for event in events:
            self.state = PROGRAMME.decider.evolve(self.state, event)
            self.log.append(event)
            self._held_never_grows_beyond_total(event)
        first = len(self.log) - len(events) + 1
        facts = [samples.own(event, number) for number, event in enumerate(events, first)]
        registry.project(self.db, facts)
        assert list(PROGRAMME.decider.decide(command, self.state)) == []  # again is nothing
        return events

    def _held_never_grows_beyond_total(self, event: Any) -> None:
        ledger = self.state.ledger
        if isinstance(event, PlaceReserved):
            assert ledger.reserved + ledger.filled <= ledger.total

    @initialize(total=st.integers(0, MOST), free=st.integers(0, MOST))
    def offer(self, total: int, free: int) -> None:
        self.do(samples.offer(total, min(free, total)))

    @rule(total=st.integers(0, MOST), free=st.integers(0, MOST), at=st.integers(10, 59))
    def state_capacity(self, total: int, free: int, at: int) -> None:
        ledger = self.state.ledger
        stated_at = f"2026-03-02T03:{at}:00.000000Z"
        contradicts = (
            min(free, total) + ledger.reserved + ledger.filled > total and stated_at >= self.state.stated_at
        )
        events = self.do(ConfirmCapacity(samples.PROGRAMME, total, min(free, total), stated_at))
        assert not events or events[0].contradicted is contradicts

    @rule(number=numbers, waitlist=st.booleans())
    def send(self, number: int, waitlist: bool) -> None:
        free, known = self.state.ledger.free, _referral(number) in self.state.holds
        events = self.do(samples.reserve(_referral(number), waitlist))
        if not known:
            assert [type(event) for event in events] == [PlaceReserved if free else PlaceRefused]

    @rule(number=numbers, step=st.sampled_from((samples.take, samples.release)))
    def answer(self, number: int, step: Callable[[str], Any]) -> None:
        self.do(step(_referral(number)))

    @rule(data=st.data())
    def hear_something_again(self, data: st.DataObject) -> None:
        command = data.draw(st.sampled_from(self.heard))
        events = self.do(command)
        assert not (isinstance(command, ReservePlace) and events)

    @invariant()
    def every_referral_is_accounted_for_once(self) -> None:
        held: dict[str, str] = {}
        waiting: list[str] = []
        for event in self.log:
            match event:
                case PlaceReserved():
                    assert held.get(event.referral_id) in (None, "waiting")
                    if event.referral_id in waiting:
                        assert waiting.pop(0) == event.referral_id, "out of turn"
                    held[event.referral_id] = "reserved"
                case PlaceRefused():
                    assert event.referral_id not in held
                    held[event.referral_id] = "waiting" if event.waiting else "over"
                    waiting += [event.referral_id] if event.waiting else []
                case PlaceTaken():
                    assert held[event.referral_id] == "reserved"
                    held[event.referral_id] = "taken"
                case PlaceReleased():
                    assert held[event.referral_id] == event.held
                    held[event.referral_id] = "over"
                    waiting = [each for each in waiting if each != event.referral_id]
        states = list(held.values())
        ledger = self.state.ledger
        assert (ledger.reserved, ledger.filled) == (states.count("reserved"), states.count("taken"))
        assert [each.referral_id for each in self.state.queue] == waiting

    @invariant()
    def free_is_as_the_contract_defines_it(self) -> None:
        if not self.log:
            return
        stated, total, used, back, reserved, filled = self.log[0].free, self.log[0].total, set(), set(), 0, 0
        for event in self.log[1:]:
            match event:
                case CapacityConfirmed(history=True):
                    pass
                case CapacityConfirmed():
                    stated, total, used, back = event.free, event.total, set(), set()
                case PlaceReserved():
                    used.add(event.referral_id)
                    reserved += 1
                case PlaceTaken():
                    used.add(event.referral_id)
                    reserved, filled = reserved - 1, filled + 1
                case PlaceReleased(held="reserved" | "taken"):
                    back.add(event.referral_id)
                    reserved -= event.held == "reserved"
                    filled -= event.held == "taken"
        free = max(0, min(stated - len(used) + len(back), total - reserved - filled))
        assert self.state.ledger.free == free
        assert not (free and self.state.queue), "a place is free while somebody waits"

    @invariant()
    def the_read_model_says_the_same(self) -> None:
        if not self.log:
            return
        row = partners.get_programme(self.db, samples.PROGRAMME)
        assert row is not None
        ledger = self.state.ledger
        assert {name: row[name] for name in registry.LEDGER} == {
            name: getattr(ledger, name) for name in registry.LEDGER
        }
        assert (row["free"], row["waiting"]) == (ledger.free, len(self.state.queue))
        assert list(registry.invariants(self.db)) == []

    def teardown(self) -> None:
        engine = self.db.engine
        self.db.close()
        engine.dispose()


def _referral(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


Places.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
TestPlaces = Places.TestCase
