"""What `songtor verify` finds of a log that was rewritten, cut or emptied together with its hashes: by the macs that
need the key, by the hashes that followers keep, and by what must follow from the log itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from services.kernel import checkpoints, growth
from services.kernel.cloudevents import GENESIS, STRICT, Event
from services.kernel.database import Database
from services.kernel.decider import SetTimer
from services.kernel.envelope import derived_id, instant
from services.kernel.eventlog import EventLog
from services.kernel.keys import Fit
from services.kernel.macs import NO_CHECKPOINT, Checkpoint, Macs

BATCH = 100  # rows that are looked at without a pause (kernel.verify)

Pause = Callable[[float], None]


@dataclass
class Findings:
    """What is wrong, and what cannot be said."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def keyed(log: EventLog, now: datetime, pause: Pause) -> Findings:
    """The macs of the head and of the checkpoints, and the record of accesses that these cover. What may have gone by
    now (kernel.growth) need not be there."""
    found, name, macs = Findings(), log.service, log.macs
    with log.database.snapshot() as db:
        if not _has(log, db, "checkpoint"):
            found.notes.append(f"{name}: carries no macs yet: the next start brings it up")
            return found
        position, hash, mac, count = log.row(
            db, "SELECT position, hash, mac, checkpoints FROM log_head WHERE id = 1"
        )
        fit = macs.head_fits(mac, position, hash, count) if macs else Fit.OTHER_KEY
        if macs is None:
            found.notes.append(f"{name}: the key is not here, so that macs were not checked")
        elif fit is Fit.NONE and position and not count:
            found.notes.append(f"{name}: unkeyed up to {position}: nothing was appended with the key yet")
        elif fit is Fit.OTHER_KEY:
            found.problems.append(f"{name}: the head's mac is {fit}")
        elif fit is not Fit.FITS and position:
            found.problems.append(f"{name}: the head at {position} was not written by this installation")
        last = NO_CHECKPOINT
        for each, stored in _checkpoints(log, db):
            wrong = _wrong(macs, last, each, stored, now) or _access_wrong(log, db, last, each, now)
            if wrong:
                found.problems.append(f"{name}: {wrong}")
                return found
            pause(0)
            if each.unkeyed_after == 0 and each.number == 1:
                found.notes.append(f"{name}: unkeyed before {each.position + 1}, as stated at {each.at}")
            elif each.unkeyed_after is not None:
                found.problems.append(
                    f"{name}: events {each.unkeyed_after + 1} to {each.position} were not all written by this "
                    f"installation (found at {each.at})"
                )
            last = each
        if last.number != count:
            found.problems.append(f"{name}: the head counts {count} checkpoints, there are {last.number}")
    return found


def _checkpoints(log: EventLog, db: Connection) -> Iterator[tuple[Checkpoint, str | None]]:
    """Each with the hash that the log has there."""
    columns = ", ".join(f"c.{name}" for name in Checkpoint._fields)
    last = 0
    while True:
        sql = (
            f"SELECT {columns}, e.hash FROM checkpoint c LEFT JOIN event e ON e.position = c.position "  # noqa: S608
            "WHERE c.number > ? ORDER BY c.number LIMIT ?"
        )
        rows = log.rows(db, sql, last, BATCH)
        for *row, hash in rows:
            yield Checkpoint(*row), hash if row[2] else GENESIS
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _wrong(
    macs: Macs | None, last: Checkpoint, each: Checkpoint, hash: str | None, now: datetime
) -> str | None:
    if each.number != last.number + 1 and not each.at < instant(now - growth.BY_THE_MINUTE):
        return f"checkpoint {last.number + 1} is missing"
    if macs is not None and (fit := macs.checkpoint_fits(each)) is not Fit.FITS:
        return f"the mac of checkpoint {each.number} ({each.at}) does not fit: {fit}"
    if hash is None:
        return f"the log was cut: checkpoint {each.number} ({each.at}) knows event {each.position}"
    if hash != each.hash:
        return f"events {last.position + 1} to {each.position} are not those of checkpoint {each.number} ({each.at})"
    return None


def _access_wrong(
    log: EventLog, db: Connection, last: Checkpoint, each: Checkpoint, now: datetime
) -> str | None:
    hash, count = last.access_hash, 0
    if each.access_to != last.access_to:
        for _, row in checkpoints.accesses(log, db, last.access_to, each.access_to):
            hash, count = checkpoints.access_chain(hash, row), count + 1
    if hash == each.access_hash or (count == 0 and each.at < instant(now - growth.CLAIMS)):
        return None
    return (
        f"the record of who read what differs from that of checkpoint {each.number} ({each.at}) "
        f"between {last.access_to + 1} and {each.access_to}"
    )


def filled(log: EventLog) -> list[str]:
    """Read models that lack facts of the log, or of what was heard."""
    problems = []
    with log.database.snapshot() as db:
        if not _has(log, db, "checkpoint"):
            return []
        own, heard = (
            log.row(db, f"SELECT position, position - filled FROM {head} WHERE id = 1")  # noqa: S608 (ours)
            for head in ("log_head", "ingest_head")
        )
        sql = (
            "SELECT name, own_regained, heard_regained FROM projection WHERE retired_at IS NULL ORDER BY name"
        )
        for name, own_regained, heard_regained in log.rows(db, sql):
            for what, head, regained in (
                ("the log", own, own_regained),
                ("what was heard", heard, heard_regained),
            ):
                if lacks := head[1] - regained:
                    problems.append(
                        f"{log.service}: {name} is at {head[0] - lacks} of {what}, which is at {head[0]}: "
                        f"songtor rebuild {log.service}.{name}"
                    )
    return problems


def deadlines(log: EventLog, now: datetime, pause: Pause) -> list[str]:
    """Deadlines that the log sets and that are missing, moved or crossed off without having been met. One that was due
    so long ago that it goes once it is met (kernel.growth) is taken for met."""
    if log.wiring.timers is None:
        return []
    wanted: dict[str, tuple[str, str]] = {}
    position = 0
    with log.database.snapshot() as db:
        while facts := log.facts(db, position, BATCH):
            position += len(facts)
            pause(0)
            for fact in facts:
                for change in log.wiring.timers(fact):
                    wanted.pop(change.timer_id, None)
                    if isinstance(change, SetTimer):
                        wanted[change.timer_id] = (change.due_at, fact.id)
        there = {
            id: (due, cause, fired)
            for id, due, cause, fired in log.rows(
                db, "SELECT timer_id, due_at, causation, fired_at FROM timer"
            )
        }
        long_ago = instant(now - growth.MET)
        wrong = [
            id
            for id, (due, cause) in wanted.items()
            if (due, cause) != there.get(id, ("", "", ""))[:2] and (id in there or due >= long_ago)
        ]
        wrong += [id for id in there if id not in wanted]
        unmet = [
            id
            for id, (due, cause, fired) in there.items()
            if fired and fired >= long_ago and not _done(log, db, derived_id(cause, f"{id} {due}"))
        ]
    problems = []
    if wrong:
        problems.append(
            f"{log.service}: {len(wrong)} deadlines are not as the log sets them, such as {min(wrong)}"
        )
    if unmet:
        problems.append(f"{log.service}: {len(unmet)} deadlines are crossed off unmet, such as {min(unmet)}")
    return problems


def _done(log: EventLog, db: Connection, command_id: str) -> bool:
    return log.row(db, "SELECT 1 FROM command_done WHERE command_id = ?", command_id) is not None


def people(log: EventLog, vault: Database, pause: Pause) -> list[str]:
    """People whose sealed fields stand in the log, and whose keys are neither in the vault nor destroyed as an
    erasure destroys them."""
    position, missing = 0, set()
    with log.database.snapshot() as db, vault.read() as keys:
        while rows := log.rows(
            db,
            "SELECT position, body FROM event WHERE position > ? AND sealed IS NOT NULL ORDER BY position LIMIT ?",
            position,
            BATCH,
        ):
            position = rows[-1][0]
            pause(0)
            ids = sorted({id for _, body in rows for id in _owners(log, orjson.loads(body))})
            marks = ", ".join("?" * len(ids))
            sql = f"SELECT subject_id FROM subject_key WHERE subject_id IN ({marks})"  # noqa: S608
            missing.update({*ids} - {row[0] for row in vault.rows(keys, sql, *ids)})
    return [f"{log.service}: the keys of {len(missing)} people are gone from the vault"] if missing else []


def _owners(log: EventLog, event: Event) -> set[str]:
    """Under whose keys an event's sealed fields stand."""
    return {event["data"][key] for key in log.codec.personal.get(event["type"], {}).values()}


def followed(source: EventLog, follower: EventLog) -> list[str]:
    """What a follower has heard, held against the log it heard it from. The follower is read first: it is never
    ahead."""
    name, position, problems = source.service, 0, []
    with follower.database.snapshot() as db:
        cursor = follower.row(db, "SELECT position, hash, epoch FROM inbox_cursor WHERE source = ?", name)
        if cursor is None:
            return []
        with source.database.snapshot() as own:
            head, epoch = source.row(own, "SELECT position, epoch FROM log_head WHERE id = 1")
            if cursor[2] and epoch != cursor[2]:
                return [f"{name}: is another log than the one that {follower.service} has heard"]
            if head < cursor[0]:
                problems.append(
                    f"{name}: ends at {head}, {follower.service} has heard it up to {cursor[0]}: it was cut"
                )
            while rows := follower.rows(
                db,
                "SELECT position, hash, body FROM source_event WHERE source = ? AND position > ? AND position <= ? "
                "ORDER BY position LIMIT ?",
                name, position, head, BATCH,
            ):  # fmt: skip
                sql = "SELECT position, hash, body FROM event WHERE position >= ? AND position <= ?"
                theirs = {row[0]: row[1:] for row in source.rows(own, sql, rows[0][0], rows[-1][0])}
                for position, hash, body in rows:
                    wrong = _copy_wrong(follower, theirs.get(position, ("", "")), hash, body)
                    if wrong:
                        return [*problems, f"{name}: event {position}: {wrong.format(follower.service)}"]
            if 0 < cursor[0] <= head:
                hash = source.row(own, "SELECT hash FROM event WHERE position = ?", cursor[0])
                if hash is None or hash[0] != cursor[1]:
                    problems.append(
                        f"{name}: event {cursor[0]}, or one before it, is not the one that {follower.service} has heard"
                    )
    return problems


def _copy_wrong(follower: EventLog, theirs: Any, hash: str, copy: str) -> str | None:
    if theirs[0] != hash:
        return "is not the one that {} has heard"
    event, keeps = {**orjson.loads(theirs[1]), "hash": hash}, follower.wiring.keeps
    # Programs of before kept the whole of what this one keeps a part of.
    forms = [event, {**event, "data": keeps(event["data"])}] if keeps else [event]
    if orjson.dumps(orjson.loads(copy), option=STRICT) not in [
        orjson.dumps(each, option=STRICT) for each in forms
    ]:
        return "the copy that {} keeps is not what it heard"
    return None


def _has(log: EventLog, db: Connection, table: str) -> bool:
    """False for a database that was brought back from before, and not yet brought up."""
    if log.database.sqlite:
        return log.row(db, "SELECT 1 FROM sqlite_master WHERE name = ?", table) is not None
    return log.row(db, "SELECT 1 WHERE to_regclass(?) IS NOT NULL", table) is not None
