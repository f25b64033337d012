"""Rules that two people adopted, told to everybody on their first page until they say that they have read it."""

import time
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask import g, request

from services.kernel.runtime import ServiceRuntime
from services.screening.answers import RulesVersion
from services.screening.doors import RULES
from services.web import gateway
from services.web.gateway import calls
from services.web.gateway.calls import Asker
from services.web.identity import accounts
from services.web.pages.frame import menu, visit
from services.web.pages.parts.language import _, later
from services.web.store import announcements

FRESH = 60.0  # seconds the versions are known, unless the user wrote something there since
PATIENCE = 1.0  # seconds that a first page waits for them; it opens without
PROCEDURE = "procedure-"  # begins the name of each of its versions
COUNTING = ("in_force", "adopted")
KINDS = {
    "screening": later("Rules of screening"),
    "form": later("Questions"),
    "procedure": later("Procedure"),
}


class Known(NamedTuple):
    """What the door said last. `after`: how far who asked had written in screening; `until`: on the monotonic clock."""

    after: int
    until: float
    versions: Sequence[RulesVersion]


_known: WeakKeyDictionary[ServiceRuntime, Known] = WeakKeyDictionary()


def unread() -> Sequence[RulesVersion]:
    """On the first page of somebody who may read the rules: those adopted since they have an account, and not read
    yet. None elsewhere, and when it cannot be told."""
    if visit.signed_in() is None or g.get("bare") or request.endpoint != menu.first_page():
        return []
    if not any(entry.area == "pages.rulebooks" for entry in menu.entries()):
        return []
    versions = _adopted()
    return _of_user(versions, visit.caller().user) if versions else []


def title(version: str) -> str:
    """A version of a document of the rules in words; its own name tells which document it is of."""
    document = "procedure" if version.startswith(PROCEDURE) else "form" if version.isdigit() else "screening"
    return " ".join((_(KINDS[document]), version.removeprefix(PROCEDURE)))


def _of_user(versions: Sequence[RulesVersion], user: str) -> Sequence[RulesVersion]:
    since, read = gateway.runtime().read(
        lambda db: (accounts.since(db, user), announcements.list_read(db, user))
    )
    return [
        each for each in versions if each["rules_version"] not in read and (each["adopted_at"] or "") > since
    ]


def _adopted() -> Sequence[RulesVersion]:
    """Those that count or will, with the reason that two people gave: what was lifted into the log has none."""
    runtime, caller = gateway.runtime(), visit.caller()
    after = calls.User(caller).positions().get(RULES.service, 0)
    known = _known.get(runtime)
    if known and after <= known.after and time.monotonic() < known.until:
        return known.versions
    asked = RULES.of()
    # Of what the user wrote, only what screening heard itself matters here: nothing is waited for.
    found = calls.together(Asker(caller, {RULES.service: after}), asked, seconds=PATIENCE)[asked]
    items = found["items"] if found else []
    versions = [each for each in items if each["reason"] and each["status"] in COUNTING]
    _known[runtime] = Known(after, time.monotonic() + FRESH, versions)
    return versions
