"""What `songtor verify` finds wrong with a log, and with what a service heard of others. Trusts only the stored
bytes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from services.kernel.cloudevents import GENESIS, chain
from services.kernel.eventlog import EventLog

BATCH = 100  # rows that are looked at without a pause: one or two milliseconds


def log_problems(log: EventLog, pause: Callable[[float], None]) -> Iterator[str]:
    """Sentences about the first things wrong with a log: holes, versions, hash chain, head. Nothing if it is whole.

    Trusts only the stored bytes: every hash is computed again, every sealed part is held against its hash. It takes
    long, so after each batch everybody else of this process has a turn (`pause`).
    """
    position, previous = 0, GENESIS
    versions: dict[str, int] = {}
    with log.database.snapshot() as db:
        head = log.row(db, "SELECT position, hash FROM log_head WHERE id = 1")
        while True:
            sql = (
                "SELECT position, event_id, stream_id, version, event_type, body, sealed, hash FROM event "
                "WHERE position > ? ORDER BY position LIMIT ?"
            )
            rows = log.rows(db, sql, position, BATCH)
            if not rows:
                break
            for row in rows:
                wrong = _wrong(row, position, previous, versions)
                if wrong:
                    yield f"{log.service}: event {row[0]}: {wrong}"
                    return
                position, previous = row[0], row[7]
                versions[row[2]] = row[3]
            pause(0)
        if head[0] != position or head[1] != previous:
            yield f"{log.service}: the head says {head[0]}, the log ends at {position}, or their hashes differ"
        yield from _stream_problems(log, db, versions, pause)


def _stream_problems(
    log: EventLog, db: Connection, versions: Mapping[str, int], pause: Callable[[float], None]
) -> Iterator[str]:
    """Streams that say another version than that of their last event."""
    left, last = dict(versions), ""
    while True:
        sql = "SELECT stream_id, version FROM stream WHERE stream_id > ? ORDER BY stream_id LIMIT ?"
        rows = log.rows(db, sql, last, BATCH)
        if not rows:
            break
        for stream_id, at in rows:
            if at != (ends := left.pop(stream_id, 0)):
                yield f"{log.service}: stream {stream_id} is at {at}, its events end at {ends}"
        last = rows[-1][0]
        pause(0)
    for stream_id, ends in sorted(left.items()):
        yield f"{log.service}: stream {stream_id} is at 0, its events end at {ends}"


def _wrong(row: Any, position: int, previous: str, versions: Mapping[str, int]) -> str | None:
    number, event_id, stream_id, version, event_type, body, sealed, hash = row
    try:
        event = orjson.loads(body)
    except ValueError:
        return "its body is no JSON"
    if number != position + 1 or event["sequence"] != number:
        return f"the order has a hole after {position}"
    if version != versions.get(stream_id, 0) + 1 or event["streamversion"] != version:
        return f"version {version} of {stream_id} does not follow {versions.get(stream_id, 0)}"
    if (event["id"], event["streamid"], event["type"]) != (event_id, stream_id, event_type):
        return "its columns and its body differ"
    if chain(previous, body) != hash:
        return "the hash chain breaks"
    if (hashlib.sha256(sealed.encode()).hexdigest() if sealed else "") != event["sealedhash"]:
        return "its sealed part does not fit its hash"
    return None


def cursor_problems(log: EventLog) -> list[str]:
    """A halted subscription, a cursor that does not fit what was kept, or a parked stream with nothing parked."""
    problems = []
    with log.database.snapshot() as db:
        for source, position, hash, state in log.rows(
            db, "SELECT source, position, hash, state FROM inbox_cursor"
        ):
            if state != "running":
                problems.append(f"{log.service}: the subscription to {source} is halted")
            sql = "SELECT position, hash FROM source_event WHERE source = ? ORDER BY position DESC LIMIT 1"
            last = log.row(db, sql, source)
            if last is not None and (last[0] > position or (last[0] == position and last[1] != hash)):
                problems.append(
                    f"{log.service}: the cursor of {source} does not fit what was heard at {last[0]}"
                )
        sql = "SELECT COUNT(*), COALESCE(MAX(ingest_position), 0) FROM source_event"
        count, most = log.row(db, sql)
        head = log.row(db, "SELECT position FROM ingest_head WHERE id = 1")[0]
        if not count == most == head:
            problems.append(f"{log.service}: the order of what was heard has holes ({count}, {most}, {head})")
        sql = (
            "SELECT s.source, s.stream_id FROM parked_stream s WHERE NOT EXISTS (SELECT 1 FROM parked_event e "
            "WHERE e.source = s.source AND e.stream_id = s.stream_id AND e.status = 'parked')"
        )
        problems += [
            f"{log.service}: stream {row[1]} of {row[0]} waits for nothing" for row in log.rows(db, sql)
        ]
    return problems
