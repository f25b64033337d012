"""The calls of the API, made from its table of routes."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.web.api import bearer, bodies
from services.web.api.routes import CASE_PAGE, ROUTES, Route
from services.web.gateway import calls
from services.web.gateway.calls import Question, Reply, User

blueprint = Blueprint("api", __name__)


def question(route: Route, parts: Mapping[str, str]) -> Response:
    user = User(bearer.signed_in())
    body = {**bodies.read_query(route), **parts, **route.fixed}
    return bodies.as_json(
        calls.ask(user, route.service, route.door, body, route.seconds).answer, route.status
    )


def command(route: Route, parts: Mapping[str, str]) -> Response:
    user = User(bearer.signed_in())
    body = bodies.read_body(request)
    at = bodies.happened(body)
    clash = sorted(set(body) & (set(parts) | set(route.fixed)))
    if clash:
        raise Invalid({name: ["Unknown field."] for name in clash})
    sent = bodies.read_command(user.caller, at)
    reply = calls.tell(user, route.service, route.door, {**body, **parts, **route.fixed}, sent, route.seconds)
    return bodies.as_json(reply.answer, route.status)


def case_page(route: Route, parts: Mapping[str, str]) -> Response:
    """The case put together from its owners' read models; a part whose service does not answer is left out and
    named."""
    user, about = User(bearer.signed_in()), {"case_id": parts["case_id"]}
    page = dict(calls.ask(user, route.service, route.door, {**bodies.read_query(route), **parts}, 5.0).answer)
    questions: dict[str, Question] = {
        "screening": ("screening", "screening", about),
        "matches": ("partners", "matches", {**about, "limit": 10}),
        "plan": ("screening", "plan", about),
        "referrals": ("referral", "referrals", {**about, "limit": 500}),
    }
    replies = calls.together(user, questions)
    for name, reply in replies.items():
        if not isinstance(reply, Forbidden):  # its door is closed to this role
            page[name] = reply.answer if isinstance(reply, Reply) else None
    if "referrals" in page:
        page["referrals"] = page["referrals"]["items"] if page["referrals"] else []
    missing = [name for name, reply in replies.items() if isinstance(reply, Unavailable)]
    if missing:
        page["unavailable"] = missing
    return bodies.as_json(page)


def _view(route: Route) -> Callable[..., Response]:
    answer = case_page if route.path == CASE_PAGE else command if route.writes else question

    def view(**parts: str) -> Response:
        if any("\x00" in part for part in parts.values()):
            raise NotFound
        return answer(route, parts)

    return view


for number, each in enumerate(ROUTES):
    blueprint.add_url_rule(each.path, f"route{number}", _view(each), methods=[each.method])
