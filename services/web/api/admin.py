"""What the `songtor` command asks of a running system. Only the role admin."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, request
from marshmallow import ValidationError

from services.kernel.doors import flat
from services.kernel.envelope import Caller, instant
from services.kernel.errors import Invalid, NotFound
from services.kernel.runtime import utc_now
from services.web import gateway
from services.web.api import bearer, bodies, health
from services.web.gateway import calls
from services.web.gateway.problems import Problem
from services.web.identity import accounts, passwords, second_factor
from services.web.identity.schemas import AddUser

blueprint = Blueprint("admin", __name__)


ADD_USER = AddUser()


def _administrator() -> Caller:
    caller = bearer.signed_in()
    if caller.role != "admin":
        raise Problem(403, "Only an administrator may do this.")
    return caller


def _admin_call() -> dict[str, Any]:
    caller = _administrator()
    return {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": str(uuid4()),
        "correlation": "",
    }


@blueprint.get("/api/v1/admin/status")
def status() -> Response:
    _admin_call()
    statuses, problems = health.ask_all()
    return bodies.as_json({"services": statuses, "problems": problems})


@blueprint.post("/api/v1/admin/verify")
def verify() -> Response:
    call = _admin_call()
    found = [calls.ask(service, "verify", call, {}, 600.0)["answer"] for service in calls.SERVICES]
    return bodies.as_json({"problems": [sentence for problems in found for sentence in problems]})


@blueprint.post("/api/v1/admin/retry")
def retry() -> Response:
    call, body = _admin_call(), bodies.read_body(request)
    event_id = body.get("event_id")
    return bodies.as_json(
        {s: calls.ask(s, "retry", call, {"event_id": event_id}, 60.0)["answer"] for s in calls.SERVICES}
    )


@blueprint.post("/api/v1/admin/resume")
def resume() -> Response:
    """The halted subscriptions of one service: {service}."""
    call, body = _admin_call(), bodies.read_body(request)
    return bodies.as_json({"resumed": calls.ask(_service(body), "resume", call, {}, 60.0)["answer"]})


@blueprint.post("/api/v1/admin/rebuild")
def rebuild() -> Response:
    """One read model of one service: {service, projection}."""
    call, body = _admin_call(), bodies.read_body(request)
    result = calls.ask(_service(body), "rebuild", call, {"projection": body.get("projection")}, 3600.0)
    return bodies.as_json(result["answer"])


def _service(body: Mapping[str, Any]) -> str:
    service = body.get("service")
    if service not in calls.SERVICES:
        raise Invalid({"service": [f"One of {', '.join(calls.SERVICES)}."]})
    return str(service)


@blueprint.post("/api/v1/admin/users")
def add_user() -> Response:
    administrator = _administrator()
    try:
        account = ADD_USER.load(bodies.read_body(request))
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None
    known = gateway.runtime().read(lambda db: accounts.find(db, account["user"]))
    centres = {*account["centres"], *(known.centres if known else ())}
    if not accounts.manages(administrator, tuple(centres)):
        raise Problem(403, "These are not centres of this administrator.")
    with gateway.runtime().database.write() as db:
        accounts.add(db, **account, now=instant(utc_now()))
    return bodies.as_json({"user": account["user"]}, 201)


@blueprint.post("/api/v1/admin/users/<user>/password")
def give_password(user: str) -> Response:
    """A new password, shown this once; its user must choose another at the first sign-in."""
    _managed_by(_administrator(), user)
    return bodies.as_json({"user": user, "password": passwords.give(gateway.runtime(), user)})


@blueprint.post("/api/v1/admin/users/<user>/second-factor/off")
def take_off_second_factor(user: str) -> Response:
    """The phone is lost: the password alone is asked for at the next sign-in, and the user is told."""
    administrator = _administrator()
    _managed_by(administrator, user)
    second_factor.take_off(gateway.runtime(), user, by=administrator.user)
    return bodies.as_json({"user": user})


def _managed_by(administrator: Caller, user: str) -> None:
    known = gateway.runtime().read(lambda db: accounts.find(db, user))
    if known is None or not accounts.manages(administrator, known.centres):
        raise NotFound(user)
