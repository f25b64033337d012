"""Messages to people, for whoever runs the system: how many stand how, which stopped, and once more. Whose they are is
said by user name; what they say is not."""

from uuid import UUID

from flask import Blueprint, Response, request

from services.codes.notices import NOTICE_CHANNELS
from services.kernel.errors import NotFound
from services.web import gateway
from services.web.gateway import posting
from services.web.pages.frame import frame, gate
from services.web.pages.parts.language import _, later, ngettext
from services.web.store import messages

SHOWN = 50
blueprint = Blueprint("messages", __name__)
ERRORS = {  # why there was no answer
    "unreachable": later("nobody answered"),
    "unresolved": later("the name of the host is not known"),
    "not_allowed": later("this address may not be called"),
    "tls": later("the certificate does not fit"),
    "timeout": later("no answer in time"),
    "interrupted": later("the connection broke off"),
    "no_address": later("the user has no address there any more"),
    "no_content": later("what it was about is gone"),
    "no_sender": later("nothing is set up to send it"),
}


@blueprint.get("/system/messages")
@gate.roles("admin")
def listing() -> Response:
    runtime = gateway.runtime()
    counts, stopped = runtime.read(lambda db: (messages.counts(db), messages.list_stopped(db, SHOWN)))
    return frame.page(
        "operating/messages.html", counts=counts, stopped=stopped, ways=posting.ways(runtime),
        all_ways=NOTICE_CHANNELS, states=messages.STATES, errors=ERRORS,
    )  # fmt: skip


@blueprint.post("/system/messages/retry")
@gate.roles("admin")
def retry() -> Response:
    """One of them, or all that were given up."""
    runtime, text = gateway.runtime(), request.form.get("message_id", "")
    try:
        message_id = str(UUID(text)) if text else None
    except ValueError:
        raise NotFound("message") from None
    with runtime.database.write() as db:
        count = messages.retry(db, runtime.now(), message_id)
    said = ngettext("{} message is sent once more.", "{} messages are sent once more.", count).format(count)
    return frame.done(said if count else _("Nothing is left to send again."), ".listing")
