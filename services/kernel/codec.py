"""Events to plain data and back. Open fields and personal fields part here; old shapes are lifted here. Pure.

Beside each open field stands who may read it outside its service and those that hear it: `Public[str]`,
`OfCentre[str]`, `OfCase[str]` (`Audience`). A field that says nothing is shown to nobody.

An event is a frozen dataclass of JSON-native fields (str, int, bool, None, lists and dicts of these; no float). A field
made with `personal()` is sealed before it is stored; the event then has a field `person_id` that says whose it is, or
the one that `personal` names. A field that Python keeps the name of for itself ends with an underscore, which the fact
does not have.
Shapes only grow: a new field has a default. `VERSION: ClassVar[int]` (default 1) rises when an upcaster is added.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_type_hints

from services.kernel.decider import Aggregate

PERSONAL = "personal"
T = TypeVar("T")


class Audience(StrEnum):
    """Who may read an open field of an event in the merged log, and in the story of the case it is about."""

    ALL = "all"  # whoever reads the merged log
    CENTRE = "centre"  # of these, who sees the cases of the event's centre
    CASE = "case"  # they too, but only in the case's own story: facts about the person, and staff's words


Public = Annotated[T, Audience.ALL]
OfCentre = Annotated[T, Audience.CENTRE]
OfCase = Annotated[T, Audience.CASE]


def personal(key: str = "person_id") -> Any:
    """A dataclass field whose value is a person's own data: absent (None) or sealed when stored. `key`: the event's
    field that says under whose key."""
    return field(default=None, metadata={PERSONAL: key})


def audiences(event: type) -> dict[str, Audience]:
    """{field: its audience} of the marked fields of an event type."""
    hints = get_type_hints(event, include_extras=True)
    return {
        told_as(name): mark
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Audience)
    }


def told_as(field_name: str) -> str:
    """What a field is called in the fact."""
    return field_name.removesuffix("_")


class Codec:
    """Knows every event type of one service's aggregates."""

    def __init__(self, aggregates: tuple[Aggregate[Any, Any, Any], ...]) -> None:
        self.types: dict[str, type[Any]] = {}
        self.names: dict[str, Mapping[str, str]] = {}  # {type: {name in the fact: name of the field}}
        self.personal: dict[
            str, Mapping[str, str]
        ] = {}  # {type: {field: the field that says under whose key}}
        self.upcasters: dict[tuple[str, int], Any] = {}
        self.aggregates = {aggregate.kind: aggregate for aggregate in aggregates}
        for aggregate in aggregates:
            self.upcasters.update(aggregate.upcasters)
            for event in aggregate.events:
                self.types[event.__name__] = event
                self.names[event.__name__] = {told_as(f.name): f.name for f in fields(event)}
                self.personal[event.__name__] = {
                    f.name: f.metadata[PERSONAL] for f in fields(event) if PERSONAL in f.metadata
                }

    def version(self, type_name: str) -> int:
        return int(getattr(self.types[type_name], "VERSION", 1))

    def split(self, event: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """(open data, personal data) of an event; absent personal fields are left out."""
        kind = type(event).__name__
        private = self.personal[kind]
        data: dict[str, Any] = {}
        hidden: dict[str, Any] = {}
        for name, field_name in self.names[kind].items():
            value = getattr(event, field_name)
            if name not in private:
                data[name] = value
            elif value is not None:
                hidden[name] = value
        return data, hidden

    def lift(self, type_name: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """Data of an old shape as data of today's."""
        while (type_name, version) in self.upcasters:
            data = self.upcasters[type_name, version](data)
            version += 1
        return data

    def join(self, type_name: str, version: int, data: dict[str, Any], sealed: Mapping[str, str]) -> Any:
        """The typed event; unknown fields are ignored, personal fields hold their ciphertext."""
        data = self.lift(type_name, version, data)
        names = self.names[type_name]
        return self.types[type_name](**{names[k]: v for k, v in data.items() if k in names}, **sealed)
