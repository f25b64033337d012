"""FHIR R4 for systems of partners and of centres: referrals as Tasks, read and answered; the registry. What the
resources are stands in services/web/formats/fhir; whose they are and which answers may be given, behind the doors.

Every answer under /fhir/ is a resource, also one that says what went wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256

import orjson
from flask import Blueprint, Response, current_app, request

from services.codes import REFERRAL_STATUSES
from services.codes.keys import ANSWER_REFERRALS, READ_REFERRALS, READ_REGISTRY
from services.kernel.errors import Invalid, NotFound, Refused, Stale
from services.kernel.questions import Body, Json
from services.partners.doors import PUBLISHED_PARTNERS, PUBLISHED_PROGRAMMES
from services.referral.answers import ReferralRecord
from services.referral.doors import DISCLOSABLE, RECORDS, STEP, TOLD_OF
from services.web.api import bearer, bodies, fhir_query
from services.web.api.fhir_query import Asked
from services.web.api.view import BY_SYSTEM
from services.web.formats.fhir import bundles, capabilities, people, registry, tasks
from services.web.formats.fhir.capabilities import ORGANIZATION, RESOURCES, SERVICE
from services.web.formats.fhir.tasks import REQUEST, TASK
from services.web.formats.fhir.terms import REQUEST_STATUS, TASK_STATUS, Thing
from services.web.gateway import calls
from services.web.gateway.calls import Command, User
from services.web.gateway.problems import Problem, told_when
from services.web.gateway.request import is_stale, problem_of, runtime, site

PATH = "/fhir"
MEDIA = (fhir_query.JSON, "application/json")
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PLAIN: dict[str, bool] = {"provide_automatic_options": False}  # what an address allows, `unknown` says
blueprint = Blueprint("fhir", __name__, url_prefix=PATH)
blueprint.before_request(lambda: fhir_query.negotiate(request))


def base() -> str:
    return f"{site()}{PATH}"


@blueprint.errorhandler(Exception)
def failed(error: Exception) -> Response:
    problem = problem_of(error)
    said = bundles.outcome(problem.status, problem.detail, problem.code, problem.errors)
    answer = _answer(said, problem.status)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    told_when(answer, problem)
    return answer


@blueprint.get("/metadata", **PLAIN)
def metadata() -> Response:
    bearer.signed_in(bearer.ANY_KEY)
    fhir_query.nothing_else("mode")
    return _kept(capabilities.statement(base()))


# -- referrals ---------------------------------------------------------------------------------------------------------


@blueprint.get(f"/{TASK}", **PLAIN)
def find_tasks() -> Response:
    return _find_records(TASK, TASK_STATUS, tasks.task)


@blueprint.get(f"/{REQUEST}", **PLAIN)
def find_requests() -> Response:
    return _find_records(REQUEST, REQUEST_STATUS, tasks.request)


def _find_records(kind: str, statuses: Mapping[str, str], say: Callable[[ReferralRecord], Thing]) -> Response:
    user, asked = User(bearer.signed_in(READ_REFERRALS)), fhir_query.read(RESOURCES[kind])
    named, ids = asked.found_by.get("status"), asked.found_by.get("_id")
    chosen = [ours for ours in REFERRAL_STATUSES if statuses[ours] in named] if named is not None else None
    question = RECORDS.of(
        referral_ids=None if ids is None else [*ids], statuses=chosen, modified_from=asked.modified.start,
        modified_before=asked.modified.end, limit=asked.count, cursor=asked.cursor,
    )  # fmt: skip
    try:
        found = calls.ask(user, question).answer
    except Invalid as error:  # of a parameter, which is 400 here
        raise Problem(400, "A parameter cannot be read.", errors=error.errors) from None
    return _listed(kind, asked, found["total"], [say(each) for each in found["items"]], found["next"])


@blueprint.get(f"/{TASK}/<referral_id>", **PLAIN)
def read_task(referral_id: str) -> Response:
    return _task(_read(referral_id))


@blueprint.get(f"/{REQUEST}/<referral_id>", **PLAIN)
def read_request(referral_id: str) -> Response:
    record = _read(referral_id)
    return _versioned(tasks.request(record), record["version"])


@blueprint.get(f"/{TASK}/<referral_id>/_history", **PLAIN)
def task_history(referral_id: str) -> Response:
    record = _read(referral_id, fhir_query.SINCE)
    return _answer(bundles.history(base(), record, fhir_query.since()))


@blueprint.get(f"/{TASK}/<referral_id>/_history/<version>", **PLAIN)
def task_version(referral_id: str, version: str) -> Response:
    record = _read(referral_id)
    if (
        not version.isascii()
        or not version.isdecimal()
        or not 1 <= int(version[:9]) <= len(record["history"])
    ):
        raise NotFound("version")
    return _task(record, int(version[:9]))


def _read(referral_id: str, *parameters: str) -> ReferralRecord:
    user = User(bearer.signed_in(READ_REFERRALS))
    fhir_query.nothing_else(*parameters)
    return _record(user, referral_id)


def _record(user: User, referral_id: str) -> ReferralRecord:
    if "\x00" in referral_id:
        raise NotFound("referral")
    found = calls.ask(user, RECORDS.of(referral_ids=[referral_id], limit=1)).answer["items"]
    if not found:
        raise NotFound("referral")
    return found[0]


@blueprint.get("/Patient/<referral_id>", **PLAIN)
def read_patient(referral_id: str) -> Response:
    """What the partner was told; to the centre's staff, what it would be told."""
    user = User(bearer.signed_in(READ_REFERRALS))
    fhir_query.nothing_else()
    door = TOLD_OF if user.caller.partner_id is not None else DISCLOSABLE
    if "\x00" in referral_id:
        raise NotFound("referral")
    return _answer(people.patient(referral_id, calls.ask(user, door.of(referral_id=referral_id)).answer))


@blueprint.put(f"/{TASK}/<referral_id>", **PLAIN)
def update_task(referral_id: str) -> Response:
    """An answer, or what happened: by the Task's status. Sent again, it is answered as the first time."""
    user = User(bearer.signed_in(READ_REFERRALS, ANSWER_REFERRALS))
    fhir_query.nothing_else()
    record, version = _record(user, referral_id), _if_match()
    sent = _body(referral_id)
    if not 1 <= version <= record["version"]:
        raise Stale(f"The Task has version {record['version']} now.")
    stale = tasks.has_changed(record, version)
    before = tasks.task(record, version)
    others = tasks.other_elements(before, sent)
    if others and not stale:
        raise Invalid(
            {f"{TASK}.{name}": ["Only status, statusReason and output may change."] for name in others}
        )
    if others:
        raise Stale(f"The Task has version {record['version']} now.")
    partner = user.caller.partner_id is not None
    said = tasks.read_answer(before, sent, record["history"][version - 1]["status"], partner)
    if said is None:
        if stale:
            raise Stale(f"The Task has version {record['version']} now.")
        return _task(record)
    if said.step is None:
        raise Refused("wrong_state", f"A referral does not come to be {sent['status']}.")
    words = {**said.words, **({"by_channel": BY_SYSTEM} if partner else {})}
    command = _command(user, said, version)
    if not stale:
        command = replace(command, if_match=record["version"])
    reply = calls.tell(user, STEP, {"referral_id": referral_id, "step": said.step, **words}, command)
    return _task(_record(user, referral_id), reply.answer["version"])


def _command(user: User, answer: tasks.Answer, version: int) -> Command:
    """The same as long as the same is said about the same version; or as its Idempotency-Key says."""
    at = bodies.happened({"at": answer.at})
    if "Idempotency-Key" in request.headers:
        return Command(bodies.read_command(user.caller, at).id, at, version)
    told = sha256(orjson.dumps([*answer], option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Command(calls.command_id(user.caller.user, "PUT", request.path, str(version), told), at, version)


def _if_match() -> int:
    version = bodies.version_of(request.headers.get("If-Match", "*"))
    if version is None:
        raise Problem(428, 'Send If-Match with the version that was read, as W/"3".')
    return version


def _body(referral_id: str) -> Body:
    if request.mimetype not in MEDIA:
        raise Problem(415, f"Send {fhir_query.JSON}.")
    body = bodies.read_body(request)
    if body.get("resourceType") != TASK:
        raise Invalid({f"{TASK}.resourceType": [f"Must be {TASK}."]})
    if body.get("id") != referral_id:
        raise Problem(
            400,
            "Task.id: must be that of the address.",
            errors={f"{TASK}.id": ["Must be that of the address."]},
        )
    return body


# -- the registry ------------------------------------------------------------------------------------------------------


@blueprint.get(f"/{ORGANIZATION}", **PLAIN)
def find_organizations() -> Response:
    bearer.signed_in(READ_REGISTRY)
    asked = fhir_query.read(RESOURCES[ORGANIZATION])
    found = calls.ask_as_system(runtime(), PUBLISHED_PARTNERS.of(**_filters(asked))).answer
    items = [registry.organization(each["partner"], each["modified"]) for each in found["items"]]
    return _listed(ORGANIZATION, asked, found["total"], items, _next(asked, items))


@blueprint.get(f"/{SERVICE}", **PLAIN)
def find_services() -> Response:
    bearer.signed_in(READ_REGISTRY)
    asked = fhir_query.read(RESOURCES[SERVICE])
    found = calls.ask_as_system(runtime(), PUBLISHED_PROGRAMMES.of(**_filters(asked))).answer
    items = [
        registry.service(each["partner"], each["programme"], each["modified"]) for each in found["items"]
    ]
    return _listed(SERVICE, asked, found["total"], items, _next(asked, items))


@blueprint.get(f"/{ORGANIZATION}/<partner_id>", **PLAIN)
def read_organization(partner_id: str) -> Response:
    _of_registry(partner_id)
    found = calls.ask_as_system(runtime(), PUBLISHED_PARTNERS.of(ids=[partner_id], limit=1)).answer["items"]
    if not found:
        raise NotFound("partner")
    return _kept(registry.organization(found[0]["partner"], found[0]["modified"]))


@blueprint.get(f"/{SERVICE}/<programme_id>", **PLAIN)
def read_service(programme_id: str) -> Response:
    _of_registry(programme_id)
    found = calls.ask_as_system(runtime(), PUBLISHED_PROGRAMMES.of(ids=[programme_id], limit=1)).answer[
        "items"
    ]
    if not found:
        raise NotFound("programme")
    return _kept(registry.service(found[0]["partner"], found[0]["programme"], found[0]["modified"]))


def _of_registry(id: str) -> None:
    bearer.signed_in(READ_REGISTRY)
    fhir_query.nothing_else()
    if "\x00" in id:
        raise NotFound(id)


def _filters(query: Asked) -> dict[str, Json]:
    """`limit` is one more than is shown, to see whether there is a next page."""
    ids, of = query.found_by.get("_id"), query.found_by.get("organization")
    active = {
        *(
            {"active": True, "inactive": False}[each]
            for each in query.found_by.get("status", ("active", "inactive"))
        ),
    } & {each == "true" for each in query.found_by.get("active", ("true", "false"))}
    filters: dict[str, Json] = {
        "modified_from": query.modified.start, "modified_before": query.modified.end, "after": query.cursor,
        "limit": query.count,
    }  # fmt: skip
    if len(active) == 1:
        filters["retired"] = not active.pop()
    elif not active:
        ids = ()
    if of is not None and len(of) == 1:
        filters["partner_id"] = of[0]
    elif of is not None:
        raise Problem(
            400, "organization: One of them, please.", errors={"organization": ["One of them, please."]}
        )
    told = filters if ids is None else {**filters, "ids": [*ids]}
    return {name: value for name, value in told.items() if value is not None}


def _next(query: Asked, items: list[Thing]) -> str | None:
    """A full page may have another after it; that one may be empty."""
    return str(items[-1]["id"]) if items and len(items) == query.count else None


# -- answers -----------------------------------------------------------------------------------------------------------


@blueprint.route("/", methods=EVERY_METHOD, defaults={"rest": ""}, **PLAIN)
@blueprint.route("/<path:rest>", methods=EVERY_METHOD, **PLAIN)
def unknown(rest: str) -> Response:
    """Whatever else is asked: a resource that is here cannot be asked so, another is not here."""
    allowed = _allowed()
    if request.method == "OPTIONS" and allowed:
        return Response(status=200, headers={"Allow": ", ".join(allowed)})
    bearer.signed_in(bearer.ANY_KEY)
    if not allowed and rest.partition("/")[0] not in RESOURCES:
        raise NotFound(rest)
    told = bundles.outcome(405, f"{request.method} is not offered here; see {PATH}/metadata.")
    answer = _answer(told, 405)
    answer.headers["Allow"] = ", ".join(allowed)
    return answer


def _allowed() -> list[str]:
    """What the address is for: the methods of the other views that stand there."""
    there = current_app.create_url_adapter(request)
    methods = []
    for method in EVERY_METHOD if there else ():
        endpoint, _parts = there.match(method=method) if there else ("", {})
        if endpoint != f"{blueprint.name}.{unknown.__name__}":
            methods.append(method)
    return methods


def _listed(kind: str, query: Asked, total: int, resources: list[Thing], cursor: str | None) -> Response:
    more = query.address(base(), kind, cursor) if cursor and query.count else None
    return _answer(
        bundles.searchset(base(), total, resources, query.address(base(), kind, query.cursor), more)
    )


def _task(record: ReferralRecord, version: int | None = None) -> Response:
    return _versioned(tasks.task(record, version), version or record["version"])


def _versioned(resource: Thing, version: int) -> Response:
    answer = _answer(resource)
    answer.headers["ETag"] = bundles.etag(version)
    return _unless_held(answer)


def _kept(resource: Thing) -> Response:
    """Of what has no number of a version: whoever keeps a copy may ask whether it still holds."""
    answer = _answer(resource)
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:32], weak=True)
    return _unless_held(answer)


def _unless_held(answer: Response) -> Response:
    if request.method == "GET":
        answer.make_conditional(request)
    return answer


def _answer(resource: Thing, status: int = 200) -> Response:
    form = orjson.OPT_INDENT_2 if fhir_query.is_pretty() else 0
    answer = Response(
        orjson.dumps(resource, option=form), status=status, content_type=f"{fhir_query.JSON}; charset=utf-8"
    )
    if is_stale():
        answer.headers["Songtor-Stale"] = "true"
    return answer
