"""An upgrade in turns from this checkout's code to a next version: this checkout's, with a read model and an event of a
new version and a schema migration. Nobody is refused for longer than a second."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.turning import Turning, Upgrade
from tests.support import next_version
from tests.support.former import ROOT
from tests.support.turns import Turns


@pytest.fixture(scope="module")
def upgrade(folder: Path) -> Iterator[Upgrade]:
    place = folder / "here"
    place.mkdir(mode=0o755)
    with Turns(place, ROOT, next_version.tree(place / "new")) as turns:
        turns.go_over(("intake",))
        yield Upgrade(turns, from_here=True, outdated=("intake",), refused_most=1.0)


class TestFromHere(Turning):
    pass
