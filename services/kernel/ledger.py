"""The erasure ledger: who was erased, and when, in a file of its own that no backup holds.

A backup of the keys made before an erasure holds that person's key still. Whoever brings it back needs this file, so
that the key is destroyed again in the same transaction. It names nobody: a line is {"subject_id", "shredded_at"}.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

import orjson

from services.kernel import private
from services.kernel.vault import Shredding


def read(path: Path) -> list[Shredding] | None:
    """Who was erased, in the order in which it was written down; None where there is no ledger. A last line that a
    power cut has cut off is not counted."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    return [Shredding(**orjson.loads(line)) for line in text[: text.rfind(b"\n") + 1].splitlines()]


def add(path: Path, erased: Iterable[Shredding]) -> None:
    """Write down those who do not stand in it yet, and that safely; makes the ledger if it is not there. Processes that
    share it wait for each other."""
    path.parent.mkdir(mode=private.FOLDER, parents=True, exist_ok=True)
    with open(path, "ab", opener=private.opener) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = {each.subject_id for each in read(path) or ()}
        lines = [
            orjson.dumps(each._asdict(), option=orjson.OPT_APPEND_NEWLINE)
            for each in erased
            if each.subject_id not in known
        ]
        file.truncate(_whole(path))
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def _whole(path: Path) -> int:
    """Bytes of whole lines."""
    return path.read_bytes().rfind(b"\n") + 1
