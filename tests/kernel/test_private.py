"""The data folder, the databases, keys and backups are their owner's alone, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli import songtor
from services.kernel import backup as copies
from services.kernel import private, settings
from services.kernel.local import Network, SimulatedClock
from tests.kernel import balls

OPEN = 0o022  # what most systems start a process with


@pytest.fixture(params=[OPEN, 0])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(*folders: Path) -> dict[str, int]:
    """{name: mode} of some folders and everything in them."""
    found = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in found}


def are_private(*folders: Path) -> None:
    wrong = {name: oct(mode) for name, mode in modes(*folders).items() if mode & private.OTHERS}
    assert wrong == {}


def test_what_services_keep_is_closed_to_others_also_while_they_write(tmp_path: Path, umask: None):
    data = tmp_path / "data"
    with closing(
        Network((balls.Red, balls.Blue), SimulatedClock(datetime(2026, 3, 2, tzinfo=UTC)), data)
    ) as net:
        names = modes(data)
        assert {"master.key", "vault.db"} <= names.keys() and any(name.endswith("-wal") for name in names)
        are_private(data)
        copies.backup(
            settings.read({}, data=str(data)), [*net.runtimes], tmp_path / "kept", datetime.now(UTC)
        )
    are_private(tmp_path / "kept", tmp_path / "kept-keys")


def test_a_folder_of_an_earlier_version_is_closed_at_the_start(tmp_path: Path, umask: None):
    data = tmp_path / "data"
    with closing(Network((balls.Red, balls.Blue), SimulatedClock(datetime(2026, 3, 2, tzinfo=UTC)), data)):
        pass
    data.chmod(0o755)
    for file in data.iterdir():
        file.chmod(0o644)
    (data / "sample-password").touch()
    private.tighten(data)
    are_private(data)


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    elsewhere.touch(mode=0o644)
    data.mkdir()
    (data / "lock").symlink_to(elsewhere)
    private.tighten(data)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_a_command_makes_a_private_folder(tmp_path: Path, umask: None):
    data = tmp_path / "new" / "data"
    CliRunner().invoke(
        songtor, ["--data", str(data), "users", "add", "somebody", "--role", "admin", "--centre", "*"]
    )
    assert data.is_dir()
    are_private(data)
