"""The broker that is measured against, and how a measurement leaves nothing behind on it."""

import os

from kombu import Connection

URL = os.environ.get("SONGTOR_TEST_BROKER_URL", "pyamqp://guest:guest@127.0.0.1:5672//")


def drop(*queues: str) -> None:
    with Connection(URL) as connection:
        channel = connection.channel()
        for name in queues:
            channel.queue_delete(name)
