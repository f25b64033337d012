"""What is costly to make, made by the group that needs it first and copied by all others of the same run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

SETTING = (
    "SONGTOR_TEST_ONCE"  # a folder of this run; a pytest that is run by itself has none, and makes its own
)


def folder(name: str, to: Path, make: Callable[[Path], object]) -> None:
    """Fill the folder `to`, which is not there yet, as `make` does. Whoever comes while it is being made waits for it;
    if that fails, each tries for itself."""
    run = os.environ.get(SETTING)
    if run is None:
        make(to)
        return
    kept = Path(run) / f"once-{name}"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            make(to)
            copy = kept.with_suffix(".making")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(to, copy)
            copy.rename(kept)
            return
    shutil.copytree(kept, to)
