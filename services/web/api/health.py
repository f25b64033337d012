"""How the system is: alive, able to work, and in figures."""

from collections.abc import Mapping
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from services.codes.access import SERVICES
from services.kernel import own_doors
from services.kernel.errors import Unavailable
from services.kernel.runtime import PROCESS
from services.kernel.status import Status
from services.web.api import bearer, bodies
from services.web.gateway import calls
from services.web.gateway.calls import THE_SYSTEM
from services.web.gateway.problems import Problem, response

LAG_MOST = 1000  # events a subscription may be behind and the system still counts as able to work

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    return bodies.as_json({"status": "alive"})


@blueprint.get("/ready")
def ready() -> Response:
    """200 when every service answers from its database and no subscription is far behind or halted; else 503 saying
    why."""
    rows, problems = statuses()
    heads = {row["service"]: row["sequence"] for row in rows}
    for row in rows:
        for heard in row["subscriptions"]:
            if heard["state"] != "running":
                problems.append(f"{row['service']} no longer follows {heard['source']}: {heard['state']}")
            elif heads.get(heard["source"], 0) - heard["cursor"] > LAG_MOST:
                problems.append(f"{row['service']} is behind {heard['source']}")
    if problems:
        return response(Problem(503, "; ".join(problems)))
    return bodies.as_json({"status": "ready"})


def statuses() -> tuple[list[Status], list[str]]:
    """Each service's status, and sentences about those that do not answer."""
    answers: list[Status] = []
    problems: list[str] = []
    for service in SERVICES:
        try:
            answers.append(calls.ask(THE_SYSTEM, own_doors.status(service), 2.0).answer)
        except Unavailable as error:
            problems.append(str(error))
    return answers, problems


@blueprint.get("/metrics")
def figures() -> Response:
    """Prometheus text: this process's figures and those of services in other processes. Loopback, or any valid
    token."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 (no address is no loopback)
        bearer.signed_in()
    texts = {PROCESS: generate_latest(REGISTRY).decode()}
    for service in SERVICES:
        try:
            answer = calls.ask(THE_SYSTEM, own_doors.figures(service), 2.0).answer
        except Unavailable:
            continue
        texts[answer["process"]] = answer["text"]
    registry = CollectorRegistry()
    registry.register(Merged(texts))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class Merged:
    """Families of several processes as one: our samples carry the service as a label, so they do not collide. Those of
    Python itself do not, and are told of the front door's process alone."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def collect(self) -> list[Metric]:
        families: dict[str, Metric] = {}
        for process, text in self.texts.items():
            for family in text_string_to_metric_families(text):
                if process != PROCESS and not family.name.startswith("songtor_"):
                    continue
                if family.name in families:
                    families[family.name].samples.extend(family.samples)
                else:
                    families[family.name] = family
        return list(families.values())
