"""What each role may read, door by door and field by field: every question of every service is found here by itself."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest

from services.codes.access import ROLES
from services.kernel.doors import Door, Doors, doors_of
from services.kernel.errors import Forbidden, NotFound
from services.kernel.local import Network, SimulatedClock
from services.screening.domain import rulebook
from services.system import DOORS

QUESTIONS: dict[tuple[str, str], Door] = {
    (cls.name, name): found
    for cls in DOORS
    for name, found in doors_of(cls).items()
    if found.kind == "query" and not hasattr(Doors, name)
}
OF_RULES = {
    ("screening", name)
    for name in ("rules", "vocabulary", "rulebook", "drafts", "draft", "trial", "check_rules")
}
SEE_CASES = ("worker", "director", "member")
# Each is a fact, a label or a reason of the one person in this network, and stands nowhere else in it.
OF_THE_PERSON = (
    "psychiatric", "1-6099-00123-45-2", "มาลี", "untreated", "trafficking", "pregnant", "disabled",
    "psychiatric_hospital",
    "health_beyond_care", "600101", "female",
)  # fmt: skip

# What who sees no cases reads; every other question is closed to the role. "*" stands for a code.
MINISTRY: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("intake", "case"): ("case_id", "case_number", "centre", "status", "opened", "version", "path_kind"),
    ("intake", "cases"): (
        "items.case_id", "items.case_number", "items.centre", "items.status", "items.opened", "items.version",
        "items.path_kind", "next",
    ),
    ("intake", "counts"): ("*",),
    ("partners", "partners"): ("items.*", "next", "nearly"),
    ("partners", "partner"): ("*",),
    ("partners", "names"): (
        "items.programme_id", "items.programme", "items.partner", "items.partner_id", "items.phone", "items.retired",
    ),
    ("partners", "free_places"): ("free", "programmes", "by_path.*", "by_age.*", "items.*", "next"),
    ("partners", "history"): ("items.*", "next"),
    ("partners", "provinces"): ("items.*", "nearly"),
    ("partners", "falling_stale"): ("periods.*", "nearly"),
    ("partners", "standing_link"): ("link_id", "made_by", "made_at", "revoked_by", "revoked_at"),
    ("partners", "problems"): ("items.*", "next"),
    ("partners", "outreach"): (
        "items.outreach_id", "items.centre", "items.kind", "items.date", "items.province", "items.place",
        "items.reached", "items.partners.*", "items.material", "items.partners_joined.*", "items.by", "items.at",
        "items.corrected", "items.entered_in_error", "items.version", "next",
    ),
    ("reporting", "outreach_figures"): ("total.*", "by_kind.*", "by_month.*"),
    ("reporting", "waits"): ("period.*", "centre", "data_up_to", "decision.*", "place.*", "hidden.*"),
    ("partners", "proposals"): ("items.*", "next"),
    ("referral", "referral"): (
        "referral_id", "case_id", "centre", "status", "place", "outside_ministry", "sent_at", "answer_due", "version",
        "path_kind", "history.type", "history.time", "history.recordedtime", "history.actor", "history.status",
    ),
    ("referral", "referrals"): (
        "items.referral_id", "items.case_id", "items.centre", "items.status", "items.place", "items.outside_ministry",
        "items.sent_at", "items.answer_due", "items.version", "items.path_kind", "next",
    ),
    ("reporting", "overview"): (
        "as_of", "period.from", "period.to", "centre", "data_up_to", "cases.*", "placements.*", "by_path.*",
        "by_label.*",
        "median_days.*", "declined.*", "employment.*", "hidden.*", "referrals.*", "stays.*", "expired.*", "withdrawn.*",
        "failed.*", "ended.*", "declined_by.*", "withdrawn_by.*", "failed_by.*",
        "follow_ups.*", "in_place.*", "returned_6.*", "returned_12.*", "returned_24.*",
        "tasks.*", "tasks_done.*", "tasks_in_time.*", "ratifications.*", "agreement.*",
        "reviews.*", "returned_elsewhere.*", "from_elsewhere.*",
        "told_by_kind.*", "told_by_channel.*", "late_by_kind.*", "late_by_channel.*", "missed_by_kind.*",
        "missed_by_channel.*", "deadlines_missed.*", "deadlines_missed_by.*",
    ),
    ("reporting", "placements"): ("by_month.*", "by_centre.*", "accepted", "waited_days.*"),
    ("reporting", "events"): ("items.*", "next", "head"),
    ("screening", "rules"): ("items.*",),
    ("screening", "vocabulary"): ("*",),
    ("screening", "rulebook"): ("*",),
    ("screening", "drafts"): ("items.*",),
    ("screening", "draft"): ("*",),
    ("screening", "trial"): ("*",),
}  # fmt: skip
# What is told of events that belong to a case.
EVENT = (
    "id", "source", "type", "subject", "time", "recordedtime", "datacontenttype", "specversion", "sequence", "streamid",
    "streamversion", "caseid", "centre", "actor", "correlationid", "causationid", "dataversion", "hash", "sealedhash",
    "data.case_id", "data.case_number", "data.referral_id", "data.plan_id", "data.screening_id", "data.match_id",
    "data.form.id", "data.form.version", "data.rules_version", "data.outside_ministry", "data.under_ministry",
    "data.consent_id",
    "data.waitlist", "data.answer_due", "data.centre", "data.held", "data.tell_due", "data.release_due",
    "data.final_at", "data.status", "data.stay", "data.procedure", "position", "data.deadlines", "data.deadlines.code",
    "data.deadlines.due", "data.deadlines.remind", "data.deadlines.days", "data.deadline", "data.due",
    "data.replaces",
)  # fmt: skip


class World(NamedTuple):
    """A case of centre 60 in which everything was found out that can be, and its referral that was declined."""

    net: Network
    case_id: str
    referral_id: str
    partner_id: str
    programme_id: str
    outreach_id: str

    def ask(self, key: tuple[str, str], role: str, centre: str = "60") -> Any:
        everywhere = role in ("ministry", "rule_keeper", "admin")
        body = {name: value for name, value in self.bodies().items() if name in QUESTIONS[key].schema.fields}
        if key[1] in ("cases", "referrals"):
            body = {}
        if key[1] == "closures":
            body = {"centre": centre}
        if key[1] == "age":
            body |= {"day": "2026-03-02"}
        if key[1] == "behind":
            body = {"figure": "opened"}
        if key[1] == "search":
            body = {"q": "มาลี"}
        if key[1] == "known":
            body = {"centre": centre, "person": PERSON}
        if key[1] == "pointing":
            body |= {"texts": {"why": "ใกล้บ้านเดิม"}}
        if key[1] == "earlier_match":
            [noted, *_] = self.net.call("partners", "earlier_matches", {"case_id": self.case_id})["items"]
            body |= {"match_id": noted["match_id"]}
        if key[1] == "rulebook":
            body = {"rules_version": "2569-1"}
        if key[1] == "check_rules":
            body = {"based_on": "2569-1", "facts": {}}
        if key[1] == "rederive":
            body = {
                "screening_id": self.net.call("screening", "screening", {"case_id": self.case_id})[
                    "screening_id"
                ]
            }
        if key[1] == "meeting":
            body = {"meeting_id": self.meeting()}
        if key[1] in ("draft", "trial"):
            body = self.draft()
            body = {f"{key[1]}_id": body[f"{key[1]}_id"]}
        if key[1] in ("what_if", "what_if_of_all"):
            body |= {"rules": {"min_age": 90}}
        if key[1] == "alike":
            body = {"name": "โรงพยาบาล", "province": "60"}
        if key[1] == "came_of":
            body = {"outreach_ids": [self.outreach_id]}
        if key[1] == "check_import":
            body = {"entries": [], "file": "ทะเบียน.csv", "scheme": "songtor"}
        partner = self.partner_id if role == "partner" else ""
        centres = ("*",) if everywhere else (centre,)
        return self.net.call(*key, body, f"{role}-{centre}", role, centres, partner=partner)

    def meeting(self) -> str:
        who = {"name": "ประธาน", "role": "chair"}
        body = {"centre": "60", "at": "2026-11-02T03:00:00Z", "members": [who]}
        meeting_id = self.net.call("screening", "call_meeting", body)["meeting_id"]
        self.net.call("screening", "table", {"meeting_id": meeting_id, "case_id": self.case_id})
        return str(meeting_id)

    def draft(self) -> dict[str, str]:
        keeper = {"user": "rules", "role": "rule_keeper", "centres": ("*",)}
        saved = self.net.call("screening", "draft_rules", {"based_on": "2569-1"}, **keeper)
        asked = self.net.call("screening", "try_draft", {"draft_id": saved["draft_id"]}, **keeper)
        return {"draft_id": saved["draft_id"], "trial_id": asked["trial_id"]}

    def bodies(self) -> dict[str, Any]:
        return {
            "case_id": self.case_id, "referral_id": self.referral_id, "partner_id": self.partner_id,
            "programme_ids": [self.programme_id], "programme_id": self.programme_id, "user": "worker-60",
            "facts": {"housing": "street"}, "day": "2026-11-02",
            "outreach_id": self.outreach_id, "referral_ids": [self.referral_id],
        }  # fmt: skip


PERSON = {
    "identity_status": "confirmed_card",
    "name": {"first": "มาลี"},
    "national_id": "1609900123452",
    "sex": "female",
    "birth_date": "1990-05-12",
    "nationality": "thai",
    "domicile": [],
}
FACTS = {
    "housing": "street",
    "income_sufficient": False,
    "pregnant": True,
    "mental_crisis": True,
    "communicable_disease": "untreated",
    "trafficking_signs": True,
    "disability_types": [4],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    clock = SimulatedClock(datetime(2026, 3, 2, 5, tzinfo=UTC))
    with closing(Network(DOORS, clock, tmp_path_factory.mktemp("data"))) as net:
        yield made(net)


def made(net: Network) -> World:
    booth = {"kind": "booth", "date": "2026-03-01", "province": "60"}
    outreach_id = net.call("partners", "hold_outreach", booth)["outreach_id"]
    opened = {
        "outreach_id": outreach_id,
        "centre": "60", "channel": "police", "found": {"subdistrict": "600101"}, "person": PERSON,
        "danger": "psychiatric",
    }  # fmt: skip
    case_id = net.call("intake", "open_case", opened)["case_id"]
    registered = {"name": "โรงพยาบาล", "kind": "hospital", "under_ministry": False, "province": "60"}
    partner_id = net.call("partners", "register_partner", registered)["partner_id"]
    offer = {
        "name": "รับรักษา",
        "path": "psychiatric_hospital",
        "capacity": {"total": 9, "free": 9},
        "rules": {},
    }
    offered = net.call("partners", "offer_programme", {**offer, "partner_id": partner_id})
    programme_id = offered["programme_id"]
    net.settle()
    net.call("screening", "complete", {"case_id": case_id, "facts": FACTS})
    members = [
        {"name": name, "role": role, "vote": "agree"}
        for name, role in (("ก", "chair"), ("ข", "member"), ("ค", "secretary"))
    ]
    plan = {"members": members, "path": "psychiatric_hospital", "why": "รักษา", "goals": ["หาย"]}
    net.call("screening", "agree_plan", {"case_id": case_id, "programme_id": programme_id, **plan})
    net.settle()
    sent = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}}
    referral_id = net.call("referral", "send", sent)["referral_id"]
    net.settle()
    declined = {"step": "decline", "reason": "health_beyond_care", "whose": "partner"}
    net.call("referral", "step", {"referral_id": referral_id, **declined})
    net.settle()
    asked = {"case_id": case_id, "reason": "person_asked", "confirmer": "deputy-60"}
    net.call("intake", "request_erasure", asked, "director-60", "director", ("60",))
    return World(net, case_id, referral_id, partner_id, programme_id, outreach_id)


def fields(answer: Any, path: str = "") -> set[str]:
    """The dotted names of every field of an answer that says something."""
    if isinstance(answer, dict):
        return {
            name
            for key, value in answer.items()
            for name in fields(value, f"{path}.{key}" if path else str(key))
        }
    if isinstance(answer, list):
        return {name for each in answer for name in fields(each, path)}
    return {path}


def allowed(names: set[str], patterns: tuple[str, ...]) -> set[str]:
    return {name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)}


def each_question(**more: Any) -> Any:
    return pytest.mark.parametrize("key", QUESTIONS, ids=".".join, **more)


def test_the_questions_are_found():
    assert len(QUESTIONS) >= 20


@each_question()
def test_the_ministry_reads_the_fields_of_its_table_and_nothing_else(world: World, key: tuple[str, str]):
    if key not in MINISTRY:
        with pytest.raises(Forbidden):
            world.ask(key, "ministry")
        return
    answer = world.ask(key, "ministry")
    names = fields(answer)
    assert names - allowed(names, MINISTRY[key]) == set()
    if key[1] == "events":
        of_case = fields([event for event in answer["items"] if "caseid" in event])
        assert of_case - {*EVENT} == set()


@each_question()
@pytest.mark.parametrize("role", ["ministry", "rule_keeper", "admin"])
def test_who_sees_no_cases_reads_no_word_about_the_person(world: World, key: tuple[str, str], role: str):
    if role not in QUESTIONS[key].roles:
        return
    answer = world.ask(key, role)
    if key == ("reporting", "overview"):
        assert {*answer["by_label"].values(), *answer["declined"].values()} <= {None}
        return
    if key == ("reporting", "waits"):  # every group is named there, and of none is anything told
        groups = [each for wait in ("decision", "place") for each in answer[wait]["by"].values()]
        cells = [cell for group in groups for both in group.values() for cell in both.values()]
        told = {value for cell in cells for value in cell.values()}
        assert len(groups) == 10 and told <= {None, 0}
        assert not any(cell["cases"] == 0 for cell in (both["over"] for both in groups[0].values()))
        return
    if key == ("reporting", "events"):
        answer = [event for event in answer["items"] if "caseid" in event]
    elif key[0] == "partners":  # the registry, which says what a programme is for
        assert world.case_id not in str(answer)
        return
    found = [word for word in OF_THE_PERSON if word in str(answer)]
    if key in OF_RULES:  # they name every label and path there is, for whoever it may be
        found = [word for word in found if word not in rulebook.document("2569-1")]
    assert found == []


def test_the_rule_keeper_reads_the_registry_and_the_figures_and_of_no_case():
    of_registry = ("partners", "partner", "names", "free_places", "provinces", "falling_stale")
    registry = {("partners", name) for name in of_registry}
    figures = {("reporting", name) for name in ("overview", "placements", "outreach_figures", "waits")}
    assert {
        key for key, found in QUESTIONS.items() if "rule_keeper" in found.roles
    } == registry | figures | OF_RULES


@each_question()
@pytest.mark.parametrize("role", SEE_CASES)
def test_another_centres_staff_is_told_nothing_of_the_case(world: World, key: tuple[str, str], role: str):
    if role not in QUESTIONS[key].roles:
        return
    try:
        answer = world.ask(key, role, centre="61")
    except NotFound:
        return
    assert world.case_id not in str(answer) and world.referral_id not in str(answer)


@each_question()
@pytest.mark.parametrize("role", SEE_CASES)
def test_the_own_centre_is_answered_every_question_that_is_open_to_it(
    world: World, key: tuple[str, str], role: str
):
    if key[1] == "handed_on":  # of a case that is theirs it has nothing to say
        with pytest.raises((NotFound, Forbidden)):
            world.ask(key, role)
    elif role in QUESTIONS[key].roles:
        world.ask(key, role)
    else:
        with pytest.raises(Forbidden):
            world.ask(key, role)


def test_every_door_names_known_roles_only():
    for found in QUESTIONS.values():
        assert found.roles <= {*ROLES, "system"}
