"""Through intake's doors, with stand-ins for the services it hears that say whatever they are told to say.

Long because the doors of one service stand together, in the order of a case's life.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.intake.service import IntakeService
from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Doors, Runtime, doors_of
from services.kernel.envelope import Envelope, derived_id, instant
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Stale
from services.kernel.local import SimulatedClock
from services.kernel.tables import access_record
from services.kernel.wiring import Wiring

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
CARD = "1234567890121"
BODY = {
    "centre": "60",
    "channel": "police",
    "found": {"subdistrict": "600101", "place": "ใต้สะพานเดชาติวงศ์"},
    "person": {
        "identity_status": "confirmed_card",
        "name": {"title": "นาย", "first": "สมชาย", "last": "ใจดี"},
        "national_id": CARD,
        "sex": "male",
        "birth_date": "1957-05",
        "nationality": "thai",
        "domicile": [{"province": "60", "basis": "registered_house"}],
    },
    "danger": "none",
    "note": "รู้จักร้านก๋วยเตี๋ยวหน้าตลาด",
}
NOBODY = {
    **BODY,
    "found": {},
    "person": {"identity_status": "unknown", "sex": "female", "nationality": "unknown", "domicile": []},
}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
MEMBER = {"user": "member-60", "role": "member"}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}


@dataclass(frozen=True)
class PlanAgreed:
    case_id: str
    path: str


@dataclass(frozen=True)
class ReferralSent:
    case_id: str
    person_id: str
    referral_id: str
    consent: str


@dataclass(frozen=True)
class PlacementConfirmed:
    case_id: str
    referral_id: str
    path: str = "foundation"


@dataclass(frozen=True)
class ReferralEnded:
    case_id: str
    referral_id: str
    outcome: str = "moved"


@dataclass(frozen=True)
class ReferralEnteredInError:
    case_id: str
    referral_id: str


SAYING = Decider(lambda told, state: [told], lambda state, told: state, None)
PLANS = Aggregate("plan", SAYING, (PlanAgreed,), "case")
REFERRALS = Aggregate(
    "referral", SAYING, (ReferralSent, PlacementConfirmed, ReferralEnded, ReferralEnteredInError), "case"
)


class Screening(Doors):
    name = "screening"
    runtime = Runtime(Wiring("screening", aggregates=(PLANS,)))


class Referral(Doors):
    name = "referral"
    runtime = Runtime(Wiring("referral", aggregates=(REFERRALS,)))


class Partners(Doors):
    name = "partners"
    runtime = Runtime(Wiring("partners"))


@pytest.fixture
def net(network):
    return network([IntakeService, Screening, Referral, Partners], SimulatedClock(MONDAY))


def opened(net, body=BODY, **more):
    return net.call("intake", "open_case", body, **more)


def read(net, case_id, **more):
    show = {"show": more.pop("show")} if "show" in more else {}
    return net.call("intake", "case", {"case_id": case_id, **show}, **more)


def said(net, service, aggregate, id, event, centre="60"):
    """Another service records a fact, and everybody hears it."""
    command, now = str(uuid4()), instant(net.clock())
    about = Envelope(command, "", "worker-60", centre, now, now, command, command)
    net.runtimes[service].execute(about, lambda unit: len(unit.handle(aggregate, id, event)))
    net.settle()


def accesses(net):
    a = access_record.c
    asked = select(a.who, a.what, func.substr(a.subject, len("case/") + 1), a.person_id)
    return net.read("intake", lambda db: [tuple(row) for row in db.execute(asked.order_by(a.access_id))])


def test_an_opened_case_is_read_by_its_own_centre_with_name_and_masked_number(net):
    answer = opened(net)
    assert answer | {"case_id": ""} == {
        "case_id": "",
        "case_number": "60-2569-0001",
        "version": 1,
        "warnings": [],
        "maybe_known": [],
    }
    case = read(net, answer["case_id"])
    person = case.pop("person")
    assert case == {
        "case_id": answer["case_id"],
        "case_number": "60-2569-0001",
        "centre": "60",
        "status": "open",
        "channel": "police",
        "danger": "none",
        "opened": case["opened"],
        "version": 1,
        "may": ["screen", "call", "transfer", "close"],
        "found": {"district": "6001", "subdistrict": "600101"},
        "outreach_id": None,
        "returns": [],
        "elsewhere": {"before": [], "since": []},
    }
    assert person == {
        "person_id": person["person_id"],
        "corrected": None,
        "died": False,
        "identity_status": "confirmed_card",
        "sex": "male",
        "age": {"on": "2026-03-02", "min": 68, "max": 68},
        "age_band": "60-69",
        "nationality": "thai",
        "domicile": [{"province": "60", "basis": "registered_house"}],
        "province": "60",
        "name": {"title": "นาย", "first": "สมชาย", "last": "ใจดี", "alias": None, "display": "นายสมชาย ใจดี"},
        "national_id": "1-2345-xxxxx-xx-x",
        "birth_date": "1957-05",
        "place": BODY["found"]["place"],
        "note": BODY["note"],
        "erased": False,
    }


def test_a_case_is_opened_for_somebody_of_whom_nothing_is_known(net):
    person = read(net, opened(net, NOBODY)["case_id"])["person"]
    assert person["name"]["display"] == "หญิงไม่ทราบชื่อ 60-2569-0001" and person["name"]["first"] is None
    assert {person[field] for field in ("age", "age_band", "national_id", "birth_date", "place")} == {None}


def test_what_looks_wrong_is_told_and_the_case_is_opened(net):
    odd = deepcopy(BODY)
    odd["person"]["national_id"], odd["found"]["subdistrict"] = "1234567890122", "610101"
    answer = opened(net, odd)
    assert answer["warnings"] == ["wrong_check_digit", "found_outside_province"] and answer["version"] == 1
    assert read(net, answer["case_id"])["person"]["province"] == "61"


def test_a_place_that_nobody_said_stays_unknown(net):
    unsaid = deepcopy(BODY) | {"found": {}}
    assert read(net, opened(net, unsaid)["case_id"])["person"]["province"] is None


def test_the_same_command_opens_one_case(net):
    key = str(uuid4())
    first, again = (opened(net, key=key, fingerprint="a") for _ in range(2))
    assert first == again
    with pytest.raises(KeyReused):
        opened(net, key=key, fingerprint="b")
    assert opened(net)["case_number"] == "60-2569-0002"


def test_a_refused_case_takes_no_number(net):
    unborn = {**NOBODY, "person": {**NOBODY["person"], "birth_date": "2026-04"}}
    with pytest.raises(Invalid) as wrong:
        opened(net, unborn)
    assert list(wrong.value.errors) == ["person.birth_date"]
    assert opened(net)["case_number"] == "60-2569-0001"


def test_a_case_is_numbered_in_the_budget_year_it_happened_in(net):
    last_day = datetime(2025, 9, 30, 16, 59, tzinfo=UTC)
    at = (last_day, last_day + timedelta(minutes=1), MONDAY)
    assert [opened(net, at=when)["case_number"] for when in at] == [
        "60-2568-0001",
        "60-2569-0001",
        "60-2569-0002",
    ]


def test_closing_and_opening_again_are_not_dated_before_what_they_follow(net):
    case_id = opened(net)["case_id"]
    net.clock.advance(days=9)

    def change(door, days):
        at = MONDAY + timedelta(days=days)
        return net.call("intake", door, {"case_id": case_id, "reason": "moved"}, at=at)["status"]

    with pytest.raises(Invalid) as wrong:
        change("close_case", -1)
    assert wrong.value.errors == {"at": ["2026-03-01 is before the case was opened on 2026-03-02."]}
    assert change("close_case", 5) == "closed"
    with pytest.raises(Invalid, match="last closed or opened again on 2026-03-07"):
        change("reopen_case", 4)
    assert change("reopen_case", 5) == "open"
    with pytest.raises(Invalid):
        change("close_case", 4)
    assert change("close_case", 6) == "closed"


def test_nobody_opens_a_case_for_another_centre_or_an_unknown_one(net):
    with pytest.raises(Forbidden):
        opened(net, **NEIGHBOUR)
    with pytest.raises(Invalid) as wrong:
        opened(net, {**BODY, "centre": "99"})
    assert list(wrong.value.errors) == ["centre"]


@pytest.mark.parametrize("door", ["open_case", "case", "cases", "close_case", "reopen_case"])
@pytest.mark.parametrize("role", ["admin", "partner"])
def test_an_administrator_and_a_partner_have_no_door_to_cases(net, door, role):
    with pytest.raises(Forbidden):
        net.call("intake", door, {}, role=role, centres=("*",))


@pytest.mark.parametrize("role", ["member", "ministry"])
def test_those_who_only_read_cannot_change_a_case(net, role):
    case_id = opened(net)["case_id"]
    for door, body in (("open_case", BODY), ("close_case", {"case_id": case_id, "reason": "moved"})):
        with pytest.raises(Forbidden):
            net.call("intake", door, body, role=role, centres=("*",))


def test_another_centres_case_is_not_known(net):
    case_id = opened(net)["case_id"]
    for door, more in (
        ("case", {}),
        ("close_case", {"reason": "moved"}),
        ("reopen_case", {"reason": "back"}),
    ):
        with pytest.raises(NotFound):
            net.call("intake", door, {"case_id": case_id, **more}, **NEIGHBOUR)
        with pytest.raises(NotFound):
            net.call("intake", door, {"case_id": str(uuid4()), **more})
    assert accesses(net) == []


def test_members_see_codes_only(net):
    case_id = opened(net)["case_id"]
    person = read(net, case_id, show="identifiers", **MEMBER)["person"]
    [listed] = net.call("intake", "cases", {}, **MEMBER)["items"]
    for shown in (person, listed["person"]):
        assert set(shown) == {
            "person_id", "identity_status", "sex", "age", "age_band", "nationality", "domicile", "province",
            "corrected", "died",
        }  # fmt: skip
        assert (shown["sex"], shown["age"], shown["age_band"], shown["province"]) == (
            "male",
            None,
            "60-69",
            "60",
        )
    assert accesses(net) == []


def test_the_ministry_reads_the_outline_of_a_case_and_of_what_kind_its_path_is(net):
    case_id = opened(net)["case_id"]
    outline = read(net, case_id, show="identifiers", **MINISTRY)
    assert net.call("intake", "cases", {}, **MINISTRY)["items"] == [outline]
    assert outline.keys() == {
        "case_id", "case_number", "centre", "status", "opened", "version", "path_kind",
    }  # fmt: skip
    assert outline["path_kind"] is None
    for path, kind in (("psychiatric_hospital", "service"), ("employer_33", "work"), ("a_new_one", None)):
        said(net, "screening", PLANS, case_id, PlanAgreed(case_id, path))
        net.settle()
        assert read(net, case_id, **MINISTRY)["path_kind"] == kind
    assert accesses(net) == []


def test_every_read_of_personal_fields_is_logged(net):
    cases = [opened(net)["case_id"], opened(net, NOBODY)["case_id"]]
    people = [read(net, case_id)["person"]["person_id"] for case_id in cases]
    shown = read(net, cases[0], user="director-60", role="director", show="identifiers")
    assert shown["person"]["national_id"] == CARD
    net.call("intake", "cases", {"limit": 1})
    assert accesses(net) == [
        ("worker-60", "names", cases[0], people[0]),
        ("worker-60", "names", cases[1], people[1]),
        ("director-60", "identifiers", cases[0], people[0]),
        ("worker-60", "listed", cases[1], people[1]),
    ]


def test_nothing_personal_lies_in_plain_text_in_the_database(net, tmp_path):
    opened(net)
    net.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for personal in ("สมชาย", CARD, "1957-05", "เดชาติวงศ์", "ก๋วยเตี๋ยว"):
        assert personal.encode() not in kept


def test_an_erased_person_is_shown_as_erased(net):
    case_id = opened(net)["case_id"]
    person_id = read(net, case_id)["person"]["person_id"]
    net.runtimes["intake"].vault.shred(person_id, instant(net.clock()))
    person = read(net, case_id, show="identifiers")["person"]
    assert {person[field] for field in ("name", "national_id", "birth_date", "place", "note")} == {None}
    assert (person["erased"], person["sex"], person["age_band"]) == (True, "male", "60-69")
    [listed] = net.call("intake", "cases", {})["items"]
    assert (listed["person"]["name"], listed["person"]["erased"]) == (None, True)


def test_a_case_is_closed_and_reopened(net):
    case_id = opened(net)["case_id"]
    close, reopen = (
        {"case_id": case_id, "reason": reason, "note": "โทรแล้ว"} for reason in ("moved", "กลับมา")
    )
    assert net.call("intake", "reopen_case", reopen) == {"status": "open", "version": 1}
    assert net.call("intake", "close_case", close) == {"status": "closed", "version": 2, "ends": []}
    assert net.call("intake", "close_case", close) == {"status": "closed", "version": 2, "ends": []}
    assert read(net, case_id)["status"] == "closed"
    assert net.call("intake", "reopen_case", reopen) == {"status": "open", "version": 3}
    assert (read(net, case_id)["status"], read(net, case_id)["version"]) == ("open", 3)


def test_a_change_of_a_case_that_moved_on_is_stale(net):
    case_id = opened(net)["case_id"]
    with pytest.raises(Stale):
        net.call("intake", "close_case", {"case_id": case_id, "reason": "moved"}, if_match=2)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "moved"}, if_match=1)


def test_the_status_follows_the_other_services_and_a_sent_referral_records_its_consent(net):
    case_id, other = opened(net)["case_id"], opened(net)["case_id"]
    person_id = read(net, case_id)["person"]["person_id"]
    said(net, "screening", PLANS, case_id, PlanAgreed(case_id, "local_home"))
    assert read(net, case_id)["status"] == "planned"
    said(net, "referral", REFERRALS, "r", ReferralSent(case_id, person_id, "r", "given"))
    assert (read(net, case_id)["status"], read(net, case_id)["version"]) == ("referred", 2)
    said(net, "referral", REFERRALS, "r", PlacementConfirmed(case_id, "r"))
    net.call("intake", "close_case", {"case_id": case_id, "reason": "done"})
    back = net.call("intake", "reopen_case", {"case_id": case_id, "reason": "by_mistake"})
    assert back == {"status": "placed", "version": 4} and read(net, other)["status"] == "open"
    assert net.runtimes["intake"].verify() == []


@pytest.fixture
def ended(net):
    """A case whose placement was over a while ago, and that is closed."""
    case_id = opened(net)["case_id"]
    person_id = read(net, case_id)["person"]["person_id"]
    said(net, "referral", REFERRALS, "r", ReferralSent(case_id, person_id, "r", "given"))
    said(net, "referral", REFERRALS, "r", PlacementConfirmed(case_id, "r"))
    net.clock.advance(days=40)
    said(net, "referral", REFERRALS, "r", ReferralEnded(case_id, "r"))
    net.call("intake", "close_case", {"case_id": case_id, "reason": "moved"})
    net.clock.advance(days=100)
    return case_id


def test_a_case_opened_again_after_a_placement_is_linked_to_it_once(net, ended):
    for _ in range(2):
        net.call("intake", "reopen_case", {"case_id": ended, "reason": "came_back"})
        [back] = read(net, ended)["returns"]
        assert (back["days"], back["within"], back["path"]) == (100, "6", "foundation")
        assert (back["earlier_referral_id"], back["because"]) == ("r", "reopened")
        net.call("intake", "close_case", {"case_id": ended, "reason": "moved"})
    assert read(net, ended, **MEMBER)["returns"] == [back]
    assert "returns" not in read(net, ended, **MINISTRY)
    assert net.runtimes["intake"].verify() == []


def test_a_new_case_with_the_same_identity_number_is_linked_to_the_earlier_placement_by_itself(net, ended):
    net.clock.advance(days=150)
    first = opened(net)
    [back] = read(net, first["case_id"])["returns"]
    assert (back["earlier_case_id"], back["within"], back["because"]) == (ended, "12", "same_identifier")
    assert back["earlier_case_number"] == read(net, ended)["case_number"]
    body = deepcopy(BODY)
    body["person"].pop("national_id")
    assert read(net, opened(net, body)["case_id"])["returns"] == []  # perhaps the same person, perhaps not
    net.clock.advance(days=500)
    assert read(net, opened(net)["case_id"])["returns"] == []  # after two years


def test_nobody_comes_back_from_a_placement_that_holds_or_was_entered_in_error(net, ended):
    said(net, "referral", REFERRALS, "r", ReferralEnteredInError(ended, "r"))
    net.call("intake", "reopen_case", {"case_id": ended, "reason": "came_back"})
    assert read(net, ended)["returns"] == []
    holds = opened(net, NOBODY)["case_id"]
    person_id = read(net, holds)["person"]["person_id"]
    said(net, "referral", REFERRALS, "s", ReferralSent(holds, person_id, "s", "given"))
    said(net, "referral", REFERRALS, "s", PlacementConfirmed(holds, "s"))
    net.call("intake", "close_case", {"case_id": holds, "reason": "moved"})
    net.call("intake", "reopen_case", {"case_id": holds, "reason": "came_back"})
    assert read(net, holds)["returns"] == []


def test_cases_are_listed_newest_first_for_those_who_may_see_them(net):
    cases = [opened(net)["case_number"] for _ in range(3)]
    cases.append(opened(net, {**NOBODY, "centre": "61"}, **NEIGHBOUR)["case_number"])

    def listed(body=None, **caller):
        answer = net.call("intake", "cases", body or {}, **caller)
        return [item["case_number"] for item in answer["items"]], answer["next"]

    assert listed() == (cases[2::-1], None)
    assert listed(**MINISTRY) == (cases[::-1], None) and listed({"centre": "61"}, **MINISTRY) == (
        cases[3:],
        None,
    )
    for written in ("0002", "๖๐-๒๕๖๙-๐๐๐๒", "60–2569–0002", "2569/2"):
        assert listed({"q": written}) == (cases[1:2], None)
    assert listed({"q": "60-2569-0002"}) == (cases[1:2], None) and listed({"status": "placed"}) == ([], None)
    first, following = listed({"limit": 2})
    assert (first, listed({"limit": 2, "cursor": following})) == ([cases[2], cases[1]], ([cases[0]], None))
    with pytest.raises(Forbidden):
        listed({"centre": "61"})


def test_read_models_replayed_from_the_log_are_the_same(net):
    case_ids = [opened(net)["case_id"], opened(net, NOBODY)["case_id"]]
    said(net, "screening", PLANS, case_ids[0], PlanAgreed(case_ids[0], "local_home"))
    net.call("intake", "close_case", {"case_id": case_ids[1], "reason": "moved"})
    before = [read(net, case_id) for case_id in case_ids]
    net.runtimes["intake"].rebuild(None, lambda done, total: None)
    assert [read(net, case_id) for case_id in case_ids] == before
    assert opened(net)["case_number"] == "60-2569-0003"


def test_every_door_names_what_it_does():
    actions = {
        name: door.action for name, door in doors_of(IntakeService).items() if door.action.startswith("case.")
    }
    assert actions == {
        "open_case": "case.open", "close_case": "case.close", "reopen_case": "case.reopen",
        "case": "case.read", "cases": "case.list", "returned": "case.list",
        "counts": "case.list", "assign": "case.assign", "to_take_over": "case.assign", "carry_over": "case.carry_over",
        "work": "case.work", "called": "case.call", "contradictions": "case.contradictions",
        "open_ends": "case.close", "age": "case.read", "known": "case.open", "search": "case.search",
        "request_transfer": "case.transfer", "revoke_transfer": "case.transfer", "transfers": "case.transfers",
        "accept_transfer": "case.receive", "reject_transfer": "case.receive", "handed_on": "case.transfers",
    }  # fmt: skip


def test_a_retried_command_makes_the_same_ids(net):
    key = str(uuid4())
    assert opened(net, key=key)["case_id"] == derived_id(key, "case")


def test_cases_are_counted_by_status_for_those_who_may_see_them(net):
    first = opened(net)["case_id"]
    opened(net)
    net.call("intake", "close_case", {"case_id": first, "reason": "left"})
    assert net.call("intake", "counts", {}) == {"open": 1, "closed": 1}
    assert net.call("intake", "counts", {}, user="worker-61", centres=("61",)) == {}
    assert net.call("intake", "counts", {}, user="ministry", role="ministry", centres=("*",)) == {
        "open": 1,
        "closed": 1,
    }


def test_named_cases_are_listed_unless_they_are_another_centres(net):
    wanted = [opened(net)["case_id"] for _ in range(3)][:2]
    found = net.call("intake", "cases", {"case_ids": wanted})["items"]
    assert {case["case_id"] for case in found} == {*wanted}
    assert net.call("intake", "cases", {"case_ids": wanted}, user="worker-61", centres=("61",))["items"] == []


ADMIN = {"user": "admin", "role": "admin", "centres": ("*",)}


def in_hands(net, user, **call):
    found = net.call("intake", "in_hands", {"user": user}, **(ADMIN | call))["items"]
    assert all(set(each) == {"case_id", "centre", "waiting"} for each in found)
    return [each["case_id"] for each in found]


def test_open_cases_are_in_the_hands_of_who_opened_them_and_who_worked_on_them_last(net):
    first, second = (opened(net, user=user)["case_id"] for user in ("worker-a", "worker-b"))
    assert (in_hands(net, "worker-a"), in_hands(net, "worker-b")) == ([first], [second])
    said(net, "screening", PLANS, first, PlanAgreed(first, "local_home"))  # by worker-60
    assert (in_hands(net, "worker-a"), in_hands(net, "worker-60")) == ([first], [first])
    net.call("intake", "close_case", {"case_id": first, "reason": "moved"})
    assert in_hands(net, "worker-a") == in_hands(net, "worker-60") == []
    assert in_hands(net, "worker-b", centres=("61",)) == []
    with pytest.raises(Forbidden):
        in_hands(net, "worker-b", role="member")


WORKER_B, DIRECTOR = {"user": "worker-b"}, {"user": "director-60", "role": "director"}


def assign(net, case_ids, to_user, from_user=None, reason="left", **call):
    body = {"case_ids": case_ids, "to_user": to_user, "from_user": from_user, "reason": reason}
    answer = net.call("intake", "assign", body, **(ADMIN | call))
    net.clock.advance(minutes=1)
    return answer["assigned"]


def waiting(net, **call):
    found = net.call("intake", "to_take_over", **call)["items"]
    return {(each["case_id"], each["from_user"]) for each in found}


def test_an_administrator_hands_the_cases_of_who_leaves_to_a_colleague_who_takes_them_over(net):
    cases = [opened(net, user="worker-a")["case_id"] for _ in range(2)]
    assert assign(net, cases, "worker-b", "worker-a") == 2
    assert assign(net, cases, "worker-b", "worker-a") == 0
    assert in_hands(net, "worker-a") == [] and in_hands(net, "worker-b") == cases
    assert waiting(net, **WORKER_B) == {(case_id, "worker-a") for case_id in cases}
    assert waiting(net) == waiting(net, **DIRECTOR) == set()
    assert assign(net, cases[:1], "worker-b", user="worker-b", role="worker", centres=("60",)) == 1
    assert waiting(net, **WORKER_B) == {(cases[1], "worker-a")}
    assert in_hands(net, "worker-b") == cases
    assert assign(net, cases[:1], "worker-b", user="worker-b", role="worker", centres=("60",)) == 0


def test_cases_without_a_colleague_wait_for_the_directors_of_the_centre(net):
    case_id = opened(net, user="worker-a")["case_id"]
    assert assign(net, [case_id], None, "worker-a") == 1
    elsewhere = {"user": "director-61", "role": "director", "centres": ("61",)}
    assert waiting(net, **DIRECTOR) == {(case_id, "worker-a")}
    assert waiting(net, **WORKER_B) == waiting(net, **elsewhere) == set()
    assert assign(net, [case_id], "director-60", **DIRECTOR, centres=("60",)) == 1
    assert waiting(net, **DIRECTOR) == set() and in_hands(net, "director-60") == [case_id]


def test_a_case_is_handed_over_by_its_own_centre_and_by_an_administrator_of_it_only(net):
    ours = opened(net)["case_id"]
    theirs = opened(net, {**BODY, "centre": "61", "found": {}}, **NEIGHBOUR)["case_id"]
    staff = {"user": "worker-60", "role": "worker", "centres": ("60",)}
    for who in (staff | NEIGHBOUR, {"user": "admin-61", "centres": ("61",)}):
        with pytest.raises(NotFound):
            assign(net, [ours], "worker-b", **who)
    for role in ("member", "ministry", "partner", "system"):
        with pytest.raises(Forbidden):
            assign(net, [ours], "worker-b", **(staff | {"role": role}))
    with pytest.raises(Invalid) as wrong:
        assign(net, [ours, theirs], "worker-b")
    assert list(wrong.value.errors) == ["case_ids"]
    with pytest.raises(Invalid) as wrong:
        assign(net, [ours], "worker-b", "worker-a", **staff)
    assert list(wrong.value.errors) == ["from_user"]
    with pytest.raises(NotFound):
        assign(net, [ours, str(uuid4())], "worker-b", **staff)
    assert assign(net, [ours], "worker-b", reason="handed_over", **staff) == 1


def test_what_an_earlier_version_knew_of_a_hand_over_keeps_its_time_and_never_undoes_what_was_said_since(net):
    first, second = (opened(net, user="worker-a")["case_id"] for _ in range(2))
    told, system = net.clock(), {"user": "system", "role": "system", "centres": ("*",)}
    net.clock.advance(days=3)
    assign(net, [second], None, "worker-a")
    for case_id in (first, second):
        body = {"case_id": case_id, "from_user": "worker-a", "to_user": "worker-b", "taken": False}
        net.call("intake", "carry_over", body, at=told, **system)
        with pytest.raises(Forbidden):
            net.call("intake", "carry_over", body, **DIRECTOR)
    [handed] = net.call("intake", "to_take_over", **WORKER_B)["items"]
    assert handed == {"case_id": first, "from_user": "worker-a", "at": instant(told)}
    assert waiting(net, **DIRECTOR) == {(second, "worker-a")}


def test_an_administrator_is_told_how_often_somebody_looked_and_never_at_whom(net):
    case_id = opened(net)["case_id"]
    for show in ("identifiers", None, "identifiers"):
        net.clock.advance(minutes=1)
        net.call("intake", "case", {"case_id": case_id, "show": show})
    net.call("intake", "cases", {})
    asked = {"user": "worker-60"}
    found = net.call("intake", "accesses", asked | {"limit": 1}, **ADMIN)
    [latest] = found["items"]
    assert (found["days"], found["counts"]) == (30, {"identifiers": 2, "names": 1, "listed": 1})
    assert (latest["at"][:16], latest["centre"]) == ("2026-03-02T03:03", "60")
    nothing = {"days": 30, "counts": {}, "items": []}
    assert net.call("intake", "accesses", {"user": "worker-61"}, **ADMIN) == nothing
    assert net.call("intake", "accesses", asked, **(ADMIN | {"centres": ("61",)})) == nothing
    net.clock.advance(days=31)
    assert net.call("intake", "accesses", asked, **ADMIN) == nothing
    with pytest.raises(Forbidden):
        net.call("intake", "accesses", asked)


# ---- read models of all centres


def test_a_correction_shows_what_stood_before_and_after_with_who_when_and_why_to_the_centre_s_staff(net):
    case_id = opened(net)["case_id"]
    person = {**BODY["person"], "birth_date": "1957-06-01", "national_id": "1609900123452"}
    told = {"case_id": case_id, "person": person, "reason": "mistaken", "note": "ดูจากบัตร"}
    net.call("intake", "correct_person", told, user="director-60", role="director")
    net.call("intake", "correct_person", {**told, "person": {**person, "sex": "female"}, "note": None})
    newest, first = net.call("intake", "corrections", {"case_id": case_id})["items"]
    assert newest["changed"] == ["sex"] and newest["note"] is None
    assert (newest["before"]["sex"], newest["after"]["sex"]) == ("male", "female")
    assert (first["by"], first["reason"], first["note"]) == ("director-60", "mistaken", "ดูจากบัตร")
    assert {*first["changed"]} >= {"birth_date", "national_id"}
    assert (first["before"]["birth_date"], first["after"]["birth_date"]) == ("1957-05", "1957-06-01")
    assert CARD not in str(first) and "1609900123452" not in str(first)
    for who in (MEMBER, MINISTRY):
        with pytest.raises(Forbidden):
            net.call("intake", "corrections", {"case_id": case_id}, **who)
    with pytest.raises(NotFound):
        net.call("intake", "corrections", {"case_id": case_id}, **NEIGHBOUR)


def test_closing_says_what_is_open_and_ends_with_the_case(net):
    case_id = opened(net)["case_id"]
    assert net.call("intake", "open_ends", {"case_id": case_id})["ends"] == []
    closed = net.call("intake", "close_case", {"case_id": case_id, "reason": "died", "outcome": "died"})
    assert closed["status"] == "closed" and closed["ends"] == []
    with pytest.raises(Invalid):
        net.call("intake", "close_case", {"case_id": case_id, "reason": "died", "outcome": "x"})


def test_the_day_s_list_is_for_who_reads_cases_and_shows_a_centre_its_own(net):
    ours = opened(net)["case_id"]
    theirs = opened(net, {**BODY, "centre": "61", "found": {}}, **NEIGHBOUR)["case_id"]
    [item] = net.call("intake", "work")["items"]
    assert (item["case_id"], item["next"], item["owner"]) == (ours, "screen", "worker-60")
    assert [each["case_id"] for each in net.call("intake", "work", **NEIGHBOUR)["items"]] == [theirs]
    with pytest.raises(Forbidden):
        net.call("intake", "work", {"centre": "61"})
    with pytest.raises(Forbidden):
        net.call("intake", "work", **MINISTRY)
    assert net.call("intake", "called", {"case_id": ours}) == {"called": 1}
    assert len(net.call("intake", "work")["items"][0]["called"]) == 1
    with pytest.raises(NotFound):
        net.call("intake", "called", {"case_id": theirs})


def test_an_administrator_of_one_centre_rebuilds_the_cases_of_all(net):
    ours = opened(net)["case_id"]
    theirs = opened(net, {**BODY, "centre": "61", "found": {}}, **NEIGHBOUR)["case_id"]
    admin = {"user": "admin-60", "role": "admin", "centres": ("60",)}
    before = read(net, theirs, **NEIGHBOUR)
    # Two cases and their two people, for each of the read models.
    rebuilt = net.call("intake", "rebuild", {}, **admin)
    assert rebuilt == {
        "case": 4,
        "case_number": 4,
        "planned_path": 4,
        "case_closing": 4,
        "consents": 4,
        "work": 4,
        "description": 4,
        "erasure": 4,
        "outreach": 4,
        "episodes": 4,
        "owners": 4,
        "elsewhere": 4,
        "transfers": 4,
        "procedure": 4,
    }
    assert read(net, theirs, **NEIGHBOUR) == before
    assert read(net, ours)["case_id"] == ours
    assert net.call("intake", "verify", **admin) == []
    third = opened(net, {**BODY, "centre": "61", "found": {}}, **NEIGHBOUR)["case_number"]
    assert third.endswith("-0002")


def test_of_each_part_of_the_work_the_first_are_answered_however_many_stand_before_them(net):
    plain = [net.call("intake", "open_case", NOBODY)["case_id"] for _ in range(3)]
    red = [net.call("intake", "open_case", {**NOBODY, "danger": "trafficking"})["case_id"] for _ in range(3)]
    answer = net.call("intake", "work", {"of_each": 2})
    assert [item["case_id"] for item in answer["items"]] == [*red[:2], *plain[:2]]
    assert (answer["counts"]["red"], answer["counts"]["coming"], answer["next"]) == (3, 3, None)
    assert net.call("intake", "work", {"of_each": 2, "part": "coming"})["items"] == answer["items"][2:]
    assert len(net.call("intake", "work", {"of_each": 2, "limit": 3})["items"]) == 3
    with pytest.raises(Invalid):
        net.call("intake", "work", {"of_each": 0})
