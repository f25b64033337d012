"""A service needs neither eventlet nor nameko: on plain threads it decides, answers, publishes and hears
(docs/decisions/0013)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from kombu import Connection

from tests.kernel import toys
from tests.kernel.places import BROKER
from tests.support import databases


@pytest.fixture
def pair() -> Iterator[toys.Toys]:
    """Two toys of their own; what they leave on the broker is taken away."""
    suffix = uuid4().hex[:8]
    both = toys.Toys(f"teller{suffix}", f"listener{suffix}")
    yield both
    with Connection(BROKER) as connection:
        for queue in (
            f"songtor.{both.teller}.{both.listener}",
            f"rpc-{both.teller}",
            f"rpc-{both.listener}",
        ):
            connection.channel().queue_delete(queue)


@pytest.fixture
def place(kind, tmp_path) -> Iterator[dict[str, str]]:
    """Settings of an installation: files or PostgreSQL, and RabbitMQ."""
    where = {"SONGTOR_DATA": str(tmp_path), "SONGTOR_BROKER_URL": BROKER}
    if kind == "sqlite":
        yield where
        return
    mark = f"songtor_test_{uuid4().hex[:8]}"
    yield {**where, "SONGTOR_DATABASE_URL": databases.url(mark)}
    databases.drop_databases(mark)


def test_a_command_a_question_and_a_subscription_run_on_plain_threads(place, pair):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.kernel.plain_threads", pair.teller, pair.listener],
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["foreign"], said["plain"]) == ([], True)
    assert said["first"]["answer"] == {"case_id": "case 1", "version": 1}
    assert said["again"]["answer"] == said["first"]["answer"]
    assert said["refused"] == "Forbidden"
    assert said["tally"] == {"case_id": "case 1", "facts": 2, "own": 2, "total": 7, "closed": 0}
    assert (said["published"], said["problems"]) == (2, [])
