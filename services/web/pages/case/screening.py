"""Screening: the questions by group, and what came of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes.access import CASE_READERS, STAFF
from services.codes.facts import ASKED, FACTS, GROUPS, Fact
from services.kernel.envelope import moment
from services.kernel.questions import Body, Json
from services.screening.answers import FactValue, Label
from services.screening.doors import ASSESS, SCREENING
from services.screening.doors import COMPLETE as COMPLETE_SCREENING
from services.screening.schemas import CompleteScreening
from services.thai import dates
from services.web.pages.case import casefile
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form, Read
from services.web.pages.parts import days
from services.web.pages.parts.facts import fact_text, in_language
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import say

COMPLETE = CompleteScreening()
VERDICTS = ("met", "unknown", "not_met")

OF_PERSON = (
    "sex",
    "age",
    "nationality",
    "domicile",
)  # facts that come from the case's person unless told anew

UNKNOWN = "unknown"  # the answer "not known yet" of a radio button: a browser sends no empty one
ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, UNKNOWN: None}

blueprint = Blueprint("screening", __name__)


def is_list(fact: Fact) -> bool:
    """Asked for by a list to choose from: "not known" is one of its codes."""
    return UNKNOWN in (fact.options or ())


RADIOS = tuple(
    code for code in ASKED if FACTS[code].kind in ("flag", "code", "number") and not is_list(FACTS[code])
)
NONE_OF_THESE = tuple(code for code in ASKED if FACTS[code].none)


def _answer(fact: Fact, text: str) -> Json:
    """What a radio button says: unknown is None, and never "no"."""
    if text in ANSWERS:
        return ANSWERS[text]
    return int(text) if fact.kind == "number" and text.isascii() and text.isdigit() else text


READ: Mapping[str, Read] = {f"facts.{code}": partial(_answer, FACTS[code]) for code in RADIOS} | {
    "facts.birth_date": days.read_birth
}


@blueprint.get("/cases/<uuid:case_id>/screening")
@gate.roles(*CASE_READERS)
def result(case_id: UUID) -> Response:
    """Every law met, not met or still to ask, and the paths that follow."""
    values = _frame(str(case_id))
    labels = values["screening"]["labels"] if values["screening"] else []
    ask = list(dict.fromkeys(fact for label in labels for fact in label["ask"]))
    return frame.page(
        "screening/result.html", **values, groups=grouped(labels), ask=ask, fact_text=fact_text,
        in_language=in_language,
    )  # fmt: skip


def _frame(case_id: str) -> casefile.Frame:
    case = lookup.case(case_id)
    return casefile.frame(case, screening=doors.attempt(SCREENING.of(case_id=case_id)))


@blueprint.route("/cases/<uuid:case_id>/screening/fill", methods=["GET", "POST"])
@gate.roles(*STAFF)
def fill(case_id: UUID) -> Response:
    """The questions, beside them what these answers come to. `look` only shows that anew; it keeps nothing."""
    values = _frame(str(case_id))
    before = values["screening"]
    known = before["facts"] if before else {}
    if values["outdated"]:  # what was corrected counts, not what the last screening had of it
        known = {name: value for name, value in known.items() if name not in OF_PERSON}
    nationality = known.get("nationality", values["case"]["person"]["nationality"])
    form = Form(
        COMPLETE, {"facts": form_values(known | {"nationality": nationality})},
        fixed={"case_id": str(case_id)}, read=READ,
        version=before["version"] if before else None, draft=later("Screening"), case_id=str(case_id),
    )  # fmt: skip
    at = inputs.happened(form)
    form.load()
    facts = read_facts(form, known)
    form.body["facts"] = facts
    if form.sent and not form.value("look") and not form.errors:
        with form.catching():
            doors.tell(COMPLETE_SCREENING, form.body, at=at, if_match=form.version)
            return frame.done(_("The screening is saved."), ".result", case_id=case_id)
    live = outcome(form, str(case_id), facts, at)
    if not form.sent:
        form.errors.clear()  # a draft is shown as it was typed; it is judged when it is sent
    if form.value("look") and request.headers.get("HX-Request"):
        return frame.page("screening/live.html", live=live)
    return frame.page(
        "screening/fill.html", **values, form=form, groups=GROUPS, facts=FACTS, is_list=is_list,
        options=options, live=live,
        fact_text=fact_text, known=known,
    )  # fmt: skip


class Outcome(NamedTuple):
    """What answers come to: labels by verdict and the best path; `unread`: a field that cannot be read is left out."""

    groups: Mapping[str, Sequence[Label]]
    path: str
    unread: bool


def outcome(form: Form, case_id: str, facts: Body, at: str | None) -> Outcome | None:
    """None if it is not to be had now."""
    wrong = {name.split(".")[1] for name in form.errors if name.startswith("facts.")}
    readable = {name: value for name, value in facts.items() if name not in wrong}
    day = dates.bangkok_day(moment(at)).isoformat() if at else None
    with form.catching():
        found = doors.attempt(ASSESS.of(case_id=case_id, facts=readable, day=day))
        if found is not None:
            return Outcome(grouped(found["labels"]), found["paths"][0], bool(form.errors))
    return None


def grouped(labels: Sequence[Label]) -> dict[str, list[Label]]:
    return {verdict: [label for label in labels if label["verdict"] == verdict] for verdict in VERDICTS}


def form_values(facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """The facts as the form shows them: an empty list is the answer "none"."""
    values: dict[str, FactValue] = {name: UNKNOWN for name in RADIOS}
    values |= {name: value for name, value in facts.items() if name in ASKED}
    return values | {f"none_{name}": True for name in NONE_OF_THESE if values.get(name) == []}


def read_facts(form: Form, before: Mapping[str, FactValue]) -> dict[str, Any]:
    """The facts that were typed; an age or a domicile that an earlier screening knows and the form does not ask
    stays."""
    typed = form.body.get("facts")
    facts = dict(typed) if isinstance(typed, Mapping) else {}
    for name in NONE_OF_THESE:
        if form.value(f"facts.none_{name}") == "yes":
            facts.setdefault(name, [])
    kept = {name: before[name] for name in ("age", "domicile") if name in before}
    if "birth_date" in facts:
        kept.pop("age", None)
    return kept | facts


def options(fact: Fact) -> list[tuple[str, str]]:
    """[(code, label)] of a question."""
    if fact.kind == "flag" and fact.yes and fact.no:
        return [("yes", say(fact.yes)), ("no", say(fact.no))]
    return [(str(code), fact.options.word(code, current())) for code in fact.options or () if fact.options]
