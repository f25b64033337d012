"""Sending messages to people: by each way that the operator has set up, one process at a time, one message after the
other; each is marked first (store.messages)."""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import orjson

from services.codes.notices import BY_KIND, NOTICE_CHANNELS
from services.kernel.questions import Json
from services.kernel.runtime import ServiceRuntime
from services.kernel.senders import Line, Sms
from services.kernel.settings import Outbound
from services.web.gateway import couriers, letters, mailing, outbound
from services.web.gateway.letters import Letter
from services.web.gateway.mailing import Sent
from services.web.store import channels, messages
from services.web.store import notices as store
from services.web.store.channels import Channel
from services.web.store.messages import Message, State

logger = logging.getLogger(__name__)

TICK = 2.0  # seconds between looks
NEVER_SENT = frozenset({"not_allowed", "unresolved", "unreachable", "tls"})  # errors before anything was said


def ways(web: ServiceRuntime) -> tuple[str, ...]:
    """By which messages can be sent here."""
    senders = web.settings.senders
    there = {"email": senders.mail, "line": senders.line, "sms": senders.sms}
    return tuple(name for name in NOTICE_CHANNELS if there[name] is not None)


def site(web: ServiceRuntime) -> str:
    """Where people reach the pages."""
    host, port = web.settings.http
    return web.settings.public_url or f"http://{host}:{port}"


def keep_posting(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """Send what is due, until `stopping`."""

    def look() -> None:
        for way in ways(web):
            if web.read(lambda db: messages.is_due(db, way, web.now())):  # noqa: B023 (at once)
                send_due(web, way, stopping)

    couriers.keep_looking(look, "messages", TICK, stopping, pause)


def send_due(web: ServiceRuntime, way: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """All that is due by a way, if no other process is at it; how many were sent."""
    sent = 0
    if not messages.take(web, way):
        return 0
    with web.database.write() as db:
        messages.leave(db, way, web.now())
        messages.gather(db, web.now())
    while not stopping() and messages.take(web, way):
        message = web.read(lambda db: messages.next_of(db, way, web.now()))
        if message is None:
            break
        sent += send(web, message) == "sent"
    messages.let_go(web, way)
    return sent


def send(web: ServiceRuntime, message: Message) -> State | None:
    """One attempt; None: another process was quicker, or it was taken back."""
    if not messages.mark(web, message.message_id):
        return None
    came = _attempt(web, message)
    jitter = 1 + secrets.randbelow(300) / 1000
    state = messages.note(web, message, came.result, came.status, came.error, jitter)
    if state in messages.STOPPED:
        logger.warning("a message by %s: %s", message.channel, state)
    return state


def _attempt(web: ServiceRuntime, message: Message) -> Sent:
    way = web.read(lambda db: channels.find(web, db, message.user_name, message.channel))
    if way is None or not way.to or (message.notices and not way.verified_at):
        return Sent("refused", None, "no_address")
    letter = _letter(web, message, way)
    if letter is None:
        return Sent("refused", None, "no_content")
    senders = web.settings.senders
    match message.channel:
        case "email" if senders.mail:
            return mailing.send(web, senders.mail, way.to, letter, message.message_id, way.language)
        case "line" if senders.line:
            return _push(web, senders.line, way.to, letter, message.message_id)
        case "sms" if senders.sms:
            return _text(web, senders.sms, way.to, letter, message.message_id)
    return Sent("failed", None, "no_sender")


def _letter(web: ServiceRuntime, message: Message, way: Channel) -> Letter | None:
    if message.code is not None:
        code = channels.unseal_code(web, message.code)
        return letters.with_code(code, way.language, site(web)) if code else None
    told = web.read(lambda db: store.find(db, message.user_name, message.notices))
    known = [each for each in told if each.kind in BY_KIND]
    return letters.about(known, way.language, site(web)) if known else None


# -- LINE (Messaging API) and SMS ------------------------------------------------------------------------------------


def _push(web: ServiceRuntime, line: Line, to: str, letter: Letter, message_id: str) -> Sent:
    """LINE takes a message under one retry key once, and says 409 to the next."""
    headers = {"Authorization": f"Bearer {line.token}", "X-Line-Retry-Key": message_id}
    body: Json = {"to": to, "messages": [{"type": "text", "text": letter.short}]}
    came = _call(web, f"{line.url}/v2/bot/message/push", headers, body)
    return Sent("sent", 409) if came.status == 409 else came


def _text(web: ServiceRuntime, sms: Sms, to: str, letter: Letter, message_id: str) -> Sent:
    headers = {"Authorization": f"Bearer {sms.token}", "Idempotency-Key": message_id}
    return _call(web, sms.url, headers, {"id": message_id, "to": to, "text": letter.short})


def _call(web: ServiceRuntime, url: str, headers: dict[str, str], body: Json) -> Sent:
    """One call to an address that the operator named."""
    named = Outbound(frozenset({(urlsplit(url).hostname or "").rstrip(".")}))
    said = {**headers, "Content-Type": "application/json", "User-Agent": "Songtor/1"}
    came = outbound.post(web, url, said, orjson.dumps(body), named)
    if came.status is None:
        return Sent("failed" if came.error in NEVER_SENT else "uncertain", None, came.error)
    if came.taken:
        return Sent("sent", came.status)
    # The token may be put right, too many calls pass: only what is wrong with this message is given up.
    lasting = 400 <= came.status < 500 and came.status not in (401, 403, 408, 409, 429)
    return Sent("refused" if lasting else "failed", came.status)


def is_of_line(line: Line, body: bytes, signature: str) -> bool:
    """Whether LINE sent this: base64 of HMAC-SHA256 over the body under the channel's secret (X-Line-Signature)."""
    made = base64.b64encode(hmac.digest(line.secret.encode(), body, hashlib.sha256)).decode()
    return hmac.compare_digest(made.encode(), signature.encode())


def hear_line(web: ServiceRuntime, events: Sequence[Json]) -> int:
    """Whoever sends us the code of their page is linked; how many were. Anything else is nothing to us."""
    linked = 0
    for event in events:
        match event:
            case {
                "type": "message",
                "message": {"type": "text", "text": str(text)},
                "source": {"type": "user", "userId": str(to)},
            } if len(to) <= 64 and text.strip().isascii() and text.strip().isdigit():
                with web.database.write() as db:
                    linked += channels.link(web, db, "line", text.strip(), to) is not None
    return linked
