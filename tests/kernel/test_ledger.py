"""The ledger of erasures: outside every backup, and a restore destroys again the keys of whoever stands in it."""

import subprocess
import sys

import pytest

from services.kernel import ledger, settings
from services.kernel.backup import backup, restore
from services.kernel.manifest import BackupRefused
from services.kernel.vault import REDACTED, Shredding
from tests.kernel import balls
from tests.kernel.balls import MONDAY

BOTH = ("red", "blue")
GONE = Shredding("a", "2026-01-05T02:00:00.000000Z")


def test_what_stands_in_it_is_not_written_twice_and_a_line_that_was_cut_off_is_written_anew(tmp_path):
    path = tmp_path / "new" / "erasures.jsonl"
    assert ledger.read(path) is None
    ledger.add(path, [])
    assert ledger.read(path) == []
    ledger.add(path, [GONE, Shredding("b", "2")])
    ledger.add(path, [GONE])
    path.write_bytes(path.read_bytes()[:-5])
    assert ledger.read(path) == [GONE]
    ledger.add(path, [Shredding("b", "2")])
    assert ledger.read(path) == [GONE, Shredding("b", "2")]
    assert path.stat().st_mode & 0o077 == 0


def test_processes_that_share_it_lose_nobody(tmp_path):
    path = tmp_path / "erasures.jsonl"
    adds = (
        "import sys, pathlib; from services.kernel import ledger; from services.kernel.vault import Shredding\n"
        "for n in range(60): ledger.add(pathlib.Path(sys.argv[1]), [Shredding(f'{sys.argv[2]}-{n}', '1')])"
    )
    running = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", adds, path, name]) for name in "abcd"]
    assert [each.wait() for each in running] == [0] * 4
    found = [each.subject_id for each in ledger.read(path)]
    assert len(found) == 240 and {*found} == {f"{name}-{n}" for name in "abcd" for n in range(60)}


@pytest.fixture
def site(tmp_path):
    with balls.sites(tmp_path) as sites:
        yield lambda: settings.read(sites("sqlite"))


@pytest.fixture
def kept(site, tmp_path):
    """A backup of two people's logs and keys, and who the people are."""
    place = site()
    net = balls.network(place)
    people = [balls.throw(net, ball) for ball in (1, 2)]
    net.settle()
    backup(place, BOTH, tmp_path / "monday", MONDAY)
    net.close()
    return tmp_path / "monday", people


def words_of(place, people):
    """What each person's first words open to now."""
    net = balls.network(place)
    red = net.runtimes["red"]
    sealed = {
        fact.data["person_id"]: fact.sealed["words"]
        for fact in net.read("red", lambda db: red.log.facts(db, 0, 50))
        if "words" in fact.sealed
    }
    opened = [red.vault.unseal(each, "words", sealed[each]) for each in people]
    net.close()
    return opened


def test_keys_from_before_an_erasure_revive_nobody(site, kept):
    folder, people = kept
    place = site()
    restore(place, BOTH, folder, erased=[Shredding(people[0], GONE.shredded_at)])
    assert words_of(place, people)[0] is REDACTED and words_of(place, people)[1] is not REDACTED


def test_somebody_in_the_ledger_of_whom_the_backup_knows_nothing_is_erased_too(site, kept):
    place = site()
    restore(place, BOTH, kept[0], erased=[GONE])
    net = balls.network(place)
    assert [each.subject_id for each in net.runtimes["red"].vault.shredded()] == ["a"]
    net.close()


def test_a_ledger_that_lacks_somebody_the_backup_knows_as_erased_is_too_old(site, kept, tmp_path):
    folder, people = kept
    place = site()
    restore(place, BOTH, folder, erased=[Shredding(people[0], GONE.shredded_at)])
    backup(place, BOTH, tmp_path / "tuesday", MONDAY)
    other = site()
    with pytest.raises(BackupRefused, match="older than this backup"):
        restore(other, BOTH, tmp_path / "tuesday", erased=[])
    restore(other, BOTH, tmp_path / "tuesday", erased=[Shredding(people[0], GONE.shredded_at)])
    assert words_of(other, people)[0] is REDACTED
