"""Anchors: a signed line that says where every log stood, to be kept where nobody who reaches the databases reaches."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from services.kernel.envelope import instant
from services.kernel.eventlog import EventLog
from services.kernel.keys import Fit, Keyring, MasterKey

NAME = "songtor-anchor-1"
LINE = re.compile(rf"({NAME} \S+((?: [a-z]\w*:\d+:[0-9a-f]{{64}})+)) ([0-9a-f]+:[0-9a-f]+)")


class BadAnchor(Exception):
    """A line that is no anchor, or that nobody who has the key has signed."""


def anchor(logs: Iterable[EventLog], keys: Keyring, now: datetime) -> str:
    heads = [(log.service, *log.head()[:2]) for log in logs]
    text = " ".join([NAME, instant(now), *(f"{name}:{position}:{hash}" for name, position, hash in heads)])
    return f"{text} {keys.mac('anchor', text)}"


def check(text: str, logs: Mapping[str, EventLog], keys: Keyring | None) -> list[str]:
    """What of the logs is no longer as the lines of a file say. BadAnchor if one is none."""
    problems = []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadAnchor("The file holds no anchor.")
    for number, line in enumerate(lines, 1):
        found = LINE.fullmatch(line)
        if found is None:
            raise BadAnchor(f"Line {number} of the file is no anchor.")
        if keys is not None and (fit := keys.check(found[3], "anchor", found[1])) is not Fit.FITS:
            raise BadAnchor(f"Line {number} of the file was not signed by this installation: {fit}.")
        at = line.split()[1]
        for name, position, hash in (each.split(":") for each in found[2].split()):
            if name in logs and (wrong := _wrong(logs[name], int(position), hash)):
                problems.append(f"{name}: {wrong}, anchored at {at}")
    return problems


def _wrong(log: EventLog, position: int, hash: str) -> str | None:
    if position == 0:
        return None
    with log.database.read() as db:
        row = log.row(db, "SELECT hash FROM event WHERE position = ?", position)
    if row is None:
        return f"the log was cut: it lacks event {position}"
    return None if row[0] == hash else f"event {position}, or one before it, is not the one"


def keyring(master: MasterKey, generation: int) -> Keyring:
    return Keyring(master, "anchor", generation)
