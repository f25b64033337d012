"""The story of one case, told by all services."""

import orjson
from sqlalchemy import Connection, select

from services.kernel.tables import source_event
from services.reporting import answers
from services.reporting.projections.milestones import milestones


def get_centre(db: Connection, case_id: str) -> str | None:
    """The centre that opened a case; None if the case is not known here."""
    m = milestones.c
    opened = select(m.centre).where(m.case_id == case_id, m.type == "CaseOpened")
    return db.execute(opened).scalar_one_or_none()


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
