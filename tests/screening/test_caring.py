"""A care plan through the doors of screening."""

import pytest
from sqlalchemy import select

from services.intake.service import IntakeService
from services.kernel import access, tables
from services.kernel.errors import Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from services.screening.service import ScreeningService
from tests.screening.test_service import CASE, FACTS, MEMBERS, MORNING

PARTNER = {"name": "บ้านพักอุ่นใจ", "kind": "foundation", "under_ministry": False, "province": "60"}
PROGRAMME = {
    "name": "ที่พักระยะยาว", "path": "local_home", "capacity": {"total": 10, "free": 4},
    "rules": {"documents": ["id_card", "medical_certificate"], "care_level_max": 2},
}  # fmt: skip
GOAL = {"area": "housing", "text": "มีที่อยู่มั่นคง", "owner": "นางสาวแก้ว", "due": "2026-06-30"}


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService, PartnersService], SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return screened(net)


def screened(net):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    net.call("screening", "complete", {"case_id": case_id, "facts": {**FACTS, "documents_held": ["id_card"]}})
    net.settle()
    return case_id


def tell(net, door, case_id, **body):
    return net.call("screening", door, {"case_id": case_id, **body})


def plan_of(net, case_id, **who):
    return net.call("screening", "care_plan", {"case_id": case_id}, **who)


def agree(net, case_id, goals=("มีรายได้",), programme_id=None):
    body = {"members": MEMBERS, "path": "local_home", "why": "ใกล้บ้าน", "goals": [*goals]}
    return tell(net, "agree_plan", case_id, **body, programme_id=programme_id)


def test_the_goals_of_a_decision_are_the_first_of_the_care_plan(net, case_id):
    assert plan_of(net, case_id)["goals"] == []
    plan = agree(net, case_id, ["มีรายได้", "ได้รักษาฟัน"])
    goals = plan_of(net, case_id)["goals"]
    assert [(each["text"], each["plan_id"], each["progress"]) for each in goals] == [
        ("มีรายได้", plan["plan_id"], "open"), ("ได้รักษาฟัน", plan["plan_id"], "open"),
    ]  # fmt: skip


def test_nothing_is_to_be_done_by_a_day_that_is_over(net, case_id):
    over, today = {"due": "2026-03-01"}, "2026-03-02"
    goal = tell(net, "set_goal", case_id, **{**GOAL, "due": today})["goal_id"]
    for door, body in (
        ("set_goal", {**GOAL, **over}),
        ("set_task", {"text": "พาไปดูบ้าน", **over}),
        ("move_task", {"item_id": goal, **over}),
    ):
        with pytest.raises(Invalid) as refused:
            tell(net, door, case_id, **body)
        assert refused.value.errors == {"due": [f"Must be {today} or later."]}
    assert [each["due"] for each in plan_of(net, case_id)["goals"]] == [today]


def test_tasks_go_on_and_are_done_in_time_or_not(net, case_id):
    goal = tell(net, "set_goal", case_id, **GOAL)["goal_id"]
    task = tell(net, "set_task", case_id, goal_id=goal, text="พาไปดูบ้าน", owner="นายดี", due="2026-03-02")
    net.clock.advance(days=1)
    [set_] = plan_of(net, case_id)["tasks"]
    assert (set_["area"], set_["late"], set_["text"]) == ("housing", True, "พาไปดูบ้าน")
    tell(net, "care_progress", case_id, item_id=task["task_id"], progress="started", note="นัดแล้ว")
    tell(net, "move_task", case_id, item_id=task["task_id"], due="2026-03-31")
    tell(net, "care_progress", case_id, item_id=task["task_id"], progress="done")
    plan = plan_of(net, case_id)
    [done] = plan["tasks"]
    assert (done["progress"], done["due"], done["late"]) == ("done", "2026-03-31", False)
    assert [(each["progress"], each["note"]) for each in done["history"]] == [
        ("started", "นัดแล้ว"),
        ("done", None),
    ]
    assert (plan["open"], plan["version"]) == (1, 5)
    with pytest.raises(Invalid) as nothing:
        tell(net, "set_task", case_id)
    assert [*nothing.value.errors] == ["text"]
    with pytest.raises(Invalid) as number:
        tell(net, "set_task", case_id, kind="document", code="บัตร 1234567890123")
    assert [*number.value.errors] == ["code"]


def test_what_a_wanted_place_asks_for_is_proposed_until_it_is_a_task(net, case_id):
    partner = net.call("partners", "register_partner", PARTNER)["partner_id"]
    programme = net.call("partners", "offer_programme", {"partner_id": partner, **PROGRAMME})["programme_id"]
    net.settle()
    agree(net, case_id, programme_id=programme)

    def proposed():
        items = net.call("screening", "care_proposals", {"case_id": case_id})["items"]
        return [(each["kind"], each["code"], each["programme_id"]) for each in items]

    paper, fact = ("document", "medical_certificate", programme), ("fact", "care_level", programme)
    assert proposed() == [paper, fact]
    tell(net, "set_task", case_id, kind="document", code="medical_certificate", programme_id=programme)
    assert proposed() == [fact]


def test_it_ends_with_the_case_and_goes_on_if_that_is_opened_again(net, case_id):
    goal = tell(net, "set_goal", case_id, **GOAL)["goal_id"]
    net.call("intake", "close_case", {"case_id": case_id, "reason": "left"})
    net.settle()
    plan = plan_of(net, case_id)
    assert (plan["closed"], plan["open"], plan["goals"][0]["progress"]) == (True, 1, "open")
    with pytest.raises(Refused, match="case_closed"):
        tell(net, "care_progress", case_id, item_id=goal, progress="done")
    net.call("intake", "reopen_case", {"case_id": case_id, "reason": "came_back"})
    tell(net, "care_progress", case_id, item_id=goal, progress="done")
    assert plan_of(net, case_id)["open"] == 0


def test_what_is_due_stands_in_the_days_work_of_the_centre(net, case_id):
    task = tell(net, "set_task", case_id, text="พาไปทำบัตร", due="2026-03-03")["task_id"]
    net.settle()

    def row():
        [item] = net.call("intake", "work", {"case_id": case_id})["items"]
        return ("task_due" in item["flags"], item["tasks_due"])

    assert row() == (False, "2026-03-03")
    net.clock.advance(days=1)
    assert row() == (True, "2026-03-03")
    tell(net, "move_task", case_id, item_id=task, due="2026-03-09")
    net.settle()
    assert row() == (False, "2026-03-09")
    tell(net, "care_progress", case_id, item_id=task, progress="not_possible", reason="no_right")
    net.settle()
    assert row() == (False, None)


def test_whoever_is_not_placed_half_a_year_after_a_screening_is_to_be_screened_again(net, case_id):
    def row():
        net.settle()
        [item] = net.call("intake", "work", {"case_id": case_id})["items"]
        return ("reassess" in item["flags"], item["reassess"])

    assert row() == (False, "2026-08-31")  # 29 August is a Saturday
    net.clock.advance(days=181)
    assert row() == (False, "2026-08-31")
    net.clock.advance(days=1)
    assert row() == (True, "2026-08-31")
    net.call("screening", "complete", {"case_id": case_id, "facts": {"housing": "street"}})
    assert row()[0] is False


def test_words_go_with_the_person_and_codes_stay(net, case_id):
    tell(net, "set_goal", case_id, **GOAL)
    task = tell(net, "set_task", case_id, kind="document", code="id_card", text="ไปกับพี่สาว")["task_id"]
    tell(net, "care_progress", case_id, item_id=task, progress="started", note="โทรหาพี่สาว")
    with net.runtimes["screening"].database.read() as db:
        log = str([tuple(row) for row in db.execute(select(tables.event))])
    assert "พี่สาว" not in log and "มั่นคง" not in log and "แก้ว" not in log
    director = {"role": "director"}
    net.call(
        "intake", "request_erasure", {"case_id": case_id, "reason": "ordered"}, user="director-60", **director
    )
    net.call("intake", "confirm_erasure", {"case_id": case_id}, user="deputy-60", **director)
    net.settle()
    plan = plan_of(net, case_id)
    assert [(each["area"], each["due"], each["text"], each["owner"]) for each in plan["goals"]] == [
        ("housing", "2026-06-30", None, None)
    ]
    [paper] = plan["tasks"]
    assert (paper["kind"], paper["code"], paper["text"], paper["history"][0]["note"]) == (
        "document", "id_card", None, None,
    )  # fmt: skip


def test_who_reads_it_is_noted_and_another_centre_finds_nothing(net, case_id):
    tell(net, "set_goal", case_id, **GOAL)
    plan_of(net, case_id)
    with net.runtimes["screening"].database.read() as db:
        read = [*db.execute(access.access_record.select()).mappings()]
    assert read and {row["who"] for row in read} == {"worker-60"}
    with pytest.raises(NotFound):
        plan_of(net, case_id, user="worker-61", centres=("61",))


def test_a_goal_of_an_earlier_decision_stands_and_says_which_later_one_took_its_place(net, case_id):
    first = agree(net, case_id, ["มีรายได้"])
    own = tell(net, "set_goal", case_id, **GOAL)["goal_id"]
    net.clock.advance(days=1)
    second = agree(net, case_id, ["ได้ทำงาน"])
    net.clock.advance(days=1)
    third = agree(net, case_id, [])
    goals = {each["item_id"]: each for each in plan_of(net, case_id)["goals"]}
    later = {each["plan_id"]: each["replaced_by"] for each in goals.values()}
    assert later[first["plan_id"]]["plan_id"] == second["plan_id"]
    assert later[second["plan_id"]]["plan_id"] == third["plan_id"]
    assert goals[own]["replaced_by"] is None and goals[own]["plan_id"] is None
    assert {each["progress"] for each in goals.values()} == {"open"}
