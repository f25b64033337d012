from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.intake.service import IntakeService
from services.kernel import access
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from services.kernel.local import Network, SimulatedClock
from services.screening.service import ScreeningService

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)
CASE = {
    "centre": "60",
    "channel": "walk_in",
    "found": {"subdistrict": None},
    "person": {
        "identity_status": "claimed",
        "name": {"first": "มานะ", "last": "ใจดี"},
        "sex": "male",
        "birth_date": "1957-05-12",
        "nationality": "thai",
        "domicile": [{"province": "60", "basis": "claimed"}],
    },
    "danger": "none",
}
FACTS = {"housing": "street", "income_sufficient": False}
MEMBERS = [
    {"name": "ประธาน ก", "role": "chair", "vote": "agree"},
    {"name": "เลขา ข", "role": "secretary", "vote": "agree"},
    {"name": "กรรมการ ค", "role": "member", "vote": "dissent", "reason": "ไกลบ้าน"},
]
DIRECTOR = {"user": "director-60", "role": "director"}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return net.call("intake", "open_case", CASE)["case_id"]


def complete(net, case_id, facts=FACTS, **call):
    return net.call("screening", "complete", {"case_id": case_id, "facts": facts}, **call)


def agree(net, case_id, members=MEMBERS, **call):
    body = {
        "case_id": case_id,
        "members": members,
        "path": "local_home",
        "why": "ใกล้บ้าน",
        "goals": ["มีรายได้"],
    }
    return net.call("screening", "agree_plan", body, **call)


def verdicts(answer):
    return {label["code"]: label["verdict"] for label in answer["labels"]}


def test_open_screen_plan_back_to_back_by_different_users(net, case_id):
    answer = complete(net, case_id, **DIRECTOR)
    assert answer["form"] == {"id": "screening", "version": "2"}
    assert answer["rules_version"] == "2569-1"
    assert answer["facts"]["age"] == {"on": "2026-03-02", "min": 68, "max": 68}
    assert answer["facts"]["domicile"] == [{"province": "60", "basis": "claimed"}]
    assert {code for code, verdict in verdicts(answer).items() if verdict == "met"} == {
        "older_person",
        "destitute_a",
    }
    assert answer["paths"][0] == "local_home"
    planned = agree(net, case_id)
    assert planned["version"] == 1
    assert planned["warnings"] == []


def test_the_answer_of_a_screening_is_what_is_read_later(net, case_id):
    answer = complete(net, case_id)
    read = net.call("screening", "screening", {"case_id": case_id})
    assert {name: read[name] for name in answer} == answer


def test_nothing_is_read_before_the_first_screening_and_plan(net, case_id):
    assert net.call("screening", "screening", {"case_id": case_id}) is None
    assert net.call("screening", "plan", {"case_id": case_id}) is None


def test_a_birth_date_is_turned_into_an_age_and_stands_nowhere(net, case_id, tmp_path):
    answer = complete(net, case_id, {**FACTS, "birth_date": "2010-03-03"})
    assert answer["facts"]["age"] == {"on": "2026-03-02", "min": 15, "max": 15}
    assert verdicts(answer)["child"] == "met"
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"2010-03-03" not in files


def test_the_day_of_an_age_is_the_day_in_bangkok(net, case_id):
    net.clock.set(MORNING + timedelta(days=3))
    late = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)  # half past midnight on 3 March in Bangkok
    answer = complete(net, case_id, {"birth_date": "1966-03-03"}, at=late)
    assert answer["facts"]["age"] == {"on": "2026-03-03", "min": 60, "max": 60}


def test_nothing_is_dated_before_what_it_follows(net, case_id):
    net.clock.set(MORNING + timedelta(days=9))
    with pytest.raises(Invalid) as wrong:
        complete(net, case_id, at=MORNING - timedelta(days=1))
    assert wrong.value.errors == {"at": ["2026-03-01 is before the case was opened on 2026-03-02."]}
    complete(net, case_id, at=MORNING + timedelta(days=3))
    with pytest.raises(Invalid, match="the person was screened on 2026-03-05"):
        agree(net, case_id, at=MORNING + timedelta(days=2))
    # Within a day any order will do.
    assert agree(net, case_id, at=MORNING + timedelta(days=3, hours=-1))["version"] == 1


@pytest.mark.parametrize(
    ("birth", "age", "fits"),
    [
        ("1957-05-12", {"min": 68, "max": 68}, True),
        ("1957-05-12", {"min": 60, "max": 69}, True),
        ("1957-05-12", {"min": 55, "max": 64, "margin": 5}, True),
        ("1957-05-12", {"min": 55, "max": 64}, False),
        ("1957-05-12", {"min": 12, "max": 12}, False),
        ("1957", {"min": 70, "max": 70}, True),  # the day is not known
        ("1957", {"min": 72, "max": 72}, False),
    ],
)
def test_an_age_that_the_birth_date_beside_it_cannot_mean_is_an_invalid_field(net, case_id, birth, age, fits):
    told = {"birth_date": birth, "age": {"on": "2026-03-02", **age}}
    if fits:
        assert complete(net, case_id, told)["facts"]["age"]["min"] == (69 if birth == "1957" else 68)
        return
    for asked in (complete, assess):
        with pytest.raises(Invalid) as wrong:
            asked(net, case_id, told)
        assert list(wrong.value.errors) == ["facts.age"]


def test_a_birth_date_in_the_future_is_an_invalid_field(net, case_id):
    with pytest.raises(Invalid) as wrong:
        complete(net, case_id, {"birth_date": "2027"})
    assert list(wrong.value.errors) == ["facts.birth_date"]


def test_unknown_facts_are_named_by_field(net, case_id):
    for told, field in (
        ({"housing": "palace"}, "facts.housing"),
        ({"housing": "street", "luck": True}, "facts.luck"),
    ):
        with pytest.raises(Invalid) as wrong:
            complete(net, case_id, told)
        assert sorted(wrong.value.errors) == [field]
        with pytest.raises(Invalid) as wrong:
            assess(net, case_id, told)
        assert sorted(wrong.value.errors) == [field]


def test_a_case_is_screened_again_and_the_latest_counts(net, case_id):
    first = complete(net, case_id)
    second = complete(net, case_id, {**FACTS, "mental_crisis": True})
    assert second["version"] == first["version"] + 1
    assert net.call("screening", "screening", {"case_id": case_id})["screening_id"] == second["screening_id"]


def test_what_the_person_did_not_want_to_answer_is_kept_and_not_asked_again(net, case_id):
    asked = net.call("screening", "next_question", {"case_id": case_id})["fact"]
    told = net.call("screening", "complete", {"case_id": case_id, "facts": {}, "asked_declined": [asked]})
    assert told["asked_declined"] == [asked] and asked in told["ask"] and asked not in told["facts"]
    assert net.call("screening", "screening", {"case_id": case_id})["asked_declined"] == [asked]
    assert net.call("screening", "next_question", {"case_id": case_id})["fact"] != asked


@pytest.mark.parametrize("door", ["complete", "assess"])
def test_what_was_answered_was_not_declined_and_what_nobody_asks_neither(net, case_id, door):
    body = {"case_id": case_id, "facts": {"housing": "street"}, "asked_declined": ["housing", "shoe_size"]}
    with pytest.raises(Invalid) as refused:
        net.call("screening", door, body)
    assert sorted(refused.value.errors) == ["asked_declined.1", "facts.housing"]


def test_every_screening_of_a_case_says_what_had_changed_since_the_one_before(net, case_id):
    complete(net, case_id, {"housing": "street", "income_sufficient": False})
    net.call(
        "screening", "complete",
        {"case_id": case_id, "facts": {"housing": "home", "mental_crisis": True}, "asked_declined": ["legal_case"]},
    )  # fmt: skip
    again, first = net.call("screening", "screenings", {"case_id": case_id})["items"]
    assert first["changes"] is None and first["asked_declined"] == []
    assert again["asked_declined"] == ["legal_case"] and again["version"] > first["version"]
    facts = {each["fact"]: (each["before"], each["now"]) for each in again["changes"]["facts"]}
    assert facts == {
        "housing": ("street", "home"), "mental_crisis": (None, True), "income_sufficient": (False, None),
    }  # fmt: skip
    labels = {each["code"]: (each["before"], each["now"]) for each in again["changes"]["labels"]}
    assert labels["mentally_ill"] == ("unknown", "met") and labels["destitute_a"][0] == "met"
    assert again["changes"]["first_path"]["now"] == again["paths"][0] != first["paths"][0]
    with pytest.raises(NotFound):
        net.call("screening", "screenings", {"case_id": case_id}, user="worker-61", centres=("61",))


def test_the_same_command_gives_the_same_answer_and_changes_once(net, case_id):
    key = str(uuid4())
    assert complete(net, case_id, key=key) == complete(net, case_id, key=key)
    plan = str(uuid4())
    assert agree(net, case_id, key=plan) == agree(net, case_id, key=plan)
    assert net.call("screening", "plan", {"case_id": case_id})["version"] == 1
    with pytest.raises(KeyReused):
        agree(net, case_id, key=plan, fingerprint="another body")


def test_who_asks_again_gets_the_answer_whatever_has_happened_since(net, case_id):
    """A retry may come late: what it would be refused for now does not concern it."""
    complete(net, case_id)
    net.clock.set(MORNING + timedelta(days=9))
    key, day = str(uuid4()), MORNING + timedelta(days=1)
    planned = agree(net, case_id, key=key, at=day)
    complete(net, case_id)
    with pytest.raises(Invalid, match="before the person was screened"):
        agree(net, case_id, at=day)
    assert agree(net, case_id, key=key, at=day) == planned


def test_a_version_that_does_not_fit_is_stale(net, case_id):
    version = complete(net, case_id)["version"]
    with pytest.raises(Stale):
        complete(net, case_id, if_match=version - 1)
    assert complete(net, case_id, if_match=version)["version"] == version + 1


def test_a_case_nobody_knows_or_of_another_centre_is_not_found(net, case_id):
    elsewhere = {"user": "worker-61", "centres": ("61",)}
    with pytest.raises(NotFound):
        complete(net, str(uuid4()))
    for door, body in (
        ("complete", {"facts": FACTS}),
        ("screening", {}),
        ("agree_plan", {"members": MEMBERS, "path": "foundation", "why": "x", "goals": []}),
        ("plan", {}),
    ):
        with pytest.raises(NotFound):
            net.call("screening", door, {"case_id": case_id, **body}, **elsewhere)


def test_a_closed_case_is_refused_and_a_reopened_one_is_not(net, case_id):
    net.call("intake", "close_case", {"case_id": case_id, "reason": "left"})
    net.settle()
    with pytest.raises(Refused) as refused:
        complete(net, case_id)
    assert refused.value.code == "wrong_state"
    net.call("intake", "reopen_case", {"case_id": case_id, "reason": "returned"})
    assert complete(net, case_id)["version"] == 2


def test_a_plan_before_a_screening_is_refused(net, case_id):
    with pytest.raises(Refused) as refused:
        agree(net, case_id)
    assert refused.value.code == "wrong_state"


def test_a_plan_without_a_quorum_is_refused(net, case_id):
    complete(net, case_id)
    with pytest.raises(Refused) as refused:
        agree(net, case_id, MEMBERS[:2])
    assert refused.value.code == "no_quorum"


def test_a_member_named_twice_is_refused_at_its_field_and_one_who_sounds_alike_is_warned_of(net, case_id):
    complete(net, case_id)
    one = {**MEMBERS[0], "role": "member", "name": "สมชัย ใจดี"}
    with pytest.raises(Refused) as refused:
        agree(net, case_id, [*MEMBERS, one, {**one, "name": "นายสมชัยใจดี"}])
    assert refused.value.code == "no_quorum" and [*refused.value.errors] == [
        f"members.{len(MEMBERS) + 1}.name"
    ]
    alike = [*MEMBERS, one, {**one, "name": "สมไชย ใจดี"}]
    assert agree(net, case_id, alike)["warnings"] == ["members_sound_alike"]


def test_minutes_are_read_by_the_centre_and_each_read_is_logged(net, case_id, tmp_path):
    complete(net, case_id)
    agree(net, case_id)
    plan = net.call("screening", "plan", {"case_id": case_id}, user="member-60", role="member")
    assert plan["minutes"]["members"][2] == MEMBERS[2]
    assert plan["minutes"]["goals"] == ["มีรายได้"]
    assert plan["votes"] == {"agree": 2, "dissent": 1, "abstain": 0}
    [seen] = net.read("screening", lambda db: access.of_person(db, plan["person_id"]))
    assert (seen.who, seen.what, seen.subject) == ("member-60", "minutes", f"case/{case_id}")
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "ประธาน ก".encode() not in files
    assert "ไกลบ้าน".encode() not in files


def test_minutes_of_an_erased_person_are_gone_and_the_votes_stay(net, case_id):
    complete(net, case_id)
    agree(net, case_id)
    person_id = net.call("screening", "plan", {"case_id": case_id})["person_id"]
    net.runtimes["intake"].vault.shred(person_id, "2026-03-02T03:00:00.000000Z")
    place = net.runtimes["screening"].settings
    # Another service forgets a key within a minute, and when it starts anew.
    with closing(Network([IntakeService, ScreeningService], net.clock, settings=place)) as later:
        plan = later.call("screening", "plan", {"case_id": case_id})
        assert plan["minutes"] is None
        assert plan["votes"]["agree"] == 2
        with pytest.raises(Refused) as refused:
            agree(later, case_id)
        assert refused.value.code == "erased"


def test_rules_are_adopted_once(net):
    told = {"user": "admin", "role": "admin", "centres": ()}
    first = net.call("screening", "adopt_rules", {}, **told)
    assert first["rules_version"] == "2569-2"
    assert net.call("screening", "adopt_rules", {"rules_version": "2569-2"}, **told) == first
    assert net.runtimes["screening"].verify() == []
    with pytest.raises(Invalid):
        net.call("screening", "adopt_rules", {"rules_version": "1"}, **told)
    with pytest.raises(Invalid):  # which counts only if two people adopt it
        net.call("screening", "adopt_rules", {"rules_version": "2569-3"}, **told)


@pytest.mark.parametrize(
    ("door", "role"),
    [
        ("complete", "member"), ("agree_plan", "ministry"), ("screening", "partner"), ("screening", "ministry"),
        ("plan", "admin"), ("plan", "ministry"), ("quorum", "ministry"), ("adopt_rules", "worker"),
    ],
)  # fmt: skip
def test_a_role_that_may_not_is_forbidden(net, case_id, door, role):
    with pytest.raises(Forbidden):
        net.call("screening", door, {"case_id": case_id}, role=role)


def test_read_models_rebuilt_from_the_log_are_the_same(net, case_id):
    complete(net, case_id)
    agree(net, case_id)

    def asked():
        return [net.call("screening", door, {"case_id": case_id}) for door in ("screening", "plan")]

    before = asked()
    net.runtimes["screening"].rebuild(None, lambda done, total: None)
    assert asked() == before
    assert net.runtimes["screening"].verify() == []


def assess(net, case_id, facts=FACTS, **call):
    return net.call("screening", "assess", {"case_id": case_id, "facts": facts}, **call)


def test_answers_are_assessed_as_a_screening_would_find_them_and_nothing_is_kept(net, case_id):
    assessed = assess(net, case_id)
    assert net.call("screening", "screening", {"case_id": case_id}) is None
    completed = complete(net, case_id)
    assert assessed.pop("disputed") == []
    assert assessed.pop("next") == net.call("screening", "next_question", {"case_id": case_id})
    assert {*assessed.pop("needed")} == {*assessed["ask"], "wants"} - {"sex", "age"}
    assert {name: completed[name] for name in assessed} == assessed
    assert set(assessed) == {
        "rules_version", "facts", "labels", "paths", "decided", "leads", "closed", "ask", "not_asked", "wishes",
    }  # fmt: skip
    before = net.call("screening", "screening", {"case_id": case_id})
    assert verdicts(assess(net, case_id, {"housing": "home"})) != verdicts(assessed)
    assert net.call("screening", "screening", {"case_id": case_id}) == before


def test_the_next_question_stands_beside_what_answers_come_to(net, case_id):
    nothing, some = (
        assess(net, case_id, {})["next"],
        assess(net, case_id, {"trafficking_signs": False})["next"],
    )
    assert nothing == net.call("screening", "next_question", {"case_id": case_id})
    assert nothing["fact"] == "trafficking_signs" != some["fact"]


def test_answers_are_assessed_for_the_day_they_are_of(net, case_id):
    facts = {"birth_date": "1966-03-03"}
    assert verdicts(assess(net, case_id, facts))["older_person"] == "not_met"
    later = net.call("screening", "assess", {"case_id": case_id, "facts": facts, "day": "2026-03-03"})
    assert verdicts(later)["older_person"] == "met"
    with pytest.raises(Invalid) as refused:
        assess(net, case_id, {"birth_date": "1800"})
    assert "facts.birth_date" in refused.value.errors


def test_only_the_centres_own_staff_have_answers_assessed(net, case_id):
    with pytest.raises(NotFound):
        assess(net, case_id, user="worker-61", centres=("61",))
    with pytest.raises(Forbidden):
        assess(net, case_id, **MINISTRY)
