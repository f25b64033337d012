"""Files and folders that are their owner's alone, whatever the umask of whoever started us.

A database names people's ages and conditions by code, the front door's also how users sign in: another user of the same
machine has no business in them. What SQLite writes beside a file (WAL, SHM) gets that file's mode.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = 0o077
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database


class OpenToOthers(Exception):
    """A file or folder of ours can be read by others, and we may not change that. The text says what to do."""


def umask() -> None:
    """Whatever this process makes from now on is its owner's alone; what it starts inherits that."""
    os.umask(OTHERS)


def opener(path: str, flags: int) -> int:
    """For `open`: a new file is closed to others."""
    return os.open(path, flags, FILE)


def folder(path: Path) -> None:
    """Make the folder if it is not there, and close it to others."""
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _close(path, FOLDER)


def database(path: Path) -> None:
    """Make the file before SQLite does, and close it, with what lies beside it, to others.

    A file that is there is never opened: closing it again would let go of every lock that SQLite holds on it in this
    process, and another process would then take away the WAL under our writing.
    """
    path.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE))
    for each in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        with suppress(FileNotFoundError):
            _close(each, FILE)


def tighten(path: Path) -> None:
    """A data folder that may have been made by an earlier version, and the files in it: closed to others."""
    folder(path)
    for each in path.iterdir():
        with suppress(FileNotFoundError):  # SQLite removed it meanwhile
            if each.is_file():
                _close(each, FILE)


def _close(path: Path, mode: int) -> None:
    """Only what is open to others is touched: a file that is another's but closed is no reason to stop."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or not stat.S_IMODE(found.st_mode) & OTHERS:
        return
    try:
        path.chmod(mode)
    except PermissionError as error:
        raise OpenToOthers(
            f"{path} is open to others and not ours to close: its owner can, with chmod {mode:o}."
        ) from error
