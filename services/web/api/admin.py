"""What the `songtor` command asks of a running system. Only the role admin."""

from contextlib import suppress
from uuid import uuid4

from flask import Blueprint, Response, request
from marshmallow import ValidationError

from services.codes.access import SERVICES
from services.kernel import own_doors
from services.kernel.doors import flat
from services.kernel.envelope import Caller, instant
from services.kernel.errors import Invalid, NotFound
from services.kernel.questions import Body
from services.kernel.runtime import utc_now
from services.web import gateway
from services.web.api import bearer, bodies
from services.web.formats import taking
from services.web.gateway import calls, standing
from services.web.gateway.calls import User
from services.web.gateway.problems import Problem
from services.web.identity import accounts, passwords, people, second_factor
from services.web.identity.schemas import AddUser, Details, person_of, rights_of

blueprint = Blueprint("admin", __name__)


ADD_USER, DETAILS = AddUser(), Details()


def _administrator() -> User:
    caller = bearer.signed_in()
    if caller.role != "admin":
        raise Problem(403, "Only an administrator may do this.")
    return User(caller)


@blueprint.get("/api/v1/admin/status")
def status() -> Response:
    _administrator()
    statuses, problems = standing.statuses()
    return bodies.as_json({"services": statuses, "problems": problems})


@blueprint.post("/api/v1/admin/verify")
def verify() -> Response:
    asker = _administrator()
    problems = [calls.ask(asker, own_doors.verify(service), 600.0).answer for service in SERVICES]
    return bodies.as_json({"problems": [sentence for of_service in problems for sentence in of_service]})


@blueprint.post("/api/v1/admin/retry")
def retry() -> Response:
    asker, event = _administrator(), {"event_id": bodies.read_body(request).get("event_id")}
    return bodies.as_json(
        {
            service: calls.tell(asker, own_doors.retry(service), event, seconds=60.0).answer
            for service in SERVICES
        }
    )


@blueprint.post("/api/v1/admin/skip")
def skip() -> Response:
    """Give up one event wherever it is parked: {event_id, reason}."""
    asker, body = _administrator(), bodies.read_body(request)
    counts = {}
    for service in SERVICES:
        with suppress(NotFound):
            counts[service] = calls.tell(asker, own_doors.skip(service), body, seconds=60.0).answer
    if not counts:
        raise NotFound
    return bodies.as_json(counts)


@blueprint.post("/api/v1/admin/resume")
def resume() -> Response:
    """The halted subscriptions of one service: {service}."""
    asker, service = _administrator(), _service(bodies.read_body(request))
    return bodies.as_json({"resumed": calls.tell(asker, own_doors.resume(service), {}, seconds=60.0).answer})


@blueprint.post("/api/v1/admin/rebuild")
def rebuild() -> Response:
    """One read model of one service: {service, projection}."""
    asker, body = _administrator(), bodies.read_body(request)
    model = {"projection": body.get("projection")}
    door = own_doors.rebuild(_service(body))
    return bodies.as_json(calls.tell(asker, door, model, seconds=3600.0).answer)


def _service(body: Body) -> str:
    service = body.get("service")
    if service not in SERVICES:
        raise Invalid({"service": [f"One of {', '.join(SERVICES)}."]})
    return str(service)


@blueprint.post("/api/v1/admin/import/check")
def check_import() -> Response:
    """What would come of a part of a file of partners."""
    asker, part = _administrator(), bodies.read_body(request)
    return bodies.as_json(taking.check(asker)(part))


@blueprint.post("/api/v1/admin/import")
def import_partners() -> Response:
    asker, part = _administrator(), bodies.read_body(request)
    return bodies.as_json(taking.bring(asker, str(uuid4()))(part))


@blueprint.post("/api/v1/admin/users")
def add_user() -> Response:
    administrator = _administrator().caller
    try:
        account = ADD_USER.load(bodies.read_body(request))
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None
    web, user = gateway.runtime(), account["user"]
    with web.database.write() as db:
        accounts.give(db, administrator, **rights_of(account), now=instant(utc_now()))
        people.describe(web, db, user, person_of(account))
    return bodies.as_json({"user": account["user"]}, 201)


@blueprint.post("/api/v1/admin/users/<user>/person")
def describe_user(user: str) -> Response:
    """Who the user is: {title, name, position, phone}."""
    _managed_by(_administrator().caller, user)
    try:
        said = DETAILS.load(bodies.read_body(request))
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None
    web = gateway.runtime()
    with web.database.write() as db:
        people.keep(web, db, user, person_of(said))
    return bodies.as_json({"user": user})


@blueprint.post("/api/v1/admin/users/<user>/password")
def give_password(user: str) -> Response:
    """A new password, shown this once; its user must choose another at the first sign-in."""
    administrator = _administrator().caller
    _managed_by(administrator, user)
    given = passwords.give(gateway.runtime(), user, by=administrator.user)
    return bodies.as_json({"user": user, "password": given})


@blueprint.post("/api/v1/admin/users/<user>/second-factor/off")
def take_off_second_factor(user: str) -> Response:
    """The phone is lost: the password alone is asked for at the next sign-in, and the user is told."""
    administrator = _administrator().caller
    _managed_by(administrator, user)
    second_factor.take_off(gateway.runtime(), user, by=administrator.user)
    return bodies.as_json({"user": user})


def _managed_by(administrator: Caller, user: str) -> None:
    known = gateway.runtime().read(lambda db: accounts.find(db, user))
    if known is None or not accounts.manages(administrator, known.role, known.centres):
        raise NotFound(user)
