"""The owner of one server goes from the version before the house to this one, and back again."""

import json
import sqlite3
from pathlib import Path

import pytest

from services.kernel.settings import Settings
from tests.support import former
from tests.support.running import environment, run


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    folder = tmp_path / "var"
    folder.mkdir()
    return former.place("sqlite", folder, "")


@pytest.fixture
def env(place: Settings) -> dict[str, str]:
    return environment(SONGTOR_DATA=str(place.data))


def test_an_upgrade_backs_up_brings_everything_up_and_verifies_and_the_version_before_can_have_it_back(
    env: dict[str, str], tmp_path: Path
):
    before = tmp_path / "before"
    ended = run("upgrade", "--backup", str(before), env=env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    heads = {line.split()[0]: int(line.split()[1]) for line in ended.stdout.splitlines()[1:-1]}
    kept = json.loads((before / "manifest.json").read_bytes())["services"]
    assert heads["intake"] > 0 and all(kept[name]["position"] <= head for name, head in heads.items())
    assert run("verify", env=env).returncode == 0

    tree = former.export(tmp_path / "tree")
    program = tmp_path / "songtor.py"
    program.write_text("from services.cli import main\nmain()\n")
    back = {
        "SONGTOR_DATA": str(tmp_path / "back"),
        "SONGTOR_MASTER_KEY_FILE": env["SONGTOR_DATA"] + "/master.key",
    }
    restored = former.start(tree, program, "restore", str(before), env=environment(**back))
    said, errors = restored.communicate()
    assert restored.returncode == 0, said + errors
    # (Its `verify` cannot be asked before its first start makes the read models.)
    asked = former.start(tree, program, "status", "--json", env=environment(**back))
    said, errors = asked.communicate()
    assert asked.returncode == 0, said + errors
    standing = {row["service"]: row["sequence"] for row in json.loads(said)["services"]}
    assert standing == {name: kept[name]["position"] for name in standing} and len(standing) == 5


def test_an_upgrade_that_fails_says_what_was_wrong_and_the_way_back(env: dict[str, str], tmp_path: Path):
    with sqlite3.connect(Path(env["SONGTOR_DATA"]) / "partners.db") as database:
        database.execute("DROP TRIGGER event_no_update")
        database.execute(
            "UPDATE event SET body = replace(body, 'PartnerRegistered', 'PartnerVanished') WHERE position = 1"
        )
    ended = run("upgrade", "--backup", str(tmp_path / "before"), env=env)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert f"songtor restore {tmp_path / 'before'}" in ended.stderr
    assert (tmp_path / "before" / "manifest.json").exists()


def test_an_upgrade_never_writes_over_a_backup(env: dict[str, str], tmp_path: Path):
    (tmp_path / "before").mkdir()
    ended = run("upgrade", "--backup", str(tmp_path / "before"), env=env)
    assert ended.returncode == 1 and "is there already" in ended.stderr
