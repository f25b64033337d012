"""What the front door does of itself as long as it runs, a look after the other; while looks fail, less and less
often."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)
TICK_MOST = 30.0  # seconds between looks while they fail


def keep_looking(
    look: Callable[[], None],
    what: str,
    tick: float,
    stopping: Callable[[], bool],
    pause: Callable[[float], None],
) -> None:
    """Look every so many seconds (`tick`), until `stopping`. `what` waits while that fails: said when it fails twice in
    a row, for at a start those that are asked may not be there yet."""
    delay = tick
    while not stopping():
        try:
            look()
            delay = tick
        except Exception as error:
            if delay == tick * 2:
                logger.warning("%s wait: %s", what, type(error).__name__)
            delay = min(delay * 2, TICK_MOST)
        pause(delay)
