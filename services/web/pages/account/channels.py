"""By which ways somebody is told of what changed outside these pages: an address of theirs, what of, and when."""

from flask import Blueprint, Response
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from services.codes.access import ROLES
from services.codes.notices import NOTICE_CHANNELS, NOTICE_TIMES, topics_of
from services.fields import Words
from services.kernel.envelope import instant
from services.kernel.errors import NotFound
from services.kernel.senders import ADDRESS
from services.thai import numbers
from services.web import gateway
from services.web.gateway import posting
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, current, later
from services.web.store import channels, messages
from services.web.store.channels import HOURS, Channel

SHOWN = 20  # messages
WAY = f"<any({','.join(NOTICE_CHANNELS)}):way>"
blueprint = Blueprint("channels", __name__)
WRONG = later("This is not the code, or its time is over. Have another one sent.")


class ByMail(Schema):
    to = fields.String(
        required=True,
        validate=[Length(max=120), Regexp(rf"^{ADDRESS}\Z", error="Not a valid email address.")],
    )


class ByText(Schema):
    to = Words(40, numbers.read_phone, required=True)


class Code(Schema):
    code = fields.String(required=True, validate=Regexp(r"^\s*[0-9]{8}\s*$", error=WRONG))


BY_MAIL, BY_TEXT, CODE, NOTHING = ByMail(), ByText(), Code(), Schema()


def _choices(role: str) -> Schema:
    """A time for each topic of which somebody of a role hears, and the hour of the day."""
    topics = {topic: fields.String(required=True, validate=OneOf(NOTICE_TIMES)) for topic in topics_of(role)}
    hour = fields.Integer(required=True, validate=OneOf(HOURS))
    return Schema.from_dict({**topics, "hour": hour}, name="Choices")()


@blueprint.get("/account/notices")
@gate.roles(*ROLES)
def listing() -> Response:
    runtime, user = gateway.runtime(), visit.caller().user
    known = runtime.read(lambda db: {each.channel: each for each in channels.list_of(runtime, db, [user])})
    sent = runtime.read(lambda db: messages.list_of(db, user, SHOWN))
    return frame.page("notices/channels.html", ways=posting.ways(runtime), known=known, sent=sent)


@blueprint.get(f"/account/notices/{WAY}")
@gate.roles(*ROLES)
def show(way: str) -> Response:
    return _page(way)


def _page(way: str, form: Form | None = None, choosing: Form | None = None, code: str = "") -> Response:
    runtime, caller = gateway.runtime(), visit.caller()
    if way not in posting.ways(runtime):
        raise NotFound("channel")
    known = _known(way)
    chosen = {**known.chosen, "hour": known.hour} if known else {}
    return frame.page(
        "notices/channel.html", way=way, known=known, code=code, topics=topics_of(caller.role), hours=HOURS,
        form=form or Form(NOTHING, sent=False),
        choosing=choosing or Form(_choices(caller.role), chosen, sent=False),
    )  # fmt: skip


def _known(way: str) -> Channel | None:
    runtime, user = gateway.runtime(), visit.caller().user
    return runtime.read(lambda db: channels.find(runtime, db, user, way))


@blueprint.post(f"/account/notices/{WAY}/begin")
@gate.roles(*ROLES)
def begin(way: str) -> Response:
    """A code is sent to the address; to LINE the user sends it from there."""
    runtime, caller = gateway.runtime(), visit.caller()
    if way not in posting.ways(runtime):
        raise NotFound("channel")
    form = Form({"email": BY_MAIL, "sms": BY_TEXT}.get(way, NOTHING))
    if not form.load():
        return _page(way, form)
    with runtime.database.write() as db:
        messages.forget(db, caller.user, way)
        to = form.data.get("to")
        code = channels.begin(runtime, db, caller.user, way, to, current(), topics_of(caller.role))
        sealed = channels.seal_code(runtime, code)
        sent = way == "line" or messages.post_code(db, caller.user, way, sealed, runtime.now())
    if way == "line":  # shown this once
        return _page(way, code=code)
    said = _("A code is on its way there.") if sent else _("No more codes can be sent today.")
    return frame.done(said, ".show", way=way)


@blueprint.post(f"/account/notices/{WAY}/confirm")
@gate.roles(*ROLES)
def confirm(way: str) -> Response:
    runtime, form = gateway.runtime(), Form(CODE)
    if form.load():
        with runtime.database.write() as db:
            fits = channels.verify(runtime, db, visit.caller().user, way, form.data["code"])
        if fits:
            return frame.done(_("From now on you are told there too."), ".show", way=way)
        form.add({"code": [WRONG]})
    return _page(way, form)


@blueprint.post(f"/account/notices/{WAY}/choose")
@gate.roles(*ROLES)
def choose(way: str) -> Response:
    runtime, caller = gateway.runtime(), visit.caller()
    form = Form(_choices(caller.role))
    if not form.load():
        return _page(way, choosing=form)
    hour, now = form.data["hour"], runtime.now()
    chosen = {topic: form.data[topic] for topic in topics_of(caller.role)}
    with runtime.database.write() as db:
        channels.choose(db, caller.user, way, chosen, hour, current(), instant(now))
        messages.hold_back(db, caller.user, way, now, hour)
    return frame.done(_("It is noted what you want to be told of."), ".show", way=way)


@blueprint.post(f"/account/notices/{WAY}/forget")
@gate.roles(*ROLES)
def forget(way: str) -> Response:
    with gateway.runtime().database.write() as db:
        channels.forget(db, visit.caller().user, way)
        messages.forget(db, visit.caller().user, way)
    return frame.done(_("Nothing is sent there any more."), ".listing")
