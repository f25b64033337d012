"""The story of one case, told by all services."""

from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from services.kernel import owners
from services.kernel.tables import source_event
from services.reporting import answers
from services.reporting.projections.milestones import milestones


class Ownership(NamedTuple):
    """Whose a case is; and whose it was before: the centre that opened it, and those that had it since."""

    now: str
    before: frozenset[str]


def get_ownership(db: Connection, case_id: str) -> Ownership | None:
    """None if the case is not known here."""
    m, s = milestones.c, source_event.c
    opened = db.execute(
        select(m.centre).where(m.case_id == case_id, m.type == "CaseOpened")
    ).scalar_one_or_none()
    if opened is None:
        return None
    handed = select(s.body).where(s.case_id == case_id, s.event_type == owners.TRANSFER)
    had = {orjson.loads(body)["data"]["to"] for body in db.execute(handed).scalars()}
    now = owners.get(db, case_id) or opened
    return Ownership(now, frozenset({opened, *had} - {now}))


def list_events(db: Connection, case_id: str) -> list[answers.Event]:
    """Every fact of a case by recorded time, as CloudEvents. A cause recorded later than its effect (clocks differ) is
    moved before it."""
    s = source_event.c
    bodies = db.execute(select(s.body).where(s.case_id == case_id)).scalars()
    events: dict[str, answers.Event] = {event["id"]: event for event in map(orjson.loads, bodies)}
    placed: dict[str, answers.Event] = {}
    for event in sorted(events.values(), key=lambda e: (e["recordedtime"], e["source"], e["sequence"])):
        chain: dict[str, answers.Event] = {}
        cause: answers.Event | None = event
        while cause is not None and cause["id"] not in placed and cause["id"] not in chain:
            chain[cause["id"]] = cause
            cause = events.get(cause["causationid"])
        placed.update(reversed(chain.items()))
    return list(placed.values())
