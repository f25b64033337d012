"""Whatever is sent, answered, repeated or stated, in whatever order: every referral and every place is accounted for
exactly once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, create_engine

from services.codes.units import GROUPS, WHO
from services.partners.domain.asked import ConfirmCapacity, ReservePlace
from services.partners.domain.ledger import free_in
from services.partners.domain.places import PROGRAMME
from services.partners.events import CapacityConfirmed, PlaceRefused, PlaceReleased, PlaceReserved, PlaceTaken
from services.partners.projections import ledgers, partners, registry
from tests.partners import samples

MOST = 6
numbers = st.integers(0, 11)
groups = st.sampled_from((None, *WHO))
TOLD_APART = [("bed", group) for group in GROUPS]


def units_of(shares: list[int], total: int, free: int) -> list[dict[str, Any]]:
    """The places told apart by group: each place goes to the group that its share names."""
    told = [{"unit": unit, "group": group, "total": 0, "free": 0} for unit, group in TOLD_APART]
    for number in range(total):
        each = told[shares[number % len(shares)]]
        each["total"] += 1
        each["free"] += number < free
    return told


splits = st.none() | st.lists(st.integers(0, len(TOLD_APART) - 1), min_size=1, max_size=MOST)


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

    @rule(total=st.integers(0, MOST), free=st.integers(0, MOST), at=st.integers(10, 59), shares=splits)
    def state_capacity(self, total: int, free: int, at: int, shares: list[int] | None) -> None:
        ledger, stated_at = self.state.ledger, f"2026-03-02T03:{at}:00.000000Z"
        units: Any = units_of(shares, total, min(free, total)) if shares else []
        held = Counter(hold.unit for hold in self.state.holds.values() if hold.state in ("reserved", "taken"))
        crowded = any(each["free"] + held[f"bed/{each['group']}"] > each["total"] for each in units)
        contradicts = min(free, total) + ledger.reserved + ledger.filled > total or crowded
        events = self.do(ConfirmCapacity(samples.PROGRAMME, total, min(free, total), stated_at, units))
        assert not events or events[0].contradicted is (contradicts and not events[0].history)

    @rule(number=numbers, waitlist=st.booleans(), who=groups)
    def send(self, number: int, waitlist: bool, who: str | None) -> None:
        """Whoever may take a place that is free gets one, and one of their own group if there is any."""
        ledger, units, known = self.state.ledger, self.state.units, _referral(number) in self.state.holds
        fitting = {
            group for unit, group in TOLD_APART
            if (each := units.get(f"{unit}/{group}")) and each.free and (who is None or group in (who, "anyone"))
        }  # fmt: skip
        free = ledger.free and (not units or fitting)
        events = self.do(samples.reserve(_referral(number), waitlist, who=who))
        if known:
            return
        assert [type(event) for event in events] == [PlaceReserved if free else PlaceRefused]
        if free and units:
            group = events[0].unit.removeprefix("bed/")
            assert group in fitting and (group == (who or "anyone") or (who or "anyone") not in fitting)

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
        for each in self.state.queue:
            assert self.state.place_for(each.who) is None, (
                "a place is free while somebody waits who may take it"
            )

    @invariant()
    def each_unit_adds_up(self) -> None:
        held = Counter((hold.unit, hold.state) for hold in self.state.holds.values())
        for key, unit in self.state.units.items():
            assert (unit.reserved, unit.filled) == (held[key, "reserved"], held[key, "taken"])
            assert 0 <= free_in(self.state.units, self.state.ledger, key) <= unit.total

    @invariant()
    def the_read_model_says_the_same(self) -> None:
        if not self.log:
            return
        row = partners.get_programme(self.db, samples.PROGRAMME)
        assert row is not None
        ledger = self.state.ledger
        assert {name: row[name] for name in ledgers.LEDGER} == {
            name: getattr(ledger, name) for name in ledgers.LEDGER
        }
        assert (row["free"], row["waiting"]) == (ledger.free, len(self.state.queue))
        assert ledgers.units_of(row) == self.state.units
        assert list(registry.invariants(self.db)) == []

    def teardown(self) -> None:
        engine = self.db.engine
        self.db.close()
        engine.dispose()


def _referral(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


Places.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
TestPlaces = Places.TestCase
