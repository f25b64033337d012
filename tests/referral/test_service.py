"""Through the doors, with the others' logs in the same process: who may what, what is heard in time, what happens
when.

Long because the doors of one service stand together, in the order of a referral's life.
"""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from services.codes.procedure import SHIPPED_DOCUMENT
from services.kernel import access
from services.kernel.envelope import Envelope, instant
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from services.kernel.local import SimulatedClock
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.steps import EndReferral
from services.referral.service import ReferralService
from tests.referral.facts import CASE, MONDAY, OTHER, PARTNER, PERSON, PLAN, PROGRAMME
from tests.referral.others import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Intake,
    Partners,
    PlaceRefused,
    PlaceReserved,
    PlanAgreed,
    ProgrammeOffered,
    RulesAdopted,
    Screening,
    ScreeningCompleted,
    say,
)

GIVEN = {"case_id": CASE, "programme_id": PROGRAMME, "consent": {"status": "given"}}
AS_PARTNER = {"user": "somebody", "role": "partner", "centres": (), "partner": PARTNER}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}


def shut(never=False):
    return [{"path": "local_home", "because": None, "facts": ["age"], "never": never}]


@pytest.fixture
def net(network):
    return network([Intake, Screening, Partners, ReferralService], SimulatedClock(MONDAY))


@pytest.fixture
def agreed(net):
    """A case with a plan and a programme that fits: said, but not yet heard by referral."""
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    return net


def send(net, **changes):
    caller = {
        name: changes.pop(name) for name in ("user", "centres", "key", "fingerprint") if name in changes
    }
    return net.call("referral", "send", GIVEN | changes, **caller)


def step(net, referral_id, name, who=None, if_match=None, **said):
    body = {"referral_id": referral_id, "step": name, **said}
    return net.call("referral", "step", body, if_match=if_match, **(who or {}))


def read(net, referral_id, **who):
    return net.call("referral", "referral", {"referral_id": referral_id}, **who)


def listed(net, who=None, **wanted):
    return [item["referral_id"] for item in net.call("referral", "referrals", wanted, **(who or {}))["items"]]


def reserve(net, referral_id):
    say(net, PlaceReserved(PROGRAMME, PARTNER, referral_id, CASE))


def refuse(net, referral_id, waiting=False):
    say(net, PlaceRefused(PROGRAMME, PARTNER, referral_id, CASE, waiting))


@pytest.fixture
def told(agreed):
    """A referral whose partner was told."""
    referral_id = send(agreed)["referral_id"]
    reserve(agreed, referral_id)
    agreed.settle()
    step(agreed, referral_id, "told", how="phone", to="คุณมาลี")
    return referral_id


# ---- sending


def test_what_was_agreed_a_moment_ago_by_others_is_enough_to_send(agreed):
    answer = send(agreed)
    assert answer == {
        "referral_id": answer["referral_id"],
        "status": "sent",
        "place": "pending",
        "version": 1,
        "warnings": [],
        "out_of_order": 0,
    }


def test_the_same_key_again_tells_what_became_of_it(agreed):
    key = str(uuid4())
    first = send(agreed, key=key)
    reserve(agreed, first["referral_id"])
    assert send(agreed, key=key) == first | {"place": "reserved", "version": 2}
    with pytest.raises(KeyReused):
        send(agreed, key=key, fingerprint="another body")
    assert listed(agreed) == [first["referral_id"]]


def test_a_refused_place_declines_it_and_a_new_one_may_be_sent(agreed):
    key = str(uuid4())
    referral_id = send(agreed, key=key)["referral_id"]
    refuse(agreed, referral_id)
    assert send(agreed, key=key) == {
        "referral_id": referral_id,
        "status": "declined",
        "place": "refused",
        "version": 2,
        "warnings": [],
        "out_of_order": 0,
    }
    last = read(agreed, referral_id)["history"][-1]
    assert (last["reason"], last["whose"], last["actor"]) == ("no_place", "system", "system")
    assert send(agreed)["status"] == "sent"


def test_a_referral_waits_for_a_place_if_that_was_asked(agreed):
    referral_id = send(agreed, waitlist=True)["referral_id"]
    refuse(agreed, referral_id, waiting=True)
    agreed.settle()
    assert (read(agreed, referral_id)["status"], read(agreed, referral_id)["place"]) == (
        "waitlisted",
        "refused",
    )
    with pytest.raises(Refused, match="place_pending"):
        step(agreed, referral_id, "accept")
    reserve(agreed, referral_id)
    assert step(agreed, referral_id, "accept")["status"] == "accepted"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([], "no_plan"),
        ([PlanAgreed(CASE, PLAN, "hospital")], "no_plan"),
        ([PlanAgreed(CASE, PLAN, "local_home", OTHER)], "no_plan"),
        ([PlanAgreed(CASE, PLAN, "local_home"), CaseClosed(CASE, PERSON)], "case_closed"),
        ([PlanAgreed(CASE, PLAN, "local_home"), ScreeningCompleted(CASE, {}, shut())], "path_closed"),
        (
            [PlanAgreed(CASE, PLAN, "local_home", None, True), ScreeningCompleted(CASE, {}, shut(True))],
            "path_closed",
        ),
    ],
)
def test_sending_is_refused_on_what_others_said(net, said, code):
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    for fact in said:
        say(net, fact)
    net.settle()
    with pytest.raises(Refused, match=code):
        send(net)
    assert listed(net) == []


def test_a_plan_that_took_a_closed_path_with_a_reason_is_sent(net):
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, ScreeningCompleted(CASE, {}, shut()))
    say(net, PlanAgreed(CASE, PLAN, "local_home", None, True))
    assert send(net)["status"] == "sent"


def test_a_later_screening_that_opens_the_path_again_a_moment_ago_counts(net):
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    say(net, ScreeningCompleted(CASE, {}, shut()))
    net.settle()
    say(net, ScreeningCompleted(CASE, {}, []))
    assert send(net)["status"] == "sent"


def test_a_case_reopened_a_moment_ago_is_open(agreed):
    say(agreed, CaseClosed(CASE, PERSON))
    agreed.settle()
    say(agreed, CaseReopened(CASE, PERSON))
    assert send(agreed)["status"] == "sent"


def test_a_plan_agreed_anew_a_moment_ago_counts(net):
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, PlanAgreed(CASE, OTHER, "hospital"))
    net.settle()
    say(net, PlanAgreed(CASE, PLAN, "hospital", PROGRAMME))
    referral_id = send(net)["referral_id"]
    assert (read(net, referral_id)["plan_id"], read(net, referral_id)["path"]) == (PLAN, "hospital")


def test_consent_is_asked_first(agreed):
    with pytest.raises(Refused, match="consent_refused"):
        send(agreed, consent={"status": "refused"})
    with pytest.raises(Invalid) as error:
        send(agreed, consent={"status": "unable"})
    assert list(error.value.errors) == ["consent.witness"]
    sent = send(agreed, consent={"status": "unable", "witness": "นางสมศรี"})
    [first] = read(agreed, sent["referral_id"])["history"]
    assert (first["consent"], first["witness"]) == ("unable", "นางสมศรี")


def test_one_open_referral_of_a_case_to_a_programme(agreed, told):
    with pytest.raises(Refused, match="duplicate_referral"):
        send(agreed)
    say(agreed, ProgrammeOffered(OTHER, PARTNER))
    assert send(agreed, programme_id=OTHER)["status"] == "sent"
    step(agreed, told, "withdraw")
    assert send(agreed)["status"] == "sent"


@pytest.mark.parametrize("unknown", [{"case_id": OTHER}, {"programme_id": OTHER}, NEIGHBOUR])
def test_what_is_unknown_or_anothers_is_not_found(agreed, unknown):
    with pytest.raises(NotFound):
        send(agreed, **unknown)


def test_what_is_known_is_enough_when_the_others_are_away(agreed):
    agreed.settle()
    agreed.down.update(("intake", "screening", "partners"))
    assert send(agreed)["place"] == "pending"


# ---- steps


def test_from_acceptance_to_the_end(agreed, told):
    for name, said, status in [
        ("acknowledge", {"by_channel": "phone"}, "acknowledged"),
        ("accept", {"said_by": "คุณมาลี"}, "accepted"),
        ("travel", {}, "travelling"),
        ("admit", {}, "admitted"),
        ("confirm", {}, "placed"),
        ("follow-up", {"in_place": True, "note": "สบายดี"}, "placed"),
        ("follow-up", {"in_place": True, "note": "สบายดี"}, "placed"),
        ("end", {"outcome": "stable"}, "ended"),
    ]:
        version = read(agreed, told)["version"]
        assert step(agreed, told, name, **said) == {"status": status, "version": version + 1}
    end = read(agreed, told)
    assert (end["status"], end["place"], end["version"]) == ("ended", "released", 11)
    assert [item["type"] for item in end["history"]] == [
        "ReferralSent",
        "PlaceSecured",
        "PartnerTold",
        "ReferralAcknowledged",
        "ReferralAccepted",
        "PersonTravelling",
        "PersonAdmitted",
        "PlacementConfirmed",
        "FollowUpRecorded",
        "FollowUpRecorded",
        "ReferralEnded",
    ]


def test_the_same_step_again_answers_as_before_and_changes_nothing(agreed, told):
    first = step(agreed, told, "accept")
    assert step(agreed, told, "accept") == first
    with pytest.raises(Refused, match="wrong_state"):
        step(agreed, told, "waitlist")
    assert read(agreed, told)["version"] == first["version"]


def test_a_place_reserved_a_moment_ago_lets_the_partner_accept(agreed):
    referral_id = send(agreed)["referral_id"]
    with pytest.raises(Refused, match="place_pending"):
        step(agreed, referral_id, "accept")
    reserve(agreed, referral_id)
    assert step(agreed, referral_id, "accept") == {"status": "accepted", "version": 3}


def test_a_place_reserved_for_what_was_withdrawn_means_nothing(agreed):
    referral_id = send(agreed)["referral_id"]
    step(agreed, referral_id, "withdraw", reason="person_refused")
    reserve(agreed, referral_id)
    agreed.settle()
    end = read(agreed, referral_id)
    assert (end["status"], end["place"], end["version"]) == ("withdrawn", "none", 2)


def test_another_version_than_expected_is_stale(agreed, told):
    with pytest.raises(Stale):
        step(agreed, told, "accept", if_match=1)
    assert step(agreed, told, "accept", if_match=3)["version"] == 4


def test_a_step_with_a_field_of_another_is_invalid(agreed, told):
    with pytest.raises(Invalid) as error:
        step(agreed, told, "decline", whose="partner", outcome="died")
    assert error.value.errors == {
        "reason": ["Missing data for required field."],
        "outcome": ["Not a field of decline."],
    }


# ---- who may


def test_a_partner_answers_its_own_referral_and_takes_no_other_step(agreed, told):
    assert read(agreed, told, **AS_PARTNER)["status"] == "sent"
    assert step(agreed, told, "accept", AS_PARTNER)["status"] == "accepted"
    with pytest.raises(Forbidden):
        step(agreed, told, "travel", AS_PARTNER)


@pytest.mark.parametrize("who", [AS_PARTNER | {"partner": OTHER}, AS_PARTNER | {"partner": ""}, NEIGHBOUR])
def test_nobody_elses_referral_is_found(agreed, told, who):
    with pytest.raises(NotFound):
        read(agreed, told, **who)
    with pytest.raises(NotFound):
        step(agreed, told, "accept", who)
    assert listed(agreed, who) == []


def test_a_partner_knows_nothing_of_a_referral_before_it_is_told(agreed):
    referral_id = send(agreed)["referral_id"]
    assert listed(agreed, AS_PARTNER) == []
    with pytest.raises(NotFound):
        read(agreed, referral_id, **AS_PARTNER)
    with pytest.raises(Refused, match="place_pending"):
        step(agreed, referral_id, "decline", AS_PARTNER, reason="cost", whose="partner")
    reserve(agreed, referral_id)
    agreed.settle()
    assert listed(agreed, AS_PARTNER) == [referral_id]


def test_only_the_centres_staff_read_what_people_said_and_each_reading_is_noted(agreed, told):
    step(agreed, told, "decline", reason="cost", whose="partner", said_by="คุณมาลี", note="ค่าใช้จ่ายสูง")
    answer = read(agreed, told)["history"][-1]
    assert (answer["said_by"], answer["note"]) == ("คุณมาลี", "ค่าใช้จ่ายสูง")
    member = {"user": "member-60", "role": "member"}
    for who in (AS_PARTNER, member):
        codes = read(agreed, told, **who)["history"][-1]
        assert codes["reason"] == "cost" and not {"said_by", "note", "sealed"} & codes.keys()
    [seen] = agreed.read("referral", lambda db: access.of_person(db, PERSON))
    assert (seen.who, seen.what, seen.subject) == ("worker-60", "history", f"referral/{told}")


@pytest.mark.parametrize("network", ["sqlite"], indirect=True)
def test_nothing_anybody_said_stands_in_plain_text_in_the_files(agreed, told, tmp_path):
    step(agreed, told, "withdraw", note="person-said-this", said_by="said-by-her")
    agreed.settle()
    agreed.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert told.encode() in kept
    assert b"person-said-this" not in kept and b"said-by-her" not in kept


def test_the_ministry_reads_neither_where_a_person_was_sent_nor_why_not(agreed, told):
    step(agreed, told, "decline", reason="health_beyond_care", whose="partner")
    outline = read(agreed, told, **MINISTRY)
    history = outline.pop("history")
    assert agreed.call("referral", "referrals", {}, **MINISTRY)["items"] == [outline]
    assert outline.keys() == {
        "referral_id", "case_id", "centre", "status", "place", "outside_ministry", "sent_at", "answer_due", "version",
        "path_kind",
    }  # fmt: skip
    assert outline["path_kind"] == "residence"
    assert {*history[-1]} == {"type", "time", "recordedtime", "actor", "status"}
    assert history[-1]["type"] == "ReferralDeclined"


def test_the_ministry_sees_all_centres_and_a_centre_is_refused_anothers_list(agreed, told):
    assert listed(agreed, MINISTRY) == listed(agreed, MINISTRY, centre="60") == [told]
    assert listed(agreed, MINISTRY, centre="61") == []
    with pytest.raises(Forbidden):
        listed(agreed, centre="61")
    with pytest.raises(Forbidden):
        agreed.call("referral", "send", GIVEN, **MINISTRY)


# ---- deadlines


def test_an_unanswered_referral_expires_two_weeks_after_the_partner_was_told(agreed):
    referral_id = send(agreed)["referral_id"]
    agreed.clock.advance(days=10)
    reserve(agreed, referral_id)
    agreed.settle()
    step(agreed, referral_id, "told", how="phone")
    agreed.clock.advance(days=13)
    agreed.settle()
    assert read(agreed, referral_id)["status"] == "sent"
    agreed.clock.advance(days=2)
    agreed.settle()
    end = read(agreed, referral_id)
    assert (end["status"], end["place"], end["history"][-1]["actor"]) == ("expired", "released", "system")
    assert (end["history"][-1]["reason"], end["history"][-1]["whose"]) == ("no_answer", "partner")


def test_a_place_of_which_the_partner_was_not_told_in_three_working_days_is_given_back(agreed):
    referral_id = send(agreed)["referral_id"]
    reserve(agreed, referral_id)
    agreed.settle()
    row = read(agreed, referral_id)
    assert (row["place"], row["told"], row["answer_due"]) == ("reserved", False, None)
    assert row["tell_due"] == "2026-03-04T16:59:59.999999Z"  # Makha Bucha is on the 3rd
    agreed.clock.advance(days=4, hours=7)
    agreed.settle()
    assert read(agreed, referral_id)["status"] == "sent"
    agreed.clock.advance(days=1)
    agreed.settle()
    end = read(agreed, referral_id)
    assert (end["status"], end["place"]) == ("expired", "released")
    assert (end["history"][-1]["reason"], end["history"][-1]["whose"]) == ("not_told", "centre")


def test_telling_is_noted_once_and_who_was_told_only_the_staff_read(agreed, told):
    row = read(agreed, told)
    assert (row["told"], row["tell_due"], row["history"][-1]["how"]) == (True, None, "phone")
    assert row["history"][-1]["to"] == "คุณมาลี"
    assert "to" not in read(agreed, told, **AS_PARTNER)["history"][-1]
    assert step(agreed, told, "told", how="line")["version"] == row["version"]
    with pytest.raises(Forbidden):
        step(agreed, told, "told", AS_PARTNER, how="line")


def test_an_answer_without_telling_implies_it(agreed):
    referral_id = send(agreed)["referral_id"]
    reserve(agreed, referral_id)
    assert step(agreed, referral_id, "acknowledge", by_channel="phone")["status"] == "acknowledged"
    row = read(agreed, referral_id)
    assert (row["told"], row["tell_due"]) == (True, None) and row["answer_due"]
    names = [each["step"] for each in agreed.call("referral", "steps", {"referral_id": referral_id})]
    assert "told" not in names and "accept" in names


def deadlines(net, referral_id, **who):
    return {each["code"]: each for each in read(net, referral_id, **who)["deadlines"]}


def test_deadlines_are_seen_before_they_bite_and_each_is_somebodys_once_it_was_missed(agreed):
    referral_id = send(agreed)["referral_id"]
    reserve(agreed, referral_id)
    agreed.settle()
    assert deadlines(agreed, referral_id)["tell"]["due"] == "2026-03-04T16:59:59.999999Z"
    agreed.clock.advance(days=3)
    agreed.settle()
    late = deadlines(agreed, referral_id)["tell"]
    assert (late["to_role"], late["to_user"]) == ("director", None) and late["missed_at"]
    step(agreed, referral_id, "told", how="phone")
    row = deadlines(agreed, referral_id)
    assert set(row) == {"acknowledge", "answer"} and row["answer"]["remind"]
    assert set(deadlines(agreed, referral_id, **AS_PARTNER)) == {"acknowledge", "answer"}
    agreed.clock.advance(days=11)
    agreed.settle()
    row = deadlines(agreed, referral_id)
    assert row["acknowledge"]["missed_at"] and not row["answer"]["reminded_at"]
    seen = deadlines(agreed, referral_id, **AS_PARTNER)["acknowledge"]
    assert (seen["to_role"], seen["to_user"]) == (None, None)
    agreed.clock.advance(days=3)
    agreed.settle()
    assert deadlines(agreed, referral_id)["answer"]["reminded_at"]
    kinds = [each["type"] for each in read(agreed, referral_id)["history"]]
    assert kinds.count("DeadlineMissed") == 2 and kinds.count("ReminderDue") == 1
    told = [each["type"] for each in read(agreed, referral_id, **AS_PARTNER)["history"]]
    assert not {"DeadlineMissed", "ReminderDue"} & {*told}
    assert agreed.runtimes["referral"].verify() == []


def test_who_does_not_arrive_by_the_evening_is_marked_and_who_brings_them_only_the_staff_read(agreed, told):
    step(agreed, told, "accept", AS_PARTNER)
    journey = {"brought_by": "staff", "escort": "คุณวิชัย", "arrives_on": "2026-03-03", "cost_baht": 450}
    step(agreed, told, "travel", **journey)
    assert deadlines(agreed, told)["arrival"]["due"] == "2026-03-03T11:00:00.000000Z"
    last = read(agreed, told)["history"][-1]
    assert (last["escort"], last["brought_by"], last["cost_baht"]) == ("คุณวิชัย", "staff", 450)
    of_partner = read(agreed, told, **AS_PARTNER)["history"][-1]
    assert of_partner["arrives_on"] == "2026-03-03" and not {"escort", "cost_baht"} & of_partner.keys()
    agreed.clock.advance(days=2)
    agreed.settle()
    assert deadlines(agreed, told)["arrival"]["missed_at"]
    step(agreed, told, "admit", handed_to="คุณมาลี")
    assert deadlines(agreed, told) == {}
    assert read(agreed, told)["history"][-1]["handed_to"] == "คุณมาลี"
    assert "handed_to" not in read(agreed, told, **AS_PARTNER)["history"][-1]


def test_a_centres_own_closure_and_an_adopted_procedure_count_for_deadlines_from_then_on(agreed):
    closed = {"centre": "60", "day": "2026-03-04", "name": "งานประจำปี"}
    agreed.call("referral", "add_closure", closed, **DIRECTOR)
    own = orjson.loads(SHIPPED_DOCUMENT) | {"centres": {"60": {"deadlines": {"answer": {"working_days": 3}}}}}
    say(agreed, RulesAdopted("procedure", "procedure-2569-1", "2026-03-01", orjson.dumps(own).decode()))
    agreed.settle()
    referral_id = send(agreed)["referral_id"]
    reserve(agreed, referral_id)
    agreed.settle()
    assert read(agreed, referral_id)["tell_due"] == "2026-03-05T16:59:59.999999Z"
    step(agreed, referral_id, "told", how="letter")
    assert read(agreed, referral_id)["answer_due"] == "2026-03-09T16:59:59.999999Z"


# ---- a no that may be taken back

BY_LINK = {"by_channel": "link", "reason": "cost", "whose": "partner"}


def test_a_no_by_link_is_final_after_a_quarter_of_an_hour(agreed, told):
    assert step(agreed, told, "decline", AS_PARTNER, **BY_LINK)["status"] == "declined"
    row = read(agreed, told)
    assert row["place"] == "reserved" and row["final_at"] == row["history"][-1]["final_at"]
    with pytest.raises(Refused, match="duplicate_referral"):
        send(agreed)
    agreed.clock.advance(minutes=16)
    agreed.settle()
    row = read(agreed, told)
    assert (row["status"], row["place"], row["final_at"]) == ("declined", "released", None)
    with pytest.raises(Refused, match="wrong_state"):
        step(agreed, told, "take-back", AS_PARTNER)
    assert send(agreed)["status"] == "sent"


def test_a_no_by_link_is_taken_back_once(agreed, told):
    step(agreed, told, "decline", AS_PARTNER, **BY_LINK)
    assert step(agreed, told, "take-back", AS_PARTNER, by_channel="link")["status"] == "acknowledged"
    agreed.clock.advance(minutes=16)
    agreed.settle()
    row = read(agreed, told)
    assert (row["status"], row["place"], row["final_at"]) == ("acknowledged", "reserved", None)
    assert step(agreed, told, "decline", AS_PARTNER, **BY_LINK)["status"] == "declined"
    assert (read(agreed, told)["place"], read(agreed, told)["final_at"]) == ("released", None)


def test_a_no_that_staff_write_down_is_final_at_once(agreed, told):
    step(agreed, told, "decline", **BY_LINK)
    assert (read(agreed, told)["place"], read(agreed, told)["final_at"]) == ("released", None)


# ---- a no that a director reviews

DIRECTOR = {"user": "director-60", "role": "director"}
UNSAFE = {"reason": "behaviour_safety", "whose": "partner"}


def reviews(net, valid_from, version, **by_centre):
    told = {"decline_review": {centre.strip("_"): kinds for centre, kinds in by_centre.items()}}
    say(net, RulesAdopted("procedure", version, valid_from, orjson.dumps(told).decode()))
    net.settle()


@pytest.fixture
def reviewed(agreed, told):
    """Since today the director of centre 60 reviews a no for behaviour, and every no of a person."""
    reviews(
        agreed, "2026-03-02", "procedure-2569-1", _60=["partner/behaviour_safety", "person"], _61=["partner"]
    )
    step(agreed, told, "decline", **UNSAFE, said_by="คุณมาลี")
    return told


def test_a_no_that_is_reviewed_holds_the_place_until_the_director_accepts_it(agreed, reviewed):
    row = read(agreed, reviewed)
    assert (row["status"], row["place"], row["in_review"]) == ("declined", "reserved", True)
    assert row["final_at"] == "2026-03-05T16:59:59.999999Z"  # two working days, Magha Puja between them
    assert "uphold" not in row["may"] and "take-back" in row["may"]
    assert {"uphold", "take-back"} <= {*read(agreed, reviewed, **DIRECTOR)["may"]}
    for who in ({}, AS_PARTNER):
        with pytest.raises(Forbidden):
            step(agreed, reviewed, "uphold", who)
    assert step(agreed, reviewed, "uphold", DIRECTOR)["status"] == "declined"
    row = read(agreed, reviewed)
    assert (row["place"], row["in_review"], row["final_at"]) == ("released", False, None)
    assert (
        row["history"][-1]["type"] == "ReferralDeclineSettled"
        and row["history"][-1]["actor"] == "director-60"
    )
    assert step(agreed, reviewed, "uphold", DIRECTOR)["version"] == row["version"]


def test_a_no_that_is_sent_back_asks_the_partner_and_its_next_is_final(agreed, reviewed):
    for who in ({}, AS_PARTNER):
        with pytest.raises(Forbidden):
            step(agreed, reviewed, "take-back", who, asks="with_support")
    with pytest.raises(Invalid):
        step(agreed, reviewed, "take-back", DIRECTOR, asks="something else")
    assert step(agreed, reviewed, "take-back", DIRECTOR, asks="with_support")["status"] == "acknowledged"
    seen = read(agreed, reviewed, **AS_PARTNER)
    assert seen["history"][-1]["asks"] == "with_support" and "accept" in seen["may"] and not seen["in_review"]
    step(agreed, reviewed, "decline", **UNSAFE)
    row = read(agreed, reviewed)
    assert (row["place"], row["in_review"], row["final_at"]) == ("released", False, None)


def test_a_review_that_nobody_does_ends_by_itself(agreed, reviewed):
    agreed.clock.advance(days=4)
    agreed.settle()
    row = read(agreed, reviewed)
    assert (row["place"], row["in_review"], row["history"][-1]["actor"]) == ("released", False, "system")


def test_which_noes_are_reviewed_is_the_centres_own_from_the_day_it_counts(agreed, told):
    reviews(agreed, "2026-03-03", "procedure-2569-1", _60=["partner/behaviour_safety"])
    reviews(agreed, "2026-03-01", "procedure-2569-2", _61=["partner"])
    step(agreed, told, "decline", **UNSAFE)
    assert read(agreed, told)["in_review"] is False


def test_of_two_procedures_of_one_day_the_one_adopted_last_counts(agreed, told):
    reviews(agreed, "2026-03-01", "procedure-2569-1", _60=["partner"])
    reviews(agreed, "2026-03-01", "procedure-2569-2", _60=["person"])
    step(agreed, told, "decline", **UNSAFE)
    assert read(agreed, told)["in_review"] is False


# ---- one placement of a case


@pytest.fixture
def two(agreed, told):
    """Two referrals of one case whose partners were told, and a programme for a third."""
    say(agreed, ProgrammeOffered(OTHER, OTHER))
    say(agreed, ProgrammeOffered(PLAN, OTHER))
    second = send(agreed, programme_id=OTHER)["referral_id"]
    say(agreed, PlaceReserved(OTHER, OTHER, second, CASE))
    agreed.settle()
    step(agreed, second, "told", how="phone")
    return told, second


def test_the_first_yes_withdraws_what_else_was_asked(agreed, two):
    first, second = two
    third = send(agreed, programme_id=PLAN)["referral_id"]
    step(agreed, first, "accept", AS_PARTNER)
    for other in (second, third):
        last = read(agreed, other)["history"][-1]
        assert (last["type"], last["reason"], last["actor"]) == (
            "ReferralWithdrawn", "placed_elsewhere", "system",
        )  # fmt: skip
    with pytest.raises(Refused, match="wrong_state"):
        step(agreed, second, "accept")
    with pytest.raises(Refused, match="already_placed"):
        send(agreed, programme_id=OTHER)
    assert agreed.runtimes["referral"].verify() == []


def test_nobody_is_in_two_places_and_who_moves_ends_the_first(agreed, two):
    first, second = two
    step(agreed, second, "withdraw")
    for name in ("accept", "admit", "confirm"):
        step(agreed, first, name)
    second = send(agreed, programme_id=OTHER)["referral_id"]
    say(agreed, PlaceReserved(OTHER, OTHER, second, CASE))
    agreed.settle()
    step(agreed, second, "accept")
    with pytest.raises(Refused, match="already_placed"):
        step(agreed, second, "admit")
    step(agreed, first, "end", outcome="moved")
    assert step(agreed, second, "admit")["status"] == "admitted"
    assert step(agreed, second, "confirm")["status"] == "placed"
    assert agreed.runtimes["referral"].verify() == []


# ---- the case is closed

WAYS = {
    "sent": (),
    "acknowledged": ("acknowledge",),
    "waitlisted": ("waitlist",),
    "accepted": ("accept",),
    "travelling": ("accept", "travel"),
    "admitted": ("accept", "admit"),
    "placed": ("accept", "admit", "confirm"),
}


@pytest.mark.parametrize("status", WAYS)
def test_with_its_case_a_referral_ends_from_every_status(agreed, told, status):
    for name in WAYS[status]:
        step(agreed, told, name)
    say(agreed, CaseClosed(CASE, PERSON, "died"))
    agreed.settle()
    end = read(agreed, told)
    last = end["history"][-1]
    expected = {"admitted": "failed", "placed": "ended"}.get(status, "withdrawn")
    assert (end["status"], end["place"], last["actor"]) == (expected, "released", "system")
    assert last.get("outcome", last.get("reason")) == ("died" if status == "placed" else "person_died")
    with pytest.raises(Refused, match="case_closed"):
        send(agreed)
    agreed.clock.advance(days=400)
    agreed.settle()
    say(agreed, CaseReopened(CASE, PERSON))
    agreed.settle()
    assert read(agreed, told)["version"] == end["version"]
    if status == "placed":  # the ending says that the person died, until somebody says that it was a mistake
        with pytest.raises(Refused, match="person_died"):
            send(agreed)
        step(agreed, told, "entered-in-error", note="คนละคน")
    assert send(agreed)["status"] == "sent"
    assert agreed.runtimes["referral"].verify() == []


@pytest.fixture
def died(agreed, told):
    """A referral whose person died where they were placed, another being on its way meanwhile."""
    say(agreed, ProgrammeOffered(OTHER, PARTNER))
    for name in WAYS["placed"]:
        step(agreed, told, name)
    other = send(agreed, programme_id=OTHER)["referral_id"]
    step(agreed, told, "end", outcome="died")
    return told, other


def test_for_somebody_who_died_nothing_goes_on_until_the_ending_was_a_mistake(agreed, died):
    told, other = died
    stood_down = read(agreed, other)
    assert (stood_down["status"], stood_down["may"]) == ("withdrawn", ["entered-in-error"])
    last = stood_down["history"][-1]
    assert (last["reason"], last["whose"], last["actor"]) == ("person_died", "person", "system")
    with pytest.raises(Refused, match="person_died"):
        send(agreed, programme_id=OTHER)
    step(agreed, told, "entered-in-error", note="คนละคน")
    assert send(agreed, programme_id=OTHER)["status"] == "sent"
    assert agreed.runtimes["referral"].verify() == []


def test_what_went_on_after_a_death_may_only_end(agreed, told):
    say(agreed, ProgrammeOffered(OTHER, PARTNER))
    for name in WAYS["placed"]:
        step(agreed, told, name)
    other = send(agreed, programme_id=OTHER)["referral_id"]
    say(agreed, PlaceReserved(OTHER, PARTNER, other, CASE))
    agreed.settle()
    # As an earlier version recorded it: the others went on.
    now = instant(agreed.clock())
    envelope = Envelope(str(uuid4()), "", "worker-60", "60", now, now, str(uuid4()), str(uuid4()))
    agreed.runtimes["referral"].execute(
        envelope, lambda unit: len(unit.handle(REFERRAL, told, EndReferral(outcome="died")))
    )
    assert read(agreed, other)["may"] == ["decline", "withdraw", "entered-in-error"]
    assert [each["step"] for each in agreed.call("referral", "steps", {"referral_id": other})] == [
        "decline", "withdraw", "entered-in-error",
    ]  # fmt: skip
    for name, said in (("told", {"how": "phone"}), ("acknowledge", {}), ("accept", {}), ("waitlist", {})):
        with pytest.raises(Refused, match="person_died"):
            step(agreed, other, name, **said)
    with pytest.raises(Refused, match="person_died"):
        agreed.call("referral", "disclose", {"referral_id": other, "how": "link"})
    step(agreed, other, "withdraw")


def test_an_ending_is_not_dated_before_the_step_it_ends(agreed, told):
    say(agreed, CaseClosed(CASE, PERSON))
    agreed.clock.advance(hours=1)
    accepted = agreed.clock()
    agreed.call("referral", "step", {"referral_id": told, "step": "accept"}, at=accepted)
    agreed.clock.advance(hours=1)
    agreed.settle()
    last = read(agreed, told)["history"][-1]
    assert (last["type"], last["reason"]) == ("ReferralWithdrawn", "case_closed")
    assert last["time"] == instant(accepted) < last["recordedtime"]


def test_a_no_that_could_be_taken_back_is_final_once_the_case_is_closed(agreed, told):
    step(agreed, told, "decline", AS_PARTNER, **BY_LINK)
    say(agreed, CaseClosed(CASE, PERSON))
    agreed.settle()
    assert read(agreed, told)["place"] == "released"
    with pytest.raises(Refused, match="wrong_state"):
        step(agreed, told, "take-back", AS_PARTNER)


# ---- the order of what is told


def test_a_step_is_not_dated_before_the_day_of_what_it_follows(agreed, told):
    agreed.clock.advance(days=10)

    def take(name, days, **said):
        at = MONDAY + timedelta(days=days)
        return agreed.call("referral", "step", {"referral_id": told, "step": name, **said}, at=at)

    with pytest.raises(Invalid) as error:
        take("accept", -1)
    assert error.value.errors == {"at": ["2026-03-01 is before the referral was sent on 2026-03-02."]}
    take("accept", 3)
    with pytest.raises(Invalid) as error:
        take("admit", 2)
    assert error.value.errors == {"at": ["2026-03-04 is before the step before it on 2026-03-05."]}
    # Within a day any order will do.
    agreed.call(
        "referral", "step", {"referral_id": told, "step": "admit"}, at=MONDAY + timedelta(days=3, hours=-2)
    )
    take("confirm", 4)
    with pytest.raises(Invalid):
        take("follow-up", 3, in_place=True)
    take("follow-up", 9, in_place=True)
    take("follow-up", 7, in_place=True)
    with pytest.raises(Invalid):
        take("end", 8, outcome="moved")
    take("end", 9, outcome="moved")


def test_nobody_is_referred_before_the_case_was_opened_or_the_plan_agreed(net):
    say(net, CaseOpened(CASE, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    net.clock.advance(days=2)
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    for days, what in [(-1, "the case was opened on 2026-03-02"), (1, "the plan was agreed on 2026-03-04")]:
        with pytest.raises(Invalid, match=what):
            net.call("referral", "send", GIVEN, at=MONDAY + timedelta(days=days))
    assert net.call("referral", "send", GIVEN, at=MONDAY + timedelta(days=2))["status"] == "sent"


def test_a_referral_entered_late_does_not_expire_at_once(agreed):
    agreed.clock.advance(days=90)
    sent = agreed.call("referral", "send", GIVEN, at=MONDAY)
    agreed.settle()
    assert read(agreed, sent["referral_id"])["status"] == "sent"


def test_a_waiting_list_is_given_longer(agreed, told):
    step(agreed, told, "waitlist")
    agreed.clock.advance(days=59)
    agreed.settle()
    assert read(agreed, told)["status"] == "waitlisted"
    agreed.clock.advance(days=4)  # the sixtieth day is a Friday before a long weekend
    agreed.settle()
    assert read(agreed, told)["status"] == "expired"


@pytest.fixture
def placed(agreed, told):
    for name in ("accept", "admit", "confirm"):
        step(agreed, told, name)
    return told


def test_follow_ups_fall_due_after_the_placement_until_it_ends(agreed, placed):
    for days, due in [(6, None), (2, 7), (22, 30), (59, 30), (3, 90)]:
        agreed.clock.advance(days=days)
        agreed.settle()
        assert read(agreed, placed)["follow_up_due"] == due
    step(agreed, placed, "follow-up", in_place=True)
    assert read(agreed, placed)["follow_up_due"] is None
    at = agreed.clock() - timedelta(days=58)
    agreed.call("referral", "step", {"referral_id": placed, "step": "follow-up", "in_place": False}, at=at)
    row = read(agreed, placed)
    assert (row["follow_up_due"], row["in_place"]) == (None, True)  # what an older visit found has passed
    assert [each["status"] for each in row["follow_ups"]] == ["missed", "done", "done", "coming", "coming"]
    step(agreed, placed, "end", outcome="moved")
    agreed.clock.advance(days=400)
    agreed.settle()
    row = read(agreed, placed)
    types = [item["type"] for item in row["history"]]
    assert types.count("FollowUpDue") == 3 and types[-1] == "ReferralEnded"
    assert types.count("FollowUpMissed") == 2  # what was told late of an older day, it was not made then
    assert [each["status"] for each in row["follow_ups"]][3:] == ["dropped", "dropped"]


def test_a_follow_up_that_reached_nobody_stays_due_until_its_time_is_over_and_can_be_made_late(
    agreed, placed
):
    agreed.clock.advance(days=8)
    agreed.settle()
    for _ in range(2):
        step(agreed, placed, "follow-up", found="not_reached", said_by="คุณมาลี")
    row = read(agreed, placed)
    assert (row["follow_up_due"], row["in_place"], row["status"]) == (7, None, "placed")
    first = row["follow_ups"][0]
    assert (first["status"], first["attempts"], first["done_at"]) == ("due", 2, None)
    agreed.clock.advance(days=8)
    agreed.settle()
    row = read(agreed, placed)
    assert (row["follow_up_due"], row["follow_ups"][0]["status"]) == (7, "missed")
    step(agreed, placed, "follow-up", found="in_place", health="better", wellbeing="อยู่ได้ ไม่เหงา")
    row = read(agreed, placed)
    assert (row["follow_up_due"], row["follow_ups"][0]["status"], row["in_place"]) == (None, "late", True)
    last = row["history"][-1]
    assert (last["found"], last["health"], last["in_time"]) == ("in_place", "better", False)
    assert last["wellbeing"] == "อยู่ได้ ไม่เหงา"
    partner = read(agreed, placed, **AS_PARTNER)
    assert partner["follow_ups"] == [] and "found" not in partner["history"][-1]
    assert "อยู่ได้" not in str(partner)


# ---- the whole


def test_the_read_models_rebuilt_are_the_same_and_the_log_is_whole(agreed, told):
    step(agreed, told, "decline", reason="cost", whose="partner", note="ไม่ไหว")
    send(agreed)
    agreed.settle()
    before = read(agreed, told), listed(agreed)
    replayed = agreed.runtimes["referral"].rebuild(None, lambda done, total: None)
    assert set(replayed) == {
        "referral",
        "referral_heard",
        "closed_paths",
        "interim_stays",
        "consents",
        "referral_procedure",
        "owners",
        "closure",
    }
    assert (read(agreed, told), listed(agreed)) == before
    assert agreed.runtimes["referral"].verify() == []
    with pytest.raises(Refused, match="duplicate_referral"):
        send(agreed)


def test_referrals_are_in_the_hands_of_who_sent_them_until_they_are_over(agreed, told):
    admin = {"user": "admin", "role": "admin", "centres": ("*",)}

    def held(user, **call):
        return agreed.call("referral", "in_hands", {"user": user}, **(admin | call))["items"]

    step(agreed, told, "accept", who=AS_PARTNER)
    assert held("worker-60") == [{"referral_id": told, "case_id": CASE, "centre": "60", "status": "accepted"}]
    assert held("worker-61") == held("worker-60", centres=("61",)) == []
    step(agreed, told, "fail")
    assert held("worker-60") == []
    with pytest.raises(Forbidden):
        held("worker-60", role="ministry")


@pytest.mark.parametrize(
    ("verdict", "warnings"), [("ineligible", ["programme_ineligible"]), ("unknown", ["programme_unknown"])]
)
def test_what_the_matching_says_of_the_place_is_told_and_refuses_nothing(
    agreed, monkeypatch, verdict, warnings
):
    monkeypatch.setattr(Partners, "verdict", verdict)
    sent = send(agreed)
    assert (sent["status"], sent["warnings"]) == ("sent", warnings)


def test_before_consent_is_asked_it_is_told_what_the_partner_would_see(agreed):
    about = {"case_id": CASE, "programme_id": PROGRAMME}
    would = agreed.call("referral", "would_disclose", about)
    referral_id = send(agreed)["referral_id"]
    assert agreed.call("referral", "disclosable", {"referral_id": referral_id}) == would
    for more in ({"user": "worker-61", "centres": ("61",)}, {"user": "worker-60", "case_id": str(uuid4())}):
        asked = {**about, **({"case_id": more.pop("case_id")} if "case_id" in more else {})}
        with pytest.raises(NotFound):
            agreed.call("referral", "would_disclose", asked, **more)


# ---- back to the family

HOME = {"case_id": CASE, "consent": {"status": "given"}}
SISTER = {"relative": "พี่สาว อ.ตาคลี", "agreed": None, "visited": "2026-03-01", "risk": "ไม่พบ"}


@pytest.fixture
def home_planned(net):
    say(net, CaseOpened(CASE, PERSON))
    say(net, PlanAgreed(CASE, PLAN, "return_family"))
    return net


def send_home(net, **changes):
    return net.call("referral", "send", HOME | {"family": SISTER | changes})


def test_a_person_returns_to_the_family_without_a_partner_and_is_followed_up(home_planned):
    net = home_planned
    answer = send_home(net)
    assert (answer["status"], answer["place"], answer["version"]) == ("sent", "none", 1)
    referral_id = answer["referral_id"]
    found = read(net, referral_id)
    assert [found[name] for name in ("programme_id", "partner_id", "kind", "outside_ministry")] == [None] * 4
    assert found["may"] == ["accept", "decline", "withdraw", "entered-in-error"]
    assert found["history"][0]["family"] == SISTER
    for name in ("accept", "travel", "admit", "confirm"):
        net.clock.advance(hours=1)
        step(net, referral_id, name)
    net.clock.advance(days=31)
    net.runtimes["referral"].fire_timers()
    assert read(net, referral_id)["follow_up_due"] == 30
    assert step(net, referral_id, "end", outcome="stable")["status"] == "ended"
    assert read(net, referral_id)["place"] == "none"


def test_relatives_who_agreed_have_answered_with_the_sending(home_planned):
    assert send_home(home_planned, agreed=True)["status"] == "accepted"


def test_who_the_relative_is_stays_with_the_centre(home_planned):
    referral_id = send_home(home_planned)["referral_id"]
    member = read(home_planned, referral_id, user="member-60", role="member")
    assert "family" not in member["history"][0]
    with pytest.raises(NotFound):
        read(home_planned, referral_id, **AS_PARTNER)
    ministry = read(home_planned, referral_id, **MINISTRY)
    assert ministry["path_kind"] == "home" and ministry["outside_ministry"] is None


def test_of_two_returns_to_the_family_at_once_one_is_open(home_planned):
    send_home(home_planned)
    with pytest.raises(Refused) as refusal:
        send_home(home_planned)
    assert refusal.value.code == "duplicate_referral"


def test_a_person_goes_to_a_programme_or_to_the_family(home_planned):
    for body in (HOME, HOME | {"family": SISTER, "programme_id": PROGRAMME}):
        with pytest.raises(Invalid):
            home_planned.call("referral", "send", body)
    for wrong in ({"relative": " "}, {"visited": "yesterday"}, {"agreed": "maybe"}):
        with pytest.raises(Invalid):
            send_home(home_planned, **wrong)
