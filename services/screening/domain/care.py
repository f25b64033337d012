"""The care plan of one case: what is to be true for the person in the end, by area, and the tasks on the way. Pure.

Goals begin with those of the working group's decision (planning). Words are sealed under the person's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict, assert_never, get_args

from services.codes.care import DONE, GOAL, GOING_ON, NOT_POSSIBLE, OPEN, TASK
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.events import CareEvent, CareGoalSet, CareProgressNoted, CareTaskMoved, CareTaskSet

THERE = "There is such a task already."


class Words(TypedDict):
    """In words: what, and who sees to it."""

    text: str | None
    owner: str | None


@dataclass(frozen=True)
class SetGoal:
    """`plan_id`: of the decision that set it. `case_closed`: as intake says."""

    goal_id: str
    case_id: str
    person_id: str
    area: str | None
    due: str | None
    words: Words
    plan_id: str | None = None
    case_closed: bool = False


@dataclass(frozen=True)
class SetTask:
    """`code`: which document or fact; `programme_id`: the place that asks for it."""

    task_id: str
    case_id: str
    person_id: str
    goal_id: str | None
    area: str | None
    kind: str
    code: str | None
    programme_id: str | None
    due: str | None
    words: Words
    case_closed: bool = False


@dataclass(frozen=True)
class MoveTask:
    """To another day, ISO."""

    item_id: str
    due: str
    case_closed: bool = False


@dataclass(frozen=True)
class NoteProgress:
    """`day`: on which it is so, ISO."""

    progress_id: str
    item_id: str
    progress: str
    reason: str | None
    note: str | None
    day: str
    case_closed: bool = False


Command = SetGoal | SetTask | MoveTask | NoteProgress


@dataclass(frozen=True)
class Item:
    """A goal or a task; `what`: (kind, code, place) of a task that stands for a document or a fact."""

    item: str
    person_id: str
    area: str | None
    due: str | None
    progress: str = OPEN
    what: tuple[str, str, str | None] | None = None
    last: str = ""


@dataclass(frozen=True)
class Care:
    case_id: str = ""
    items: Mapping[str, Item] = field(default_factory=dict)


def decide(command: Command, care: Care) -> list[CareEvent]:
    match command:
        case SetGoal() if command.goal_id in care.items:
            return []
        case SetTask() if command.task_id in care.items:
            return []
        case MoveTask(item_id, due):
            item = _known(care, item_id)
            return [] if item.due == due else _moved(command, care, item)
        case NoteProgress():
            item = _known(care, command.item_id)
            same = item.last == command.progress_id or (
                item.progress == command.progress and command.progress not in GOING_ON
            )
            return [] if same else [_noted(command, care, item)]
        case SetGoal(goal_id, case_id, person_id, area, due, words, plan_id):
            _open(command.case_closed)
            return [CareGoalSet(goal_id, case_id, person_id, area, due, plan_id, words)]
        case SetTask():
            return [_task(command, care)]
    assert_never(command)


def require_to_come(due: str | None, day: str, field: str = "due") -> None:
    """Nothing is to be done by a day that was over when it was said."""
    if due is not None and due < day:
        raise Invalid({field: [f"Must be {day} or later."]})


def _open(case_closed: bool) -> None:
    if case_closed:
        raise Refused("case_closed", "The case is closed.")


def _known(care: Care, item_id: str) -> Item:
    if item_id not in care.items:
        raise Invalid({"item_id": ["The care plan has no such goal or task."]})
    return care.items[item_id]


def _task(command: SetTask, care: Care) -> CareTaskSet:
    _open(command.case_closed)
    goal = care.items.get(command.goal_id or "")
    if command.goal_id and (goal is None or goal.item != GOAL):
        raise Invalid({"goal_id": ["The care plan has no such goal."]})
    what = (command.kind, command.code, command.programme_id) if command.code else None
    if what and any(each.what == what and each.progress in GOING_ON for each in care.items.values()):
        raise Invalid({"code": [THERE]})
    return CareTaskSet(
        command.task_id,
        command.case_id,
        command.person_id,
        command.goal_id,
        command.area or (goal.area if goal else None),
        command.kind,
        command.code,
        command.programme_id,
        command.due,
        command.words,
    )


def _moved(command: MoveTask, care: Care, item: Item) -> list[CareEvent]:
    _open(command.case_closed)
    if item.progress not in GOING_ON:
        raise Refused("wrong_state", "It is over; its day cannot be another any more.")
    return [CareTaskMoved(command.item_id, care.case_id, command.due)]


def _noted(command: NoteProgress, care: Care, item: Item) -> CareProgressNoted:
    _open(command.case_closed)
    if command.progress == NOT_POSSIBLE and command.reason is None:
        raise Invalid({"reason": ["Say why it is not possible."]})
    in_time = (item.due is None or command.day <= item.due) if command.progress == DONE else None
    return CareProgressNoted(
        command.progress_id,
        care.case_id,
        item.person_id,
        command.item_id,
        item.item,
        item.area,
        command.progress,
        command.reason if command.progress == NOT_POSSIBLE else None,
        in_time,
        command.note,
    )


def evolve(care: Care, event: CareEvent) -> Care:
    match event:
        case CareGoalSet():
            item = Item(GOAL, event.person_id, event.area, event.due)
            return Care(event.case_id, {**care.items, event.goal_id: item})
        case CareTaskSet():
            what = (event.kind, event.code, event.programme_id) if event.code else None
            item = Item(TASK, event.person_id, event.area, event.due, what=what)
            return Care(event.case_id, {**care.items, event.task_id: item})
        case CareTaskMoved():
            item = replace(care.items[event.item_id], due=event.due)
        case CareProgressNoted():
            item = replace(care.items[event.item_id], progress=event.progress, last=event.progress_id)
        case _:
            assert_never(event)
    return replace(care, items={**care.items, event.item_id: item})


CARE: Aggregate[Command, Care, CareEvent] = Aggregate(
    "care", Decider(decide, evolve, Care()), get_args(CareEvent), "case"
)
