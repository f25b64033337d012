"""An upgrade in turns: processes of a version and of the next side by side while clients work. Nothing is lost, nobody
is refused for longer than a second, and a process that may write no more says so in one line and ends.

From this checkout's code to a next version: this checkout's, with a read model and an event of a new version and a
schema migration. And from the commit at which the work on this began (its id in the file `start`): nothing is lost and
whoever is outdated ends, but processes of then answer as they did, which no later program can change (decision 32).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from services.cli import OLDER
from tests.support import next_version
from tests.support.former import ROOT, NoHistory
from tests.support.history import rows
from tests.support.turns import LOGS, READ_MODELS, Turns

START = (Path(__file__).parent / "start").read_text().strip()
REFUSED_MOST = 1.0  # seconds
REFUSED_MOST_THEN = 10.0  # by processes of the start
SENTENCE = "Error: This program is older than the database's read models"


class Upgrade(NamedTuple):
    """`outdated`: the services whose earlier processes may write no more once the new ones serve."""

    turns: Turns
    from_here: bool
    outdated: tuple[str, ...]


@pytest.fixture(scope="module", params=["from here", "from the start"])
def upgrade(request: pytest.FixtureRequest, folder: Path) -> Iterator[Upgrade]:
    from_here = request.param == "from here"
    place = folder / ("here" if from_here else "start")
    place.mkdir(mode=0o755)
    old = ROOT if from_here else next_version.of_commit(START, place / "old")
    # The program of the start did not sign its log: what it writes is refused everywhere once a newer one serves.
    outdated = ("intake",) if from_here else LOGS
    # Nor did its front door close its connections as it ended, so that it could not end.
    headers = {} if from_here else {"Connection": "close"}
    with Turns(place, old, next_version.tree(place / "new"), headers) as turns:
        turns.go_over(outdated)
        yield Upgrade(turns, from_here, outdated)


def test_a_checkout_without_the_history_says_so_and_what_to_do(tmp_path: Path):
    with pytest.raises(
        NoHistory, match=r"commit 0{40} is missing. A shallow clone gets it by: git fetch --unshallow"
    ):
        next_version.of_commit("0" * 40, tmp_path)


def test_nothing_is_lost_and_nothing_happens_twice(upgrade: Upgrade, capsys: pytest.CaptureFixture[str]):
    book, verdict = upgrade.turns.load.book, upgrade.turns.check()
    assert (verdict.lost, verdict.duplicated, verdict.problems) == ([], [], [])
    if upgrade.from_here:
        assert book.surprises == []
    else:  # whoever of then cannot read a newer service's answer decides on what it has heard (decision 32)
        with capsys.disabled():
            print(f"\n{len(book.surprises)} commands answered by processes of then on what they knew")
    assert len(book.acknowledged) > 100


def test_nobody_is_refused_for_long(upgrade: Upgrade, capsys: pytest.CaptureFixture[str]):
    book = upgrade.turns.load.book
    longest = max((seconds for _, seconds in book.refused), default=0.0)
    with capsys.disabled():
        print(
            f"\n{len(book.acknowledged)} commands acknowledged, {len(book.refused)} requests refused at first, "
            f"the longest for {longest:.2f} s"
        )
    most = REFUSED_MOST if upgrade.from_here else REFUSED_MOST_THEN
    assert [(what, seconds) for what, seconds in book.refused if seconds > most] == []


def test_a_process_that_may_write_no_more_says_so_in_one_line_and_ends(upgrade: Upgrade):
    for service, codes in upgrade.turns.codes.items():
        said = [each.said() for each in upgrade.turns.before[service]]
        if service not in upgrade.outdated:
            assert {*codes} == {0}, f"{service}: {said}"
        elif upgrade.from_here:
            assert {*codes} == {OLDER}
            lines = [[line for line in each.splitlines() if line.startswith(SENTENCE)] for each in said]
            assert [len(found) for found in lines] == [1] * len(said), said
        else:
            assert {*codes} == {1} and all("(Outdated)" in each for each in said)


def test_events_of_both_versions_stand_in_the_log_and_all_of_them_in_the_new_read_model(upgrade: Upgrade):
    url = upgrade.turns.url("intake")
    opened = rows(
        url, "SELECT body::json ->> 'dataversion', stream_id FROM event WHERE event_type = 'CaseOpened'"
    )
    assert len({version for version, _ in opened}) == 2
    versions = [int(name[6:]) for (name,) in rows(url, READ_MODELS) if name.startswith("case_v")]
    shown = rows(url, f'SELECT case_id FROM "case_v{max(versions)}"')  # noqa: S608 (a number)
    assert sorted(f"case/{case_id}" for (case_id,) in shown) == sorted(stream for _, stream in opened)


def test_verify_and_a_rebuild_find_every_read_model_as_its_log_says(upgrade: Upgrade):
    turns = upgrade.turns
    turns.command(turns.new, "verify")
    shown = turns.read_models()
    for process in turns.after.values():
        process.stop()
    turns.command(turns.new, "rebuild")
    rebuilt = turns.read_models()
    # Tables of versions of before may have gone meanwhile.
    assert [table for table, found in rebuilt.items() if found != shown[table]] == []
