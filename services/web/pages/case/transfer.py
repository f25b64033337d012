"""Handing a case to another centre: asked for by its staff, answered by the other centre's director; and what the old
centre reads of it from then on."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import DIRECTOR, STAFF
from services.intake.answers import HandedOn, Transfer
from services.intake.doors import (
    ACCEPT_TRANSFER,
    HANDED_ON,
    REJECT_TRANSFER,
    REQUEST_TRANSFER,
    REVOKE_TRANSFER,
    TRANSFERS,
)
from services.intake.schemas import RejectTransfer, RequestTransfer
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Refused
from services.kernel.lists import LIMIT_MOST
from services.reporting.doors import TIMELINE
from services.web import gateway
from services.web.identity import accounts
from services.web.pages.case import story
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people, places
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day, province, word, words

REQUEST, REJECT = RequestTransfer(), RejectTransfer()
DIRECTORS = (DIRECTOR,)
WAITING = "waiting"

blueprint = Blueprint("transfer", __name__)


@blueprint.get("/transfers")
@gate.roles(*STAFF)
def listing() -> Response:
    """Those that wait for the reader, then what the reader's centres asked for, and what became of each."""
    items = doors.ask(TRANSFERS.of(limit=LIMIT_MOST))["items"]
    people.look_up(who for each in items for who in (each["by"], each["decided_by"]) if who)
    to_answer = [each for each in items if "accept" in each["may"]]
    others = [each for each in items if "accept" not in each["may"]]
    return frame.page("transfer/listing.html", to_answer=to_answer, others=others, own=visit.caller().sees)


@blueprint.get("/transfers.csv")
@gate.roles(*STAFF)
def listing_csv() -> Response:
    items = doors.ask(TRANSFERS.of(limit=LIMIT_MOST))["items"]
    columns = [_("Case number"), _("From"), _("To"), _("Reason"), _("Asked on"), _("Answer by"), _("Status")]
    lines = [
        [
            each["case_number"], province(each["from_centre"]), province(each["to_centre"]),
            word("transfer_reason", each["reason"]), day(each["at"]), day(each["due"]),
            word("transfer_status", each["status"]),
        ]
        for each in items
    ]  # fmt: skip
    name = files.name("transfers", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("transfers", _("Between centres"), columns, lines), name)


@blueprint.route("/cases/<uuid:case_id>/transfer", methods=["GET", "POST"])
@gate.roles(*STAFF)
def ask(case_id: UUID) -> Response:
    """Whom, and why; while one is asked, that it waits, and taking it back."""
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    waiting = _of_case(case_id, WAITING)
    form = Form(
        REQUEST, {}, fixed=about, version=case["version"], draft=later("Hand the case to another centre"),
        case_id=str(case_id),
    )  # fmt: skip
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                doors.tell(REQUEST_TRANSFER, form.body, at=at, if_match=form.version)
                return frame.done(_("The other centre is asked."), ".ask", case_id=case_id)
    directed = gateway.runtime().read(accounts.list_directed)

    def answers(centre: str) -> bool:
        return bool(directed & {centre, ALL_CENTRES})

    others = [
        (code, name if answers(code) else _("{} (nobody here answers for it yet)").format(name))
        for code, name in places.provinces()
        if code != case["centre"]
    ]
    return frame.page(
        "transfer/ask.html", case=case, form=form, waiting=waiting, others=others,
        nobody=waiting is not None and not answers(waiting["to_centre"]), reasons=words("transfer_reason"),
    )  # fmt: skip


@blueprint.post("/cases/<uuid:case_id>/transfer/revoke")
@gate.roles(*STAFF)
def revoke(case_id: UUID) -> Response:
    doors.tell(REVOKE_TRANSFER, {"case_id": str(case_id)})
    return frame.done(_("It was taken back; the case stays here."), ".ask", case_id=case_id)


@blueprint.route("/cases/<uuid:case_id>/transfer/answer", methods=["GET", "POST"])
@gate.roles(*DIRECTORS)
def answer(case_id: UUID) -> Response:
    """What may be read of the case before it is taken over, and the reason; the form says no, a button yes."""
    asked = _of_case(case_id, None)
    if asked is None or visit.caller().sees(asked["from_centre"]) or not asked["about"]:
        lookup.case(str(case_id))  # another centre's case is not found
        raise Refused("wrong_state", "No other centre asks yours to take this case over.")
    form = Form(REJECT, {}, fixed={"case_id": str(case_id)})
    if form.sent and form.load():
        with form.catching():
            doors.tell(REJECT_TRANSFER, form.body)
            return frame.done(_("The other centre is told that you do not take the case over."), ".listing")
    people.look_up([asked["by"]])
    return frame.page(
        "transfer/answer.html", form=form, asked=asked, about=asked["about"], fact_text=fact_text,
        reasons=words("transfer_rejection"),
    )  # fmt: skip


@blueprint.post("/cases/<uuid:case_id>/transfer/accept")
@gate.roles(*DIRECTORS)
def accept(case_id: UUID) -> Response:
    doors.tell(ACCEPT_TRANSFER, {"case_id": str(case_id)})
    return frame.done(_("The case is your centre's now, and in your hands."), ".listing")


def instead(case_id: UUID) -> Response | None:
    """What is left to read of a case that went to another centre; None if it is no such case."""
    if visit.caller().role not in STAFF:
        return None
    found = doors.attempt(HANDED_ON.of(case_id=str(case_id)))
    return _handed_on(case_id, found) if found else None


def _handed_on(case_id: UUID, case: HandedOn) -> Response:
    happened = doors.attempt(TIMELINE.of(case_id=str(case_id)))
    events = story.of_the_case(happened["items"] if happened else [])
    programmes = lookup.programmes(event["data"].get("programme_id") for event in events)
    people.look_up(
        [
            *(event[who] for event in events for who in ("actor", "actingfor") if who in event),
            *(each["by"] for each in case["consents"]),
        ]
    )
    entries = [story.event_sentence(event, programmes) for event in reversed(events)]
    return frame.page("transfer/handed_on.html", found=case, story=entries, fact_text=fact_text)


def _of_case(case_id: UUID, status: str | None) -> Transfer | None:
    items = doors.ask(TRANSFERS.of(case_id=str(case_id), status=status, limit=1))["items"]
    return items[0] if items else None
