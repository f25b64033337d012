"""How the registry is kept, as files to take away: whom to call, what is proposed, what was changed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import READERS, STAFF
from services.codes.registry import PROPOSAL_STATUSES
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Partner, Programme, Proposal, RegistryChange
from services.partners.doors import HISTORY, PARTNERS, PROPOSALS
from services.web.pages.frame import files, gate, query, visit
from services.web.pages.partner import changes, keeping
from services.web.pages.partner.keeping import MAY_READ_HISTORY
from services.web.pages.parts import days, people
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, day_time, full_province, province, word

blueprint = Blueprint("registry_files", __name__)


@blueprint.get("/registry/stale.csv")
@gate.roles(*STAFF)
def stale_csv() -> Response:
    """A line for each fact that somebody should ask for again."""
    asked, here = keeping.calls_asked()
    columns = [_("Partner"), _("Phone"), _("Name of the programme"), _("What to ask"), _("last confirmed")]
    lines: list[Sequence[str]] = []
    for answer in files.every(
        lambda cursor: PARTNERS.of(**asked, cursor=cursor, limit=LIMIT_MOST),
        lambda answer: answer["next"],
    ):
        for partner in answer["items"]:
            about = [partner["name"], partner["contact"].get("phone") or ""]
            of_partner = {"contact": partner["contact_confirmed_at"], "rules": partner["rules_confirmed_at"]}
            lines += _stale(about, "", partner, of_partner)
            for each in partner["programmes"]:
                when = {"capacity": each["places"]["confirmed_at"], "rules": each["rules_confirmed_at"]}
                lines += _stale(about, each["name"], each, when)
    name = files.name("call-and-confirm", files.centres_of(visit.caller(), here["centre"]), days.today())
    return files.as_csv(files.Sheet("stale", _("Call and confirm"), columns, lines), name)


def _stale(
    about: Sequence[str], name: str, of: Partner | Programme, when: Mapping[str, str | None]
) -> Sequence[Sequence[str]]:
    """A line for each stale fact of a partner, or of a programme by its name."""
    known = {**when, "details": of["details_confirmed_at"], "agreement": of["details_confirmed_at"]}
    return [
        [*about, name, word("registry_fact", fact), day(at) if (at := known[fact]) else ""]
        for fact in of["stale"]
    ]


@blueprint.get("/registry/proposals.csv")
@gate.roles(*READERS)
def proposals_csv() -> Response:
    """A line for each field of what waits for the user's centre, or was proposed by it, and of what became of it."""
    status = query.code("status", PROPOSAL_STATUSES, "open")
    columns = [
        _("Partner"), _("Name of the programme"), _("What"), _("Field"), _("As it was"), _("Proposed"), _("Reason"),
        _("By"), _("When"), _("Waits for"), _("Status"), _("Decided by"), _("Reason of who decided"),
    ]  # fmt: skip
    rows = [
        row
        for answer in files.every(
            lambda cursor: PROPOSALS.of(status=status, cursor=cursor, limit=LIMIT_MOST),
            lambda answer: answer["next"],
        )
        for row in answer["items"]
    ]
    people.look_up(who for row in rows for who in (row["by"], row["decided_by"]) if who)
    lines = [
        [
            row["partner"], row["programme"] or "", *said, row["reason"] or "", people.who(row["by"]),
            day_time(row["at"]), full_province(row["waiting_for"]), word("proposal_status", row["status"]),
            people.who(row["decided_by"]) if row["decided_by"] else "", row["decision"] or "",
        ]
        for row in rows
        for said in _lines(row, row["after"].get("what", ()))
    ]  # fmt: skip
    name = files.name("proposals", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("proposals", _("Proposed changes of the registry"), columns, lines), name)


@blueprint.get("/partners/<uuid:partner_id>/history.csv")
@gate.roles(*MAY_READ_HISTORY)
def history_csv(partner_id: UUID) -> Response:
    """A line for each field of what was done to a partner and its programmes."""
    partner = keeping.partner_of(partner_id)
    columns = [
        _("Partner"), _("Name of the programme"), _("What"), _("Field"), _("As it was"), _("Corrected to"), _("Reason"),
        _("By"), _("When"), _("Centre"),
    ]  # fmt: skip
    rows = [
        row
        for answer in files.every(
            lambda cursor: HISTORY.of(partner_id=str(partner_id), cursor=cursor, limit=LIMIT_MOST),
            lambda answer: answer["next"],
        )
        for row in answer["items"]
    ]
    people.look_up(row["by"] for row in rows)
    lines = [
        [
            partner["name"], row["programme"] or "", *said, row["reason"] or "", people.who(row["by"]),
            day_time(row["at"]), province(row["centre"]),
        ]
        for row in rows
        for said in _lines(row, row["fields"])
    ]  # fmt: skip
    name = files.name("partner-history", [partner["province"]], days.today())
    return files.as_csv(files.Sheet("history", _("What was changed"), columns, lines), name)


def _lines(about: Proposal | RegistryChange, names: Sequence[str]) -> Sequence[tuple[str, str, str, str]]:
    """(what was done, field, before, after) of each field, one line where it has none."""
    what, said = changes.what_of(about, names), changes.in_words(about)
    return [(what, each["field"], each["before"], each["after"]) for each in said] or [(what, "", "", "")]
