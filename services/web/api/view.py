"""The calls of the API, made from its table of routes."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.kernel.runtime import ServiceRuntime
from services.web import gateway
from services.web.api import bearer, bodies
from services.web.api.routes import CASE_PAGE, ROUTES, Route
from services.web.gateway import calls
from services.web.store import positions

logger = logging.getLogger(__name__)

blueprint = Blueprint("api", __name__)


def answer(route: Route, parts: Mapping[str, Any]) -> Response:
    caller = bearer.signed_in()
    body: dict[str, Any] = bodies.read_query(route)
    at = None
    if route.method != "GET":
        body = bodies.read_body(request)
        at = bodies.happened(body) if route.writes else None
        clash = sorted(set(body) & (set(parts) | set(route.fixed)))
        if clash:
            raise Invalid({name: ["Unknown field."] for name in clash})
    body = {**body, **parts, **route.fixed}
    call = calls.call_for(caller, body, at, route.writes)
    result = calls.ask(route.service, route.door, call, body, route.seconds)
    if route.writes and result["position"]:
        position = int(result["position"])
        with gateway.runtime().database.write() as db:
            positions.record(db, caller.user, route.service, position)
    return bodies.as_json(result["answer"], route.status, stale=bool(result["stale"]))


def case_page(route: Route, parts: Mapping[str, Any]) -> Response:
    """The case put together from its owners' read models; a part whose service does not answer is left out and named."""
    caller, case_id = bearer.signed_in(), parts["case_id"]
    body = {**bodies.read_query(route), **parts}
    call = calls.call_for(caller, {}, None, writes=False)
    own = calls.ask(route.service, route.door, call, body, 5.0)
    others = {
        "screening": ("screening", "screening", {}),
        "matches": ("partners", "matches", {"limit": 10}),
        "plan": ("screening", "plan", {}),
        "referrals": ("referral", "referrals", {"limit": 500}),
    }
    asked = [
        partial(_part, gateway.runtime(), service, door, call, {"case_id": case_id, **extra})
        for service, door, extra in others.values()
    ]
    page, stale, missing = dict(own["answer"]), bool(own["stale"]), []
    for name, found in zip(others, gateway.runtime().ports.together(asked), strict=True):
        if found == {}:
            continue  # its door is closed to this role
        if found is None:
            missing.append(name)
            page[name] = [] if name == "referrals" else None
            continue
        stale = stale or bool(found["stale"])
        page[name] = found["answer"]["items"] if name == "referrals" else found["answer"]
    if missing:
        page["unavailable"] = missing
    return bodies.as_json(page, stale=stale or bool(missing))


def _part(
    around: ServiceRuntime, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any]
) -> Any:
    try:
        return around.ports.ask(service, door, call, body, 5.0)
    except NotFound:
        return {"answer": {"items": []} if door == "referrals" else None, "stale": True}
    except Forbidden:
        return {}
    except Unavailable:
        return None


def _view(route: Route) -> Any:
    made = case_page if route.path == CASE_PAGE else answer

    def view(**parts: str) -> Response:
        if any("\x00" in part for part in parts.values()):
            raise NotFound
        return made(route, parts)

    return view


def add_routes() -> None:
    for number, route in enumerate(ROUTES):
        blueprint.add_url_rule(route.path, f"route{number}", _view(route), methods=[route.method])


add_routes()
