"""An upgrade in turns from the commit at which the work on this began (its id in the file `start`): nothing is lost and
whoever is outdated ends, but processes of then answer as they did, which no later program can change (decision 32)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.turning import Turning, Upgrade
from tests.support import next_version
from tests.support.former import NoHistory
from tests.support.turns import LOGS, Turns

START = (Path(__file__).parent / "start").read_text().strip()


@pytest.fixture(scope="module")
def upgrade(folder: Path) -> Iterator[Upgrade]:
    place = folder / "start"
    place.mkdir(mode=0o755)
    old = next_version.of_commit(START, place / "old")
    # The front door of then did not close its connections as it ended, so that it could not end.
    with Turns(place, old, next_version.tree(place / "new"), {"Connection": "close"}) as turns:
        # Nor did the program of then sign its log: what it writes is refused everywhere once a newer one serves.
        turns.go_over(LOGS)
        yield Upgrade(turns, from_here=False, outdated=LOGS, refused_most=10.0)


class TestFromTheStart(Turning):
    pass


def test_a_checkout_without_the_history_says_so_and_what_to_do(tmp_path: Path):
    with pytest.raises(
        NoHistory, match=r"commit 0{40} is missing. A shallow clone gets it by: git fetch --unshallow"
    ):
        next_version.of_commit("0" * 40, tmp_path)
