"""Screening: the questions by group, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes import PATHS, ages
from services.codes.access import CASE_READERS, STAFF
from services.codes.facts import FACTS, Fact
from services.codes.questions import ASKED, Group
from services.kernel.envelope import moment
from services.kernel.questions import Body, Json
from services.screening.answers import (
    Assessment,
    FactValue,
    Label,
    NextQuestion,
    Screening,
    WouldFind,
)
from services.screening.doors import ASSESS, NEXT_QUESTION, NOTE_ANSWERS, SCREENING, SCREENINGS
from services.screening.doors import COMPLETE as COMPLETE_SCREENING
from services.screening.schemas import CompleteScreening
from services.thai import dates
from services.web.gateway import questionnaire
from services.web.gateway.questionnaire import Questionnaire
from services.web.pages.case import assessors, casefile, over, question_groups
from services.web.pages.frame import doors, frame, gate, inputs, lookup, papers, query
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

NOT_TOLD: Final = "asked_declined"
SETTLED = "settled"
UNKNOWN = "unknown"  # the answer "not known yet" of a radio button: a browser sends no empty one
ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, UNKNOWN: None}

blueprint = Blueprint("screening", __name__)


def is_list(fact: Fact) -> bool:
    """Asked for by a list to choose from."""
    return fact.kind == "range" or UNKNOWN in (fact.options or ())


RADIOS = tuple(
    code for code in ASKED if FACTS[code].kind in ("flag", "code", "number") and not is_list(FACTS[code])
)
NONE_OF_THESE = tuple(code for code in ASKED if FACTS[code].none)
NOT_BOTH = later("The answer that there is none goes with no other: take away that one or the others.")


def _answer(fact: Fact, text: str) -> Json:
    """What a radio button says: unknown is None, and never "no"."""
    if text in ANSWERS:
        return ANSWERS[text]
    return int(text) if fact.kind == "number" and text.isascii() and text.isdigit() else text


READ: Mapping[str, Read] = {f"facts.{code}": partial(_answer, FACTS[code]) for code in RADIOS} | {
    "facts.birth_date": days.birth_reader("facts.birth_date"),
    "facts.age": ages.by_looks,
}


@blueprint.get("/cases/<uuid:case_id>/screening")
@gate.roles(*CASE_READERS)
def result(case_id: UUID) -> Response:
    """Every law met, not met or still to ask, and the paths that follow."""
    values = _frame(str(case_id))
    labels = values["screening"]["labels"] if values["screening"] else []
    return frame.page(
        "screening/result.html", **values, groups=grouped(labels), fact_text=fact_text, in_language=in_language,
        following=doors.attempt(NEXT_QUESTION.of(case_id=str(case_id))), answer_text=question_groups.answer_text,
        authors=assessors.authors(values["screening"]),
    )  # fmt: skip


@blueprint.get("/cases/<uuid:case_id>/screening/earlier")
@gate.roles(*CASE_READERS)
def earlier(case_id: UUID) -> Response:
    """Every screening, the latest first, with what had changed since the one before."""
    found = doors.ask(SCREENINGS.of(case_id=str(case_id)))
    return frame.page(
        "screening/earlier.html", **_frame(str(case_id)), items=found["items"], fact_text=fact_text,
        authors={each["version"]: assessors.authors(each) for each in found["items"]},
    )  # fmt: skip


def _frame(case_id: str) -> casefile.Frame:
    case = lookup.case(case_id)
    return casefile.frame(case, screening=doors.attempt(SCREENING.of(case_id=case_id)))


@blueprint.route("/cases/<uuid:case_id>/screening/fill", methods=["GET", "POST"])
@gate.roles(*STAFF)
def fill(case_id: UUID) -> Response:
    """The questions, beside them what these answers come to. `look` only shows that anew; it keeps nothing."""
    values = _frame(str(case_id))
    if stopped := over.instead(values["case"]):
        return stopped
    before = values["screening"]
    known: dict[str, Any] = {**before["facts"]} if before else {}
    if values["outdated"]:  # what was corrected counts, not what the last screening had of it
        known = {name: value for name, value in known.items() if name not in OF_PERSON}
    # With what the case knows and the gate found.
    asks = questionnaire.current()
    noted = assessors.load(str(case_id))
    told = {name: value for name, value in known.items() if name in asks.facts}
    in_part = (
        request.method == "POST" and "HX-Request" in request.headers
    )  # what was typed is all that counts
    first = None if in_part else doors.attempt(ASSESS.of(case_id=str(case_id), facts=told))
    form = Form(
        COMPLETE, _first_values({**(first["facts"] if first else known), **noted.facts}, not_said(before, noted)),
        fixed={"case_id": str(case_id)}, read=READ,
        version=before["version"] if before else None, draft=later("Screening"), case_id=str(case_id),
    )  # fmt: skip
    at = inputs.happened(form)
    counts = papers.typed(form, "facts.documents_held")
    not_told = [code for code in form.chosen(NOT_TOLD) if code in asks.codes]  # others are not asked any more
    counts.setlist(NOT_TOLD, not_told)
    settled = [code for code in form.chosen(SETTLED) if code in asks.codes]
    counts.setlist(SETTLED, settled)
    form.load(counts)
    facts = read_facts(form, known, asks)
    form.body["facts"] = facts
    form.add(
        {f"facts.{name}": [NOT_BOTH] for name in NONE_OF_THESE if facts.get(name) and _says_none(form, name)}
    )
    if form.sent and form.value("note") and not form.errors:
        with form.catching():
            answers = {name: told for name, told in form.body.items() if name != SETTLED}
            doors.tell(NOTE_ANSWERS, {**answers, "of": [*asks.codes]}, if_match=form.version)
            return frame.done(_("Your answers are kept for your colleagues."), ".fill", case_id=case_id)
    elif form.sent and not form.value("look") and not form.errors:
        with form.catching():
            doors.tell(COMPLETE_SCREENING, form.body, at=at, if_match=form.version)
            return frame.done(_("The screening is saved."), ".result", case_id=case_id)
    if form.stale:
        noted = assessors.with_saved(noted, before, facts)
    as_made = first and not (form.sent or form.errors or not_told or settled or at or noted.replies)
    if first and as_made and _says_the_same(first, facts, asks):
        live: Outcome | None = Outcome(first, grouped(first["labels"]), False)
    else:
        live = outcome(form, str(case_id), facts, not_told, settled, at)
    if not form.sent:
        form.errors.clear()  # a draft is shown as it was typed; it is judged when it is sent
    if form.value("look") and in_part:
        return frame.page("screening/live.html", live=live, in_language=in_language, noted=noted, form=form)
    asked = live.found if live else first
    guided = query.flag("guided")
    that_apply = _that_apply(asks, asked, known)
    return frame.page(
        "screening/guided.html" if guided else "screening/fill.html",
        turn=_turn(form, asks, asked) if guided else None, **values, form=form, groups=that_apply,
        sections=None if guided else question_groups.sections(form, that_apply, asked, noted),
        facts=asks.facts, is_list=is_list, answer_text=question_groups.answer_text,
        options=partial(options, wishes=asked["wishes"] if asked else PATHS), live=live, fact_text=fact_text,
        known=first["facts"] if first else known, in_language=in_language, noted=noted,
    )  # fmt: skip


class Turn(NamedTuple):
    """The one question that is asked now: with it those that are answered together, and its group; `code` empty:
    nothing more. `following`: it settles most of what is open. `before` were asked before it, the last one last."""

    code: str
    codes: Sequence[str]
    group: Group | None
    following: NextQuestion | None
    before: Sequence[str]
    skipped: Sequence[str]


def _turn(form: Form, asks: Questionnaire, outcome: WouldFind | None) -> Turn:
    """By what was pressed: on, leaving the question out for now, or back to the one before."""
    pressed, now = form.value("look"), form.value("now")
    known = [code for code in form.chosen("before") if code in asks.codes]
    skipped = [code for code in dict.fromkeys(form.chosen("skipped")) if code in asks.codes]
    if pressed == "back" and known:
        return _asking(asks, known[-1], None, known[:-1], [code for code in skipped if code != known[-1]])
    if pressed and now in asks.codes:
        known = [*(code for code in known if code != now), now]
        skipped = [*skipped, now] if pressed == "skip" and now not in skipped else skipped
    following = outcome["next"] if outcome else None
    if following and _field(following["fact"]) not in (*skipped, *(known if pressed else ())):
        return _asking(asks, _field(following["fact"]), following, known, skipped)
    hidden = outcome["not_asked"] if outcome else []
    rest = [_field(fact) for fact in (outcome["ask"] if outcome else asks.codes)]
    passed = (*skipped, *known, *hidden, *form.chosen(NOT_TOLD))
    left = [code for code in rest if code in asks.codes and code not in passed]
    return _asking(asks, left[0] if left else "", None, known, skipped)


def _field(fact: str) -> str:
    """The question by which a fact is asked for first."""
    return "birth_date" if fact == "age" else fact


def _asking(
    asks: Questionnaire, code: str, following: NextQuestion | None, before: Sequence[str], skipped: Sequence[str]
) -> Turn:  # fmt: skip
    group = next((group for group in asks.groups if code in group.facts), None)
    codes = ["birth_date", "age"] if code == "birth_date" and "age" in asks.codes else [code] if code else []
    return Turn(code if group else "", codes if group else [], group, following, before, skipped)


def _that_apply(
    asks: Questionnaire, outcome: Assessment | None, known: Mapping[str, FactValue]
) -> list[Group]:
    """The questions without those that cannot apply to this person, unless somebody answered one."""
    without = {code for code in outcome["not_asked"] if code not in known} if outcome else set()
    return [
        replace(group, facts=tuple(code for code in group.facts if code not in without))
        for group in asks.groups
    ]


class Outcome(NamedTuple):
    """What answers come to: labels by verdict; `unread`: a field that cannot be read is left out."""

    found: WouldFind
    groups: Mapping[str, Sequence[Label]]
    unread: bool


def not_said(before: Screening | None, noted: assessors.Noted) -> list[str]:
    """The questions that the person did not want to answer: before, unless a colleague has an answer now, or as
    somebody noted now."""
    of_before = before[NOT_TOLD] if before else ()
    return [*(name for name in of_before if name not in noted.facts), *noted.declined]


def outcome(
    form: Form, case_id: str, facts: Body, not_told: Sequence[str], settled: Sequence[str], at: str | None
) -> Outcome | None:
    """None if it is not to be had now."""
    unread = () if form.refused else form.errors  # what is refused was read
    wrong = {name.split(".")[1] for name in unread if name.startswith("facts.")}
    readable = {name: value for name, value in facts.items() if name not in wrong}
    day = dates.bangkok_day(moment(at)).isoformat() if at else None
    with form.catching():
        left_open = [code for code in not_told if readable.get(code) is None]
        found = doors.attempt(
            ASSESS.of(case_id=case_id, facts=readable, day=day, asked_declined=left_open, settled=[*settled])
        )
        if found is not None:
            return Outcome(found, grouped(found["labels"]), bool(unread))
    return None


def _says_the_same(first: WouldFind, facts: Body, asks: Questionnaire) -> bool:
    """Whether a form says what it was made from, and nothing else. An age and a domicile stand beside its answers."""
    shown = {*asks.codes} - {"age", "domicile"}

    def replies(of: "Iterable[tuple[str, Json | FactValue]]") -> dict[str, str]:
        known = [(name, value) for name, value in of if value is not None and name in shown]
        return {name: str(value if isinstance(value, list) else [value]) for name, value in known}

    return replies(facts.items()) == replies(first["facts"].items())


def grouped(labels: Sequence[Label]) -> dict[str, list[Label]]:
    return {verdict: [label for label in labels if label["verdict"] == verdict] for verdict in VERDICTS}


def _first_values(facts: Mapping[str, FactValue], not_told: Sequence[str]) -> dict[str, Any]:
    held = facts.get("documents_held")
    papers_held = {papers.OTHERS: papers.others(map(str, held))} if isinstance(held, list) else {}
    return {
        "facts": form_values(facts),
        NOT_TOLD: [_field(code) for code in not_told if code not in facts],
        **papers_held,
    }


def form_values(facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """The facts as the form shows them: an empty list is the answer "none"."""
    asks = questionnaire.current()
    added = [name for name in asks.added if asks.facts[name].kind != "codes"]
    values: dict[str, FactValue] = {name: UNKNOWN for name in (*RADIOS, *added)}
    values |= {name: UNKNOWN for name in ASKED if UNKNOWN in (FACTS[name].options or ())}
    # An age that is known stays as it is, in words beside its question.
    values |= {name: value for name, value in facts.items() if name in asks.codes and name != "age"}
    return values | {f"none_{name}": True for name in NONE_OF_THESE if values.get(name) == []}


def read_facts(form: Form, before: Mapping[str, FactValue], asks: Questionnaire) -> dict[str, Any]:
    """The facts that were typed; an age or a domicile that an earlier screening knows and the form does not ask stays,
    and what the form in force asks no more."""
    typed = form.body.get("facts")
    facts = dict(typed) if isinstance(typed, Mapping) else {}
    for name in asks.added:
        texts = [text for text in form.chosen(f"facts.{name}") if text]
        if asks.facts[name].kind == "codes":
            facts |= {name: texts} if texts else {}
        elif texts:
            facts[name] = _answer(asks.facts[name], texts[0])
    for name in NONE_OF_THESE:
        if _says_none(form, name):
            facts.setdefault(name, [])
    no_more = [name for name in ASKED if name not in asks.codes]
    kept = {name: before[name] for name in ("age", "domicile", *no_more) if name in before}
    if "birth_date" in facts:
        kept.pop("age", None)
        facts.pop("age", None)  # it is only an estimate
    return kept | facts


def _says_none(form: Form, name: str) -> bool:
    return form.value(f"facts.none_{name}") == "yes"


def options(fact: Fact, wishes: Sequence[str] = PATHS) -> list[tuple[str, str]]:
    """[(code, label)] of a question; of paths only the `wishes` that can open one."""
    if fact.kind == "flag" and fact.yes and fact.no:
        return [("yes", say(fact.yes)), ("no", say(fact.no))]
    codes = wishes if fact.options is PATHS else fact.options or ()
    return [(str(code), fact.options.word(code, current())) for code in codes if fact.options]
