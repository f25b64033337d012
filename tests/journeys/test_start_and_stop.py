"""The embedded system is started, stopped, killed and started again; nothing that was answered is lost."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.journeys.conftest import Embedded
from tests.support.client import Client, until
from tests.support.running import run
from tests.support.servers import free_port


def _told(worker: Client, case_id: str) -> dict[str, object]:
    page = worker.case(case_id)
    return {
        name: page[name] for name in ("case_number", "person", "plan", "screening", "referrals", "version")
    }


def _types(worker: Client, case_id: str) -> list[str]:
    return [row["type"] for row in worker.timeline(case_id)]


def test_everything_is_there_after_a_stop_and_after_kill_9(own_system: Embedded):
    system, worker = own_system, own_system.user("worker-60")
    programme_id = worker.programme(worker.partner(), places=2)
    case_id = worker.planned_case()
    referral_id = worker.refer(case_id, programme_id)["referral_id"]
    told = _told(worker, case_id)

    started = time.monotonic()
    assert system.process.stop(seconds=15) == 0
    assert time.monotonic() - started < 12
    assert "Stopping." in system.process.said()
    system.start()
    assert _told(worker, case_id) == told

    answer = worker.step(referral_id, "accept")
    system.process.kill()
    system.start()
    page = worker.referral(referral_id)
    assert (page["status"], page["version"]) == ("accepted", answer["version"])
    until(lambda: _types(worker, case_id), lambda types: "PlaceTaken" in types, "the place is taken")
    assert "ok" in system.command("verify")


def test_sigterm_stops_it_within_seconds_though_a_request_waits(own_system: Embedded):
    worker = own_system.user("worker-60")
    case_id = worker.open_case()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(worker.matches, case_id, wait=30)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        started = time.monotonic()
        own_system.process.stop(seconds=15)
        assert time.monotonic() - started < 12
        assert waiting.exception(timeout=5) is not None


def test_a_second_one_in_the_same_folder_or_on_the_same_port_is_told_in_plain_words(system: Embedded):
    port = f"127.0.0.1:{free_port()}"
    folder = run("up", "--http", port, env=system.env)
    assert folder.returncode == 1
    assert f"The data folder {system.folder} is in use by another songtor" in folder.stderr
    assert system.address in folder.stderr

    elsewhere = system.folder.with_name("elsewhere")
    port_taken = run("up", "--data", str(elsewhere), env=system.env)
    assert port_taken.returncode == 1
    assert f"127.0.0.1:{system.port} is not free" in port_taken.stderr
    assert "--http" in port_taken.stderr
    for said in (folder.stderr, port_taken.stderr):
        assert "Traceback" not in said


# -- the front door's own process ----------------------------------------------------------------------------------


def _front_door(system: Embedded) -> psutil.Process:
    assert system.process.process is not None
    [child] = psutil.Process(system.process.process.pid).children()
    return child


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_the_system_ends_with_its_front_door_and_the_front_door_with_the_system(own_system: Embedded):
    front_door = _front_door(own_system)
    front_door.kill()
    assert own_system.process.process is not None
    assert own_system.process.process.wait(15) != 0

    own_system.start()
    front_door = _front_door(own_system)
    own_system.process.kill()
    until(lambda: _lives(front_door), lambda lives: not lives, "the front door ends with the system")


def test_whoever_asks_both_to_end_is_obeyed_once_the_answers_are_given(own_system: Embedded):
    worker, front_door = own_system.user("worker-60"), _front_door(own_system)
    case_id = worker.open_case()
    front_door.send_signal(signal.SIGTERM)
    front_door.send_signal(signal.SIGINT)
    assert worker.case(case_id)["version"] == 1
    assert own_system.process.stop(seconds=15) == 0
    assert not _lives(front_door)


def test_one_process_does_it_all_where_it_is_told_to(own_system: Embedded):
    own_system.process.stop(seconds=15)
    alone = Embedded(own_system.folder, own_system.port, {"SONGTOR_PROCESSES": "1"}, tokens=own_system.tokens)
    try:
        alone.start()
        worker = alone.user("worker-60")
        assert worker.case(worker.open_case())["version"] == 1
        assert alone.process.process is not None
        assert psutil.Process(alone.process.process.pid).children() == []
    finally:
        alone.process.kill()
