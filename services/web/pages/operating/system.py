"""The operator's page: what is wrong first, then how every service is, what is parked, and what is done for the safety
of the data. Nobody's data is on it."""

from contextlib import suppress

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate

from services.codes.access import SERVICES
from services.fields import Words
from services.kernel import own_doors
from services.kernel.errors import NotFound, Unavailable
from services.web import gateway
from services.web.gateway import standing
from services.web.pages.frame import doors, frame, gate, query
from services.web.pages.frame.forms import Form
from services.web.pages.operating.alarms import alarms, stuck
from services.web.pages.parts import days
from services.web.pages.parts.language import _, ngettext
from services.web.pages.parts.words import word
from services.web.store import messages, precautions, webhooks

blueprint = Blueprint("system", __name__)

SHOWN = 50  # streams that wait; the rest are counted
SECONDS = 20.0  # that the page waits for something to be done; it goes on where it is being done


class Retry(Schema):
    event_id = fields.String(load_default=None)


class Skip(Schema):
    event_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    reason = Words(500, required=True)


class OfService(Schema):
    service = fields.String(required=True, validate=validate.OneOf(list(SERVICES)))


class ReadModel(Schema):
    """`read_model`: service.name."""

    read_model = fields.String(required=True, validate=validate.Regexp(rf"^({'|'.join(SERVICES)})\.[a-z_]+$"))


RETRY, SKIP, OF_SERVICE, READ_MODEL = Retry(), Skip(), OfService(), ReadModel()


@blueprint.get("/system")
@gate.roles("admin")
def show() -> Response:
    return _page()


def _page(read_model: Form | None = None, follow: Form | None = None) -> Response:
    rows, _sentences = standing.statuses()
    done = gateway.runtime().read(precautions.latest)
    silent = [service for service in SERVICES if service not in {row["service"] for row in rows}]
    waiting = stuck(rows)
    return frame.page(
        "operating/system.html", form=read_model or Form(READ_MODEL), follow=follow or Form(OF_SERVICE), rows=rows,
        rooms=standing.rooms(), behind=standing.heard(rows), stuck=waiting[:SHOWN], more=max(0, len(waiting) - SHOWN),
        alarms=alarms(rows, silent, done, gateway.runtime().now()), holidays_end=days.holidays_end(),
        stopped=gateway.runtime().read(webhooks.paused_by_itself),
        messages_stopped=gateway.runtime().read(messages.count_stopped),
        skipped=[(row["service"], each) for row in rows for each in row["skipped"]],
        services=[(service, word("service", service)) for service in SERVICES],
        precautions=[(kind, done.get(kind)) for kind in precautions.KINDS],
        read_models=[(f"{row['service']}.{name}",) * 2 for row in rows for name in row["read_models"]],
    )  # fmt: skip


@blueprint.post("/system/retry")
@gate.roles("admin")
def retry() -> Response:
    """What is parked, or one stream of it, once more."""
    form = Form(RETRY)
    form.load()
    released = parked = 0
    for service in SERVICES:
        counts = doors.tell(
            own_doors.retry(service), {"event_id": form.data["event_id"]}, seconds=SECONDS, part=service
        )
        released, parked = released + counts["released"], parked + counts["parked"]
    handled = ngettext("{} event was handled.", "{} events were handled.", released).format(released)
    left = ngettext("{} is still parked.", "{} are still parked.", parked).format(parked)
    return frame.done(f"{handled} {left}", ".show")


@blueprint.route("/system/skip", methods=["GET", "POST"])
@gate.roles("admin")
def skip() -> Response:
    """Give up one event for good, wherever it is parked: `?event=` its id."""
    form = Form(SKIP, {"event_id": query.text("event", 100)})
    if form.sent and form.load():
        with form.catching():
            released = _give_up(form.data["event_id"], form.data["reason"])
            given_up = _("The event was given up.")
            handled = ngettext("{} event was handled.", "{} events were handled.", released).format(released)
            return frame.done(f"{given_up} {handled}", ".show")
    return frame.page("operating/skip.html", form=form)


def _give_up(event_id: str, reason: str) -> int:
    """How many events that waited behind it were handled then. NotFound where it is parked nowhere."""
    released, found = 0, False
    for service in SERVICES:
        with suppress(NotFound):
            body = {"event_id": event_id, "reason": reason}
            counts = doors.tell(own_doors.skip(service), body, seconds=SECONDS, part=service)
            released, found = released + counts["released"], True
    if not found:
        raise NotFound("event")
    return released


@blueprint.post("/system/resume")
@gate.roles("admin")
def resume() -> Response:
    """The subscriptions at which one service has halted."""
    form = Form(OF_SERVICE)
    if not form.load():
        return _page(follow=form)
    doors.tell(own_doors.resume(form.data["service"]), {}, seconds=SECONDS)
    return frame.done(
        _("It follows again; if the log still is another, it halts again within seconds."), ".show"
    )


@blueprint.post("/system/rebuild")
@gate.roles("admin")
def rebuild() -> Response:
    """One read model, anew from the log."""
    form = Form(READ_MODEL)
    if not form.load():
        return _page(form)
    service, _dot, name = form.data["read_model"].partition(".")
    try:
        [count] = doors.tell(own_doors.rebuild(service), {"projection": name}, seconds=SECONDS).values()
    except Unavailable:
        late = _("The service has not answered yet. What was begun goes on there; look again in a while.")
        return frame.done(late, ".show")
    made = _("{} was made anew of {} facts.").format(form.data["read_model"], f"{count:,}")
    return frame.done(made, ".show")
