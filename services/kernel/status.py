"""How far a service is: its log, what of it the broker has, what it heard of others, and the deadlines it keeps."""

from datetime import datetime
from typing import TypedDict

from services.kernel.eventlog import EventLog
from services.kernel.timers import Deadlines, deadlines


class SubscriptionStatus(TypedDict):
    """`behind`: events of the source not yet handled; `parked`: how many are kept aside; `state`: running or
    diverged."""

    source: str
    cursor: int
    behind: int
    parked: int
    state: str


class ParkedStatus(TypedDict):
    source: str
    position: int
    stream: str
    id: str
    attempts: int
    error: str
    since: str


class SkippedStatus(TypedDict):
    """`by` whom it was given up, `why` and when (`at`)."""

    source: str
    position: int
    id: str
    by: str
    why: str
    at: str


class Status(TypedDict):
    """`sequence`: the last position of the log; `published`: the last that the broker confirmed; `parked`: the first
    SHOWN; `skipped`: the last SHOWN; `read_models`: their names."""

    service: str
    sequence: int
    published: int
    subscriptions: list[SubscriptionStatus]
    parked: list[ParkedStatus]
    deadlines: Deadlines
    read_models: list[str]
    skipped: list[SkippedStatus]


SHOWN = 100


def status(log: EventLog, now: datetime) -> Status:
    with log.database.read() as db:
        head = log.row(db, "SELECT position FROM log_head WHERE id = 1")
        published = log.row(db, "SELECT position FROM relay_cursor WHERE feed = 'log'")
        cursors = {
            row[0]: row[1:]
            for row in log.rows(db, "SELECT source, position, head_seen, state FROM inbox_cursor")
        }
        rows = log.rows(
            db,
            "SELECT source, position, stream_id, event_id, attempts, error, first_at FROM parked_event "
            "WHERE status = 'parked' ORDER BY source, position LIMIT ?",
            SHOWN,
        )
        kept = deadlines(log, db, now)
        sql = "SELECT source, COUNT(*) FROM parked_event WHERE status = 'parked' GROUP BY source"
        counts = {row[0]: int(row[1]) for row in log.rows(db, sql)}
        sql = (
            "SELECT source, position, event_id, skipped_by, skipped_why, last_at FROM parked_event "
            "WHERE skipped_by IS NOT NULL ORDER BY last_at DESC LIMIT ?"
        )
        skipped = [
            SkippedStatus(source=source, position=position, id=id, by=by, why=why, at=at)
            for source, position, id, by, why, at in log.rows(db, sql, SHOWN)
        ]
    parked = [
        ParkedStatus(
            source=source,
            position=position,
            stream=stream,
            id=id,
            attempts=attempts,
            error=error,
            since=since,
        )
        for source, position, stream, id, attempts, error, since in rows
    ]
    subscriptions = []
    for source in log.wiring.hears:
        position, head_seen, state = cursors.get(source, (0, 0, "running"))
        subscriptions.append(
            SubscriptionStatus(
                source=source,
                cursor=position,
                behind=max(0, head_seen - position),
                parked=counts.get(source, 0),
                state=state,
            )
        )
    return Status(
        service=log.service,
        sequence=int(head[0]),
        published=int(published[0]),
        subscriptions=subscriptions,
        parked=parked,
        deadlines=kept,
        read_models=[projection.name for projection in log.wiring.projections],
        skipped=skipped,
    )
