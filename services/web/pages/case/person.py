"""What is known of a case's person, corrected: told anew as a whole, with the reason; what stood before stays in the
story."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import STAFF
from services.intake.answers import Description, Person
from services.intake.doors import CORRECT_PERSON, CORRECTIONS, PERSON
from services.intake.schemas import CorrectPerson
from services.thai.names import display_name
from services.web.pages.case import intake
from services.web.pages.case.story import PARTS_OF_PERSON
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, places
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day, lacking, word, words

BIRTH = "person.birth_date"
CORRECT = CorrectPerson()
NOTHING_NEW = later("Nothing is different from what is known already.")
SEALED = ("name", "national_id", "birth_date")  # what goes when the person is erased
BLANK_ROWS = 1  # for a domicile that is not known yet

blueprint = Blueprint("person", __name__)


@blueprint.route("/cases/<uuid:case_id>/person", methods=["GET", "POST"])
@gate.roles(*STAFF)
def correct(case_id: UUID) -> Response:
    """Whoever corrects somebody sees the whole identity number, which the access log notes."""
    about = {"case_id": str(case_id)}
    case, known = lookup.case(str(case_id)), doors.ask(PERSON.of(**about))
    shown = {**form_values(known["person"]), f"birth_date{days.MEANT}": known["person"]["birth_date"]}
    form = Form(
        CORRECT, {"person": shown}, fixed=about, read={BIRTH: days.birth_reader(BIRTH)},
        version=known["version"], draft=later("Correct the person's details"), case_id=str(case_id),
    )  # fmt: skip
    if form.sent:
        at = inputs.happened(form)
        form.load()
        told = form.body.get("person")
        form.body["person"] = {"domicile": [], **(told if isinstance(told, Mapping) else {})}
        if not form.errors:
            with form.catching():
                done = doors.tell(CORRECT_PERSON, form.body, at=at, if_match=form.version)
                said = [_("The person's details are corrected.") if done["changed"] else _(NOTHING_NEW)]
                said += [_(intake.WARNINGS[each]) for each in done["warnings"]]
                return frame.done("\n".join(said), "pages.case.overview", case_id=case_id)
    rows = max(len(known["person"]["domicile"]) + BLANK_ROWS, intake.DOMICILE_ROWS)
    return frame.page(
        "case/person.html", form=form, case=case, rows=rows, provinces=places.provinces(),
        reasons=words("correction"), fact_text=fact_text,
    )  # fmt: skip


@blueprint.get("/cases/<uuid:case_id>/person/corrections")
@gate.roles(*STAFF)
def corrections(case_id: UUID) -> Response:
    """What was known before and after each correction, who made it, when and why; that it was read is noted."""
    case, found = lookup.case(str(case_id)), doors.ask(CORRECTIONS.of(case_id=str(case_id)))
    return frame.page(
        "case/corrections.html", case=case, items=found["items"], parts_of_person=PARTS_OF_PERSON,
        shown=partial(_shown, case["person"]),
    )  # fmt: skip


def _shown(of: Person, part: str, person: Mapping[str, Any]) -> str:
    """A part of a description in words."""
    value = person.get(part)
    if not value:
        return lacking(of) if part in SEALED else _("Not known")
    match part:
        case "name":
            return display_name(**value)
        case "birth_date":
            return day(value, "long")
        case "domicile":
            return fact_text("domicile", value)
        case "age_band":
            return _("%(years)s years") % {"years": value}
    return word(part, value) if part in ("identity_status", "sex", "nationality") else str(value)


def form_values(person: Description) -> Description:
    """A description as its form shows it: a birth date as one types it, 12/5/2500."""
    return {**person, "birth_date": person["birth_date"] and days.birth_typed(person["birth_date"])}
