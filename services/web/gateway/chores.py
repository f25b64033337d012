"""What the front door does of itself once it runs, again and again until those it asks answer."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)
PAUSE, PAUSE_MOST = 1.0, 60.0  # seconds before it is tried again


def until_done(
    work: Callable[[], int], what: str, stopping: Callable[[], bool], pause: Callable[[float], None]
) -> int:
    """What `work` answers once it does not fail; 0 if the front door stops before. `what` waits meanwhile."""
    delay = PAUSE
    while not stopping():
        try:
            return work()
        except Exception as error:
            logger.warning("%s wait: %s", what, type(error).__name__)
            pause(delay)
            delay = min(delay * 2, PAUSE_MOST)
    return 0
