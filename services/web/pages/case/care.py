"""The care plan of a case: goals area by area, the tasks on the way, and what the places that are wanted ask for."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes.access import CASE_READERS, STAFF
from services.codes.care import ACTION, TASK_DAYS
from services.kernel.errors import NotFound
from services.screening import schemas
from services.screening.answers import CareItem, CarePlan
from services.screening.doors import CARE_PLAN, CARE_PROGRESS, CARE_PROPOSALS, MOVE_TASK, SET_GOAL, SET_TASK
from services.web.pages.case import casefile, over
from services.web.pages.frame import doors, frame, gate, lookup, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.care import care_text, goes_on, proposal_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import words

blueprint = Blueprint("care", __name__)


@blueprint.get("/cases/<uuid:case_id>/care")
@gate.roles(*CASE_READERS)
def show(case_id: UUID) -> Response:
    """Each goal with its tasks; the tasks of no goal; what could be a task."""
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    plan = doors.ask(CARE_PLAN.of(**about))
    staff = visit.caller().role in STAFF and case["status"] != "closed"
    proposed = doors.attempt(CARE_PROPOSALS.of(**about)) if staff else None
    return frame.page(
        "care/show.html", **casefile.frame(case), care=plan, care_text=care_text, goes_on=goes_on,
        proposal_text=proposal_text,
        tasks_of=lambda goal_id: [each for each in plan["tasks"] if each["goal_id"] == goal_id],
        proposed=proposed["items"] if proposed else [], takes=Form(schemas.SetTask(), sent=False), may=staff,
    )  # fmt: skip


@blueprint.post("/cases/<uuid:case_id>/care/take")
@gate.roles(*STAFF)
def take(case_id: UUID) -> Response:
    """What a place asks for becomes a task, by one press."""
    due = (days.today() + timedelta(days=TASK_DAYS)).isoformat()
    form = Form(schemas.SetTask(), fixed={"case_id": str(case_id), "due": due})
    if form.load():
        with form.catching():
            doors.tell(SET_TASK, form.body)
            return frame.done(_("It is a task now."), ".show", case_id=case_id)
    return frame.done(form.refused or _("There is such a task already."), ".show", case_id=case_id)


@blueprint.route("/cases/<uuid:case_id>/care/goal", methods=["GET", "POST"])
@gate.roles(*STAFF)
def goal(case_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    if stopped := over.instead(case):
        return stopped
    form = Form(
        schemas.SetGoal(),
        fixed={"case_id": str(case_id)},
        draft=later("Set a goal"),
        case_id=str(case_id),
    )
    if form.sent and form.load():
        with form.catching():
            doors.tell(SET_GOAL, form.body)
            return frame.done(_("The goal is set."), ".show", case_id=case_id)
    return frame.page(
        "care/goal.html", form=form, case=case, areas=words("life_area"),
        colleagues=[*people.colleagues(case["centre"])],
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/care/task", methods=["GET", "POST"])
@gate.roles(*STAFF)
def task(case_id: UUID) -> Response:
    """Something to do, or a document to obtain."""
    case = lookup.case(str(case_id))
    if stopped := over.instead(case):
        return stopped
    plan = doors.ask(CARE_PLAN.of(case_id=str(case_id)))
    kind = "document" if request.form.get("code") else ACTION
    form = Form(
        schemas.SetTask(),
        {
            "goal_id": query.id("goal"),
            "due": days.typed(days.today() + timedelta(days=TASK_DAYS)),
        },
        fixed={"case_id": str(case_id), "kind": kind},
        draft=later("Add a task"),
        case_id=str(case_id),
    )
    if form.sent and form.load():
        with form.catching():
            doors.tell(SET_TASK, form.body)
            return frame.done(_("The task is added."), ".show", case_id=case_id)
    return frame.page(
        "care/task.html", form=form, case=case, areas=words("life_area"), documents=words("documents_held"),
        goals=[(each["item_id"], care_text(each)) for each in plan["goals"] if goes_on(each)],
        colleagues=[*people.colleagues(case["centre"])],
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/care/<uuid:item_id>", methods=["GET", "POST"])
@gate.roles(*STAFF)
def progress(case_id: UUID, item_id: UUID) -> Response:
    """How a goal or a task goes, with how it went until now."""
    case, item = lookup.case(str(case_id)), _item(case_id, item_id)
    if stopped := over.instead(case):
        return stopped
    form = Form(
        schemas.NoteProgress(), {"progress": "done"}, fixed={"case_id": str(case_id), "item_id": str(item_id)},
        draft=later("How it goes"), case_id=str(case_id),
    )  # fmt: skip
    if form.sent and form.load():
        with form.catching():
            doors.tell(CARE_PROGRESS, form.body)
            return frame.done(_("It is noted."), ".show", case_id=case_id)
    return frame.page(
        "care/progress.html", form=form, case=case, item=item, care_text=care_text,
        options=words("care_progress"), reasons=words("not_possible_reason"),
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/care/<uuid:item_id>/day", methods=["GET", "POST"])
@gate.roles(*STAFF)
def move(case_id: UUID, item_id: UUID) -> Response:
    case, item = lookup.case(str(case_id)), _item(case_id, item_id)
    if stopped := over.instead(case):
        return stopped
    form = Form(
        schemas.MoveTask(), {"due": days.typed(days.today() + timedelta(days=TASK_DAYS))},
        fixed={"case_id": str(case_id), "item_id": str(item_id)},
    )  # fmt: skip
    if form.sent and form.load():
        with form.catching():
            doors.tell(MOVE_TASK, form.body)
            return frame.done(_("It is due on another day now."), ".show", case_id=case_id)
    return frame.page("care/move.html", form=form, case=case, item=item, care_text=care_text)


def _item(case_id: UUID, item_id: UUID) -> CareItem:
    plan: CarePlan = doors.ask(CARE_PLAN.of(case_id=str(case_id)))
    for each in (*plan["goals"], *plan["tasks"]):
        if each["item_id"] == str(item_id):
            return each
    raise NotFound("care")
