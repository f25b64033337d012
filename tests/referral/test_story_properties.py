"""Whatever centres and partners say, on whatever dates, and in whatever order and how late the services hear of it: the
story of a person is one thing.

Once every log is heard: no open case without a next step; nobody in two places; no place held for a closed case or for
somebody who died; no partner told without the person's consent or the law, and nothing under way on a consent that was
taken back; nothing that is over has a deadline, and each that ran out was acted on once; no duration is
negative; every figure is what counting it the long way gives; a closed case is closed for partners too. In between,
whatever does not hold has its cause unheard.
"""

import shutil
from datetime import timedelta
from functools import partial
from itertools import permutations, product
from random import Random

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.kernel.local import Network, SimulatedClock
from tests.referral.story import MONDAY, PATHS, SERVICES, STEPS, Story

LISTENERS = {cls.name: sorted(cls.runtime.wiring.hears) for cls in SERVICES}
LINKS = [(name, source) for name, sources in LISTENERS.items() for source in sources]
ABOUT_PLACES = (("partners", "referral"), ("referral", "partners"))
# How often people do what: most goes on, so that some stories get far.
ACTS = {
    "send": 4, "onward": 10, "step": 4, "gone": 1, "open_case": 1, "screen": 2, "plan": 2, "close": 2, "reopen": 2,
    "call": 1, "hand_over": 1, "erase": 1, "state_capacity": 2, "again": 2, "wait": 3, "hear": 8, "hear_all": 2,
    "away": 1, "back": 2, "bed": 2, "leave": 1, "adopt": 1, "transfer": 2,
    "consent": 1, "take_back": 1, "disclose": 2,
}  # fmt: skip
DAYS = (0, 0, 0, 0, 0, 0, 1, 4, 40)


class People(RuleBasedStateMachine):
    """Up to six cases of two centres. `make` gives a network with new databases."""

    def __init__(self, make):
        super().__init__()
        self.make = make
        self.story = None

    @initialize(seed=st.integers(0, 99))
    def begin(self, seed):
        self.story = Story(self.make(), Random(seed))
        for centre in ("60", "60", "61"):
            self.story.open_case(centre, "none", 0)
        for case_id in self.story.cases:
            self.story.of_case("screening", "complete", case_id, {"facts": {"housing": "street"}}, 0)
            self.story.plan(case_id, self.story.chance.choice(PATHS), (), 0)
        self.story.net.clock.advance(days=1)

    @rule(luck=st.integers(0, 2**32 - 1))
    def act(self, luck):
        """One rule, and the choice by luck: of many rules, and of many choices, hypothesis likes few in each story."""
        story, chance = self.story, Random(luck)
        [act] = chance.choices(list(ACTS), list(ACTS.values()))
        which, other, days, flag = (
            chance.randrange(12), chance.randrange(12), chance.choice(DAYS), chance.random() < 0.5,
        )  # fmt: skip
        note(f"{act} which={which} other={other} days={days} flag={flag}")
        case_id = list(story.cases)[which % len(story.cases)]
        programme_id = story.programmes[other % len(story.programmes)]
        match act:
            case "open_case" if len(story.cases) < 6:
                story.open_case(("60", "61")[which % 2], ("none", "child")[other % 2], days)
            case "screen":
                facts = {"housing": ("street", "home")[other % 2], "income_sufficient": False}
                story.of_case("screening", "complete", case_id, {"facts": facts}, days)
            case "plan":
                if which % 4 == 0:
                    story.plan(case_id, "return_family", (), days)
                else:
                    path = story.path_of[programme_id]
                    several = [each for each in story.programmes if story.path_of[each] == path]
                    named = several[::-1] if flag and days else [programme_id] if flag else []
                    story.plan(case_id, path, named, days)
            case "send" if story.planned.get(case_id) == "return_family" and other:
                story.send_home(case_id, (True, None, False)[which % 3], days)
            case "send":
                fitting = [each for each in story.programmes if story.fits(case_id, each)]
                chosen = fitting[which % len(fitting)] if fitting and other else programme_id
                story.send(case_id, chosen, flag, days)
            case "close":
                body = {"reason": ("died", "left", "stable")[other % 3]}
                story.of_case("intake", "close_case", case_id, body, days)
            case "reopen":
                story.of_case("intake", "reopen_case", case_id, {"reason": "returned"}, days)
            case "call":
                story.of_case("intake", "called", case_id, {}, 0)
            case "hand_over":
                body = {
                    "case_ids": [case_id],
                    "to_user": (None, "worker-60")[other % 2],
                    "reason": "handed_over",
                }
                story.tell("intake", "assign", body, story.cases[case_id])
            case "erase" if flag:
                story.erase(case_id)
            case "state_capacity":
                body = {"programme_id": programme_id, "total": which % 3, "free": min(which % 3, other % 3)}
                story.tell("partners", "confirm_capacity", body, at=story.ago(days))
            case "transfer":
                story.hand_over(
                    case_id, ("accept", "accept", "accept", "reject", "revoke", "wait")[other % 6]
                )
            case "bed":
                story.give_bed(case_id, 1 + other, days)
            case "adopt":
                story.adopt(which % 3, days)
            case "consent":
                kind, said = (
                    ("referral", "data")[which % 2],
                    ("given", "given", "refused", "unable")[other % 4],
                )
                story.say_of_consent(case_id, kind, said)
            case "take_back" if "intake" not in story.net.down:
                story.take_consent_back(case_id, which)
            case "leave":
                story.leave_bed(case_id, days)
            case "again":
                story.again(which * 12 + other)
            case "wait":
                story.net.clock.advance(days=(0, 0, 0, 1, 1, 4, 4, 10, 10, 40, 40, 100)[other], minutes=20)
                if "referral" not in story.net.down:
                    story.fire()
            case "hear":
                story.net.hear(*LINKS[(which * 12 + other) % len(LINKS)], 500 if flag else 1 + other % 3)
            case "hear_all" if not story.net.down:
                story.net.settle(story.chance)
            case "away":
                # Who does not answer cannot be asked before somebody decides.
                story.net.down = {list(LISTENERS)[other % len(LISTENERS)]}
            case "back":
                story.net.down = set()
            case _ if story.referrals and "referral" not in story.net.down:
                self._of_referral(
                    act, list(story.referrals)[-1 - which % len(story.referrals)], other, days, flag
                )

    def _of_referral(self, act, referral_id, other, days, flag):
        story = self.story
        match act:
            case "onward":
                for _ in range(1 + other % 5):
                    story.net.clock.advance(minutes=20)
                    for link in ABOUT_PLACES if other > 2 else ():
                        story.net.hear(*link, 500)
                    story.onward(referral_id, days, by_link=flag)
            case "step":
                story.step(referral_id, list(STEPS)[other % len(STEPS)], days, by_link=flag)
            case "disclose":
                story.disclose(referral_id, flag)
            case "gone":
                body = {"referral_id": referral_id, "step": "follow-up", "in_place": False}
                centre = story.cases[story.referrals[referral_id]]
                story.tell("referral", "step", body, centre, at=story.ago(days))

    @invariant()
    def whatever_does_not_hold_has_its_cause_unheard(self):
        if self.story:
            down, self.story.net.down = self.story.net.down, set()
            self.story.every_violation_has_its_cause_unheard()
            self.story.net.down = down

    def teardown(self):
        if not self.story:
            return
        net = self.story.net
        try:
            net.down = set()
            net.settle(self.story.chance)
            self.story.what_holds_once_all_is_heard()
        finally:
            net.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request, tmp_path_factory, new_folder):
    """Makes networks, one after the other, each with new databases."""

    def on_files():
        clock, folder = SimulatedClock(MONDAY), tmp_path_factory.mktemp("story")
        shutil.copytree(new_folder(SERVICES, clock), folder, dirs_exist_ok=True)
        return Network(SERVICES, clock, folder)

    def on_servers():
        return request.getfixturevalue("on_postgresql")(SERVICES, SimulatedClock(MONDAY))

    made = on_files if request.param == "sqlite" else on_servers
    made.examples = 30 if request.param == "sqlite" else 8
    return made


def test_no_order_of_commands_dates_and_hearing_breaks_what_must_hold(make):
    run_state_machine_as_test(
        lambda: People(make), settings=settings(max_examples=make.examples, stateful_step_count=45)
    )


HEARD = (("referral", "intake"), ("intake", "referral"), ("partners", "referral"), ("intake", "partners"))


@pytest.fixture
def told(tmp_path_factory, new_folder):
    """Gives again and again the same story: a partner was told of a referral, and may answer."""
    folder = tmp_path_factory.mktemp("told")
    shutil.copytree(new_folder(SERVICES, SimulatedClock(MONDAY)), folder, dirs_exist_ok=True)
    story = Story(Network(SERVICES, SimulatedClock(MONDAY), folder), Random(0))
    story.open_case("60", "none", 0)
    [case_id] = story.cases
    story.of_case("screening", "complete", case_id, {"facts": {"housing": "street"}}, 0)
    story.plan(case_id, "foundation", (), 0)
    story.net.settle()
    story.send(case_id, story.programmes[0], False, 0)
    story.net.settle()
    [referral_id] = story.referrals
    assert story.step(referral_id, "told", 0)
    story.net.settle()
    story.net.clock.advance(hours=1)
    story.net.close()

    def again():
        copy = shutil.copytree(folder, tmp_path_factory.mktemp("again"), dirs_exist_ok=True)
        return story.on(Network(SERVICES, SimulatedClock(story.net.clock()), copy)), case_id, referral_id

    return again


def at_once(story, case_id, referral_id, reason, yes_first, between):
    """The answers to a yes and to a closing of the same instant."""
    at = story.net.clock() - timedelta(minutes=1)
    yes = partial(story.step, referral_id, "accept", 0, by_link=True, at=at)
    closing = partial(story.tell, "intake", "close_case", {"case_id": case_id, "reason": reason}, at=at)
    first, second = (yes, closing) if yes_first else (closing, yes)
    answered = [first()]
    if between:
        story.net.hear(*between, 500)
        story.every_violation_has_its_cause_unheard()
    answered.append(second())
    return answered if yes_first else answered[::-1]


# Every order in which both are heard; and of each log that may be heard between them, two orders of the rest.
ORDERS = [(None, order) for order in permutations(HEARD)]
ORDERS += [(between, order) for between in HEARD for order in (HEARD, HEARD[::-1])]


@pytest.mark.parametrize(("reason", "why"), [("died", "person_died"), ("left", "case_closed")])
def test_a_yes_and_a_closing_at_the_same_instant_come_to_the_same_in_every_order(told, reason, why):
    """The order of referral's log decides: before the closing is heard there, a yes is a yes, and then is not needed;
    after it, the answer is no longer wanted."""
    ends = set()
    for yes_first, (between, order) in product((True, False), ORDERS):
        story, case_id, referral_id = told()
        accepted, closed = at_once(story, case_id, referral_id, reason, yes_first, between)
        for link in order:
            story.net.hear(*link, 500)
            story.every_violation_has_its_cause_unheard()
        story.net.settle()
        assert not story.net.unheard() and not list(story.broken())
        story.closed_means_closed_for_partners()
        row = story.row(referral_id)
        story.net.close()
        steps = [(step["type"], step.get("reason")) for step in row["history"]]
        assert closed and row["status"] == "withdrawn" and row["place"] == "released"
        assert steps[-1] == ("ReferralWithdrawn", why)
        assert bool(accepted) == (("ReferralAccepted", None) in steps)
        ends.add(bool(accepted))
    assert ends == {True, False}
