"""A fact as the JSON of a page: a CloudEvent in RFC 8785 form, chained by hashes. Pure."""

import hashlib
from typing import Any, NotRequired, TypedDict

import orjson

from services.kernel.envelope import Recorded

GENESIS = "0" * 64  # the hash before the first event
STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
PAGE_KEYS = {"source", "epoch", "from", "to", "prev_hash", "hash", "events"}
EVENT_KEYS = {
    "id", "source", "type", "streamid", "streamversion", "sequence", "time", "recordedtime", "centre", "actor",
    "correlationid", "causationid", "data", "hash",
}  # fmt: skip


class Event(TypedDict):
    """An event as a follower needs it; a page's events carry more. `data` is its open part, as its service's events.py
    says."""

    id: str
    source: str
    type: str
    streamid: str
    streamversion: int
    sequence: int
    time: str
    recordedtime: str
    centre: str
    actor: str
    actingfor: NotRequired[str]
    correlationid: str
    causationid: str
    caseid: NotRequired[str]
    partnerid: NotRequired[str]
    dataversion: int
    data: dict[str, Any]
    hash: str


# A stretch of a log. `head` is there when it was asked for; then it may hold no event, and `hash` is the head's.
Page = TypedDict(
    "Page",
    {
        "source": str,
        "epoch": str,
        "from": int,
        "to": int,
        "prev_hash": str,
        "hash": str,
        "mac": NotRequired[str],
        "events": list[Event],
        "head": NotRequired[int],
    },
)


def chain(previous: str, body: str) -> str:
    """The hash of the next event: hex SHA-256 over the previous hash and the event's RFC 8785 JSON without `hash`."""
    return hashlib.sha256((previous + body).encode()).hexdigest()


def damage(page: Any) -> str | None:
    """What is wrong with a page in itself: its shape, its order, or the hash chain over its events; None if it is
    whole."""
    if not isinstance(page, dict) or PAGE_KEYS - page.keys() or not isinstance(page["events"], list):
        return "not a page of events"
    if not isinstance(page["source"], str) or not isinstance(page["epoch"], str):
        return "it does not say whose it is"
    try:
        return _chain_damage(page)
    except TypeError:  # what no log of ours can hold, such as too great a number
        return "not a page of events"


def _chain_damage(page: Any) -> str | None:
    previous, expected = page["prev_hash"], page["from"]
    for event in page["events"]:
        if not isinstance(event, dict) or EVENT_KEYS - event.keys():
            return "not a page of events"
        if not isinstance(previous, str) or event["sequence"] != expected:
            return "its events are not in order"
        body = {key: value for key, value in event.items() if key != "hash"}
        previous, expected = chain(previous, orjson.dumps(body, option=STRICT).decode()), expected + 1
        if previous != event["hash"]:
            return f"the hash chain breaks at {event['sequence']}"
    if not page["events"] or page["to"] != expected - 1 or page["hash"] != previous:
        return "its events are not those it names"
    return None


def require_canonical(name: str, value: Any) -> None:
    """Refuse what orjson writes in another way than RFC 8785: floats, and keys beyond U+D7FF, which sort by UTF-16
    there."""
    if isinstance(value, str):  # most are, and each fact is looked through
        return
    if isinstance(value, float):
        raise TypeError(f"{name} carries a float; use an integer or text.")
    if isinstance(value, dict):
        for key, item in value.items():
            if not key.isascii() and max(key) > "\ud7ff":
                raise TypeError(f"{name} carries a key with characters beyond U+D7FF.")
            require_canonical(name, item)
    elif isinstance(value, list | tuple):
        for item in value:
            require_canonical(name, item)


def cloud_event(fact: Recorded, subject: str, id: str, version: int, sealed: str | None) -> tuple[str, str]:
    """The event of a page as RFC 8785 JSON, in two halves around the number of `sequence`."""
    about = {"case": fact.case_id, "person": fact.data.get("person_id"), "partner": fact.partner_id}[subject]
    before: dict[str, Any] = {
        "actor": fact.actor,
        "causationid": fact.causation,
        "centre": fact.centre,
        "correlationid": fact.correlation,
        "data": fact.data,
        "datacontenttype": "application/json",
        "dataversion": version,
        "id": fact.id,
        "recordedtime": fact.recorded,
        "sealedhash": hashlib.sha256(sealed.encode()).hexdigest() if sealed else "",
    }
    if fact.acting_for:
        before["actingfor"] = fact.acting_for
    if fact.case_id:
        before["caseid"] = fact.case_id
    if fact.partner_id:
        before["partnerid"] = fact.partner_id
    after = {
        "source": f"/songtor/{fact.source}",
        "specversion": "1.0",
        "streamid": fact.stream,
        "streamversion": fact.version,
        "subject": f"{subject}/{about or id}",
        "time": fact.time,
        "type": fact.type,
    }
    opening = orjson.dumps(before, option=STRICT).decode()
    closing = orjson.dumps(after, option=STRICT).decode()
    return f'{opening[:-1]},"sequence":', f",{closing[1:]}"


def recorded(body: Event, sealed: dict[str, str], event: Any, position: int) -> Recorded:
    """A fact from the JSON of a page's event."""
    return Recorded(
        source=body["source"].rpartition("/")[2],
        position=position,
        id=body["id"],
        type=body["type"],
        stream=body["streamid"],
        version=body["streamversion"],
        time=body["time"],
        recorded=body["recordedtime"],
        centre=body["centre"],
        actor=body["actor"],
        correlation=body["correlationid"],
        causation=body["causationid"],
        case_id=body.get("caseid"),
        partner_id=body.get("partnerid"),
        data=body["data"],
        sealed=sealed,
        event=event,
        acting_for=body.get("actingfor", ""),
    )
