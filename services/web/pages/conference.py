"""The working group: facts and options for the projector, the decision with every vote, and recording it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes import PATHS
from services.screening.schemas import AgreePlan
from services.web.pages import casefile, shell
from services.web.pages.language import _, later
from services.web.pages.menu import READERS
from services.web.pages.words import word

AGREE = AgreePlan()
ROWS, MORE_ROWS, MOST_ROWS = 5, 3, 50
OPTIONS_SHOWN = 5
CANDIDATES = 200
ROLES = (
    ("chair", later("Chair")),
    ("secretary", later("Secretary")),
    ("member", later("Member")),
    ("specialist", later("Specialist")),
)
VOTES = (("agree", later("Agrees")), ("dissent", later("Dissents")), ("abstain", later("Abstains")))
OTHER_PATH = later("This place is for another path than the one chosen: choose its path, or another place.")

blueprint = Blueprint("conference", __name__)


def _questions(case_id: str) -> dict[str, shell.Question]:
    about = {"case_id": case_id}
    return {
        "screening": ("screening", "screening", about),
        "plan": ("screening", "plan", about),
        "matches": ("partners", "matches", {**about, "limit": CANDIDATES}),
        "quorum": ("screening", "quorum", about),
    }


@blueprint.get("/cases/<uuid:case_id>/plan")
@shell.roles(*READERS)
def plan(case_id: UUID) -> Response:
    values = casefile.frame(str(case_id), _questions(str(case_id)))
    candidates = (values["matches"] or {"candidates": []})["candidates"]
    agreed = values["plan"]
    return shell.page(
        "conference/plan.html", **values, options=candidates[:OPTIONS_SHOWN], chosen=_chosen(agreed, candidates),
        fact_text=casefile.fact_text, in_language=casefile.in_language, roles=dict(ROLES), votes=dict(VOTES),
    )  # fmt: skip


def _chosen(agreed: Mapping[str, Any] | None, candidates: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The place that the plan names, as matching knows it."""
    wanted = agreed["programme_id"] if agreed else None
    return next((each for each in candidates if each["programme_id"] == wanted), None) if wanted else None


@blueprint.route("/cases/<uuid:case_id>/plan/record", methods=["GET", "POST"])
@shell.roles(*casefile.STAFF)
def record(case_id: UUID) -> Response:
    """The decision. `more` adds rows for members and keeps what was typed; `?programme_id=` is the place chosen before."""
    values = casefile.frame(str(case_id), _questions(str(case_id)))
    candidates = (values["matches"] or {"candidates": []})["candidates"]
    fitting = [each for each in candidates if each["verdict"] != "ineligible"]
    wished = next(
        (each for each in candidates if each["programme_id"] == request.args.get("programme_id")), None
    )
    if wished and wished not in fitting[: CANDIDATES // 4]:
        fitting = [wished, *fitting]
    before, screening = values["plan"], values["screening"]
    paths = screening["paths"] if screening else []
    first = {"path": wished["path"] if wished else (paths or [None])[0]}
    form = shell.Form(
        AGREE, first | ({"programme_id": wished["programme_id"]} if wished else {}), fixed={"case_id": str(case_id)},
        read={"goals": lambda text: [line.strip() for line in text.split("\n") if line.strip()]},
        version=before["version"] if before else None, draft=later("Record the decision"), case_id=str(case_id),
    )  # fmt: skip
    rows = _rows(form)
    if form.sent and not form.value("more"):
        at = casefile.happened(form)
        form.load()
        if not form.body.get("members"):
            form.errors["members"] = [_("Fill in who voted, and how.")]
        path_of = {each["programme_id"]: each["path"] for each in candidates}
        if path_of.get(form.value("programme_id"), form.value("path")) != form.value("path"):
            form.add({"programme_id": [OTHER_PATH]})
        if not form.errors:
            with form.catching():
                told = shell.tell("screening", "agree_plan", form.body, at=at, if_match=form.version)
                said = [_("The plan is recorded.")]
                said += (
                    [_("Two members have the same name: look at the list again.")] if told["warnings"] else []
                )
                return shell.done(" ".join(said), ".plan", case_id=case_id)
    ordered = [*paths, *(path for path in PATHS if path not in paths)]
    places = [(each["programme_id"], _place(each)) for each in fitting[: CANDIDATES // 4]]
    return shell.page(
        "conference/record.html", **values, form=form, rows=rows, roles=_said(ROLES), votes=_said(VOTES),
        paths=[(path, word("path", path)) for path in ordered], places=places,
    )  # fmt: skip


def _place(candidate: Mapping[str, Any]) -> str:
    free = _("%(n)s free") % {"n": candidate["places_free"]}
    return f"{word('path', candidate['path'])}: {candidate['programme']} · {candidate['partner']} ({free})"


def _rows(form: shell.Form) -> int:
    """How many members the form has room for."""
    told = form.value("rows")
    rows = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else ROWS
    return min(max(rows, ROWS) + (MORE_ROWS if form.sent and form.value("more") else 0), MOST_ROWS)


def _said(options: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in options]
