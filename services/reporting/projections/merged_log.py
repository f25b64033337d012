"""The merged log of all services, kept by the kernel in `source_event`."""

from collections.abc import Callable, Collection
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select, union_all

from services.codes.feed import TOLD
from services.kernel.tables import source_event
from services.reporting import answers

SOURCES = ("intake", "screening", "partners", "referral")
SCAN, CHUNK = 10_000, 1_000  # facts looked at for one page of the merged log, and read at once


def _last(source: str) -> Select[Any]:
    s = source_event.c
    newest = select(s.body).where(s.source == source).order_by(s.position.desc()).limit(1)
    return select(newest.subquery().c.body)


LAST = union_all(*map(_last, SOURCES))


def get_data_up_to(db: Connection) -> str | None:
    """The latest recorded time among the last facts heard of each service; None before the first."""
    return max((orjson.loads(body)["recordedtime"] for (body,) in db.execute(LAST)), default=None)


def get_head(db: Connection) -> int:
    """The position of the last fact heard; 0 before the first."""
    return db.execute(select(func.max(source_event.c.ingest_position))).scalar() or 0


def is_told(db: Connection, case_id: str, stream: str, before: int) -> bool:
    """Whether the partner of a referral was told of it before a position; `case_id`: of its case."""
    s = source_event.c
    told = s.case_id == case_id, s.event_type == TOLD, s.ingest_position < before
    bodies = db.execute(select(s.body).where(*told)).scalars()
    return any(orjson.loads(body)["streamid"] == stream for body in bodies)


def list_events(
    db: Connection, after: int, limit: int, visible: Callable[[answers.Event, int], bool]
) -> tuple[list[answers.Event], int]:
    """Up to `limit` visible facts behind a position, as CloudEvents, and the position of the last fact looked at.

    At most `SCAN` facts are looked at, so the list may be short or empty although more follows: the position then has
    moved.
    """
    s = source_event.c
    events: list[answers.Event] = []
    end = after + SCAN
    position = after
    while position < end:
        chunk = (
            select(s.ingest_position, s.body)
            .where(s.ingest_position > position, s.ingest_position <= end)
            .order_by(s.ingest_position)
            .limit(CHUNK)
        )
        rows = db.execute(chunk).all()
        for place, body in rows:
            position = place
            event: answers.Event = orjson.loads(body)
            if visible(event, place):
                events.append({**event, "position": place})
                if len(events) == limit:
                    return events, position
        if not rows:
            break
    return events, position


def list_of_types(
    db: Connection, types: Collection[str], after: int, limit: int
) -> tuple[list[answers.Event], int]:
    """Up to `limit` facts of some types behind a position, with their positions, and up to where was looked: at most
    `SCAN` facts."""
    s = source_event.c
    end = min(after + SCAN, get_head(db))
    found = (
        select(s.ingest_position, s.body)
        .where(s.ingest_position > after, s.ingest_position <= end, s.event_type.in_(sorted(types)))
        .order_by(s.ingest_position)
        .limit(limit)
    )
    events: list[answers.Event] = []
    for place, body in db.execute(found).all():
        event: answers.Event = orjson.loads(body)
        events.append({**event, "position": place})
    return events, events[-1]["position"] if len(events) == limit else max(after, end)


def get_position(db: Connection, since: str) -> int:
    """Behind which position what was recorded at a moment begins. What is heard late stands later, which is as good:
    halves are looked at, not everything."""
    s = source_event.c
    low, high = 0, get_head(db)
    while low < high:
        middle = (low + high + 1) // 2
        body = db.execute(select(s.body).where(s.ingest_position == middle)).scalar_one()
        low, high = (middle, high) if orjson.loads(body)["recordedtime"] < since else (low, middle - 1)
    return low
