"""The stack of docker-compose.yml, started in its own order, does the main job though replicas are killed on the
way."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.cli.folder import NAMES
from tests.compose.stack import Stack
from tests.support.client import Client, until
from tests.support.receiver import Receiver, receiving
from tests.support.running import LONGEST, Running, done, run, wait_ready

REPLICAS = {"intake": 2, "referral": 2}
GRACE = 20.0  # stop_grace_period


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="songtor-compose-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        stack = Stack(Path(name), {"SONGTOR_OUTBOUND_ALLOW": "127.0.0.1"})
        try:
            stack.start_servers()
            yield stack
        finally:
            stack.rabbit.kill()
            stack.postgres.kill()


@pytest.fixture(scope="module")
def containers(stack: Stack) -> Iterator[dict[str, list[Running]]]:
    """First the load job to its end, then everything that depends on it."""
    job = stack.container("load").start()
    assert job.process is not None
    assert job.process.wait(LONGEST) == 0, job.tail()
    started = {
        name: [stack.container(name, n).start() for n in range(1, REPLICAS.get(name, 1) + 1)]
        for name in NAMES
    }
    wait_ready(stack.address, lambda: all(each.alive for row in started.values() for each in row))
    yield started
    for row in started.values():
        for each in row:
            each.kill()


def _user(stack: Stack, name: str, address: str = "") -> Client:
    return Client(address or stack.address, done("token", name, env=stack.environment("web", 1)).strip())


def _cases(receiver: Receiver) -> list[str]:
    return [body["data"]["caseid"] for body in receiver.bodies()]


def test_the_load_job_again_changes_nothing(stack: Stack, containers: dict[str, list[Running]]):
    before = done("status", "--json", env=stack.environment("load", 1))
    done("load-sample", env=stack.environment("load", 1))
    assert done("status", "--json", env=stack.environment("load", 1)) == before


def test_every_health_check_of_the_file_passes(stack: Stack, containers: dict[str, list[Running]]):
    names = [name for name, service in stack.file["services"].items() if "healthcheck" in service]
    assert len(names) == 8
    with ThreadPoolExecutor(2) as pool:
        for name, checked in zip(names, pool.map(stack.healthy, names), strict=True):
            assert checked.returncode == 0, f"{name}: {checked.stdout}{checked.stderr}"


def test_the_main_job_goes_on_though_a_replica_of_two_services_is_killed(
    stack: Stack, containers: dict[str, list[Running]]
):
    worker, ministry = _user(stack, "worker-60"), _user(stack, "ministry")
    placed = ministry.overview(centre="60")["cases"]["placed"]
    partner_id = worker.partner()
    programme_id = worker.programme(partner_id, places=1)
    case_id = worker.open_case()

    containers["intake"][0].kill()
    worker.screen(case_id)
    worker.plan(case_id, programme_id)
    sent = worker.refer(case_id, programme_id)
    assert sent["place"] == "reserved"

    containers["referral"][1].kill()
    for step in ("acknowledge", "accept", "travel", "admit", "confirm"):
        worker.step(sent["referral_id"], step)
    until(lambda: worker.case(case_id)["status"], "placed".__eq__, "the case is placed")
    until(
        lambda: ministry.overview(centre="60")["cases"]["placed"],
        (placed + 1).__eq__,
        "the placement is counted",
    )
    timeline = [row["type"] for row in worker.timeline(case_id)]
    assert timeline[0] == "CaseOpened"
    assert timeline.count("PlacementConfirmed") == 1

    # `restart: unless-stopped`
    for killed in (containers["intake"][0], containers["referral"][1]):
        killed.start()
    wait_ready(stack.address)


def test_two_front_doors_deliver_each_message_once_at_a_time_and_in_sequence_though_one_is_killed(
    stack: Stack, containers: dict[str, list[Running]]
):
    """Three endpoints. The first door is about to send the first message to each of them when it is killed; the second
    must take over. Then both are there."""
    first, worker, ministry = containers["web"][0], _user(stack, "worker-60"), _user(stack, "ministry")
    with ExitStack() as stay:
        receivers = [stay.enter_context(receiving(open_gate=False)) for _ in range(3)]
        for receiver in receivers:
            ministry.post("/api/v1/webhooks", {"url": f"{receiver.address}/hook", "types": ["CaseOpened"]})
        cases = [worker.open_case() for _ in range(3)]
        for receiver in receivers:
            until(lambda one=receiver: one.taken, len, "the first message is under way")
        second = stay.enter_context(stack.container("web", 2))
        wait_ready(stack.second_address, lambda: second.alive)
        first.kill()
        for receiver in receivers:
            receiver.gate.set()
        beside = _user(stack, "worker-60", stack.second_address)
        cases.append(beside.open_case())
        for receiver in receivers:
            until(lambda one=receiver: {*_cases(one)}, {*cases}.__eq__, "the second took over", seconds=90)
            # Of the first message nobody could know whether it was taken, so it came again.
            again = len(receiver.taken) - len(cases)
            assert again >= 1 and _cases(receiver) == [*cases[:1] * again, *cases]
            assert len({*receiver.ids()}) == len(cases) and {*receiver.ids()[:again]} == {
                receiver.ids()[again]
            }

        first.start()
        wait_ready(stack.address, lambda: first.alive)
        for receiver in receivers:
            receiver.taken.clear()
            receiver.most_under_way = 0
        with ThreadPoolExecutor(2) as pool:
            opened = pool.map(lambda door: [door.open_case() for _ in range(15)], (worker, beside))
            cases = [case_id for of_door in opened for case_id in of_door]
        for receiver in receivers:
            until(lambda one=receiver: {*_cases(one)}, {*cases}.__eq__, "both deliver", seconds=60)
            said = receiver.bodies()
            assert len({*receiver.ids()}) == len(said) == len(cases) and receiver.most_under_way == 1
            positions = [each["position"] for each in said]
            assert positions == sorted({*positions})
            assert [each["previous"] for each in said[1:]] == positions[:-1]


def test_after_it_every_log_is_whole(stack: Stack, containers: dict[str, list[Running]]):
    verified = run("verify", env=stack.environment("web", 1))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_all_stop_in_time_when_asked(stack: Stack, containers: dict[str, list[Running]]):
    lasting = [each for row in containers.values() for each in row]
    with ThreadPoolExecutor(len(lasting)) as pool:
        codes = list(pool.map(lambda each: each.stop(seconds=GRACE), lasting))
    assert codes == [0] * len(lasting)
