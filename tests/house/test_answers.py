"""What every door answers is written down as a type; here every answer is held against it, over a small sample
network.

Long because one small network has to come to every door there is."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, is_typeddict
from typing import get_type_hints as read_type_hints
from uuid import uuid4

import pytest

from services import sample
from services.codes import AWAITING_ANSWER
from services.codes.problems import OLD_WORD, SIGNS
from services.kernel.doors import Doors, doors_of
from services.kernel.envelope import Envelope, instant
from services.kernel.eventlog import Outcome, Unit
from services.kernel.local import Network, SimulatedClock
from services.partners.domain.evidence import Evidence, propose
from services.partners.domain.problems import PROBLEM, WeighProblem, problem_of
from services.partners.projections.problems import get_standing
from services.referral.answers import DisclosedCodes
from services.system import DOORS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CASES = 60  # centre 60 has a referral then whose place is reserved and that awaits its answer
DIRECTOR = {"user": "director-60", "role": "director"}
MEMBER = {"user": "member-60", "role": "member"}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
ADMIN = {"user": "admin", "role": "admin", "centres": ("*",)}
PERSON = {
    "identity_status": "claimed",
    "name": {"first": "สมชาย"},
    "national_id": "1609900123452",
    "sex": "male",
    "age_band": "60-69",
    "nationality": "thai",
    "domicile": [{"province": "60", "basis": "claimed"}],
}


get_type_hints = cache(read_type_hints)  # every answer is held against the same few shapes


def answer_type(service: type[Doors], door: str) -> Any:
    written = get_type_hints(getattr(service, door))["return"]
    return get_args(written)[0] if get_origin(written) is Outcome else written


ROLES = {(service.name, name): door.roles for service in DOORS for name, door in doors_of(service).items()}
ANSWERS = {
    (service.name, door): answer_type(service, door)
    for service in DOORS
    for door in doors_of(service)
    if not hasattr(Doors, door)
}


def misfits(shape: Any, value: Any, place: str = "answer") -> Iterator[str]:
    """Where a value that came as JSON is not of a shape."""
    if shape is Any:
        return  # a document whose shape is its own
    if is_typeddict(shape):
        if not isinstance(value, dict):
            yield f"{place} is {value!r}, not {shape.__name__}"
            return
        for name in shape.__required_keys__ - value.keys():
            yield f"{place}.{name} is absent"
        shapes = get_type_hints(shape)
        for name in value:
            if name in shapes:
                yield from misfits(shapes[name], value[name], f"{place}.{name}")
            else:
                yield f"{place}.{name} is no part of {shape.__name__}"
        return
    of = get_args(shape)
    match get_origin(shape) or shape:
        case made if made in (Union, UnionType):
            if all(any(misfits(each, value)) for each in of):
                yield f"{place} is {value!r}, not {shape}"
        case made if made is list and isinstance(value, list):
            for number, each in enumerate(value):
                yield from misfits(of[0], each, f"{place}[{number}]")
        case made if made is dict and isinstance(value, dict):
            for name, each in value.items():
                yield from misfits(of[1], each, f"{place}.{name}")
        case made if made is Any:
            return
        case made if made is float and type(value) is int:
            return
        case made:
            if type(value) is not made:
                yield f"{place} is {value!r}, not {shape}"


class CheckedNetwork(Network):
    """Holds every answer against its type, and keeps which doors answered anything but None."""

    answered: set[tuple[str, str]]

    def _ask(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        reply = super()._ask(service, door, call, body, seconds)
        shape = ANSWERS.get((service, door))
        if shape is not None:
            assert list(misfits(shape, reply["answer"])) == [], (service, door, body)
            if reply["answer"] is not None:
                self.answered.add((service, door))
        return reply


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CheckedNetwork]:
    CheckedNetwork.answered = set()
    with closing(CheckedNetwork(DOORS, SimulatedClock(NOW), data=tmp_path_factory.mktemp("answers"))) as made:
        sample.load(made, NOW, lambda done, total: None, cases=CASES)
        yield made


def test_every_door_says_what_it_answers_in_the_answers_of_its_service():
    def parts(shape: Any) -> Iterator[Any]:
        if get_origin(shape) in (Union, UnionType, list):
            for part in get_args(shape):
                yield from parts(part)
        elif shape is not NoneType:
            yield shape

    loose = {
        f"{service}.{door}"
        for (service, door), shape in ANSWERS.items()
        for part in parts(shape)
        if not (is_typeddict(part) and part.__module__ == f"services.{service}.answers")
        and part not in (dict[str, int], DisclosedCodes)
    }
    assert loose == set()


def read_everything(net: CheckedNetwork) -> None:
    """The questions that staff, members, the ministry, partners and administrators may put, to whatever cases there
    are."""
    for who in ({}, DIRECTOR, MEMBER, MINISTRY):
        role = who.get("role", "worker")
        cases = net.call("intake", "cases", **who)["items"]
        net.call("intake", "counts", **who)
        for case in cases:
            of_case = {"case_id": case["case_id"]}
            net.call("intake", "case", of_case, **who)
            for service, door in (
                ("screening", "screening"),
                ("screening", "screenings"),
                ("screening", "next_question"),
                ("screening", "noted_answers"),
                ("screening", "plan"),
                ("screening", "quorum"),
                ("reporting", "timeline"),
                ("partners", "matches"),
            ):
                if role in ROLES[service, door]:
                    net.call(service, door, of_case, **who)
            if role in ROLES["partners", "earlier_match"] and case["status"] != "open":
                for each in net.call("partners", "earlier_matches", of_case, **who)["items"]:
                    net.call("partners", "earlier_match", {**of_case, "match_id": each["match_id"]}, **who)
        for referral in net.call("referral", "referrals", **who)["items"]:
            for door in ("referral", "steps", "disclosable", "disclosure"):
                if role in ROLES["referral", door]:
                    net.call("referral", door, {"referral_id": referral["referral_id"]}, **who)
            if role in ROLES["referral", "would_disclose"] and referral["programme_id"]:  # else to relatives
                about = {name: referral[name] for name in ("case_id", "programme_id")}
                net.call("referral", "would_disclose", about, **who)
                net.call("referral", "those_before", about, **who)
                net.call("partners", "standing_before", about, **who)
        net.call("reporting", "overview", **who)
        net.call("reporting", "placements", **who)
        net.call("reporting", "outreach_figures", **who)
        net.call("reporting", "waits", **who)
        if role in ROLES["reporting", "own_cases"]:
            net.call("reporting", "own_cases", **who)
        net.call("reporting", "events", {"limit": 500}, **who)
        partners = net.call("partners", "partners", **who)["items"]
        for door in ("free_places", "provinces", "falling_stale"):
            if role in ROLES["partners", door]:
                net.call("partners", door, **who)
        net.call("partners", "partner", {"partner_id": partners[0]["partner_id"]}, **who)
        offered = [each for partner in partners for each in partner["programmes"]]
        programmes = [each["programme_id"] for each in offered]
        matched = [each["programme_id"] for each in offered if each["path"] != "interim_stay"]
        net.call("partners", "names", {"programme_ids": programmes[:20]}, **who)
        for programme_id in matched if role in ROLES["partners", "candidates"] else ():
            net.call("partners", "candidates", {"programme_id": programme_id}, **who)
            net.call("referral", "taken_first", {"programme_id": programme_id}, **who)
    for programme_id in programmes:
        net.call("partners", "what_if", {"programme_id": programme_id, "rules": {"max_age": 1}})
    for partner in partners:
        net.call("partners", "what_if_of_all", {"partner_id": partner["partner_id"], "rules": {}})
    for door in ("published_partners", "published_programmes", "modified_programmes"):
        assert net.call("partners", door, {}, "system", "system", ("*",))["items"]
    facts = net.call("reporting", "notices", {"after": 0, "limit": 500}, "system", "system", ("*",))["items"]
    case_ids = sorted({each["case_id"] for each in facts if each["case_id"]})
    assert net.call("intake", "answerable", {"case_ids": case_ids}, "system", "system", ("*",))["items"]
    for figure in ("opened", "placements", "declined"):
        net.call("reporting", "behind", {"figure": figure})


def work_on_a_case(net: CheckedNetwork) -> None:
    """What the sample's staff never do: correct a person, close and open again, look at themselves through an
    administrator."""
    cases = net.call("intake", "cases")["items"]
    case_id = next(case["case_id"] for case in cases if case["status"] != "closed")
    net.call("intake", "case", {"case_id": case_id, "show": "identifiers"})
    net.call("intake", "person", {"case_id": case_id})
    net.call("intake", "correct_person", {"case_id": case_id, "person": PERSON, "reason": "learned"})
    net.call("intake", "corrections", {"case_id": case_id})
    referrals = net.call("referral", "referrals")["items"]
    held = [row for row in referrals if row["status"] in AWAITING_ANSWER and row["place"] == "reserved"]
    referral_id = held[0]["referral_id"]
    net.call("referral", "disclose", {"referral_id": referral_id, "how": "link"})
    net.call("referral", "disclosure", {"referral_id": referral_id})
    partner_id = next(row["partner_id"] for row in referrals if row["referral_id"] == referral_id)
    theirs = {"user": "partner-60", "role": "partner", "centres": (), "partner": partner_id}
    assert net.call("referral", "told_of", {"referral_id": referral_id}, **theirs)
    net.call("referral", "open_disclosure", {"referral_id": referral_id, "how": "link"}, **theirs)
    assert net.call("referral", "records", **theirs)["items"] and net.call("referral", "records")["items"]
    close_the_centre(net)
    ask_for_consent(net, case_id)
    give_a_bed(net, case_id)
    net.call("screening", "assess", {"case_id": case_id, "facts": {"housing": "street"}})
    net.call("intake", "work")
    net.call("intake", "contradictions", **DIRECTOR)
    registered = net.call("partners", "partners")["items"][0]
    net.call("intake", "open_ends", {"case_id": case_id})
    assert net.call("intake", "search", {"q": "60-"})["items"]
    assert net.call("intake", "known", {"centre": "60", "person": PERSON})["items"]
    assert net.call("partners", "alike", {"name": registered["name"], "province": registered["province"]})[
        "items"
    ]
    net.call("intake", "called", {"case_id": case_id})
    handed = {"case_id": case_id, "from_user": "worker-60-before", "to_user": "director-60"}
    net.call("intake", "carry_over", handed | {"taken": False}, "system", "system", ("*",))
    net.call("intake", "to_take_over", **DIRECTOR)
    net.call("intake", "assign", {"case_ids": [case_id], "to_user": "director-60"}, **DIRECTOR)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "moved_away"})
    net.call("intake", "reopen_case", {"case_id": case_id, "reason": "came_back"})
    assert net.call("intake", "returned")["items"]
    net.call("screening", "adopt_rules", **DIRECTOR)
    for each in net.call("screening", "rules", **MINISTRY)["items"]:
        net.call("screening", "rulebook", {"rules_version": each["rules_version"]}, **MINISTRY)
    assert net.call("screening", "vocabulary", {}, **MINISTRY)["form"]
    change_the_rules(net)
    meet(net)
    hand_somebody_over(net)
    erase_somebody(net)
    keep_the_registry(net)
    reach_out(net)
    for user in ("worker-60", "director-60"):
        net.call("intake", "in_hands", {"user": user}, **ADMIN)
        net.call("intake", "accesses", {"user": user}, **ADMIN)
        net.call("referral", "in_hands", {"user": user}, **ADMIN)


def meet(net: CheckedNetwork) -> None:
    """A meeting with an own vote, one who does not vote, and the rest written down."""
    [each, *_] = [
        row for row in net.call("intake", "cases")["items"] if row["status"] in ("screened", "planned")
    ]
    seats = [{"user": "worker-60", "name": "เลขา", "role": "secretary"}, {"name": "ประธาน", "role": "chair"}]
    called = {"centre": each["centre"], "at": "2026-11-02T03:00:00Z", "place": "ห้อง", "members": seats}
    meeting = {"meeting_id": net.call("screening", "call_meeting", called)["meeting_id"]}
    about, option = {**meeting, "case_id": each["case_id"]}, {"path": "local_home"}
    more = [{"user": f"{role}-60", "role": "member"} for role in ("director", "member")]
    net.call("screening", "invite", {**meeting, "members": more})
    net.call("screening", "table", about)
    net.call("screening", "propose", {**about, **option})
    net.call("screening", "vote", {**about, "vote": "agree", "reason": "ใกล้บ้าน"})
    net.call("screening", "declare_conflict", about, **DIRECTOR)
    votes = [{"member": number, "vote": "agree"} for number in "24"]
    goals = [{"area": "health", "text": "ได้รับการรักษา"}]
    net.call("screening", "decide", {**about, **option, "votes": votes, "why": "ใกล้บ้าน", "goals": goals})
    again = {**about, **option, "votes": votes, "why": "ตกลงใหม่", "goals": goals}
    net.call("screening", "decide", again)
    assert net.call("screening", "meeting", meeting)["agenda"][0]["replaced_by"] is None
    assert net.call("screening", "plans", {"case_id": each["case_id"]})["items"][-2]["replaced_by"]
    of_case = {"case_id": each["case_id"]}
    two = [
        {"name": "ประธาน", "role": "chair", "vote": "agree"},
        {"name": "เลขา", "role": "secretary", "vote": "agree"},
    ]
    urgent = {**of_case, **option, "members": two, "why": "ไม่มีที่พัก", "goals": []}
    net.call("screening", "agree_plan", {**urgent, "between_meetings": True, "urgency": "คืนนี้"})
    next_one = {"meeting_id": net.call("screening", "call_meeting", called)["meeting_id"], **of_case}
    all_agree = [{"member": number, "vote": "agree"} for number in "12"]
    net.call("screening", "invite", {"meeting_id": next_one["meeting_id"], "members": more})
    net.call("screening", "ratify", {**next_one, "votes": [*all_agree, {"member": "3", "vote": "agree"}]})
    assert net.call("screening", "plan", of_case)["ratification"]["ratified"]
    net.call("screening", "set_goal", {**of_case, "text": "มีรายได้"})
    paper = {**of_case, "kind": "document", "code": "id_card", "due": "2026-12-31"}
    task = {**of_case, "item_id": net.call("screening", "set_task", paper)["task_id"]}
    net.call("screening", "move_task", {**task, "due": "2027-01-31"})
    net.call("screening", "care_progress", {**task, "progress": "started", "note": "นัดแล้ว"})
    assert net.call("screening", "care_plan", of_case)["tasks"]
    net.call("screening", "care_proposals", of_case)
    known = {"centre": each["centre"], "name": "คุณหมอ", "role": "specialist", "since": "2026-10-01"}
    member = net.call("screening", "appoint_member", known, **DIRECTOR)
    net.call(
        "screening", "end_membership", {"member_id": member["member_id"], "until": "2026-12-31"}, **DIRECTOR
    )
    reviewing = {"meeting_id": next_one["meeting_id"], "case_id": each["case_id"]}
    net.call("screening", "review", {**reviewing, "findings": ["as_meant"], "found": "อยู่ดี"})
    [found] = net.call("screening", "reviews", of_case)["items"]
    net.call("screening", "reviewed", {"referral_ids": [found["referral_id"] or each["case_id"]]})
    assert net.call("screening", "members")["items"]
    assert net.call("screening", "meetings")["items"]
    net.call("screening", "close_meeting", meeting)


def change_the_rules(net: CheckedNetwork) -> None:
    [each, *_] = [row for row in net.call("intake", "cases")["items"] if row["status"] != "open"]
    latest = net.call("screening", "screening", {"case_id": each["case_id"]})
    assert net.call("screening", "rederive", {"screening_id": latest["screening_id"]})["same"]
    saved = net.call("screening", "draft_rules", {"based_on": "2569-3"}, **DIRECTOR)
    of_draft = {"draft_id": saved["draft_id"]}
    net.call("screening", "save_rules", {**of_draft, "based_on": "2569-3"}, **DIRECTOR)
    net.call("screening", "check_rules", {"based_on": "2569-3", "facts": {"housing": "street"}}, **DIRECTOR)
    asked = net.call("screening", "try_draft", of_draft, **DIRECTOR)
    net.call("screening", "trial", {"trial_id": asked["trial_id"]}, **DIRECTOR)
    adoption = {**of_draft, "valid_from": "2099-01-01", "reason": "ทดสอบ"}
    assert "waiting_for" in net.call("screening", "adopt_draft", adoption, **DIRECTOR)
    net.call("screening", "draft", of_draft, **DIRECTOR)
    net.call("screening", "drafts", {}, **DIRECTOR)
    elsewhere = {"user": "director-61", "role": "director", "centres": ("61",)}
    assert net.call("screening", "adopt_draft", adoption, **elsewhere)["adopted"]


def close_the_centre(net: CheckedNetwork) -> None:
    """For a day on which offices work; and open it after all."""
    who, day = (
        {"user": "director-60", "role": "director", "centres": ("60",)},
        {"centre": "60", "day": "2027-06-15"},
    )
    net.call("referral", "add_closure", {**day, "name": "ซ่อมอาคาร"}, **who)
    assert net.call("referral", "closures", {"centre": "60"})["items"]
    net.call("referral", "take_back_closure", day, **who)


def ask_for_consent(net: CheckedNetwork, case_id: str) -> None:
    """Given, and taken back."""
    asked = {"case_id": case_id, "kind": "data", "status": "given", "how": "signed"}
    consent_id = net.call("intake", "record_consent", asked)["consent_id"]
    net.call("intake", "withdraw_consent", {"case_id": case_id, "consent_id": consent_id})
    for who in ({}, MEMBER):
        assert net.call("intake", "consents", {"case_id": case_id}, **who)["items"]


def give_a_bed(net: CheckedNetwork, case_id: str) -> None:
    """As whoever does not know whether the person has one."""
    for stay in net.call("referral", "stays", {"case_id": case_id, "status": "open"})["items"]:
        net.call("referral", "end_stay", {"stay_id": stay["stay_id"], "reason": "moved"})
    [bed, *_] = net.call("partners", "free_places", {"path": "interim_stay"})["items"]
    asked = {"case_id": case_id, "programme_id": bed["programme_id"], "days": 1}
    stay_id = net.call("referral", "ask_for_bed", asked)["stay_id"]
    net.settle()
    net.call("referral", "prolong_stay", {"stay_id": stay_id, "days": 2})
    net.call("referral", "end_stay", {"stay_id": stay_id, "reason": "left"})
    assert net.call("referral", "stays", {"case_id": case_id})["items"]


def keep_the_registry(net: CheckedNetwork) -> None:
    """At once, and from another centre."""
    kept = next(
        each
        for each in net.call("partners", "partners")["items"]
        if each["keeper"] == "60" and each["programmes"]
    )
    partner, programme = (
        {"partner_id": kept["partner_id"]},
        {"programme_id": kept["programmes"][0]["programme_id"]},
    )
    neighbour = {"user": "worker-61", "centres": ("61",)}
    row = {"row": 2, **partner, "partner": {"address": "1 หมู่ 2"}}
    file = {"entries": [row], "file": "ทะเบียน.csv", "scheme": "songtor"}
    assert net.call("partners", "check_import", file)["changed"] == 1
    assert net.call("partners", "import_partners", file)["changed"] == 1
    for who in (neighbour, {}):
        for of, it in (("partner", partner), ("programme", programme)):
            net.call("partners", f"correct_{of}", {**it, "name": "ชื่อใหม่", "reason": "พิมพ์ผิด"}, **who)
            net.call("partners", f"confirm_{of}", it, **who)
            net.call("partners", f"retire_{of}", {**it, "reason": "ปิด"}, **who)
            net.call("partners", f"reopen_{of}", it, **who)
        net.call("partners", "confirm_capacity", {**programme, "total": 9, "free": 9}, **who)
    waiting = net.call("partners", "proposals")["items"]
    assert net.call("partners", "to_keep")["proposals"]
    for door, each in zip(("accept_proposal", "dismiss_proposal"), waiting[-2:], strict=True):
        net.call("partners", door, {"proposal_id": each["proposal_id"]})
    assert net.call("partners", "history", partner)["items"]
    net.call("partners", "make_link", partner)
    assert net.call("partners", "standing_link", partner)["link_id"]
    net.call("partners", "revoke_link", {**partner, "reason": "แผ่นหาย"})
    assert net.call("partners", "standing_link", partner)["link_id"] is None
    decide_problems(net, kept["programmes"][0]["programme_id"])


def decide_problems(net: CheckedNetwork, programme_id: str) -> None:
    """Two of a programme, found a moment ago."""
    envelope = Envelope(
        str(uuid4()), "", "system", "60", instant(NOW), instant(NOW), str(uuid4()), str(uuid4())
    )

    def find(unit: Unit) -> None:
        standing = get_standing(unit.db, programme_id)
        assert standing, "it is not retired"
        for reason in ("no_answer", OLD_WORD):
            stood, proposal = standing.stood[SIGNS[reason].about], propose(reason, standing)
            id, evidence = problem_of(programme_id, reason), Evidence(reason, 3, 4, stood)
            assert unit.handle(PROBLEM, id, WeighProblem(id, programme_id, evidence, stood, proposal))

    net.runtimes["partners"].execute(envelope, find)
    mine = [
        each for each in net.call("partners", "problems")["items"] if each["programme_id"] == programme_id
    ]
    for door, each in zip(("accept_problem", "dismiss_problem"), mine, strict=True):
        net.call("partners", door, {"problem_id": each["problem_id"], "reason": "โทรถามแล้ว"})


def reach_out(net: CheckedNetwork) -> None:
    """An activity that is noted twice, and one that is put right."""
    held = net.call("partners", "outreach")["items"]
    net.call("reporting", "came_of", {"outreach_ids": [each["outreach_id"] for each in held]})
    net.call("partners", "activity", {"outreach_id": held[0]["outreach_id"]})
    for door, more in (("correct_outreach", {"reached": 7}), ("enter_outreach_in_error", {})):
        noted = net.call(
            "partners", "hold_outreach", {"kind": "booth", "date": "2026-03-01", "province": "60"}
        )
        net.call("partners", door, {"outreach_id": noted["outreach_id"], "reason": "บันทึกซ้ำ", **more})


def hand_somebody_over(net: CheckedNetwork) -> None:
    """Asked and taken back, asked and rejected, asked and accepted; then what the old centre reads of it."""
    case = {"case_id": net.call("intake", "cases")["items"][0]["case_id"]}
    other = {"user": "director-61", "role": "director", "centres": ["61"]}
    for door, told, who in (
        ("revoke_transfer", {}, {}),
        ("reject_transfer", {"reason": "no_means", "note": "เต็ม"}, other),
        ("accept_transfer", {}, other),
    ):
        net.call("intake", "request_transfer", {**case, "to": "61", "reason": "domicile", "note": "โทรแล้ว"})
        net.call("intake", "transfers", {}, **other)
        net.call("intake", door, case | told, **who)
    net.call("intake", "transfers", {"direction": "out"})
    net.call("intake", "handed_on", case)
    net.settle()


def erase_somebody(net: CheckedNetwork) -> None:
    """Asked, taken back, asked again, something of the minutes kept, and confirmed."""
    planned = [each["case_id"] for each in net.call("intake", "cases")["items"] if each["status"] == "placed"]
    case = {"case_id": planned[-1]}
    asker = {"user": "director-60", "role": "director"}
    for door, told in (("request_erasure", {"reason": "ordered"}), ("withdraw_erasure", {})):
        net.call("intake", door, case | told, **asker)
    net.call("intake", "request_erasure", {**case, "reason": "person_asked"}, **asker)
    net.call("intake", "erasure", case, **asker)
    net.call("intake", "erasures", {}, **asker)
    net.settle()
    [*_, decision] = net.call("screening", "decisions", case, **asker)["items"]
    words = {"plan_id": decision["plan_id"], "why": "เหตุผล", "goals": ["เป้าหมาย"], "members": []}
    net.call("screening", "keep_minutes", case | words, **asker)
    net.call("screening", "decisions", case, **asker)
    net.call("intake", "confirm_erasure", case, user="deputy-60", role="director")
    net.settle()
    net.call("screening", "plan", case)
    net.call("intake", "erased", {"since": "2026"}, user="system", role="system", centres=["*"])


def test_every_door_answers_what_it_says(net):
    # given the sample network's story, each answer of which was held against its type
    # when whoever may asks and does the rest
    read_everything(net)
    work_on_a_case(net)
    # then no door has been forgotten
    assert ANSWERS.keys() - net.answered == set()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"version": "1"}, "answer.version is '1', not <class 'int'>"),
        ({"version": True}, "answer.version is True, not <class 'int'>"),
        ({"more": 1}, "answer.more is no part of NewCase"),
        ({"warnings": [None]}, "answer.warnings[0] is None, not <class 'str'>"),
    ],
)
def test_an_answer_that_is_not_as_it_says_is_named(change, where):
    good = {"case_id": "1", "case_number": "60-2569-0001", "version": 1, "warnings": [], "maybe_known": []}
    shape = ANSWERS["intake", "open_case"]
    assert list(misfits(shape, good)) == []
    assert list(misfits(shape, good | change)) == [where]
    assert list(misfits(shape, {"case_id": "1", "case_number": "", "version": 1, "maybe_known": []})) == [
        "answer.warnings is absent"
    ]
