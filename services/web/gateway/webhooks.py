"""Couriers of webhooks: whoever has an endpoint hears by Standard Webhooks what the feed of events shows its owner.

One look a second says which endpoints have something to do; each then has a courier of its own, which holds the
endpoint's lease: messages go one after the other and in order, and who answers slowly keeps nobody else waiting. A
message is noted as sent after it was taken: when the process ends in between it is sent again, under the same id.
"""

import hashlib
import hmac
import logging
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from functools import partial
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson

from services.kernel.envelope import ALL_CENTRES, Caller, instant
from services.kernel.errors import NotFound
from services.kernel.questions import Json
from services.kernel.runtime import ServiceRuntime
from services.reporting.answers import Event
from services.reporting.doors import EVENTS
from services.web.gateway import calls, couriers, outbound, telling
from services.web.gateway.outbound import Outcome
from services.web.store import outbox, webhooks
from services.web.store.webhooks import Kind, Message, Webhook

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds between looks
BATCH = 100  # events that are asked for at once
ASKING = 10.0  # seconds that the feed may take
TEST = "webhook.test"
MESSAGES = uuid5(NAMESPACE_URL, "songtor:webhook-message")


def reader(kind: Kind, owner: str) -> Caller:
    """As whom the feed is read for an endpoint: it shows it what it shows its owner, and nothing else."""
    match kind:
        case "partner":
            return Caller("webhook", "partner", (), owner)
        case "centre":
            return Caller("webhook", "worker", (owner,))
        case "ministry":
            return Caller("webhook", "ministry", (ALL_CENTRES,))


def head(web: ServiceRuntime, after: int = 2**53) -> int:
    """How far the merged feed has come."""
    asked = EVENTS.of(after=after, limit=1)
    return calls.ask_apart(web, reader("ministry", ALL_CENTRES), asked, ASKING).answer["head"]


# -- one message -----------------------------------------------------------------------------------------------------


def payload(event: Event, previous: int) -> tuple[int, str, str, str]:
    """(position, type, the event's id, body) of the message about an event. `previous`: the position
    of the message before it, so that whoever listens sees that one is missing."""
    position = event["position"]
    body = {
        "type": event["type"], "timestamp": event["time"], "position": position, "previous": previous, "data": event,
    }  # fmt: skip
    return position, event["type"], event["id"], orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()


def signed(keys: Iterable[str], message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """The headers of a message by Standard Webhooks 1: signed with each secret."""
    said = f"{message_id}.{timestamp}.{body}".encode()
    signatures = (
        b64encode(hmac.digest(b64decode(key.removeprefix(webhooks.SECRET)), said, hashlib.sha256)).decode()
        for key in keys
    )
    return {
        "Content-Type": "application/json", "User-Agent": "Songtor-Webhooks/1", "webhook-id": message_id,
        "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }  # fmt: skip


def send(web: ServiceRuntime, webhook_id: str, url: str, message_id: str, body: str) -> tuple[Outcome, int]:
    """One attempt, and how many milliseconds it took."""
    started = time.perf_counter()
    try:
        keys = outbox.signing(web, webhook_id)
    except NotFound:  # sealed with a key of before: it must be rotated
        return Outcome(None, "no_secret"), 0
    headers = signed(keys, message_id, int(web.now().timestamp()), body)
    outcome = outbound.post(web, url, headers, body.encode())
    return outcome, round((time.perf_counter() - started) * 1000)


def send_test(web: ServiceRuntime, hook: Webhook) -> tuple[Outcome, int]:
    """A message about nothing, at once and once."""
    body: dict[str, Json] = {"type": TEST, "timestamp": web.now().isoformat(), "data": {}}
    return send(web, hook.webhook_id, hook.url, f"msg_test_{uuid4().hex}", orjson.dumps(body).decode())


# -- couriers --------------------------------------------------------------------------------------------------------


def keep_delivering(
    web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]
) -> None:
    """Look what is to be sent, until `stopping`."""
    working: set[str] = set()
    known = 0

    def look() -> None:
        nonlocal known
        furthest = web.read(outbox.furthest)
        if furthest is None:
            return
        known = head(web, max(furthest, known))
        for webhook_id in web.read(lambda db: outbox.list_due(db, _now(web), known)):
            if webhook_id not in working:
                working.add(webhook_id)
                web.ports.aside(partial(_serve, web, webhook_id, working, stopping))

    couriers.keep_looking(look, "webhooks", TICK, stopping, pause)


def _serve(web: ServiceRuntime, webhook_id: str, working: set[str], stopping: Callable[[], bool]) -> None:
    try:
        deliver(web, webhook_id, stopping)
    except Exception as error:
        logger.warning("webhook %s waits: %s", webhook_id, type(error).__name__)
    finally:
        working.discard(webhook_id)


def deliver(web: ServiceRuntime, webhook_id: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """All that is due at one endpoint, if no other process is at it; how many attempts that were."""
    attempts = 0
    while not stopping() and (hook := outbox.take(web, webhook_id)) is not None:
        message = web.read(lambda db: outbox.next_message(db, webhook_id))
        if message is not None and (message.next_at or "") > _now(web):
            break
        if message is not None:
            _try(web, hook, message)
            attempts += 1
        elif not _fill(web, hook):
            break
    outbox.let_go(web, webhook_id)
    return attempts


def _try(web: ServiceRuntime, hook: Webhook, message: Message) -> None:
    outcome, ms = send(web, hook.webhook_id, hook.url, message.message_id, message.body)
    jitter = 1 + secrets.randbelow(300) / 1000
    came_of_it = outbox.note(
        web, hook.webhook_id, message, outcome.status, outcome.error, ms, outcome.taken, jitter
    )
    if came_of_it == "dead":
        logger.warning("webhook %s paused itself", hook.webhook_id)
        telling.tell_paused(web, hook)


def _fill(web: ServiceRuntime, hook: Webhook) -> bool:
    """Messages for what the feed has more for its owner; False at the feed's end."""
    asked = EVENTS.of(after=hook.position, limit=BATCH)
    answer = calls.ask_apart(web, reader(hook.kind, hook.owner), asked, ASKING).answer
    made, previous = [], hook.last
    for event in answer["items"]:
        if event["type"] in hook.types:
            position, type, event_id, body = payload(event, previous)
            made.append((position, message_id_of(hook.webhook_id, event_id), type, body))
            previous = position
    if answer["next"] == hook.position:
        return False
    return outbox.add(web, hook, answer["next"], made)


def message_id_of(webhook_id: str, event_id: str) -> str:
    """The same whenever this event is told to this endpoint."""
    return f"msg_{uuid5(MESSAGES, f'{webhook_id} {event_id}').hex}"


def _now(web: ServiceRuntime) -> str:
    return instant(web.now())
