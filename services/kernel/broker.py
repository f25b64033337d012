"""A connection to the broker: how its loss looks, how soon it is opened again, and how one is closed that may be
dead."""

import logging

from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import KombuError

from services.kernel.runtime import RunWithin

logger = logging.getLogger(__name__)

HEARTBEAT = 10  # seconds
AGAIN_FIRST = 0.1  # seconds before a connection that broke off is opened again ...
AGAIN_MOST = 3.0  # ... and when it has broken off many times in a row
CLOSE_SECONDS = 1.0
BROKEN = (OSError, AMQPError, KombuError)


def let_go(connection: Connection, within: RunWithin) -> None:
    """Close a connection to the broker; one that does not answer any more is left to itself."""
    try:
        within(CLOSE_SECONDS, connection.release)
    except Exception as error:  # it is gone either way
        logger.debug("closing a lost connection failed: %s", type(error).__name__)
