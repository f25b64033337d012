"""The menu: which entries a role has, and how many things wait behind each."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import g, request, url_for

from services.codes.access import READERS, ROLES, STAFF
from services.intake.doors import COUNTS
from services.referral.doors import WORKLIST
from services.web import gateway
from services.web.pages.frame import doors, visit
from services.web.pages.parts.language import _, later
from services.web.store import positions, read_answers

FRESH = 15.0  # seconds a user's counts are shown again, unless the user wrote or read something that counts
COUNTED_IN = ("intake", "referral")

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
    Entry("pages.work.today", later("My work"), STAFF, "work"),
    Entry("pages.intake.danger", later("Open a case"), STAFF),
    Entry("pages.cases.listing", later("Cases"), READERS, "cases"),
    Entry("pages.users.listing", later("Users"), ("admin",)),
    Entry("pages.account.me", later("My account"), ("partner",)),
    Entry("pages.partners.listing", later("Partners"), ROLES),
    Entry("pages.dashboard.show", later("Dashboard"), (*STAFF, "member")),
)


def entries() -> list[Entry]:
    role = visit.caller().role
    return [entry for entry in ENTRIES if role in entry.roles]


def first_page() -> str:
    return entries()[0].endpoint


def counts() -> dict[str, int]:
    """{work, cases}: what asks for the staff's attention today; {} for other roles and when it cannot be told."""
    caller = visit.caller()
    if caller.role not in STAFF:
        return {}
    runtime = gateway.runtime()
    written, read = runtime.read(
        lambda db: (positions.after(db, caller.user), read_answers.read_by(db, caller.user, runtime.now()))
    )
    seen = [written.get(service) for service in COUNTED_IN], read
    known = _known.get(caller.user)
    if known and known[1] == seen and time.monotonic() - known[0] < FRESH:
        return known[2]
    worklist, cases = WORKLIST.of(limit=0, read=read), COUNTS.of()
    found = doors.together(worklist, cases)
    duties, by_status = found[worklist], found[cases]
    if duties is None or by_status is None:
        return {}
    work = duties["counts"]
    open_cases = sum(by_status.values()) - by_status.get("closed", 0)
    result = {"work": work["overdue"] + work["due_today"] + work["answered"], "cases": open_cases}
    _known[caller.user] = (time.monotonic(), seen, result)
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
