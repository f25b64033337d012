"""What holds of every upgrade in turns: processes of a version and of the next side by side while clients work. Nothing
is lost, nobody is refused for long, and a process that may write no more says so in one line and ends."""

from typing import NamedTuple

import pytest

from services.cli import OLDER
from tests.support.history import rows
from tests.support.turns import READ_MODELS, Turns

SENTENCE = "Error: This program is older than the database's read models"


class Upgrade(NamedTuple):
    """`outdated`: the services whose earlier processes may write no more once the new ones serve. `refused_most`: for
    how many seconds somebody may be refused."""

    turns: Turns
    from_here: bool
    outdated: tuple[str, ...]
    refused_most: float


class Turning:
    """The tests of an `upgrade`, a fixture of whoever takes them up."""

    def test_nothing_is_lost_and_nothing_happens_twice(
        self, upgrade: Upgrade, capsys: pytest.CaptureFixture[str]
    ):
        book, verdict = upgrade.turns.load.book, upgrade.turns.check()
        assert (verdict.lost, verdict.duplicated, verdict.problems) == ([], [], [])
        if upgrade.from_here:
            assert book.surprises == []
        else:  # whoever of then cannot read a newer service's answer decides on what it has heard (decision 32)
            with capsys.disabled():
                print(f"\n{len(book.surprises)} commands answered by processes of then on what they knew")
        assert len(book.acknowledged) > 100

    def test_nobody_is_refused_for_long(self, upgrade: Upgrade, capsys: pytest.CaptureFixture[str]):
        book = upgrade.turns.load.book
        longest = max((seconds for _, seconds in book.refused), default=0.0)
        with capsys.disabled():
            print(
                f"\n{len(book.acknowledged)} commands acknowledged, {len(book.refused)} requests refused at first, "
                f"the longest for {longest:.2f} s"
            )
        assert [(what, seconds) for what, seconds in book.refused if seconds > upgrade.refused_most] == []

    def test_a_process_that_may_write_no_more_says_so_in_one_line_and_ends(self, upgrade: Upgrade):
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

    def test_events_of_both_versions_stand_in_the_log_and_all_of_them_in_the_new_read_model(
        self, upgrade: Upgrade
    ):
        url = upgrade.turns.url("intake")
        opened = rows(
            url, "SELECT body::json ->> 'dataversion', stream_id FROM event WHERE event_type = 'CaseOpened'"
        )
        assert len({version for version, _ in opened}) == 2
        versions = [int(name[6:]) for (name,) in rows(url, READ_MODELS) if name.startswith("case_v")]
        shown = rows(url, f'SELECT case_id FROM "case_v{max(versions)}"')  # noqa: S608 (a number)
        assert sorted(f"case/{case_id}" for (case_id,) in shown) == sorted(stream for _, stream in opened)

    def test_verify_and_a_rebuild_find_every_read_model_as_its_log_says(self, upgrade: Upgrade):
        turns = upgrade.turns
        turns.command(turns.new, "verify")
        shown = turns.read_models()
        for process in turns.after.values():
            process.stop()
        turns.command(turns.new, "rebuild")
        rebuilt = turns.read_models()
        # Tables of versions of before may have gone meanwhile.
        assert [table for table, found in rebuilt.items() if found != shown[table]] == []
