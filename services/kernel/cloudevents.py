"""A fact as the JSON of a page: a CloudEvent in RFC 8785 form, chained by hashes. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import orjson

from services.kernel.envelope import Recorded

GENESIS = "0" * 64  # the hash before the first event
STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


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


def require_canonical(name: str, value: Any) -> None:
    """Refuse what orjson writes in another way than RFC 8785: floats, and keys beyond U+D7FF, which sort by UTF-16
    there."""
    if isinstance(value, float):
        raise TypeError(f"{name} carries a float; use an integer or text.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if max(key, default="") > "\ud7ff":
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
