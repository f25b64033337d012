"""The problem log: what partners' answers say against the registry, for the monthly meeting and for whoever decides."""

from collections.abc import Mapping
from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response

from services.codes import sentences
from services.codes.access import CASE_READERS, STAFF
from services.codes.problems import PROBLEM_STATUSES, REVIEWS, SIGNS, WINDOW_DAYS
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import CommandDoor
from services.partners import schemas
from services.partners.answers import Problem, ProblemDecided, Told
from services.partners.doors import ACCEPT_PROBLEM, DISMISS_PROBLEM, PROBLEMS
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import day, full_province, listed, word, words

SHOWN = 25
BY_REVIEWS = [reason for reason, sign in SIGNS.items() if sign.of == REVIEWS]
DECISIONS: Mapping[str, tuple[CommandDoor[ProblemDecided], str, str]] = {
    "accept": (ACCEPT_PROBLEM, later("Correct or confirm"), later("The registry says so now.")),
    "dismiss": (
        DISMISS_PROBLEM,
        later("Not a problem of the registry"),
        later("It is dismissed; the same answers will not come again."),
    ),
}

blueprint = Blueprint("problems", __name__)


class Said(TypedDict):
    """A problem in words: what the answers say, and what is proposed."""

    evidence: str
    before: str
    proposal: str


def in_words(problem: Problem) -> Said:
    after, before = problem["proposal"]["after"], problem["proposal"]["before"]
    counted = _("{declines} of the last {of} answers: {reason}")
    if problem["reason"] in BY_REVIEWS:
        counted = _("{declines} of the last {of} outcome reviews: {reason}")
    evidence = counted.format(
        declines=problem["declines"], of=problem["of"], reason=word("problem_reason", problem["reason"])
    )
    if problem["proposal"]["action"] == "confirm":
        asked = listed(word("registry_fact", name) for name in after["what"])
        return Said(evidence=evidence, before="", proposal=_("Ask anew, and confirm: {}").format(asked))
    return Said(evidence=evidence, before=_stated(before), proposal=_stated(after))


def _stated(part: Told) -> str:
    if "rules" in part:
        rules = sentences.rules_in_words(part["rules"], current())
        return " · ".join(rules) or _("It has no such condition.")
    return _("{free} of {total} places free").format(free=part["free"], total=part["total"])


@blueprint.get("/registry/problems")
@gate.roles(*CASE_READERS)
def listing() -> Response:
    """Of the partners that the user's centre keeps, by what became of them."""
    status, cursor = _status(), query.cursor()
    found = doors.ask(PROBLEMS.of(status=status, limit=SHOWN, cursor=cursor))
    people.look_up(each["decided_by"] for each in found["items"])
    kept = {"status": status} if status != "open" else {}
    return frame.page(
        "partners/problems.html", items=[(each, in_words(each)) for each in found["items"]], chosen=status,
        tabs=[(visit.link(".listing", status=code), text, code == status) for code, text in words("problem_status")],
        may_decide=visit.caller().role in STAFF, window=WINDOW_DAYS, file=visit.link(".listing_csv", status=status),
        following=visit.link(".listing", **kept, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing", **kept) if cursor else None,
    )  # fmt: skip


def _status() -> str:
    return query.code("status", PROBLEM_STATUSES, "open")


@blueprint.get("/registry/problems.csv")
@gate.roles(*CASE_READERS)
def listing_csv() -> Response:
    columns = [
        _("Partner"), _("Name of the programme"), _("Phone"), _("Why"), _("Answers that say so"), _("Of so many"),
        _("Since"), _("As it stands"), _("Proposed"), _("Status"), _("By"), _("When"), _("Reason"),
    ]  # fmt: skip
    status, rows = _status(), []
    for answer in files.every(
        lambda cursor: PROBLEMS.of(status=status, cursor=cursor, limit=LIMIT_MOST),
        lambda answer: answer["next"],
    ):
        rows += answer["items"]
    people.look_up(row["decided_by"] for row in rows)
    lines = [
        [
            row["partner"], row["programme"], row["phone"] or "", word("problem_reason", row["reason"]),
            row["declines"], row["of"], day(row["since"]), said["before"], said["proposal"],
            word("problem_status", row["status"]), people.who(row["decided_by"]),
            day(row["decided_at"]) if row["decided_at"] else "", row["decision"] or "",
        ]
        for row in rows
        for said in (in_words(row),)
    ]  # fmt: skip
    name = files.name("problems", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("problems", _("Problem log"), columns, lines), name)


def _open_problem(problem_id: str) -> Problem:
    """NotFound of one that is decided already, or that another centre decides."""
    for each in doors.ask(PROBLEMS.of(problem_id=problem_id))["items"]:
        return each
    raise NotFound("problem")


@blueprint.route(
    "/registry/problems/<uuid:problem_id>/<any(accept,dismiss):decision>", methods=["GET", "POST"]
)
@gate.roles(*STAFF)
def decide(problem_id: UUID, decision: str) -> Response:
    problem = _open_problem(str(problem_id))
    door, title, said = DECISIONS[decision]
    fixed = {"problem_id": str(problem_id)}
    form = Form(
        schemas.DecideProblem(),
        fixed=fixed,
        version=problem["version"],
        draft=title,
        where=problem["partner"],
    )
    if form.sent and form.load():
        with form.catching():
            doors.tell(door, form.body, if_match=form.version)
            return frame.done(_(said), ".listing")
    return frame.page(
        "partners/decide_problem.html", form=form, problem=problem, said=in_words(problem), decision=decision,
        title=_(title), keeper=full_province(problem["keeper"]),
    )  # fmt: skip
