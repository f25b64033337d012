"""What a care plan takes, without any door."""

import pytest

from services.kernel.errors import Invalid
from services.screening.domain.care import CARE, MoveTask, NoteProgress, SetGoal, SetTask
from services.screening.events import CareGoalSet, CareProgressNoted, CareTaskMoved, CareTaskSet
from tests.spec import Spec

care = Spec(CARE)
CASE, PERSON = "case-1", "person-1"
WORDS = {"text": "มีรายได้", "owner": None}
GOAL = CareGoalSet("g-1", CASE, PERSON, "income", "2026-06-30", "plan-1", "sealed")
TASK = CareTaskSet("t-1", CASE, PERSON, "g-1", "income", "action", None, None, "2026-03-31", "sealed")
PAPER = CareTaskSet("t-2", CASE, PERSON, None, "rights", "document", "id_card", "p-1", None, "sealed")


def task(task_id="t-9", goal_id=None, area=None, kind="action", code=None, programme_id=None, closed=False):
    return SetTask(
        task_id, CASE, PERSON, goal_id, area, kind, code, programme_id, "2026-03-31", WORDS, closed
    )


def noting(progress, item_id="t-1", reason=None, day="2026-03-31", progress_id="n-1", closed=False):
    return NoteProgress(progress_id, item_id, progress, reason, None, day, closed)


def noted(progress, reason=None, in_time=None, progress_id="n-1"):
    return CareProgressNoted(
        progress_id, CASE, PERSON, "t-1", "task", "income", progress, reason, in_time, None
    )


def refused(command, *past):
    with pytest.raises(Invalid) as error:
        CARE.decider.decide(command, CARE.decider.fold(past))
    return [*error.value.errors]


def test_a_goal_of_the_decision_is_set_once():
    goal = SetGoal("g-1", CASE, PERSON, "income", "2026-06-30", WORDS, "plan-1")
    care.given().when(goal).then(CareGoalSet("g-1", CASE, PERSON, "income", "2026-06-30", "plan-1", WORDS))
    care.given(GOAL).when(goal).then()


def test_a_task_is_of_its_goals_area_unless_it_has_its_own():
    set_ = CareTaskSet("t-9", CASE, PERSON, "g-1", "income", "action", None, None, "2026-03-31", WORDS)
    care.given(GOAL).when(task(goal_id="g-1")).then(set_)
    assert refused(task(goal_id="t-1"), GOAL, TASK) == ["goal_id"]
    assert refused(task(goal_id="g-2"), GOAL) == ["goal_id"]


def test_one_paper_for_one_place_is_one_task_until_it_is_over():
    again = task(kind="document", code="id_card", programme_id="p-1")
    assert refused(again, PAPER) == ["code"]
    over = CareProgressNoted("n-1", CASE, PERSON, "t-2", "task", "rights", "done", None, True, None)
    set_ = CareTaskSet("t-9", CASE, PERSON, None, None, "document", "id_card", "p-1", "2026-03-31", WORDS)
    care.given(PAPER, over).when(again).then(set_)


def test_done_by_its_day_is_done_in_time():
    care.given(GOAL, TASK).when(noting("done")).then(noted("done", in_time=True))
    care.given(GOAL, TASK).when(noting("done", day="2026-04-01")).then(noted("done", in_time=False))
    moved = CareTaskMoved("t-1", CASE, "2026-04-01")
    care.given(GOAL, TASK, moved).when(noting("done", day="2026-04-01")).then(noted("done", in_time=True))
    care.given(GOAL, TASK, noted("done")).when(noting("done", progress_id="n-2")).then()


def test_what_is_not_possible_says_why():
    assert refused(noting("not_possible"), GOAL, TASK) == ["reason"]
    care.given(GOAL, TASK).when(noting("not_possible", reason="no_right")).then(
        noted("not_possible", "no_right")
    )


def test_what_is_over_may_go_on_again_and_meanwhile_its_day_stays():
    move = MoveTask("t-1", "2026-05-31")
    care.given(GOAL, TASK, noted("done")).when(move).refused("wrong_state")
    again = noting("started", progress_id="n-2")
    care.given(GOAL, TASK, noted("done")).when(again).then(noted("started", progress_id="n-2"))
    care.given(GOAL, TASK).when(move).then(CareTaskMoved("t-1", CASE, "2026-05-31"))
    care.given(GOAL, TASK).when(MoveTask("t-1", "2026-03-31")).then()


def test_nothing_goes_on_while_the_case_is_closed():
    care.given(GOAL, TASK).when(task(closed=True)).refused("case_closed")
    care.given(GOAL, TASK).when(noting("done", closed=True)).refused("case_closed")
    assert refused(noting("done")) == ["item_id"]
