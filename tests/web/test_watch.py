"""How the system is, asked from outside; also with a service gone."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.kernel.runtime import PROCESS
from services.system import System
from services.web.api import health
from tests.web.door import FrontDoor, World, problem


def test_it_is_alive_and_able_to_work_without_a_token(door: FrontDoor):
    assert door.get("/health", user=None).json() == {"status": "alive"}
    door.wait("/ready", lambda answer: answer == {"status": "ready"})
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
    registry.register(health.Merged({PROCESS: text % "web", "another": text % "intake"}))
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
    door.wait("/ready", lambda answer: answer == {"status": "ready"})


def test_without_a_service_it_is_not_ready_and_the_rest_goes_on(
    door: FrontDoor, world: World, without_reporting: None
):
    assert "reporting" in problem(door.get("/ready", user=None), 503)["detail"]
    assert door.get("/health", user=None).status_code == 200
    answer = door.get(f"/api/v1/cases/{world.case_id}/timeline")
    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert door.get("/metrics", user=None).status_code == 200
    assert door.get(f"/api/v1/cases/{world.case_id}").status_code == 200
    assert door.case()
