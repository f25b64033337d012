"""What this machine lacks. Who starts the tests may say so: then those that need it are not run, and the sum says why.
Else they fail."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.servers import NotInstalled

SETTING = "SONGTOR_TEST_WITHOUT"  # JSON: what is not here, and why
NOT_RUN = "not run: "  # begins the reason of such a test in its report


class Absent(Exception):
    """A test needs what is not here."""


def why(name: str) -> str | None:
    """Why RabbitMQ, PostgreSQL or Chromium is said not to be here; None if it is not."""
    reason: str | None = json.loads(os.environ.get(SETTING, "{}")).get(name)
    return reason


def need(name: str) -> None:
    """Absent if it was said not to be here."""
    if reason := why(name):
        raise Absent(reason)


@contextmanager
def skipping() -> Iterator[None]:
    """A test that finds something absent inside counts as not run, where it was said what is absent."""
    try:
        yield
    except (Absent, NotInstalled) as lacking:
        if SETTING not in os.environ:
            raise
        pytest.skip(f"{NOT_RUN}{lacking}")
