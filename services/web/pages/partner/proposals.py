"""What other centres propose of the registry: the list, accepting in one tap, dismissing with a reason."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import READERS, STAFF
from services.codes.registry import PROPOSAL_STATUSES
from services.kernel.errors import NotFound
from services.partners import schemas
from services.partners.answers import Proposal
from services.partners.doors import ACCEPT_PROPOSAL, DISMISS_PROPOSAL, PROPOSALS
from services.web.pages.frame import doors, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner import changes, keeping
from services.web.pages.parts import people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import words

blueprint = Blueprint("proposals", __name__)


@blueprint.get("/registry/proposals")
@gate.roles(*READERS)
def listing() -> Response:
    """What waits for the user's centre, and what it proposed itself; `?status=` shows what became of others. Who is no
    staff reads and decides nothing."""
    status, cursor = query.code("status", PROPOSAL_STATUSES, "open"), query.cursor()
    found = doors.ask(PROPOSALS.of(status=status, limit=keeping.SHOWN, cursor=cursor))
    people.look_up(who for each in found["items"] for who in (each["by"], each["decided_by"]) if who)
    return frame.page(
        "partners/proposals.html",
        items=[_proposal(each) for each in found["items"]], chosen=status, statuses=words("proposal_status"),
        file=visit.link("pages.registry_files.proposals_csv", status=status),
        following=visit.link(".listing", status=status, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing", status=status) if cursor else None,
        staff=visit.caller().role in STAFF,
    )  # fmt: skip


class ShownProposal(NamedTuple):
    """A proposal as its page says it. `keeps`: it waits for the user's own centre; `may`: what the user may do."""

    about: Proposal
    what: str
    said: list[changes.Said]
    keeps: bool
    may: tuple[str, ...]


def _proposal(about: Proposal) -> ShownProposal:
    caller = visit.caller()
    keeps, own = caller.sees(about["waiting_for"]), caller.sees(about["from_centre"])
    decides = caller.role in STAFF and about["status"] == "open"
    may = (("accept", keeps and decides), ("dismiss", (keeps or own) and decides))
    return ShownProposal(
        about, changes.what_of(about, about["after"].get("what", ())), changes.in_words(about), keeps,
        tuple(name for name, true in may if true),
    )  # fmt: skip


@blueprint.post("/registry/proposals/<uuid:proposal_id>/accept")
@gate.roles(*STAFF)
def accept(proposal_id: UUID) -> Response:
    doors.tell(ACCEPT_PROPOSAL, {"proposal_id": str(proposal_id)})
    return frame.done(_("The proposal is accepted, and the registry says so now."), ".listing")


@blueprint.route("/registry/proposals/<uuid:proposal_id>/dismiss", methods=["GET", "POST"])
@gate.roles(*STAFF)
def dismiss(proposal_id: UUID) -> Response:
    """With the reason, which who proposed it reads. Who proposed it takes it back here."""
    found = doors.ask(PROPOSALS.of(proposal_id=str(proposal_id), status=None, limit=1))["items"]
    if not found:
        raise NotFound("proposal")
    shown = _proposal(found[0])
    form = Form(
        schemas.DecideProposal(), fixed={"proposal_id": str(proposal_id)}, draft=later("Dismiss a proposal"),
        where=shown.about["partner"],
    )  # fmt: skip
    if form.sent and form.load():
        with form.catching():
            doors.tell(DISMISS_PROPOSAL, form.body)
            text = _("The proposal is dismissed; nothing was changed.")
            if shown.about["action"] in ("register", "offer"):
                text = _("It is dismissed, and what was added is retired.")
            return frame.done(text, ".listing")
    return frame.page("partners/dismiss.html", form=form, shown=shown)
