"""The doors of a case's care plan: goals and tasks, how they go, and what the places that are wanted ask for."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar

from sqlalchemy import RowMapping

from services.codes.access import CASE_READERS, STAFF
from services.codes.care import ACTION, GOAL, GOING_ON, TASK
from services.codes.decisions import FIT_SECONDS
from services.kernel.doors import Call, command, query
from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Body
from services.screening import answers, bodies, reading, schemas
from services.screening.domain.care import (
    CARE,
    Command,
    MoveTask,
    NoteProgress,
    SetGoal,
    SetTask,
    Words,
    require_to_come,
)
from services.screening.projections import care, plans, upstream
from services.thai import dates
from services.thai.order import require_order

T = TypeVar("T")


class Reason(TypedDict):
    """The part of a place's reasons that is read; `wants` and `found` of the rule about documents."""

    rule: str
    verdict: str
    wants: list[str]
    fact: str | None
    found: list[str] | None


class Place(TypedDict):
    """The part of a candidate of partners' matching that is read."""

    programme_id: str
    programme: str
    partner: str
    reasons: list[Reason]
    settles: list[str]


ASKED_OF = 3  # so many places, the best first, are asked what they ask for where no plan names any
DOCUMENTS, HELD = "documents", "documents_held"  # the rule, and the fact that it looks at


class Caring(reading.Reading):
    @command("care.change", roles=STAFF, schema=schemas.SetGoal())
    def set_goal(self, call: Call, body: bodies.SetGoal) -> Outcome[answers.NewGoal]:
        case, goal_id = self._case(call, body["case_id"], unless_closed=True), call.new_id("goal")
        words: Words = {"text": body["text"], "owner": body["owner"]}
        goal = SetGoal(
            goal_id,
            case["case_id"],
            case["person_id"],
            body["area"],
            body["due"],
            words,
            None,
            case["closed"],
        )
        self.runtime.ensure_key(call, case["person_id"])
        return self._care(call, case, goal, lambda version: {"goal_id": goal_id, "version": version})

    @command("care.change", roles=STAFF, schema=schemas.SetTask())
    def set_task(self, call: Call, body: bodies.SetTask) -> Outcome[answers.NewTask]:
        case, task_id = self._case(call, body["case_id"], unless_closed=True), call.new_id("task")
        words: Words = {"text": body["text"], "owner": body["owner"]}
        task = SetTask(
            task_id=task_id,
            case_id=case["case_id"],
            person_id=case["person_id"],
            goal_id=body["goal_id"],
            area=body["area"],
            kind=body["kind"] or ACTION,
            code=body["code"],
            programme_id=body["programme_id"],
            due=body["due"],
            words=words,
            case_closed=case["closed"],
        )
        self.runtime.ensure_key(call, case["person_id"])
        return self._care(call, case, task, lambda version: {"task_id": task_id, "version": version})

    @command("care.change", roles=STAFF, schema=schemas.MoveTask())
    def move_task(self, call: Call, body: bodies.MoveTask) -> Outcome[answers.CareVersion]:
        case = self._case(call, body["case_id"], unless_closed=True)
        move = MoveTask(body["item_id"], body["due"], case["closed"])
        return self._care(call, case, move, lambda version: {"version": version})

    @command("care.change", roles=STAFF, schema=schemas.NoteProgress())
    def care_progress(self, call: Call, body: bodies.NoteProgress) -> Outcome[answers.CareVersion]:
        case = self._case(call, body["case_id"], unless_closed=True)
        day = dates.bangkok_day(call.at).isoformat()
        noted = NoteProgress(
            call.new_id("progress"), body["item_id"], body["progress"], body["reason"], body["note"], day,
            case["closed"],
        )  # fmt: skip
        if body["note"]:
            self.runtime.ensure_key(call, case["person_id"])
        return self._care(call, case, noted, lambda version: {"version": version})

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def care_plan(self, call: Call, body: bodies.OfCase) -> answers.CarePlan:
        """What ended with a case stays as it was, and goes on if the case is opened again."""
        case = self._case(call, body["case_id"])
        case_id = case["case_id"]
        rows, erased, replacing = self.runtime.read(
            lambda db: (
                care.list_items(db, case_id),
                upstream.is_erased(db, case_id),
                plans.list_replaced(db, case_id),
            )
        )
        if rows and not erased:
            self.runtime.note_access(call.caller.user, "care_plan", [(f"case/{case_id}", case["person_id"])])
        today = dates.bangkok_day(call.now).isoformat()
        items = [self._care_item(row, erased, today, replacing.get(row["plan_id"])) for row in rows]
        return {
            "case_id": case_id,
            "closed": case["closed"],
            "goals": [each for each, row in zip(items, rows, strict=True) if row["item"] == GOAL],
            "tasks": [each for each, row in zip(items, rows, strict=True) if row["item"] == TASK],
            "open": sum(row["progress"] in GOING_ON for row in rows),
            "version": max((row["version"] for row in rows), default=0),
        }

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def care_proposals(self, call: Call, body: bodies.OfCase) -> answers.CareProposals:
        """What the places that the plan names ask for, or else the best that are not ruled out: papers that the person
        does not hold, and facts that nobody knows; but what is a task already."""
        case = self._case(call, body["case_id"])
        case_id = case["case_id"]
        found, rows, over = self.runtime.read(
            lambda db: (
                plans.get(db, case_id),
                care.list_items(db, case_id),
                case["closed"] or upstream.is_erased(db, case_id) or upstream.has_died(db, case_id),
            )
        )
        if over:
            return {"items": []}
        named = found[0]["programme_ids"] if found else []
        there = {(row["kind"], row["code"]) for row in rows if row["code"]}
        proposed: dict[tuple[str, str], answers.CareProposal] = {}
        for place in self._places(call, case_id, named):
            for kind, code in _wants(place):
                if (kind, code) not in there:
                    proposed.setdefault(
                        (kind, code),
                        {
                            "kind": kind,
                            "code": code,
                            "programme_id": place["programme_id"],
                            "programme": place["programme"],
                            "partner": place["partner"],
                        },
                    )
        return {"items": [*proposed.values()]}

    def _places(self, call: Call, case_id: str, named: Sequence[str]) -> Sequence[Place]:
        """As partners' matching has them; none while it cannot be asked."""
        about: Body = {"programme_ids": [*named]} if named else {"limit": ASKED_OF}
        body: Body = {"case_id": case_id, "wait": FIT_SECONDS / 2, **about}
        try:
            matched = self.runtime.ask("partners", "matches", call, body, FIT_SECONDS)
        except (Unavailable, NotFound, Forbidden, Invalid):
            return ()
        candidates: Sequence[Place] = matched["candidates"]
        return candidates

    def _care(self, call: Call, case: RowMapping, change: Command, answer: Callable[[int], T]) -> Outcome[T]:
        case_id = case["case_id"]
        set_before = self._set_before(change)

        def work(unit: Unit) -> T:
            if unit.handle(CARE, case_id, change, call.if_match):
                reading.require_kept(unit.db, case_id)
                if not isinstance(change, NoteProgress):
                    require_to_come(change.due, dates.bangkok_day(call.at).isoformat())
                require_order(call.at, {**self._opened(case_id), **set_before})
            return answer(unit.version(CARE, case_id))

        return self.runtime.execute(call.envelope(case["centre"]), work)

    def _set_before(self, change: Command) -> dict[str, str | None]:
        """What a change of a goal or a task follows."""
        if not isinstance(change, MoveTask | NoteProgress):
            return {}
        return {"it was set": self.runtime.read(lambda db: care.get_set_at(db, change.item_id))}

    def _care_item(
        self, row: RowMapping, erased: bool, today: str, replacing: answers.Replacing | None
    ) -> answers.CareItem:
        words = None if erased else self._unsealed(row["person_id"], "words", row["words"])
        return {
            "item_id": row["item_id"],
            "goal_id": row["goal_id"],
            "plan_id": row["plan_id"],
            "area": row["area"],
            "kind": row["kind"],
            "code": row["code"],
            "programme_id": row["programme_id"],
            "text": words["text"] if words else None,
            "owner": words["owner"] if words else None,
            "due": row["due"],
            "late": row["progress"] in GOING_ON and row["due"] is not None and row["due"] < today,
            "progress": row["progress"],
            "reason": row["reason"],
            "set_at": row["set_at"],
            "set_by": row["set_by"],
            "replaced_by": replacing,
            "history": [
                {
                    "at": str(said["at"]),
                    "by": str(said["by"]),
                    "progress": str(said["progress"]),
                    "reason": said["reason"],
                    "note": None if erased else self._unsealed(row["person_id"], "note", said["note"]),
                }
                for said in care.history(row)
            ],
        }

    def _unsealed(self, person_id: str, field: str, sealed: str | None) -> Any:
        """None: there is nothing, or the person was erased."""
        return (self.runtime.vault.unseal(person_id, field, sealed) or None) if sealed else None


def _wants(place: Place) -> list[tuple[str, str]]:
    """(kind of task, code) of what a place asks for and is not there; nothing of one that other things rule out."""
    lacks = [reason for reason in place["reasons"] if reason["verdict"] != "met"]
    if any(reason["verdict"] == "not_met" and reason["rule"] != DOCUMENTS for reason in lacks):
        return []
    papers: list[str] = []
    facts: list[str] = []
    for reason in lacks:
        if reason["rule"] == DOCUMENTS:
            held = reason["found"] or []
            papers += [each for each in reason["wants"] if each not in held]
        elif reason["fact"]:
            facts.append(reason["fact"])
    facts += [fact for fact in place["settles"] if fact not in (*facts, HELD)]
    return [*(("document", each) for each in papers), *(("fact", each) for each in facts)]
