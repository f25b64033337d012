"""`songtor demo` against a running system that has users and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services import demo
from tests.support.running import Running, done, environment, run, wait_ready
from tests.support.servers import free_port


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of a running system."""
    folder: Path = tmp_path_factory.mktemp("demo")
    port = free_port()
    env = environment(SONGTOR_DATA=str(folder / "data"), SONGTOR_HTTP=f"127.0.0.1:{port}")
    for user, role, centre in (
        ("worker-60", "worker", "60"),
        ("director-60", "director", "60"),
        ("ministry", "ministry", "*"),
    ):
        done("users", "add", user, "--role", role, "--centre", centre, env=env)
    process = Running(["up"], env, folder / "up.log").start()
    wait_ready(f"http://127.0.0.1:{port}", lambda: process.alive)
    yield env
    process.kill()


def tokens(env: dict[str, str]) -> dict[str, str]:
    return {user: done("token", user, env=env).strip() for user in ("worker-60", "director-60", "ministry")}


def test_a_case_goes_through_all_services_and_each_event_is_told(system):
    told: list[str] = []
    address = f"http://{system['SONGTOR_HTTP']}"
    assert demo.walk(address, tokens(system), told.append) == 0, "\n".join(told)
    text = "\n".join(told)
    for service in ("intake", "screening", "partners", "referral", "reporting"):
        assert service in text.lower()
    for event in ("CaseOpened", "PartnerMatched", "PlaceReserved", "PlaceTaken", "PlacementConfirmed"):
        assert event in text
    assert "ms after ReferralSent" in text
    assert "register a partner" in text  # nobody else has a place here
    again: list[str] = []
    assert demo.walk(address, tokens(system), again.append) == 0, again
    assert "register a partner" not in "\n".join(again)  # that partner has places left


def test_what_is_missing_is_said_in_a_sentence(system):
    told: list[str] = []
    address = f"http://{system['SONGTOR_HTTP']}"
    assert demo.walk(address, {}, told.append) == 1
    assert "songtor load-sample" in told[-1]
    forged = dict.fromkeys(("worker-60", "director-60", "ministry"), "no token")
    assert demo.walk(address, forged, told.append) == 1
    assert "not accepted" in told[-1]
    assert demo.walk(f"http://127.0.0.1:{free_port()}", tokens(system), told.append) == 1
    assert "No system answers" in told[-1]


def test_the_command_walks_with_no_other_users_than_those_who_walk(system):
    ended = run("demo", env=system)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All services took part" in ended.stdout
