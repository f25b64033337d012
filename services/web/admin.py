"""What the `songtor` command asks of a running system. Only the role admin."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, request

from services.kernel.envelope import instant
from services.kernel.errors import Invalid
from services.kernel.runtime import utc_now
from services.web import accounts, api, watch
from services.web.problems import Problem

blueprint = Blueprint("admin", __name__)


def _admin_call() -> dict[str, Any]:
    caller = api.signed_in()
    if caller.role != "admin":
        raise Problem(403, "Only an administrator may do this.")
    return {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": str(uuid4()),
        "correlation": "",
    }


@blueprint.get("/api/v1/admin/status")
def status() -> Response:
    _admin_call()
    statuses, problems = watch.ask_all()
    return api.as_json({"services": statuses, "problems": problems})


@blueprint.post("/api/v1/admin/verify")
def verify() -> Response:
    call = _admin_call()
    found = [api.ask(service, "verify", call, {}, 600.0)["answer"] for service in watch.SERVICES]
    return api.as_json({"problems": [sentence for problems in found for sentence in problems]})


@blueprint.post("/api/v1/admin/retry")
def retry() -> Response:
    call, body = _admin_call(), api.read_body(request)
    event_id = body.get("event_id")
    return api.as_json(
        {s: api.ask(s, "retry", call, {"event_id": event_id}, 60.0)["answer"] for s in watch.SERVICES}
    )


@blueprint.post("/api/v1/admin/rebuild")
def rebuild() -> Response:
    """One read model of one service: {service, projection}."""
    call, body = _admin_call(), api.read_body(request)
    service = body.get("service")
    if service not in watch.SERVICES:
        raise Invalid({"service": [f"One of {', '.join(watch.SERVICES)}."]})
    result = api.ask(str(service), "rebuild", call, {"projection": body.get("projection")}, 3600.0)
    return api.as_json(result["answer"])


@blueprint.post("/api/v1/admin/users")
def add_user() -> Response:
    _admin_call()
    body = api.read_body(request)
    with api.runtime().database.write() as db:
        accounts.add(
            db, str(body["user"]), str(body["role"]), [str(c) for c in body["centres"]], instant(utc_now())
        )
    return api.as_json({"user": body["user"]}, 201)
