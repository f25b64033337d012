"""What of an event is shown in the merged log and in the story of a case: each field to the audience its service marked
it for. Pure.

Reporting knows no other service, so the marks beside the fields (kernel.codec) are brought here by `make docs`, as
`audiences.json`; `make check` compares. A field or a whole type that is not in it is shown to nobody.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import orjson

from services.codes.coarse import coarse
from services.kernel.codec import Audience
from services.reporting import answers

# {service: {type: {field: audience}}}
MARKS: Mapping[str, Mapping[str, Mapping[str, str]]] = orjson.loads(
    files("services.reporting").joinpath("audiences.json").read_bytes()
)
STORY = frozenset(Audience)
OWN_LOG = frozenset((Audience.ALL, Audience.CENTRE))
LOG = frozenset((Audience.ALL,))


def in_story(event: answers.Event) -> answers.Event:
    """A CloudEvent as who sees the centre's cases reads it in the story of its case."""
    return {**event, "data": _marked(event, STORY)}


def in_log(event: answers.Event, of_centre: bool) -> answers.Event:
    """A CloudEvent in the merged log; `of_centre`: to a reader who sees the cases of its centre."""
    if "caseid" not in event:
        return {**event, "data": _marked(event, LOG)}
    if of_centre:
        return {**event, "data": _marked(event, OWN_LOG)}
    return _without_partner({**event, "data": _marked(event, LOG)})


def _without_partner(event: answers.Event) -> answers.Event:
    """Where a person was sent may tell of what kind the person is. A place's event stands in its programme's stream."""
    event.pop("partnerid", None)
    if event["subject"].startswith("partner/"):
        event["subject"] = f"case/{event['caseid']}"
        event.pop("streamid", None)
        event.pop("streamversion", None)
    return event


def _marked(event: answers.Event, audiences: frozenset[Audience]) -> dict[str, Any]:
    marks = MARKS.get(event["source"].rpartition("/")[2], {}).get(event["type"], {})
    shown = {name: value for name, value in event["data"].items() if marks.get(name) in audiences}
    return coarse(shown)  # what was heard before it was kept coarsely, too
