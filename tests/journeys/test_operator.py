"""What an operator asks of the running system with the `songtor` command."""

import json
import re
import signal
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from services.cli import songtor
from services.cli.folder import runtimes
from services.kernel import settings
from services.kernel.manifest import sign, signing
from services.web.store import precautions
from services.web.store.precautions import Precaution
from tests.journeys.conftest import Embedded
from tests.support.client import Client, until
from tests.support.running import environment, run

SERVICES = ("intake", "screening", "partners", "referral", "reporting")
Say = Callable[..., Result]


def _status(system: Embedded) -> dict[str, dict[str, Any]]:
    told = json.loads(system.command("status", "--json"))
    return {row["service"]: row for row in told["services"]}


def _heard(status: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [heard for row in status.values() for heard in row["subscriptions"]]


def test_status_shows_every_log_and_every_subscription_at_its_head(system: Embedded, nakhon_sawan: Client):
    nakhon_sawan.planned_case()
    status = until(
        lambda: _status(system), lambda rows: not any(heard["behind"] for heard in _heard(rows)), "caught up"
    )
    subscriptions = _heard(status)
    assert tuple(status) == SERVICES
    assert len(subscriptions) >= 9
    assert all((row["behind"], row["parked"], row["state"]) == (0, 0, "running") for row in subscriptions)
    assert status["intake"]["sequence"] > 0
    text = system.command("status")
    assert all(name in text for name in SERVICES)


def test_status_tells_the_room_that_each_table_takes_and_for_each_event(
    system: Embedded, nakhon_sawan: Client
):
    nakhon_sawan.open_case()
    lines = system.command("status", "--sizes").splitlines()
    [whole] = [line.split() for line in lines if line.startswith("intake ") and "bytes" in line]
    assert whole[2:3] == ["bytes"] and whole[-2:] == ["an", "event"]
    assert any(line.split()[:1] == ["access_record"] for line in lines)
    told = json.loads(system.command("status", "--json", "--sizes"))["sizes"]
    assert {*told} == {*SERVICES, "web"} and told["intake"]["event"] > 0


def test_verify_finds_nothing_wrong_while_the_system_runs(system: Embedded):
    said = system.command("verify")
    assert [line.split()[0] for line in said.splitlines()] == [*SERVICES]
    assert all(line.endswith("ok") for line in said.splitlines())


def test_retry_has_nothing_to_do(system: Embedded):
    said = system.command("retry")
    assert said.count("released 0, still parked 0") == len(SERVICES)


def test_a_rebuild_of_the_running_system_changes_nothing_that_is_shown(
    system: Embedded, nakhon_sawan: Client, ministry: Client
):
    case_id = nakhon_sawan.planned_case()
    nakhon_sawan.matches(case_id)
    before = nakhon_sawan.get("/api/v1/cases", limit=500), nakhon_sawan.get("/api/v1/partners", limit=500)
    said = system.command("rebuild")
    assert all(" facts in " in line for line in said.splitlines())
    assert {line.split(".")[0] for line in said.splitlines()} == {*SERVICES}
    after = nakhon_sawan.get("/api/v1/cases", limit=500), nakhon_sawan.get("/api/v1/partners", limit=500)
    assert after == before


def test_health_says_ok_while_it_runs_and_why_not_when_it_does_not(system: Embedded, tmp_path: Path):
    for service in (*SERVICES, "web"):
        assert system.command("health", service) == "ok\n"
    elsewhere = environment(SONGTOR_DATA=str(tmp_path))
    stopped = run("health", env=elsewhere)
    assert stopped.returncode == 1
    assert "Traceback" not in stopped.stderr


def test_metrics_and_readiness_are_open_on_this_machine(system: Embedded):
    assert requests.get(f"{system.address}/ready", timeout=10).json()["status"] == "ready"
    figures = requests.get(f"{system.address}/metrics", timeout=10).text
    assert "songtor" in figures
    assert "สมชาย" not in figures


def test_a_verify_of_a_stopped_system_names_the_first_bad_event(own_system: Embedded):
    worker = own_system.user("worker-60")
    worker.open_case()
    worker.open_case()
    own_system.process.stop()
    with sqlite3.connect(own_system.folder / "intake.db") as db:
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET body = replace(body, 'walk_in', 'patrol') WHERE position = 3")
    ended = run("verify", env=own_system.env)
    assert ended.returncode == 1
    assert "intake: event 3: the hash chain breaks" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_verify_without_the_master_key_says_what_it_could_not_check_and_makes_none(own_system: Embedded):
    own_system.user("worker-60").open_case()
    anchors = own_system.folder / "anchors"
    anchors.write_text(own_system.command("anchor"))
    own_system.process.stop()
    key = own_system.folder / "master.key"
    key.rename(key.with_name("elsewhere"))
    ended = run("verify", "--anchor", str(anchors), env=own_system.env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("ok\n") == ended.stdout.count("so that macs were not checked") == len(SERVICES)
    assert not key.exists()
    with sqlite3.connect(own_system.folder / "intake.db") as db:
        db.execute("UPDATE log_head SET hash = 'another'")
    ended = run("verify", env=own_system.env)
    assert ended.returncode == 1
    assert "intake: the head says" in ended.stdout
    key.with_name("elsewhere").rename(key)
    ended = run("verify", env=own_system.env)
    assert "intake: the head at" in ended.stdout and "was not written by this installation" in ended.stdout


def test_an_interrupt_from_the_keyboard_ends_it_like_a_stop(own_system: Embedded):
    process = own_system.process.process
    assert process is not None
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0


def test_a_halted_subscription_is_seen_everywhere_and_resumed(own_system: Embedded):
    def figure() -> bool:
        told = requests.get(f"{own_system.address}/metrics", timeout=10).text
        return 'songtor_halted_subscriptions{service="screening",source="intake"} 1.0' in told

    def heard_all() -> None:
        until(
            lambda: _heard(_status(own_system)), lambda rows: not any(row["behind"] for row in rows), "heard"
        )

    worker = own_system.user("worker-60")
    worker.open_case()
    heard_all()
    assert own_system.command("resume", "screening") == "screening is not halted.\n"
    with sqlite3.connect(own_system.folder / "screening.db", timeout=10) as db:
        assert db.execute("UPDATE inbox_cursor SET state = 'diverged' WHERE source = 'intake'").rowcount == 1
    worker.open_case()
    assert "DIVERGED" in own_system.command("status")
    ready = until(  # one look answers all who ask within half a second
        lambda: requests.get(f"{own_system.address}/ready", timeout=10),
        lambda answer: "screening no longer follows intake" in answer.text,
        "partly ready",
    )
    assert (ready.status_code, ready.json()["status"]) == (200, "partly")
    assert figure()
    assert own_system.command("resume", "screening") == "screening follows intake again.\n"
    heard_all()
    assert "DIVERGED" not in own_system.command("status")
    assert not figure()


def test_who_read_a_persons_fields_is_told_by_person(system: Embedded, nakhon_sawan: Client):
    case_id = nakhon_sawan.open_case()
    person_id = nakhon_sawan.get(f"/api/v1/cases/{case_id}", show="identifiers")["person"]["person_id"]
    [seen] = system.command("readers", person_id).splitlines()
    assert seen.split()[1:] == ["worker-60", "identifiers", f"case/{case_id}"]
    assert system.command("readers", "nobody") == ""


@pytest.fixture
def say(own_system: Embedded) -> Say:
    """A command of the operator of `own_system`, in this process: many are said here."""
    return lambda *words: CliRunner().invoke(songtor, words, env=own_system.env)


def test_the_operator_is_answered_the_same_while_the_system_runs_and_while_it_stands(
    own_system: Embedded, say: Say
):
    def answers() -> list[tuple[int, str]]:
        commands = (
            ("users", "add", "clerk-62", "--role", "worker", "--centre", "62"),
            ("users", "add", "Somebody Else", "--role", "worker", "--centre", "62"),
            ("users", "add", "clerk-99", "--role", "worker", "--centre", "99"),
            ("users", "second-factor-off", "clerk-62"),
            ("users", "second-factor-off", "nobody"),
            ("users", "password", "nobody"),
            ("retry",),
            ("retry", "an-event-that-is-not-parked"),
            ("skip", "an-event-that-is-not-parked", "--reason", "nobody can read it"),
            ("skip", "an-event", "--reason", " "),
            ("resume", "screening"),
            ("rebuild", "intake.case"),
            ("rebuild", "intake.nothing"),
            ("verify",),
            ("status",),
        )
        results = [say(*words) for words in commands]
        return [(result.exit_code, re.sub(r"in [0-9.]+ s", "", result.output)) for result in results]

    own_system.user("worker-60").open_case()
    until(lambda: _heard(_status(own_system)), lambda rows: not any(row["behind"] for row in rows), "heard")
    running = answers()
    assert "user: a-z 0-9 . _ - only." in running[1][1] and "centres.0: " in running[2][1]
    assert [code for code, _ in running] == [0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0]
    own_system.process.stop()
    assert answers() == running


def test_the_registry_goes_out_as_a_table_and_comes_in_while_the_system_runs_and_while_it_stands(
    own_system: Embedded, say: Say, tmp_path: Path
):
    """And what went out changes nothing when it comes in."""
    worker = own_system.user("worker-60")
    worker.programme(worker.partner(), 4)
    new = tmp_path / "new.csv"
    for count, ending in ((1, "csv"), (2, "xlsx")):
        table = tmp_path / f"registry.{ending}"
        out = say("export", "partners", "--format", ending, "--output", str(table))
        assert (out.exit_code, out.output.split()[0]) == (0, str(count)), out.output
        again = say("import", "partners", str(table), "--dry-run")
        assert again.exit_code == 0 and f"{count} rows: 0 new, 0 changed" in again.output, again.output
        new.write_text(
            f"ชื่อภาคีเครือข่าย,ประเภท,สังกัดกระทรวง พม.,จังหวัด\nบ้านริมน้ำ {ending},foundation,ไม่ใช่,นครสวรรค์\n"
        )
        brought = say("import", "partners", str(new))
        assert brought.exit_code == 0 and "1 rows: 1 new" in brought.output, brought.output
        if ending == "csv":
            own_system.process.stop()


def test_a_password_is_given_while_the_system_runs_and_while_it_stands(own_system: Embedded, say: Say):
    first = say("users", "password", "worker-60")
    own_system.process.stop()
    second = say("users", "password", "worker-60")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(first.output.strip()) == len(second.output.strip()) > 0
    assert first.output != second.output


def test_a_backup_says_where_each_log_stands_and_what_is_restored_is_verified_before_it_was_ever_started(
    system: Embedded, nakhon_sawan: Client, tmp_path: Path
):
    nakhon_sawan.open_case()
    folder = tmp_path / "monday"
    said = system.command("backup", str(folder))
    heads = json.loads(said.removeprefix(f"{folder}: "))
    assert set(heads) == {*SERVICES, "web"} and heads["intake"] > 0
    again = run("backup", str(folder), env=system.env)
    assert again.returncode == 1
    assert "is there already" in again.stderr and "Traceback" not in again.stderr

    elsewhere = {**system.env, "SONGTOR_DATA": str(tmp_path / "elsewhere")}
    key = {"SONGTOR_MASTER_KEY_FILE": str(system.folder / "master.key")}
    lacking = run("restore", str(folder), env={**elsewhere, **key})
    assert lacking.returncode == 1 and "ledger of erasures" in lacking.stderr
    key["SONGTOR_ERASURE_LEDGER"] = str(system.folder / "erasures.jsonl")
    assert run("restore", str(folder), env={**elsewhere, **key}).returncode == 0
    verified = run("verify", env={**elsewhere, **key})
    assert verified.returncode == 0, verified.stdout + verified.stderr
    lines = [line.split() for line in verified.stdout.splitlines()]
    assert {line[0]: (int(line[1]), line[-1]) for line in lines} == {
        name: (heads[name], "ok") for name in SERVICES
    }

    manifest = folder / "manifest.json"
    manifest.write_text(re.sub("kernel_[0-9]+", "kernel_9999", manifest.read_text()))
    third = {**elsewhere, **key, "SONGTOR_DATA": str(tmp_path / "third")}
    edited = run("restore", str(folder), env=third)
    assert edited.returncode == 1 and "was changed after it was signed" in edited.stderr
    keys = signing(settings.read({}, data=str(system.folder)))
    manifest.write_bytes(json.dumps(sign(json.loads(manifest.read_bytes()) | {"mac": ""}, keys)).encode())
    newer = run("restore", str(folder), env=third)
    assert newer.returncode == 3
    assert "A newer version of this program is needed" in newer.stderr and "Traceback" not in newer.stderr


def test_a_backup_is_brought_back_for_trial_and_the_operators_page_says_how_that_went(
    system: Embedded, nakhon_sawan: Client, tmp_path: Path
):
    nakhon_sawan.open_case()
    folder, scratch = tmp_path / "tuesday", tmp_path / "scratch"
    scratch.mkdir()
    system.command("backup", str(folder))
    before = sorted(path.name for path in system.folder.iterdir())
    assert "ok" in system.command("drill", str(folder), "--scratch", str(scratch))
    assert [*scratch.iterdir()] == [] and sorted(path.name for path in system.folder.iterdir()) == before
    assert [each.problems for each in _precautions(system).values()] == [0, 0]

    (log,) = folder.glob("intake.*")
    log.write_bytes(log.read_bytes()[:-20])
    broken = run("drill", str(folder), env=system.env)
    assert broken.returncode == 1 and "Traceback" not in broken.stderr
    last = _precautions(system)["drill"]
    assert last.problems == 1 and last.well_at is not None and last.well_at < last.at


def _precautions(system: Embedded) -> Mapping[str, Precaution]:
    with runtimes(settings.read(system.env), ["web"]) as opened:
        found = opened["web"].read(precautions.latest)
    return {kind: found[kind] for kind in ("backup", "drill")}
