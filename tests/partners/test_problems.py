"""The problem log: answers counted as the long way counts them, what would correct the registry, and who decides.

Long because counting, deciding and the doors are tried on one programme.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.codes.problems import OLD_WORD, REVIEWS, SIGNS, WINDOW_DAYS
from services.codes.registry import FACT_KINDS, OLD_DAYS
from services.codes.reviews import FINDINGS, OTHERWISE
from services.kernel.codec import audiences
from services.kernel.envelope import instant, moment
from services.kernel.errors import Forbidden, Invalid, Refused, Stale
from services.kernel.local import SimulatedClock
from services.partners.domain.evidence import Answer, Evidence, Looked, Proposal, Standing, propose, weigh
from services.partners.domain.problems import (
    PROBLEM,
    AcceptProblem,
    DismissProblem,
    LapseProblem,
    WeighProblem,
    problem_of,
)
from services.partners.events import (
    ProblemAccepted,
    ProblemDismissed,
    ProblemFound,
    ProblemSettled,
    ProblemWeighed,
)
from services.partners.service import PartnersService
from services.thai.dates import bangkok_day
from tests.partners.others import (
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralEnteredInError,
    ReferralExpired,
    ReferralSent,
    Screening,
    say,
)
from tests.spec import Spec

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = 86400
HOME = {"name": "มูลนิธิ", "kind": "foundation", "under_ministry": False, "province": "60"}
RULES = {"min_age": 18, "care_level_max": 3}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
HEALTH = "health_beyond_care"

# -- counting ---------------------------------------------------------------------------------------------------------


def at(day, seconds=0):
    return instant(MONDAY + timedelta(days=day, seconds=seconds))


def the_long_way(answers, stated, stood, decided, now):
    """Answer by answer, each asked whether it counts."""
    found = {}
    for reason, sign in SIGNS.items():
        counted = []
        for answer in answers:
            too_old = (bangkok_day(now) - bangkok_day(moment(answer.at))).days > WINDOW_DAYS
            before = answer.at <= stood[sign.about] or answer.at <= decided.get(reason, "")
            if too_old or before:
                continue
            why = "no_answer" if answer.status == "silent" else answer.reason
            if why in ("no_place", "no_answer"):
                words = [each for each in stated if each <= answer.sent]
                if words:
                    age = bangkok_day(moment(answer.sent)) - bangkok_day(moment(max(words)))
                    why = OLD_WORD if age.days > OLD_DAYS else why
            counted.append(why)
        if sign.of == REVIEWS:
            counted = []
        found[reason] = (sum(why == reason for why in counted), len(counted))
    return found


days = st.integers(-500, 0).map(lambda day: day + 0.5)
answered = st.builds(
    lambda day, waited, status, reason: Answer(
        at(day - waited), at(day), status, reason if status == "declined" else None
    ),
    days,
    st.integers(0, 20),
    st.sampled_from(("accepted", "declined", "silent")),
    st.sampled_from((*SIGNS, "other")),
)


@settings(max_examples=200)
@given(
    st.lists(answered, max_size=30),
    st.lists(days.map(at), max_size=5),
    st.fixed_dictionaries({kind: days.map(at) for kind in FACT_KINDS}),
    st.dictionaries(st.sampled_from(tuple(SIGNS)), days.map(at)),
)
def test_what_answers_amount_to_is_what_the_long_way_counts(answers, stated, stood, decided):
    weighed = weigh(answers, stated, stood, decided, MONDAY)
    counted = {each.reason: (each.declines, each.of) for each in weighed}
    assert counted == the_long_way(answers, stated, stood, decided, MONDAY)


@settings(max_examples=200)
@given(
    st.lists(answered, max_size=10),
    st.lists(st.tuples(days, st.lists(st.sampled_from(FINDINGS), min_size=1, unique=True)), max_size=20),
    days.map(at),
    days.map(at),
)
def test_reviews_are_counted_among_reviews_alone(answers, reviews, since, decided):
    stood = {**dict.fromkeys(FACT_KINDS, at(-500)), "rules": since}
    looked = [Looked(at(day), findings) for day, findings in reviews]
    found = weigh(answers, [], stood, {OTHERWISE: decided}, MONDAY, looked)
    [of_reviews] = [each for each in found if each.reason == OTHERWISE]
    recent = [
        each
        for each in looked
        if each.at > max(since, decided)
        and (bangkok_day(MONDAY) - bangkok_day(moment(each.at))).days <= WINDOW_DAYS
    ]
    speaking = [each for each in recent if OTHERWISE in each.findings]
    assert (of_reviews.declines, of_reviews.of) == (len(speaking), len(recent))
    without = weigh(answers, [], stood, {OTHERWISE: decided}, MONDAY)
    assert [each for each in found if each.reason != OTHERWISE] == [
        each for each in without if each.reason != OTHERWISE
    ]


@settings(max_examples=200)
@given(st.lists(answered, max_size=30))
def test_it_is_a_problem_until_the_answers_that_speak_for_it_are_too_old(answers):
    old = dict.fromkeys(FACT_KINDS, at(-500))
    for each in weigh(answers, [], old, {}, MONDAY):
        assert bool(each.until) is each.is_enough
        if not each.until:
            continue

        def then(now, reason=each.reason):
            return next(one for one in weigh(answers, [], old, {}, now) if one.reason == reason)

        assert not then(moment(each.until)).is_enough
        assert then(moment(each.until) - timedelta(seconds=1)).is_enough


@pytest.mark.parametrize(("reason", "sign"), SIGNS.items())
def test_enough_is_the_least_number_and_the_least_share(reason, sign):
    assert not Evidence(reason, sign.least - 1, sign.least - 1, "").is_enough
    assert Evidence(reason, sign.least, sign.least, "").is_enough
    assert Evidence(reason, sign.least, 2 * sign.least, "").is_enough
    assert not Evidence(reason, sign.least, 2 * sign.least + 1, "").is_enough


def test_no_problem_tells_of_less_than_five_people_of_a_kind():
    few = {reason for reason, sign in SIGNS.items() if sign.about == "rules" and sign.least < 5}
    assert few == {OTHERWISE}  # which tells of the place alone


def standing(rules=RULES, free=2):
    return Standing("programme", "partner", "60", rules, 4, free, {})


@pytest.mark.parametrize(
    ("reason", "now", "proposed"),
    [
        (HEALTH, standing(), Proposal("correct", {"rules": {"care_level_max": 2}})),
        (HEALTH, standing({}), Proposal("correct", {"rules": {"care_level_max": 2}})),
        (HEALTH, standing({"care_level_max": 2}), Proposal("correct", {"rules": {"care_level_max": 1}})),
        (HEALTH, standing({"care_level_max": 1}), Proposal("confirm", {"what": ["rules"]})),
        ("behaviour_safety", standing({}), Proposal("correct", {"rules": {"accepts_severe_behaviour": False}})),
        (
            "behaviour_safety", standing({"accepts_severe_behaviour": False}),
            Proposal("confirm", {"what": ["rules"]}),
        ),
        ("out_of_area", standing({}), Proposal("correct", {"rules": {"domicile": {"provinces": ["60"]}}})),
        ("out_of_area", standing({"domicile": {"provinces": ["60"]}}), Proposal("confirm", {"what": ["rules"]})),
        ("missing_documents", standing(), Proposal("confirm", {"what": ["rules"]})),
        ("no_place", standing(), Proposal("capacity", {"total": 4, "free": 0})),
        ("no_place", standing(free=0), None),
        ("no_answer", standing(), Proposal("confirm", {"what": ["contact"]})),
        (OLD_WORD, standing(), Proposal("confirm", {"what": ["capacity"]})),
    ],
)  # fmt: skip
def test_what_would_correct_the_registry(reason, now, proposed):
    assert propose(reason, now) == proposed


# -- deciding ---------------------------------------------------------------------------------------------------------

ID = problem_of(str(uuid4()), HEALTH)
BENT = Proposal("correct", {"rules": {"care_level_max": 2}})


START = at(0)


def weighed(declines, of, stood=START, proposal=BENT):
    return WeighProblem(ID, "programme", Evidence(HEALTH, declines, of, at(0)), stood, proposal)


def found(declines, of, stood=START):
    return ProblemFound(ID, "programme", HEALTH, declines, of, at(0), stood, *BENT)


def test_a_problem_is_found_once_and_grows():
    Spec(PROBLEM).given().when(weighed(4, 4)).then()
    Spec(PROBLEM).given().when(weighed(5, 6)).then(found(5, 6))
    Spec(PROBLEM).given(found(5, 6)).when(weighed(5, 6)).then()
    Spec(PROBLEM).given(found(5, 6)).when(weighed(6, 7)).then(ProblemWeighed(ID, 6, 7))
    Spec(PROBLEM).given(found(5, 6), ProblemWeighed(ID, 6, 7)).when(weighed(6, 7)).then()


def test_a_problem_for_which_too_little_speaks_is_settled():
    Spec(PROBLEM).given(found(5, 6)).when(weighed(4, 6)).then(ProblemSettled(ID))
    Spec(PROBLEM).given(found(5, 6)).when(weighed(5, 11)).then(ProblemSettled(ID))
    Spec(PROBLEM).given(found(5, 6)).when(weighed(5, 6, proposal=None)).then(ProblemSettled(ID))
    Spec(PROBLEM).given(found(5, 6), ProblemSettled(ID)).when(weighed(4, 6)).then()


def test_a_problem_whose_answers_grew_old_is_settled_unless_new_ones_came():
    old = replace(found(5, 6), until=at(10))
    Spec(PROBLEM).given().when(LapseProblem(at(10))).then()
    Spec(PROBLEM).given(found(5, 6)).when(LapseProblem(at(10))).then()  # of before it was noted until when
    Spec(PROBLEM).given(old).when(LapseProblem(at(9))).then()
    Spec(PROBLEM).given(old).when(LapseProblem(at(10))).then(ProblemSettled(ID))
    Spec(PROBLEM).given(old, ProblemSettled(ID)).when(LapseProblem(at(10))).then()
    Spec(PROBLEM).given(old, ProblemWeighed(ID, 6, 7, at(20))).when(LapseProblem(at(10))).then()


def test_what_speaks_against_another_rule_than_was_found_is_a_new_finding():
    Spec(PROBLEM).given(found(5, 6)).when(weighed(5, 5, stood=at(9))).then(found(5, 5, at(9)))
    Spec(PROBLEM).given(found(5, 6)).when(weighed(1, 1, stood=at(9))).then(ProblemSettled(ID))


@pytest.mark.parametrize(
    ("command", "fact", "other"),
    [
        (AcceptProblem("โทรถามแล้ว"), ProblemAccepted(ID, "โทรถามแล้ว"), DismissProblem("ก")),
        (DismissProblem("โทรถามแล้ว"), ProblemDismissed(ID, "โทรถามแล้ว"), AcceptProblem("ก")),
    ],
)
def test_a_problem_is_decided_once(command, fact, other):
    Spec(PROBLEM).given().when(command).refused("unknown_problem")
    Spec(PROBLEM).given(found(5, 6)).when(command).then(fact)
    Spec(PROBLEM).given(found(5, 6), fact).when(command).then()
    Spec(PROBLEM).given(found(5, 6), fact).when(other).refused("wrong_state")
    Spec(PROBLEM).given(found(5, 6), ProblemSettled(ID)).when(command).refused("wrong_state")
    Spec(PROBLEM).given(found(5, 6), fact).when(weighed(5, 5)).then(found(5, 5))  # only new ones are weighed


# -- through the doors ------------------------------------------------------------------------------------------------


@pytest.fixture
def net(network):
    return network([Screening, Referral, PartnersService], SimulatedClock(MONDAY))


@pytest.fixture
def home(net):
    return net.call("partners", "register_partner", HOME)["partner_id"]


@pytest.fixture
def beds(net, home):
    return offer(net, home)


def offer(net, partner_id):
    body = {
        "partner_id": partner_id, "name": "ที่พัก", "path": "foundation", "rules": RULES,
        "capacity": {"total": 40, "free": 30},
    }  # fmt: skip
    return net.call("partners", "offer_programme", body)["programme_id"]


def answered(net, programme_id, *reasons, centre="60"):
    """Referrals sent there that were answered so: None is a yes, "silent" no answer."""
    ids = []
    for reason in reasons:
        net.clock.advance(seconds=3600)
        ids.append(((referral_id := str(uuid4())), (case_id := str(uuid4()))))
        about = (referral_id, case_id, programme_id)
        say(net, ReferralSent(*about), centre)
        net.settle()
        net.clock.advance(seconds=3600)
        if reason is None:
            say(net, ReferralAccepted(*about), centre)
        elif reason == "silent":
            say(net, ReferralExpired(*about), centre)
        else:
            say(net, ReferralDeclined(*about, reason=reason), centre)
        net.settle()
    return ids


def listed(net, who=None, **asked):
    return net.call("partners", "problems", asked, **(who or {}))["items"]


def decide(net, door, problem_id, reason="โทรถามแล้ว", **who):
    return net.call("partners", door, {"problem_id": problem_id, "reason": reason}, **who)


def rules_of(net, partner_id):
    return net.call("partners", "partner", {"partner_id": partner_id})["programmes"][0]["rules"]


def test_eight_of_ten_who_are_too_ill_propose_a_lower_level_of_care(net, home, beds):
    answered(net, beds, None, *[HEALTH] * 4, None)
    assert listed(net) == []
    answered(net, beds, *[HEALTH] * 4, centre="61")
    [problem] = listed(net)
    assert (problem["programme_id"], problem["reason"]) == (beds, HEALTH)
    assert (problem["declines"], problem["of"], problem["status"]) == (8, 10, "open")
    assert problem["proposal"] == {
        "action": "correct", "before": {"rules": {"care_level_max": 3}}, "after": {"rules": {"care_level_max": 2}},
    }  # fmt: skip
    assert net.call("partners", "to_keep", {})["problems"] == 1
    assert decide(net, "accept_problem", problem["problem_id"]) == {"version": problem["version"] + 1}
    assert rules_of(net, home) == {"min_age": 18, "care_level_max": 2}
    assert listed(net) == [] and net.call("partners", "to_keep", {})["problems"] == 0
    [done] = listed(net, status="accepted")
    assert (done["decision"], done["decided_by"]) == ("โทรถามแล้ว", "worker-60")
    [change] = net.call("partners", "history", {"partner_id": home})["items"]
    assert (change["action"], change["reason"], change["fields"]) == ("correct", "โทรถามแล้ว", ["rules"])


def test_what_was_dismissed_comes_again_only_by_new_answers(net, beds):
    answered(net, beds, *[HEALTH] * 5)
    [problem] = listed(net)
    decide(net, "dismiss_problem", problem["problem_id"], "ช่วงนั้นพยาบาลลาออก ตอนนี้มีแล้ว")
    answered(net, beds, *[HEALTH] * 4)
    assert listed(net) == [] and listed(net, status="dismissed")[0]["decision"].startswith("ช่วงนั้น")
    answered(net, beds, HEALTH)
    [again] = listed(net)
    assert (again["problem_id"], again["declines"], again["of"]) == (problem["problem_id"], 5, 5)
    assert again["decision"].startswith("ช่วงนั้น")


def test_answers_that_grow_old_settle_it_without_another_answer(net, beds):
    answered(net, beds, *[HEALTH] * 5)
    assert len(listed(net)) == 1
    net.clock.advance(seconds=(WINDOW_DAYS - 1) * DAY)
    net.settle()
    assert len(listed(net)) == 1
    net.clock.advance(seconds=2 * DAY)
    net.settle()
    assert listed(net) == [] and len(listed(net, status="settled")) == 1


def test_a_correction_on_the_partners_page_settles_it(net, home, beds):
    answered(net, beds, *[HEALTH] * 5)
    [problem] = listed(net)
    body = {"programme_id": beds, "rules": {"care_level_max": 1}, "reason": "แจ้งเป็นหนังสือ"}
    net.call("partners", "correct_programme", body)
    assert listed(net) == [] and [each["problem_id"] for each in listed(net, status="settled")] == [
        problem["problem_id"]
    ]
    with pytest.raises(Refused) as refused:
        decide(net, "accept_problem", problem["problem_id"])
    assert refused.value.code == "proposal_outdated" and rules_of(net, home) == {"care_level_max": 1}


def test_a_referral_entered_in_error_takes_its_answer_back(net, beds):
    ids = answered(net, beds, *[HEALTH] * 6)
    assert listed(net)[0]["declines"] == 6
    for number, (referral_id, case_id) in enumerate(ids[:2]):
        say(net, ReferralEnteredInError(referral_id, case_id, beds))
        net.settle()
        assert [each["declines"] for each in listed(net)] == ([5] if number == 0 else [])
    assert len(listed(net, status="settled")) == 1


def test_who_keeps_the_partner_decides_and_others_read_nothing_of_it(net, beds):
    answered(net, beds, *[HEALTH] * 5, centre="61")
    [problem] = listed(net)
    assert listed(net, NEIGHBOUR) == [] and len(listed(net, MINISTRY)) == 1
    with pytest.raises(Forbidden):
        listed(net, NEIGHBOUR, centre="60")
    for door in ("accept_problem", "dismiss_problem"):
        with pytest.raises(Forbidden):
            decide(net, door, problem["problem_id"], **NEIGHBOUR)
        with pytest.raises(Forbidden):
            decide(net, door, problem["problem_id"], user="member-60", role="member")
        with pytest.raises(Invalid) as refused:
            net.call("partners", door, {"problem_id": problem["problem_id"]})
        assert "reason" in refused.value.errors
    with pytest.raises(Stale):
        decide(net, "dismiss_problem", problem["problem_id"], if_match=9)


@pytest.mark.parametrize("whose", ["person", "centre", "system"])
def test_only_what_the_partner_itself_says_counts(net, beds, whose):
    for _ in range(6):
        referral_id, case_id = str(uuid4()), str(uuid4())
        say(net, ReferralSent(referral_id, case_id, beds))
        say(net, ReferralDeclined(referral_id, case_id, beds, reason=HEALTH, whose=whose))
        net.settle()
    assert listed(net) == []


def test_no_place_three_times_while_some_are_shown_proposes_that_there_is_none(net, home, beds):
    answered(net, beds, "no_place", "no_place", None, "no_place")
    [problem] = listed(net)
    assert (problem["reason"], problem["declines"], problem["of"]) == ("no_place", 3, 4)
    assert problem["proposal"]["after"] == {"total": 40, "free": 0}
    decide(net, "accept_problem", problem["problem_id"])
    assert net.call("partners", "partner", {"partner_id": home})["programmes"][0]["places"]["free"] == 0


def test_silence_asks_whether_the_contact_is_right(net, home, beds):
    answered(net, beds, "silent", "silent", "silent")
    [problem] = listed(net)
    assert (problem["reason"], problem["proposal"]["after"]) == ("no_answer", {"what": ["contact"]})
    before = net.call("partners", "partner", {"partner_id": home})["contact_confirmed_at"]
    decide(net, "accept_problem", problem["problem_id"])
    assert net.call("partners", "partner", {"partner_id": home})["contact_confirmed_at"] > before
    answered(net, beds, "silent", "silent")
    assert listed(net) == []


def test_what_was_sent_on_an_old_word_and_came_to_nothing_asks_for_a_new_one(net, home, beds):
    net.clock.advance(seconds=(OLD_DAYS + 1) * DAY)
    answered(net, beds, "no_place", "silent", "no_place")
    [problem] = listed(net)
    assert (problem["reason"], problem["declines"], problem["of"]) == (OLD_WORD, 3, 3)
    assert problem["proposal"] == {"action": "confirm", "before": {}, "after": {"what": ["capacity"]}}
    decide(net, "accept_problem", problem["problem_id"])
    assert net.call("partners", "partner", {"partner_id": home})["programmes"][0]["stale"] == []
    assert listed(net) == []


def test_answers_of_more_than_a_year_ago_say_nothing(net, beds):
    answered(net, beds, *[HEALTH] * 4)
    net.clock.advance(seconds=(WINDOW_DAYS + 1) * DAY)
    answered(net, beds, *[HEALTH] * 4)
    assert listed(net) == []


def test_a_retired_programme_has_no_problem(net, beds):
    answered(net, beds, *[HEALTH] * 5)
    net.call("partners", "retire_programme", {"programme_id": beds, "reason": "ปิด"})
    assert listed(net) == [] and len(listed(net, status="settled")) == 1


def test_the_merged_log_is_told_that_there_is_a_problem_and_no_more(net, beds):
    answered(net, beds, *[HEALTH] * 5)
    assert audiences(ProblemFound).keys() == {"problem_id"} == audiences(ProblemWeighed).keys()


def test_problems_are_listed_page_by_page_and_rebuilt_alike(net, home, beds):
    second = offer(net, home)
    answered(net, beds, *[HEALTH] * 5)
    answered(net, second, *["cost"] * 5)
    first = net.call("partners", "problems", {"limit": 1})
    rest = net.call("partners", "problems", {"limit": 1, "cursor": first["next"]})
    assert [first["items"][0]["reason"], rest["items"][0]["reason"]] == ["cost", HEALTH] and rest[
        "next"
    ] is None
    before = listed(net)
    net.runtimes["partners"].rebuild("problems", lambda done, total: None)
    assert listed(net) == before


def of_the_log(net, programme_id, since):
    """{reason: (declines, of)} counted over referral's own log: the last word on each referral, after an instant."""
    last = {}
    for event in orjson.loads(net.runtimes["referral"].page(0, 500)["page"])["events"]:
        data = event["data"]
        if data["programme_id"] == programme_id and event["type"] != "ReferralSent":
            last[data["referral_id"]] = (event["time"], event["type"], data.get("reason"), data.get("whose"))
    words = []
    for time, type, reason, whose in last.values():
        if (
            type == "ReferralEnteredInError"
            or (type == "ReferralDeclined" and whose != "partner")
            or time <= since
        ):
            continue
        words.append({"ReferralAccepted": None, "ReferralExpired": "no_answer"}.get(type, reason))
    return {reason: (words.count(reason), len(words)) for reason in SIGNS}


@pytest.mark.parametrize("seed", range(3))
def test_what_waits_to_be_decided_is_what_the_log_says_counted_the_long_way(net, home, seed):
    chance = Random(seed)
    both = [offer(net, home), offer(net, home)]
    sent = {programme_id: [] for programme_id in both}
    for _ in range(45):
        programme_id = chance.choice(both)
        reason = chance.choice((HEALTH, HEALTH, HEALTH, "cost", "no_place", "silent", None))
        sent[programme_id] += answered(net, programme_id, reason, centre=chance.choice(("60", "61")))
        if chance.random() < 0.15:
            referral_id, case_id = chance.choice(sent[programme_id])
            say(net, ReferralEnteredInError(referral_id, case_id, programme_id))
            net.settle()
        [stands] = [net.call("partners", "partner", {"partner_id": home})]
        waiting = {(each["programme_id"], each["reason"]): each for each in listed(net)}
        for each in stands["programmes"]:
            since = {"rules": each["rules_confirmed_at"], "capacity": each["places"]["confirmed_at"],
                     "contact": stands["contact_confirmed_at"]}  # fmt: skip
            for reason, sign in SIGNS.items():
                declines, of = of_the_log(net, each["programme_id"], since[sign.about])[reason]
                shown = waiting.get((each["programme_id"], reason))
                enough = declines >= sign.least and 100 * declines >= sign.percent * of
                assert (shown is not None) == enough, (reason, declines, of)
                assert shown is None or (shown["declines"], shown["of"]) == (declines, of)


@pytest.mark.parametrize(
    ("reason", "above", "proposed"),
    [
        (HEALTH, [{"care_level_max": 2}], {"rules": {"care_level_max": 1}}),
        (HEALTH, [{"care_level_max": 2}, {"care_level_max": 1}], {"what": ["rules"]}),
        ("behaviour_safety", [{"accepts_severe_behaviour": False}], {"what": ["rules"]}),
        ("out_of_area", [{"min_age": 60}, {"domicile": {"provinces": ["60"]}}], {"what": ["rules"]}),
    ],
)
def test_what_holds_for_the_whole_partner_or_network_is_not_proposed_once_more(reason, above, proposed):
    assert propose(reason, replace(standing({}), above=above)).after == proposed
