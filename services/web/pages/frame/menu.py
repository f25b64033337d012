"""The menu: which entries a role has, and how many things wait behind each."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import g, request, url_for

from services.codes.access import CASE_READERS, READERS, ROLES, STAFF
from services.codes.work import PRESSING
from services.intake.doors import WORK
from services.web.gateway import calls
from services.web.pages.frame import doors, visit
from services.web.pages.parts.language import _, later

FRESH = 15.0  # seconds a user's counts are shown again, unless the user wrote or read something that counts

_known: dict[str, tuple[float, Any, dict[str, int]]] = {}


class Entry(NamedTuple):
    """`area` is the blueprint whose pages light up the entry; `counted` names one of `counts`."""

    endpoint: str
    title: str
    roles: tuple[str, ...]
    counted: str | None = None

    @property
    def area(self) -> str:
        return self.endpoint.rpartition(".")[0]


@dataclass(frozen=True)
class Item:
    """An entry as it is shown: `active` on all pages of its area, `current` on its own."""

    href: str
    text: str
    count: int | None
    active: bool
    current: bool


ENTRIES = (
    Entry("pages.dashboard.show", later("Dashboard"), ("ministry",)),  # numbers are what it comes for
    Entry("pages.rulebooks.listing", later("Screening rules"), ("rule_keeper",)),
    Entry("pages.work.today", later("My work"), STAFF, "work"),
    Entry("pages.work.group", later("For the working group"), ("member",), "group"),
    Entry("pages.intake.danger", later("Open a case"), STAFF),
    Entry("pages.cases.listing", later("Cases"), READERS, "cases"),
    Entry("pages.users.listing", later("Users"), ("admin",)),
    Entry("pages.system.show", later("System"), ("admin",)),
    Entry("pages.own.listing", later("Sent to us"), ("partner",)),
    Entry("pages.partners.listing", later("Partners"), ROLES),
    Entry("pages.outreach.listing", later("Outreach"), CASE_READERS),
    Entry("pages.dashboard.show", later("Dashboard"), (*STAFF, "member", "rule_keeper")),
    Entry("pages.rulebooks.listing", later("Screening rules"), (*READERS, "admin")),
)


def entries() -> list[Entry]:
    role = visit.caller().role
    return [entry for entry in ENTRIES if role in entry.roles]


def first_page() -> str:
    return entries()[0].endpoint


def counts() -> dict[str, int]:
    """{work, cases, group} as far as the role has such entries; {} for others and when it cannot be told."""
    caller = visit.caller()
    if caller.role not in CASE_READERS:
        return {}
    written = calls.User(caller).positions()
    known = _known.get(caller.user)
    if known and known[1] == written and time.monotonic() - known[0] < FRESH:
        return known[2]
    acts = None if caller.role in STAFF else "group"
    found = doors.attempt(WORK.of(counting=True, acts=acts))
    if found is None:
        return {}
    parts, of_all = found["counts"], sum(found["counts"].values())
    pressing = sum(parts[part] for part in PRESSING)
    result = {"group": of_all} if acts else {"work": pressing, "cases": of_all}
    _known[caller.user] = (time.monotonic(), written, result)
    return result


def items() -> list[Item]:
    """What the template shows."""
    if visit.signed_in() is None or g.get("bare"):
        return []
    numbers = counts()
    return [
        Item(
            href=url_for(entry.endpoint),
            text=_(entry.title),
            count=numbers.get(entry.counted) if entry.counted else None,
            active=request.blueprint == entry.area,
            current=request.endpoint == entry.endpoint,
        )
        for entry in entries()
    ]


assert all(role in ROLES for entry in ENTRIES for role in entry.roles)
