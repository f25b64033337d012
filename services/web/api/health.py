"""How the system is: alive, able to work, and in figures."""

from collections.abc import Mapping
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from services.codes.access import SERVICES
from services.kernel import own_doors
from services.kernel.errors import Invalid, Unavailable
from services.kernel.runtime import process_id
from services.web import gateway
from services.web.api import bearer, bodies, readiness
from services.web.gateway import calls
from services.web.gateway.calls import THE_SYSTEM

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    return bodies.as_json({"status": "alive"})


@blueprint.get("/ready")
def ready() -> Response:
    """200 while people can work, saying what does not; 503 while nobody can."""
    return bodies.as_json(readiness.now())


@blueprint.get("/metrics")
def figures() -> Response:
    """Prometheus text: this process's figures and those of services in other processes. For somebody on this very
    machine, or with any valid token."""
    if not _from_here():
        bearer.signed_in()
    texts = dict[str, str]()
    for service in SERVICES:
        try:
            answer = calls.ask(THE_SYSTEM, own_doors.figures(service, process_id()), 2.0).answer
        except (Unavailable, Invalid):  # invalid: to a program of before, which was not told who asks
            continue
        texts[answer["process"]] = answer["text"]
    # Last: by now the services in this process have refreshed theirs.
    texts[process_id()] = generate_latest(REGISTRY).decode()
    return Response(as_one(texts), mimetype="text/plain; version=0.0.4")


def as_one(texts: Mapping[str, str]) -> str:
    """The figures of several processes, by process, as one text."""
    if [*texts] == [process_id()]:
        return texts[process_id()]
    registry = CollectorRegistry()
    registry.register(Merged(texts))
    return generate_latest(registry).decode()


def _from_here() -> bool:
    """Whether who asks is on this machine, and no proxy that asks for somebody else. Where a public address is set
    there is one, whatever it says."""
    address = request.remote_addr or "0.0.0.0"  # noqa: S104 (no address is no loopback)
    forwarded = any(name in request.headers for name in FORWARDED)
    behind = gateway.runtime().settings.public_url is not None
    return ip_address(address).is_loopback and not forwarded and not behind


class Merged:
    """Families of several processes as one: our samples carry the service as a label, so they do not collide. Those of
    Python itself do not, and are told of the front door's process alone."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def collect(self) -> list[Metric]:
        families: dict[str, Metric] = {}
        for process, text in self.texts.items():
            for family in text_string_to_metric_families(text):
                if process != process_id() and not family.name.startswith("songtor_"):
                    continue
                if family.name in families:
                    families[family.name].samples.extend(family.samples)
                else:
                    families[family.name] = family
        return list(families.values())
