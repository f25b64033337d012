"""What a partner is told of a person: only what its own decision hangs on, and only what its kind may know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes import PARTNER_KINDS
from services.kernel.envelope import instant
from services.kernel.errors import Forbidden, NotFound, Refused
from services.referral.domain.disclosure import disclosed
from tests.referral.facts import CASE, OTHER, PARTNER, PERSON, PLAN, PROGRAMME
from tests.referral.others import CaseOpened, PlanAgreed, ProgrammeOffered, ScreeningCompleted, say
from tests.referral.test_service import MINISTRY, NEIGHBOUR, net, refuse, reserve, send, step  # noqa: F401 (fixture)

FACTS = {
    "age": {"on": "2026-03-02", "min": 34, "max": 34},
    "sex": "male",
    "nationality": "thai",
    "domicile": [{"province": "61", "basis": "claimed"}, {"province": "60", "basis": "found"}],
    "communicable_disease": "untreated",
    "severe_behaviour": True,
    "legal_case": True,
    "disability_types": [3, 4],
    "care_level": 2,
    "able_to_work": True,
    "documents_held": ["id_card", "house_register"],
    "pregnant": True,
    "mental_crisis": True,
}
ALWAYS = {"sex": "male", "age_band": "30-39", "domicile": ["60", "61"], "found": "60"}
STRICT = {
    "accepts_communicable": "none", "accepts_severe_behaviour": False, "accepts_legal_case": False, "care_level_max": 2,
    "disability_types_any": [3], "requires_work_ability": True, "documents": ["id_card"], "nationality": ["thai"],
}  # fmt: skip
ACCEPTS_EVERYTHING = {
    "accepts_communicable": "untreated", "accepts_severe_behaviour": True, "accepts_legal_case": True,
    "requires_work_ability": False, "requires_prior_process": False,
}  # fmt: skip


def told(rules, kind="pao_home", facts=FACTS):
    return disclosed([rules], kind, facts, "60")


def test_without_rules_a_partner_is_told_what_every_partner_is_told():
    assert told({}) == ALWAYS
    assert disclosed([], "pao_home", {}, None) == {
        "sex": None,
        "age_band": None,
        "domicile": [],
        "found": None,
    }


@pytest.mark.parametrize("kind", PARTNER_KINDS)
def test_who_takes_everybody_is_told_of_no_disease_behaviour_or_legal_case(kind):
    assert told(ACCEPTS_EVERYTHING, kind) == ALWAYS


def test_a_list_that_names_everything_is_told_nothing():
    everything = {"disability_types_any": [1, 2, 3, 4, 5, 6, 7], "care_level_max": 3}
    assert told(everything, "employer") == told(everything) == ALWAYS
    assert told({"disability_types_any": [3]}, "employer") == ALWAYS | {"disability_types": [3]}


def test_a_home_is_told_what_its_own_rules_ask():
    assert told(STRICT) == ALWAYS | {
        "communicable_disease": "untreated", "severe_behaviour": True, "legal_case": True, "care_level": 2,
        "disability_types": [3], "able_to_work": True, "documents_held": ["id_card"], "nationality": "thai",
    }  # fmt: skip


def test_what_the_partner_and_its_network_ask_is_told_too_each_fact_once():
    own, network = {"disability_types_any": [4]}, {"accepts_legal_case": False, "disability_types_any": [3]}
    both = ALWAYS | {"disability_types": [3, 4]}
    home = disclosed([own, {"care_level_max": 2}, network], "pao_home", FACTS, "60")
    assert home == both | {"care_level": 2, "legal_case": True}
    assert disclosed([own, network], "employer", FACTS, "60") == both


def test_a_home_that_asks_for_every_paper_is_told_which_there_are():
    """A rule that wants all of its codes is met by none of them alone."""
    assert told({"documents": ["id_card", "house_registration"]}) == ALWAYS | {"documents_held": ["id_card"]}


@pytest.mark.parametrize("kind", ["employer", "training_centre", "other"])
def test_an_employer_is_never_told_of_disease_behaviour_or_a_legal_case(kind):
    assert told(STRICT, kind) == ALWAYS | {
        "care_level": 2, "disability_types": [3], "able_to_work": True, "documents_held": ["id_card"],
        "nationality": "thai",
    }  # fmt: skip


def test_a_hospital_is_told_of_a_disease_and_not_of_a_legal_case():
    assert "communicable_disease" in told(STRICT, "hospital") and "legal_case" not in told(STRICT, "hospital")


def test_an_employer_of_people_with_a_bodily_disability_is_not_told_of_another():
    assert told({"disability_types_any": [3]}, "employer")["disability_types"] == [3]
    assert (
        told({"disability_types_any": [3]}, "employer", {"disability_types": [4]})["disability_types"] == []
    )


def test_what_is_not_known_is_not_told():
    assert told(STRICT, facts={"sex": "male"}).keys() == ALWAYS.keys()


def test_a_rule_of_a_later_version_tells_nothing():
    assert told({"likes": ["football"]}) == ALWAYS


@given(st.sets(st.sampled_from(sorted(STRICT))), st.sampled_from(PARTNER_KINDS))
def test_fewer_rules_never_tell_more(names, kind):
    some = told({name: STRICT[name] for name in names}, kind)
    assert some.items() <= told(STRICT, kind).items()


# ---- through the door


@pytest.fixture
def sent(net):  # noqa: F811
    """A referral of a screened case to a home that takes nobody with a legal case, its place reserved."""
    say(net, CaseOpened(CASE, PERSON))
    say(net, ScreeningCompleted(CASE, FACTS))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER, rules={"accepts_legal_case": False}))
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    referral_id = send(net)["referral_id"]
    reserve(net, referral_id)
    net.settle()
    return referral_id


def ask(net, door, referral_id, who=None, **body):  # noqa: F811
    return net.call("referral", door, {"referral_id": referral_id, **body}, **(who or {}))


def test_what_a_partner_is_given_is_answered_and_noted_by_name(net, sent):  # noqa: F811
    # Nobody said where, and no centre stands in for it.
    expected = ALWAYS | {"legal_case": True, "found": None}
    assert ask(net, "disclosable", sent) == expected
    assert ask(net, "disclosure", sent) == []
    answer = ask(net, "disclose", sent, how="link")
    assert answer == {"disclosed": expected, "version": 3}
    [noted] = ask(net, "disclosure", sent)
    assert noted.pop("at") >= "2026"
    assert noted == {
        "to": PARTNER,
        "how": "link",
        "facts": sorted({*expected} - {"found"}),
        "basis": "consent",
        "opened_at": None,
    }


def test_who_is_told_in_another_way_reads_nothing_in_the_system(net, sent):  # noqa: F811
    partner = {"user": "partner", "role": "partner", "centres": (), "partner": PARTNER}
    step(net, sent, "told", how="phone")
    assert ask(net, "told_of", sent, partner) == {}
    [spoken] = ask(net, "disclosure", sent)
    assert (spoken["how"], spoken["facts"], spoken["basis"], spoken["opened_at"]) == (
        "phone",
        [],
        "consent",
        None,
    )
    # A link besides is noted by its facts, and what is opened is the link.
    ask(net, "disclose", sent, how="link")
    step(net, sent, "told", how="link")
    ask(net, "open_disclosure", sent, partner, how="link")
    spoken, linked = ask(net, "disclosure", sent)
    assert spoken["opened_at"] is None and linked["facts"] and linked["opened_at"]


def test_told_by_the_system_is_told_what_the_partner_may_know(net, sent):  # noqa: F811
    partner = {"user": "partner", "role": "partner", "centres": (), "partner": PARTNER}
    for _ in range(2):  # again is nothing
        step(net, sent, "told", how="system")
    known = {name: code for name, code in (ALWAYS | {"legal_case": True}).items() if name != "found"}
    assert ask(net, "told_of", sent, partner) == known
    [noted] = ask(net, "disclosure", sent)
    assert (noted["how"], noted["to"]) == ("system", PARTNER)


def test_that_the_partner_opened_it_is_noted_once_for_each_time_it_was_given_something(net, sent):  # noqa: F811
    partner = {"user": "p", "role": "partner", "centres": (), "partner": PARTNER}
    with pytest.raises(Forbidden):
        ask(net, "open_disclosure", sent, how="link")
    ask(net, "open_disclosure", sent, partner, how="link")
    assert ask(net, "disclosure", sent) == []  # it was given nothing
    ask(net, "disclose", sent, how="link")
    net.clock.advance(hours=1)
    ask(net, "open_disclosure", sent, partner, how="link")
    version = ask(net, "referral", sent)["version"]
    net.clock.advance(hours=1)
    ask(net, "open_disclosure", sent, partner, how="link")
    assert ask(net, "referral", sent)["version"] == version
    ask(net, "disclose", sent, how="link")
    first, second = ask(net, "disclosure", sent)
    assert first["at"] < first["opened_at"] < second["at"] and second["opened_at"] is None


def test_what_a_partner_reads_in_the_system_is_noted_as_opened_once_for_each_time_it_was_given(net, sent):  # noqa: F811
    partner = {"user": "partner", "role": "partner", "centres": (), "partner": PARTNER}
    for _ in range(2):
        step(net, sent, "told", how="system")
        net.clock.advance(hours=1)
        assert ask(net, "told_of", sent, partner)
        version = ask(net, "referral", sent)["version"]
        assert ask(net, "told_of", sent, partner)
        assert ask(net, "referral", sent)["version"] == version
    [given] = ask(net, "disclosure", sent)  # told a second time it is given nothing anew
    assert given["at"] < given["opened_at"] < instant(net.clock())
    ask(net, "disclose", sent, how="link")
    assert ask(net, "disclosure", sent)[1]["opened_at"] is None
    assert ask(net, "told_of", sent, partner)
    assert ask(net, "disclosure", sent)[1]["opened_at"]


def test_a_referral_says_what_its_reader_may_do_of_it(net, sent):  # noqa: F811
    partner = {"user": "partner", "role": "partner", "centres": (), "partner": PARTNER}
    member = {"user": "member-60", "role": "member"}

    def may(who=None):
        read = ask(net, "referral", sent, who)["may"]
        [row] = net.call("referral", "referrals", {"referral_ids": [sent]}, **(who or {}))["items"]
        assert row["may"] == read
        return read

    steps = [each["step"] for each in ask(net, "steps", sent)]
    assert may() == [*steps, "disclose"] and "told" in steps
    assert may(partner) == ["acknowledge", "accept", "decline", "waitlist"] and may(member) == []
    step(net, sent, "waitlist")
    assert may(partner) == ["accept", "decline"]
    step(net, sent, "decline", who=partner, reason="no_place", whose="partner", by_channel="link")
    assert may(partner) == ["take-back"] and "disclose" not in may()
    net.clock.advance(hours=1)
    assert may(partner) == []


def test_a_partner_without_a_place_for_the_person_is_given_nothing(net):  # noqa: F811
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    referral_id = send(net, waitlist=True)["referral_id"]
    refuse(net, referral_id, waiting=True)
    net.settle()
    assert ask(net, "referral", referral_id)["status"] == "waitlisted"
    assert "disclose" not in ask(net, "referral", referral_id)["may"]
    with pytest.raises(Refused, match="place_pending"):
        ask(net, "disclose", referral_id, how="link")


def test_the_same_command_again_is_noted_once_and_another_link_once_more(net, sent):  # noqa: F811
    body = {"referral_id": sent, "how": "link"}
    first, second = "5d0f9a52-9f3a-4a53-9a0e-1d4c1f2a0001", "5d0f9a52-9f3a-4a53-9a0e-1d4c1f2a0002"
    answers = [net.call("referral", "disclose", body, key=key) for key in (first, first, second)]
    assert answers[0] == answers[1] and answers[2]["version"] == answers[0]["version"] + 1
    assert len(ask(net, "disclosure", sent)) == 2


def test_a_screening_heard_later_counts_and_a_partner_that_answered_is_told_no_more(net, sent):  # noqa: F811
    say(net, ScreeningCompleted(CASE, {"sex": "male", "legal_case": False}))
    net.settle()
    assert ask(net, "disclosable", sent)["legal_case"] is False
    step(net, sent, "accept")
    with pytest.raises(Refused, match="wrong_state"):
        ask(net, "disclose", sent, how="link")


@pytest.mark.parametrize("door", ["disclose", "disclosable", "disclosure"])
def test_another_centre_a_partner_and_the_ministry_learn_nothing(net, sent, door):  # noqa: F811
    body = {"how": "link"} if door == "disclose" else {}
    with pytest.raises(NotFound):
        ask(net, door, sent, NEIGHBOUR, **body)
    with pytest.raises(NotFound):
        ask(net, door, OTHER, **body)
    for who in (MINISTRY, {"user": "somebody", "role": "partner", "centres": (), "partner": PARTNER}):
        with pytest.raises(Forbidden):
            ask(net, door, sent, who, **body)
