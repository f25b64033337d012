"""The activities of a centre: listed, noted, corrected, and each with what came of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, Response
from marshmallow import ValidationError

from services.codes.access import CASE_READERS, STAFF
from services.intake.doors import CASES
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.partners import schemas
from services.partners.answers import Outreach
from services.partners.doors import (
    ACTIVITY,
    CORRECT_OUTREACH,
    ENTER_OUTREACH_IN_ERROR,
    HOLD_OUTREACH,
    OUTREACH,
    PARTNER,
    PARTNERS,
)
from services.reporting.answers import CameOf
from services.reporting.doors import CAME_OF
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import activities, days, people, places
from services.web.pages.parts.language import _, later
from services.web.pages.parts.places import Options
from services.web.pages.parts.words import day, province, word, words

SHOWN, OFFERED, CASES_SHOWN = 25, 12, 50

blueprint = Blueprint("outreach", __name__)


@blueprint.get("/outreach")
@gate.roles(*CASE_READERS)
def listing() -> Response:
    """The latest first; a span of days stands in the address."""
    form = _days_form()
    span, cursor = _span(form), query.cursor()
    found = doors.ask(OUTREACH.of(**span, limit=SHOWN, cursor=cursor))
    kept = {name: form.value(name) for name in span}
    return frame.page(
        "outreach/listing.html", form=form, items=found["items"], came=_came(found["items"]),
        file=visit.link(".listing_csv", **kept), may_write=visit.caller().role in STAFF,
        several=ALL_CENTRES in visit.caller().centres or len(visit.caller().centres) > 1,
        following=visit.link(".listing", **kept, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing", **kept) if cursor else None,
    )  # fmt: skip


def _days_form() -> Form:
    return Form(values={name: query.text(name, 40) for name in ("from", "to")}, sent=False)


def _span(form: Form) -> dict[str, str]:
    """The days that were asked for, as ISO; what cannot be understood is an error of the form and left out."""
    span = {}
    for name in ("from", "to"):
        if text := form.value(name).strip():
            try:
                span[name] = days.read_day(text)
            except ValidationError:
                form.add({name: [later("Enter a day, such as 1/10/2568.")]})
    if len(span) == 2 and span["from"] > span["to"]:
        form.add({"from": [later("The first day lies after the last.")]})
        return {}
    return span


def _came(items: Sequence[Outreach]) -> Mapping[str, CameOf]:
    """{outreach_id: what came of it}, as far as it can be told now."""
    if not items:
        return {}
    answer = doors.attempt(CAME_OF.of(outreach_ids=[each["outreach_id"] for each in items]))
    return answer["items"] if answer else {}


@blueprint.get("/outreach/list.csv")
@gate.roles(*CASE_READERS)
def listing_csv() -> Response:
    form = _days_form()
    span = _span(form)
    if form.errors:
        raise Invalid(form.errors)
    columns = [
        _("Day"), _("How"), _("Province"), word("outreach_field", "place"), _("People reached"), _("Partners met"),
        _("Material"),
        _("Cases that came"), _("Of these referred"), _("Of these placed"), _("Partners that joined"), _("Note"),
        _("Centre"),
    ]  # fmt: skip
    lines = []
    for answer in files.every(
        lambda cursor: OUTREACH.of(**span, cursor=cursor, limit=LIMIT_MOST), lambda answer: answer["next"]
    ):
        came = _came(answer["items"])
        for row in answer["items"]:
            counts = came.get(row["outreach_id"])
            lines.append(
                [
                    day(row["date"]), word("outreach_kind", row["kind"]), province(row["province"]),
                    row["place"] or "", "" if row["reached"] is None else row["reached"],
                    ", ".join(each["name"] for each in row["partners"]), row["material"] or "",
                    *((counts["cases"], counts["referred"], counts["placed"], counts["partners_joined"])
                      if counts else ("", "", "", "")),
                    row.get("note") or "", province(row["centre"]),
                ]
            )  # fmt: skip
    name = files.name("outreach", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("outreach", _("Outreach"), columns, lines), name)


@blueprint.route("/outreach/new", methods=["GET", "POST"])
@gate.roles(*STAFF)
def note() -> Response:
    own = _own_centres()
    fixed = {"centre": own[0]} if len(own) == 1 else {}
    values = {"date": days.typed(days.today()), "province": own[0] if len(own) == 1 else ""}
    form = Form(schemas.HoldOutreach(), values, fixed=fixed, draft=later("Note an activity"))
    if form.sent and not form.value("find") and form.load():
        with form.catching():
            made = doors.tell(HOLD_OUTREACH, form.body)
            said = _("The activity is noted. Cases and partners that come from it can name it.")
            return frame.done(said, ".show", outreach_id=made["outreach_id"])
    return _form_page(form, None, own)


def _own_centres() -> list[str]:
    return [each for each in visit.caller().centres if each != ALL_CENTRES]


def _form_page(form: Form, activity: Outreach | None, own: Sequence[str]) -> Response:
    return frame.page(
        "outreach/fields.html", form=form, activity=activity, kinds=words("outreach_kind"),
        provinces=places.provinces(), partners=_partners(form, activity), own=own,
    )  # fmt: skip


def _partners(form: Form, activity: Outreach | None) -> Options:
    """[(partner_id, name)] to choose from: those chosen already, and those that fit what was typed, or else the first
    of the province."""
    typed = form.value("met").strip()[:200]
    where: dict[str, Json] = {"q": typed} if typed else {"province": form.value("province") or None}
    found = doors.attempt(PARTNERS.of(**where, limit=OFFERED))
    known = {each["partner_id"]: each["name"] for each in (found["items"] if found else ())}
    known |= {each["partner_id"]: each["name"] for each in (activity["partners"] if activity else ())}
    chosen = form.chosen("partner_ids")
    questions = {each: PARTNER.of(partner_id=each) for each in chosen if each not in known}
    replies = doors.together(*questions.values())
    for each, question in questions.items():
        if answer := replies[question]:
            known[each] = answer["name"]
    return sorted(known.items(), key=lambda pair: (pair[0] not in chosen, pair[1]))


@blueprint.get("/outreach/<uuid:outreach_id>")
@gate.roles(*CASE_READERS)
def show(outreach_id: UUID) -> Response:
    """One activity, with the cases and partners that came from it."""
    about = {"outreach_id": str(outreach_id)}
    activity = doors.ask(ACTIVITY.of(**about))
    came, cases = CAME_OF.of(outreach_ids=[str(outreach_id)]), CASES.of(**about, limit=CASES_SHOWN)
    found = doors.together(came, cases)
    counts, listed = found[came], found[cases]
    people.look_up([activity["by"]])
    return frame.page(
        "outreach/show.html", activity=activity, called=activities.called(activity),
        counts=counts["items"].get(str(outreach_id)) if counts else None,
        cases=[each for each in listed["items"] if "person" in each] if listed else [],
        may_write=visit.caller().role in STAFF and not activity["entered_in_error"],
    )  # fmt: skip


@blueprint.route("/outreach/<uuid:outreach_id>/correct", methods=["GET", "POST"])
@gate.roles(*STAFF)
def correct(outreach_id: UUID) -> Response:
    """Only what was typed otherwise is sent; words that were taken out are no more."""
    activity = doors.ask(ACTIVITY.of(outreach_id=str(outreach_id)))
    met = [each["partner_id"] for each in activity["partners"]]
    values = {**activity, "date": _as_typed(activity["date"]), "partner_ids": met}
    form = Form(
        schemas.CorrectOutreach(), values, fixed={"outreach_id": str(outreach_id)},
        version=activity["version"], draft=later("Correct an activity"),
    )  # fmt: skip
    if form.sent and not form.value("find"):
        form.load()
        changes = _changes(form, activity, met)
        if not changes and not form.errors.keys() - {"body"}:
            return frame.done(_("Nothing was changed."), ".show", outreach_id=outreach_id)
        form.errors.pop("body", None)
        if not form.errors:
            with form.catching():
                body = {"outreach_id": str(outreach_id), "reason": form.body.get("reason"), **changes}
                doors.tell(CORRECT_OUTREACH, body, if_match=form.version)
                return frame.done(_("The correction is saved."), ".show", outreach_id=outreach_id)
    return _form_page(form, activity, ())


def _as_typed(iso: str) -> str:
    return days.typed(date.fromisoformat(iso))


def _changes(form: Form, activity: Outreach, met: Sequence[str]) -> dict[str, Json]:
    known: dict[str, Json] = {
        "kind": activity["kind"], "date": activity["date"], "province": activity["province"],
        "reached": activity["reached"],
    }  # fmt: skip
    words_known = {"place": activity["place"], "material": activity["material"], "note": activity.get("note")}
    changes = {
        name: form.body[name]
        for name, stood in known.items()
        if name in form.body and form.body[name] not in (None, stood)
    }
    for name, stood in words_known.items():
        if (typed := form.value(name).strip()) != (stood or ""):
            changes[name] = typed
    chosen = sorted(form.chosen("partner_ids"))
    return changes | ({"partner_ids": [*chosen]} if chosen != sorted(met) else {})


@blueprint.route("/outreach/<uuid:outreach_id>/in-error", methods=["GET", "POST"])
@gate.roles(*STAFF)
def in_error(outreach_id: UUID) -> Response:
    activity = doors.ask(ACTIVITY.of(outreach_id=str(outreach_id)))
    form = Form(
        schemas.EnterOutreachInError(), fixed={"outreach_id": str(outreach_id)}, version=activity["version"],
        draft=later("Take out an activity"),
    )  # fmt: skip
    if form.sent and form.load():
        with form.catching():
            doors.tell(ENTER_OUTREACH_IN_ERROR, form.body, if_match=form.version)
            return frame.done(_("The activity is taken out; it counts no more."), ".listing")
    return frame.page(
        "outreach/in_error.html", form=form, activity=activity, called=activities.called(activity)
    )
