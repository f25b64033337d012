"""How the system is, asked from outside; also with a service gone."""

from dataclasses import replace

import eventlet
import pytest
from flask import g
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.hosting import System
from services.kernel.runtime import process_id
from services.kernel.status import Status, SubscriptionStatus
from services.web.api import health, readiness
from services.web.gateway.problems import Problem
from services.web.service import APPLICATION
from tests.web.door import FrontDoor, World, problem

READY = {"status": "ready", "problems": []}


def test_it_is_alive_and_able_to_work_without_a_token(door: FrontDoor):
    assert door.get("/health", user=None).json() == {"status": "alive"}
    door.wait("/ready", lambda answer: answer == READY)
    assert door.get("/ready", user=None).status_code == 200


def test_figures_are_prometheus_text_and_name_no_person_case_or_user(door: FrontDoor, world: World):
    answer = door.get("/metrics", user=None)  # from loopback
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    services = {sample.labels["service"] for sample in families["songtor_log_position"].samples}
    assert services == {"intake", "screening", "partners", "referral", "reporting"}
    assert families["songtor_http_seconds"].samples
    assert world.case_id not in answer.text and "worker-60" not in answer.text


def test_the_openapi_document_is_open(door: FrontDoor):
    assert door.get("/api/openapi.json", user=None).json()["openapi"].startswith("3.1")


def test_figures_of_several_processes_are_told_once_each():
    text = """# TYPE process_cpu_seconds counter
process_cpu_seconds_total 1
# TYPE songtor_log_position gauge
songtor_log_position{service="%s"} 7
"""
    registry = CollectorRegistry()
    registry.register(health.Merged({process_id(): text % "web", "another": text % "intake"}))
    lines = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    assert lines == [
        "process_cpu_seconds_total 1.0",
        'songtor_log_position{service="web"} 7.0',
        'songtor_log_position{service="intake"} 7.0',
    ]


@pytest.fixture
def without_reporting(door: FrontDoor):
    [container] = [c for c in door.system.containers if c.service_name == "reporting"]
    container.stop()
    yield
    again = System(door.settings, ["reporting"])
    again.start()
    door.system.containers[door.system.containers.index(container)] = again.containers[0]
    door.wait("/ready", lambda answer: answer == READY)


def test_without_a_service_it_is_not_ready_and_the_rest_goes_on(
    door: FrontDoor, world: World, without_reporting: None
):
    told = door.wait("/ready", lambda answer: answer["status"] == "partly")
    assert len(told["problems"]) == 1 and "reporting" in told["problems"][0]
    assert door.get("/ready", user=None).status_code == door.get("/health", user=None).status_code == 200
    answer = door.get(f"/api/v1/cases/{world.case_id}/timeline")
    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert door.get("/metrics", user=None).status_code == 200
    assert door.get(f"/api/v1/cases/{world.case_id}").status_code == 200
    assert door.case()


def test_who_is_far_behind_and_who_has_halted_is_told():
    heard = readiness.behind(
        [row("intake", 5000), row("reporting", 0, ("intake", 3999, "running"), ("screening", 1, "diverged"))]
    )
    assert heard == [
        "reporting is 1001 events behind intake",
        "reporting no longer follows screening: diverged",
    ]
    assert readiness.behind([row("intake", 5000), row("reporting", 0, ("intake", 4000, "running"))]) == []


def row(service: str, head: int, *heard: tuple[str, int, str]) -> Status:
    followed: list[SubscriptionStatus] = [
        {"source": source, "cursor": cursor, "behind": 0, "parked": 0, "state": state}
        for source, cursor, state in heard
    ]
    return {
        "service": service, "sequence": head, "published": head, "subscriptions": followed, "parked": [],
    }  # fmt: skip


def test_many_who_ask_how_it_is_are_answered_by_one_look(door: FrontDoor):
    def looked() -> float:
        [sample] = [
            sample
            for family in text_string_to_metric_families(generate_latest().decode())
            for sample in family.samples
            if sample.name == "songtor_door_seconds_count"
            and sample.labels == {"service": "reporting", "door": "status"}
        ]
        return sample.value

    door.get("/ready", user=None)
    before = looked()
    asked = [eventlet.spawn(door.get, "/ready", None) for _ in range(40)]
    assert {each.wait().status_code for each in asked} == {200}
    assert looked() - before <= 4  # by the time it took


def test_until_everything_has_worked_once_it_is_not_ready(door: FrontDoor, without_reporting: None):
    with APPLICATION.test_request_context("/ready", environ_base={"songtor.runtime": door.runtime("web")}):
        g.correlation = "test"
        first = readiness.Watch()
        with pytest.raises(Problem, match="reporting"):
            first.readiness()
        first._first -= readiness.FIRST_SECONDS + 1  # a minute ago
        assert first.readiness()["status"] == "partly"


@pytest.mark.parametrize("name", health.FORWARDED)
def test_figures_are_not_for_whom_a_proxy_on_this_machine_asks(door: FrontDoor, name: str):
    asked = {"headers": {name: "http" if name.endswith("Proto") else "10.0.0.7"}}
    assert door.get("/metrics", user=None, **asked).status_code == 401
    assert door.get("/metrics", **asked).status_code == 200


def test_where_a_proxy_stands_before_it_figures_need_a_token(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
):
    runtime = door.runtime("web")
    monkeypatch.setattr(runtime, "settings", replace(runtime.settings, public_url="https://songtor.example"))
    assert door.get("/metrics", user=None).status_code == 401
    assert door.get("/metrics").status_code == 200
