"""The calls of the API, made from its table of routes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from services.intake.doors import CASE
from services.kernel.errors import Invalid, NotFound
from services.kernel.questions import CommandDoor, Json, QueryDoor, Question
from services.referral.doors import STEP
from services.web.api import bearer, bodies, case_page, patience
from services.web.api.routes import CASE_PAGE, ROUTES, Route
from services.web.api.scopes import SCOPE_OF
from services.web.formats import rulebooks
from services.web.gateway import calls
from services.web.gateway.calls import User
from services.web.identity import api_keys

BY_SYSTEM = "system"  # how a partner answers whose own system has a key
blueprint = Blueprint("api", __name__)


def question(route: Route, door: QueryDoor[Any], parts: Mapping[str, str]) -> Response:
    user = User(bearer.signed_in(SCOPE_OF.get(door)))
    named = {**bodies.read_query(route), **parts, **route.fixed}
    # What may name a person is asked in the body, because addresses are logged.
    body = {} if route.method == "GET" else bodies.read_body(request)
    asked = Question(door, {**body, **named})
    if "wait" in route.query:
        return bodies.as_json(patience.answer(user, asked, route.seconds, _is_computed), route.status)
    answer = calls.ask(user, asked, route.seconds).answer
    if named.get("format") == "xlsx":
        return bodies.as_file(rulebooks.as_xlsx(answer), f"songtor-rules-{answer['rules_version']}.xlsx")
    return bodies.as_json(answer, route.status)


def _is_computed(answer: Mapping[str, Json]) -> bool:
    return answer["computed_at"] is not None


def command(route: Route, door: CommandDoor[Any], parts: Mapping[str, str]) -> Response:
    user = User(bearer.signed_in(SCOPE_OF.get(door)))
    named = {**bodies.read_query(route), **parts, **route.fixed}
    body = bodies.read_body(request)
    if door == STEP and api_keys.is_key(user.caller.user):
        named["by_channel"] = BY_SYSTEM
    at = None if route.at_is_a_field else bodies.happened(body)
    clash = sorted(set(body) & set(named))
    if clash:
        raise Invalid({name: ["Unknown field."] for name in clash})
    sent = bodies.read_command(user.caller, at)
    reply = calls.tell(user, door, {**body, **named}, sent, route.seconds)
    # What waits for somebody else is taken, not done.
    waits = isinstance(reply.answer, dict) and "waiting_for" in reply.answer
    return bodies.as_json(reply.answer, 202 if waits else route.status)


def case(route: Route, parts: Mapping[str, str]) -> Response:
    user = User(bearer.signed_in())
    found = calls.ask(user, CASE.of(**bodies.read_query(route), **parts), 5.0).answer
    return bodies.as_json({**found, **case_page.parts_of(user, parts["case_id"])})


def _view(route: Route) -> Callable[..., Response]:
    def view(**parts: str) -> Response:
        if any("\x00" in part for part in parts.values()):
            raise NotFound
        if route.path == CASE_PAGE:
            return case(route, parts)
        if isinstance(route.asks, QueryDoor):
            return question(route, route.asks, parts)
        return command(route, route.asks, parts)

    return view


for number, each in enumerate(ROUTES):
    blueprint.add_url_rule(each.path, f"route{number}", _view(each), methods=[each.method])
