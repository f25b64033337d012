"""What of an event is shown in the merged log and in the story of a case: each field to the audience its service marked it for. Pure.

Reporting knows no other service, so the marks beside the fields (kernel.codec) are brought here by `make docs`, as `audiences.json`;
`make check` compares. A field or a whole type that is not in it is shown to nobody.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import orjson

from services.kernel.codec import Audience

# {service: {type: {field: audience}}}
MARKS: Mapping[str, Mapping[str, Mapping[str, str]]] = orjson.loads(
    files("services.reporting").joinpath("audiences.json").read_bytes()
)
STORY = frozenset(Audience)
OWN_LOG = frozenset((Audience.ALL, Audience.CENTRE))
LOG = frozenset((Audience.ALL,))


def in_story(event: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent as who sees the centre's cases reads it in the story of its case."""
    return {**event, "data": _marked(event, STORY)}


def in_log(event: Mapping[str, Any], of_centre: bool) -> dict[str, Any]:
    """A CloudEvent in the merged log; `of_centre`: to a reader who sees the cases of its centre."""
    if "caseid" not in event:
        return {**event, "data": _marked(event, LOG)}
    if of_centre:
        return {**event, "data": _marked(event, OWN_LOG)}
    return _without_partner({**event, "data": _marked(event, LOG)})


def _without_partner(event: dict[str, Any]) -> dict[str, Any]:
    """Where a person was sent may tell of what kind the person is. A place's event stands in its programme's stream."""
    left_out = {"partnerid"}
    if event["subject"].startswith("partner/"):
        event["subject"] = f"case/{event['caseid']}"
        left_out |= {"streamid", "streamversion"}
    return {name: value for name, value in event.items() if name not in left_out}


def _marked(event: Mapping[str, Any], audiences: frozenset[Audience]) -> dict[str, Any]:
    marks = MARKS.get(event["source"].rpartition("/")[2], {}).get(event["type"], {})
    return {name: value for name, value in event["data"].items() if marks.get(name) in audiences}
