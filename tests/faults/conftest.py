import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """pytest's own folders are closed to the user who runs PostgreSQL when the tests are run by root."""
    with tempfile.TemporaryDirectory(prefix="songtor-faults-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
