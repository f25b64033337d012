"""Points of the kernel at which a process may end itself by kill -9, armed in a process that tests have forked. The
kernel knows nothing of it."""

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# name -> (module, class, method, before or after it, whether this pass counts: (arguments, result) -> bool)
Counts = Callable[[tuple[Any, ...], Any], bool]
POINTS: dict[str, tuple[str, str, str, str, Counts]] = {
    "appended, not committed": (
        "eventlog", "EventLog", "append", "after", lambda args, _: bool(args[1].pending),
    ),
    "committed, not answered": (
        "eventlog", "EventLog", "committed", "before", lambda args, _: bool(args[1].pending),
    ),
    "published, not confirmed": ("relay", "BrokerPublisher", "_wait", "before", lambda args, _: True),
    "confirmed, cursor not moved": ("relay", "BrokerPublisher", "__call__", "after", lambda args, _: True),
    "handled, not committed": ("inbox", "Inbox", "_effects", "after", lambda args, _: bool(args[2])),
    "handled and committed, not acknowledged": (
        "inbox", "Inbox", "receive", "after", lambda args, result: result == "handled",
    ),
}  # fmt: skip


def arm(point: str, count: int, file: Path) -> None:
    """Make the COUNT-th pass of the point the last thing this process does, but for its name in the file."""
    module_name, class_name, method_name, moment, counts = POINTS[point]
    owner = getattr(sys.modules[f"services.kernel.{module_name}"], class_name)
    method = getattr(owner, method_name)
    left = count

    def passed() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            with file.open("a") as hits:
                hits.write(f"{point}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(method)
    def watched(*args: Any, **named: Any) -> Any:
        if moment == "before" and counts(args, None):
            passed()
        result = method(*args, **named)
        if moment == "after" and counts(args, result):
            passed()
        return result

    setattr(owner, method_name, watched)
