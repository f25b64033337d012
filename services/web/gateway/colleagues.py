"""Accounts that a command names, for pages and API alike: only the front door knows whose an account is, so it says
before the command goes on that it is nobody's who could do what it is named for.

What is no such body, and what is not the asker's to do, passes: its door says what is wrong with it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.codes.access import CASE_READERS, DIRECTOR
from services.intake.doors import REQUEST_ERASURE
from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.errors import Invalid
from services.kernel.questions import Body, CommandDoor, Json
from services.kernel.runtime import ServiceRuntime
from services.screening.doors import APPOINT_MEMBER, CALL_MEETING, INVITE
from services.thai.dates import bangkok_day
from services.web.identity import accounts, delegations
from services.web.identity.accounts import Account

NOT_OF_CENTRE = "No account of somebody who works for this centre or decides with it."
NO_DIRECTOR = "No account of a director, or of whoever acts in a director's place."

Named = Iterator[tuple[str, Json]]  # the field, the account in it
CentreOf = Callable[[str], str | None]  # of a meeting; None: there is none that the asker may see


def list_colleagues(everybody: list[Account], centre: str) -> list[str]:
    """Who works for a centre or decides with it, and may sign in."""
    return [
        each.user
        for each in everybody
        if each.active and each.role in CASE_READERS and {centre, ALL_CENTRES} & {*each.centres}
    ]


def require_known(
    web: ServiceRuntime, caller: Caller, door: CommandDoor[Any], body: Body, centre_of: CentreOf
) -> None:
    """Invalid, by field, of accounts that cannot be what the command names them for."""
    if door not in NAMES:
        return
    named = [(field, user) for field, user in NAMES[door](body) if isinstance(user, str)]
    if not named:
        return
    if door == REQUEST_ERASURE:
        known, said = _list_directing(web), NO_DIRECTOR
    else:
        centre = centre_of(str(body.get("meeting_id"))) if door == INVITE else body.get("centre")
        if not isinstance(centre, str) or not caller.sees(centre):
            return
        known, said = list_colleagues(web.read(accounts.everybody), centre), NOT_OF_CENTRE
    if wrong := {field: [said] for field, user in named if user not in known}:
        raise Invalid(wrong)


def _list_directing(web: ServiceRuntime) -> list[str]:
    everybody, day = web.read(accounts.everybody), bangkok_day(web.now())
    stand_ins = web.read(lambda db: delegations.list_delegates(db, day))
    directors = [each.user for each in everybody if each.active and each.role == DIRECTOR]
    return [*directors, *(user for users in stand_ins.values() for user in users)]


def _members(body: Body) -> Named:
    members = body.get("members")
    for place, each in enumerate(members if isinstance(members, list) else ()):
        if isinstance(each, Mapping) and each.get("user") is not None:
            yield f"members.{place}.user", each["user"]


def _one(field: str) -> Callable[[Body], Named]:
    def find(body: Body) -> Named:
        if body.get(field) is not None:
            yield field, body[field]

    return find


NAMES: Mapping[CommandDoor[Any], Callable[[Body], Named]] = {
    CALL_MEETING: _members,
    INVITE: _members,
    APPOINT_MEMBER: _one("user"),
    REQUEST_ERASURE: _one("confirmer"),
}
