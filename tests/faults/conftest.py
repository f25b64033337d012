import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """pytest's own tmp_path is closed to the user who runs PostgreSQL when the tests are run by root."""
    with tempfile.TemporaryDirectory(prefix="songtor-faults-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
