"""Who may do what, from the doors themselves, and what one user may do and looked at."""

from typing import NamedTuple

from flask import Blueprint, Response

from services.codes.access import ROLES, SERVICES
from services.intake import doors as intake
from services.kernel import own_doors
from services.kernel.doors import DoorRow
from services.kernel.lists import LIMIT_MOST
from services.web.pages.account import users
from services.web.pages.frame import doors, files, frame, gate, visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import look_up, who
from services.web.pages.parts.words import day_time, province

NO_WAY_YET = ("rules.lift",)  # doors to which no page and no call of the API leads: nobody is promised them
SHOWN = 20  # of what a user looked at
LOOKED_AT = {
    "listed": later("Names in lists"),
    "names": later("Pages of a case"),
    "identifiers": later("Identity numbers shown"),
}

blueprint = Blueprint("access", __name__)


@blueprint.get("/users/access")
@gate.roles("admin")
def matrix() -> Response:
    """Who may do what, from the doors themselves."""
    return frame.page("users/access.html", services=_actions_of_all(), roles=ROLES)


@blueprint.get("/users/<user>/access")
@gate.roles("admin")
def of_user(user: str) -> Response:
    """What one user may do and where, whether they are signed in, and how often they read people's fields; never
    whose."""
    known = users.managed_account(user)
    rows = {
        service: [row for row in rows if known.role in row.roles]
        for service, rows in _actions_of_all().items()
    }
    accesses = doors.ask(intake.ACCESSES.of(user=user, limit=SHOWN))
    return frame.page(
        "users/access_of.html",
        user=known,
        services=rows,
        accesses=accesses,
        alive=users.alive().get(user, 0),
        looked_at=LOOKED_AT,
    )


@blueprint.get("/users/<user>/access.csv")
@gate.roles("admin")
def of_user_csv(user: str) -> Response:
    """What the page says was looked at: how often, and each time an identity number was shown; never whose."""
    known = users.managed_account(user)
    accesses = doors.ask(intake.ACCESSES.of(user=user, limit=LIMIT_MOST))
    look_up([user])
    columns = [_("User name"), _("Name"), _("What was looked at"), _("When"), _("Centre"), _("How often")]
    about, days_back = [known.user, who(known.user)], _("in %(days)s days") % {"days": accesses["days"]}
    lines = [
        [*about, _(LOOKED_AT[kind]), days_back, "", accesses["counts"].get(kind, 0)] for kind in LOOKED_AT
    ]
    lines += [
        [*about, _("Identity number shown"), day_time(each["at"]), province(each["centre"]), 1]
        for each in accesses["items"]
    ]
    name = files.name(f"access-of-{known.user}", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("access", _("What was looked at"), columns, lines), name)


class Action(NamedTuple):
    """What `roles` may do; `kind` is command or query."""

    action: str
    kind: str
    roles: frozenset[str]


def _actions_of_all() -> dict[str, list[Action]]:
    asked = {service: own_doors.doors(service) for service in SERVICES}
    found = doors.together(*asked.values())
    return {service: _actions(rows) for service, each in asked.items() if (rows := found[each])}


def _actions(of_service: list[DoorRow]) -> list[Action]:
    """One row for each action: doors of one action have the same roles, or the row names them all."""
    rows: dict[str, Action] = {}
    for door in of_service:
        known = rows.get(door["action"], Action(door["action"], door["kind"], frozenset()))
        rows[known.action] = known._replace(roles=known.roles | set(door["roles"]))
    return [rows[action] for action in sorted({*rows} - {*NO_WAY_YET}) if rows[action].roles & set(ROLES)]
