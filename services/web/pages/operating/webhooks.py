"""Webhooks, for whoever has them: what each hears, how it is, what became of its messages; stopped, started, tried and
told again. Whose they are stands in services/web/gateway/listeners.py."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, url_for
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.codes.access import DIRECTOR
from services.codes.feed import EVENT_TYPES, OF_PARTNER
from services.kernel.envelope import ALL_CENTRES
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Partner
from services.partners.doors import PARTNER
from services.reporting.schemas import LAST_POSITION
from services.web import gateway
from services.web.gateway import listeners
from services.web.gateway import webhooks as couriers
from services.web.gateway.calls import User
from services.web.gateway.outbound import URL_MOST
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import look_up
from services.web.pages.parts.words import centre, day_time, word
from services.web.store import webhooks as store
from services.web.store.webhooks import Kind, Message, MessageState, Webhook

SHOWN = 50  # messages of one page
MAKERS = (DIRECTOR, "partner", "ministry")
blueprint = Blueprint("webhooks", __name__)

ERRORS = {  # why there was no answer
    "not_allowed": later("this address may not be called"),
    "unresolved": later("the name of the host is not known"),
    "unreachable": later("nobody answered"),
    "tls": later("the certificate does not fit"),
    "timeout": later("no answer in time"),
    "interrupted": later("the connection broke off"),
    "no_secret": later("the secret cannot be read any more: rotate it"),
}


class MakeWebhook(Schema):
    url = fields.String(required=True, validate=Length(1, URL_MOST))
    types = fields.List(fields.String(validate=OneOf(EVENT_TYPES)), required=True, validate=Length(min=1))


class Replay(Schema):
    after = fields.Integer(required=True, validate=Range(0, LAST_POSITION))


MAKE, REPLAY, NOTHING = MakeWebhook(), Replay(), Schema()


def _me() -> User:
    return User(visit.caller())


@blueprint.get("/webhooks")
@gate.roles(*listeners.ROLES)
def listing() -> Response:
    hooks = listeners.list_mine(_me())
    return frame.page("webhooks/listing.html", hooks=hooks, whose=whose(hooks), makes=_makes())


def _makes() -> list[tuple[str, str]]:
    """[(address, whose)] of the forms for new ones."""
    if visit.caller().role in ("partner", "ministry"):
        return [(url_for(".make"), _("Add a webhook"))]
    return [
        (url_for(".make", centre=code), _("Add a webhook for {}").format(centre(code))) for code in _centres()
    ]


def _centres() -> list[str]:
    """Of which the user is, or stands for, the director."""
    caller = visit.caller()
    if caller.role in ("partner", "ministry"):
        return []
    codes = caller.centres if caller.role == DIRECTOR else caller.delegated_centres(DIRECTOR)
    return [code for code in codes if code != ALL_CENTRES]


@blueprint.route("/webhooks/new", methods=["GET", "POST"])
@gate.roles(*MAKERS)
def make() -> Response:
    """`?centre=` or `?partner=`: whose it is to be; of a partner's user and the ministry their own."""
    told, partner_id = query.code("centre", _centres()) or None, query.id("partner") or None
    form, of_partner = Form(MAKE), partner_id is not None or visit.caller().role == "partner"
    if form.sent and form.load():
        with form.catching():
            hook, secret = listeners.make(
                _me(), form.command, form.data["url"], form.data["types"], told, partner_id
            )
            return _shown(hook, secret, False)
    types = [(each, word("event_type", each)) for each in (OF_PARTNER if of_partner else EVENT_TYPES)]
    partner = doors.attempt(PARTNER.of(partner_id=partner_id)) if partner_id else None
    named = partner["name"] if partner else centre(told) if told else ""
    return frame.page("webhooks/make.html", form=form, types=types, named=named, of_partner=of_partner)


@blueprint.get("/webhooks/<uuid:webhook_id>")
@gate.roles(*listeners.ROLES)
def show(webhook_id: UUID) -> Response:
    return _page(listeners.mine(_me(), str(webhook_id), only_stop=True), Form(REPLAY, sent=False))


def _page(hook: Webhook, form: Form) -> Response:
    before = query.number("before")
    rows = gateway.runtime().read(lambda db: store.list_messages(db, hook.webhook_id, before, SHOWN + 1))
    look_up([hook.made_by, hook.state_by])
    return frame.page(
        "webhooks/show.html", hook=hook, messages=rows[:SHOWN], states=_states(), form=form,
        whose=whose([hook])[hook.webhook_id],
        older=rows[SHOWN - 1].position if len(rows) > SHOWN else None, errors=ERRORS,
        changes=visit.caller().role != "admin", types=" · ".join(word("event_type", each) for each in hook.types),
    )  # fmt: skip


def _states() -> dict[MessageState, str]:
    return {"sent": _("sent"), "waiting": _("waits"), "dead": _("given up")}


@blueprint.get("/webhooks/<uuid:webhook_id>/list.csv")
@gate.roles(*listeners.ROLES)
def deliveries_csv(webhook_id: UUID) -> Response:
    """What became of messages, the latest first, as far back as it is kept; not what they said."""
    hook, rows = listeners.mine(_me(), str(webhook_id), only_stop=True), list[Message]()
    for _page_of in range(files.PAGES_MOST):
        before = rows[-1].position if rows else None
        more = gateway.runtime().read(
            partial(store.list_messages, webhook_id=hook.webhook_id, before=before, limit=LIMIT_MOST)
        )
        rows += more
        if len(more) < LIMIT_MOST:
            break
    columns = [
        _("Position"), _("Id"), _("Of what?"), _("How it stands"), _("Made"), _("Attempts"), _("Last attempt"),
        _("Answer"), _("Milliseconds"), _("Next attempt"),
    ]  # fmt: skip
    lines = [
        [
            each.position, each.message_id, word("event_type", each.type), _states()[each.state],
            day_time(each.made_at), each.attempts, day_time(each.tried_at) if each.tried_at else "", _answered(each),
            each.ms, day_time(each.next_at) if each.next_at else "",
        ]
        for each in rows
    ]  # fmt: skip
    title = _("What became of messages")
    return files.as_csv(
        files.Sheet("webhook", title, columns, lines),
        files.name("webhook", visit.caller().centres, days.today()),
    )


def _answered(message: Message) -> str:
    if message.error:
        return _(ERRORS[message.error])
    return "" if message.status is None else str(message.status)


@blueprint.post("/webhooks/<uuid:webhook_id>/<any(pause, resume):turn>")
@gate.roles(*listeners.ROLES)
def turn(webhook_id: UUID, turn: str) -> Response:
    hook = listeners.mine(_me(), str(webhook_id), only_stop=True)
    act = store.pause if turn == "pause" else store.resume
    act(gateway.runtime(), hook.webhook_id, visit.caller().user)
    said = _("It is paused: messages wait.") if turn == "pause" else _("It goes on now.")
    return frame.done(said, ".show", webhook_id=webhook_id)


@blueprint.post("/webhooks/<uuid:webhook_id>/test")
@gate.roles(*MAKERS)
def test(webhook_id: UUID) -> Response:
    outcome, ms = couriers.send_test(gateway.runtime(), listeners.mine(_me(), str(webhook_id)))
    answered = outcome.status if outcome.error is None else _(ERRORS[outcome.error])
    said = (
        _("The test was taken: {status} after {ms} ms.")
        if outcome.taken
        else _("The test was not taken: {status}.")
    )
    return frame.done(said.format(status=answered, ms=ms), ".show", webhook_id=webhook_id)


@blueprint.post("/webhooks/<uuid:webhook_id>/replay")
@gate.roles(*MAKERS)
def replay(webhook_id: UUID) -> Response:
    hook, form = listeners.mine(_me(), str(webhook_id)), Form(REPLAY)
    if form.load():
        with form.catching():
            store.replay(gateway.runtime(), hook.webhook_id, form.data["after"])
            return frame.done(
                _("What lies behind that position is sent again."), ".show", webhook_id=webhook_id
            )
    return _page(hook, form)


@blueprint.post("/webhooks/<uuid:webhook_id>/rotate")
@gate.roles(*MAKERS)
def rotate(webhook_id: UUID) -> Response:
    hook = listeners.mine(_me(), str(webhook_id))
    return _shown(hook, store.rotate(gateway.runtime(), hook.webhook_id), True)


@blueprint.post("/webhooks/<uuid:webhook_id>/end")
@gate.roles(*MAKERS)
def end(webhook_id: UUID) -> Response:
    hook = listeners.mine(_me(), str(webhook_id))
    store.end(gateway.runtime(), hook.webhook_id, visit.caller().user)
    return frame.done(_("Nothing is sent there any more."), ".listing")


def _shown(hook: Webhook, secret: str, rotated: bool) -> Response:
    return frame.page("webhooks/secret.html", hook=hook, secret=secret, rotated=rotated)


def whose(hooks: Sequence[Webhook]) -> dict[str, str]:
    """{webhook: what its owner is called}"""
    partners: dict[str, Partner | None] = {
        each: doors.attempt(PARTNER.of(partner_id=each))
        for each in {hook.owner for hook in hooks if hook.kind == "partner"}
    }

    def called(kind: Kind, owner: str) -> str:
        if kind == "partner":
            partner = partners[owner]
            return partner["name"] if partner else _("a partner")
        return centre(owner) if kind == "centre" else word("role", "ministry")

    return {hook.webhook_id: called(hook.kind, hook.owner) for hook in hooks}
