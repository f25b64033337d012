"""What was done to accounts, for administrators and directors: who, what, when."""

from collections.abc import Mapping

from flask import Blueprint, Response

from services.kernel.lists import LIMIT_MOST
from services.web import gateway
from services.web.identity import changes
from services.web.pages.frame import files, frame, gate, query, visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import look_up, who_as, who_exactly
from services.web.pages.parts.words import centres, day, day_time, word

blueprint = Blueprint("changes", __name__)

SHOWN = 50
KINDS: Mapping[str, str] = {
    "made": later("Account made"),
    "changed": later("Role or centres changed"),
    "password": later("New password given"),
    "own_password": later("Own password changed"),
    "second_factor_on": later("Two-step sign-in turned on"),
    "second_factor_off": later("Two-step sign-in taken off"),
    "identity_linked": later("Linked with the sign-in of another organisation"),
    "identity_unlinked": later("No longer linked with the sign-in of another organisation"),
    "delegated": later("Acts in the director's place"),
    "delegation_ended": later("Acting in the director's place was ended before its time"),
    "closed": later("Account closed"),
}


@blueprint.get("/users/changes")
@gate.roles("admin", "director")
def listing() -> Response:
    before = query.number("before")
    found = gateway.runtime().read(lambda db: changes.latest(db, visit.caller(), SHOWN + 1, before))
    shown = found[:SHOWN]
    look_up(user for each in shown for user in (each.user, each.by))
    older = shown[-1].id if len(found) > SHOWN else None
    return frame.page("users/changes.html", changes=shown, kinds=KINDS, older=older)


@blueprint.get("/users/changes.csv")
@gate.roles("admin", "director")
def listing_csv() -> Response:
    caller, most = visit.caller(), files.PAGES_MOST * LIMIT_MOST
    found = gateway.runtime().read(lambda db: changes.latest(db, caller, most))
    look_up(user for each in found for user in (each.user, each.by))
    columns = [
        _("Day and time"), _("What was done"), _("User name"), _("Name"), _("Done by"), _("Role"), _("Centres"),
        _("Role before"), _("Centres before"), _("First day"), _("Last day"),
    ]  # fmt: skip
    lines = [
        [
            day_time(each.at), _(KINDS[each.kind]), each.user, who_as(each.user), who_exactly(each.by),
            *_rights(each.rights), *(_rights(each.before) if each.before else ("", "")),
            *(map(day, each.days) if each.days else ("", "")),
        ]
        for each in found
    ]  # fmt: skip
    name = files.name("account-changes", caller.centres, days.today())
    return files.as_csv(files.Sheet("changes", _("What was done to accounts"), columns, lines), name)


def _rights(rights: changes.Rights) -> tuple[str, str]:
    return word("role", rights.role), centres(rights.centres)
