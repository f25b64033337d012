"""What is known of a case's person, corrected: told anew as a whole, with the reason; what stood before stays in the
story."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import STAFF
from services.intake.answers import Description
from services.intake.doors import CORRECT_PERSON, PERSON
from services.intake.schemas import CorrectPerson
from services.thai.dates import BE_OFFSET, partial_date
from services.web.pages.case import intake
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, places
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import words

BIRTH = "person.birth_date"
CORRECT = CorrectPerson()
NOTHING_NEW = later("Nothing is different from what is known already.")
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


def form_values(person: Description) -> Description:
    """A description as its form shows it: a birth date as one types it, 12/5/2500."""
    return {**person, "birth_date": person["birth_date"] and _birth(person["birth_date"])}


def _birth(text: str) -> str:
    born = partial_date(text)
    return "/".join(str(part) for part in (born.day, born.month, born.year + BE_OFFSET) if part)
