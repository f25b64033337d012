"""JSON Schema of what doors answer, made from the types of their answers.

Every TypedDict is a component of the document, named by its service; its docstring describes it, and annotations
(services.codes.shapes) say what a type cannot.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from services.codes.shapes import Named, Note, Shape
from services.codes.words import OpenList
from services.kernel.questions import Door

Json = dict[str, Any]

SIMPLE: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string", NoneType: "null"}


def answer_of(door: Door) -> Any:
    """The type of what a door answers, as its service's list of doors says it."""
    doors = sys.modules[f"services.{door.service}.doors"]
    [listed] = [name for name, each in vars(doors).items() if each is door]
    [answer] = get_args(get_type_hints(doors, include_extras=True)[listed])
    return answer


class Components:
    """`schemas`: {name: schema} of all that was met so far."""

    def __init__(self) -> None:
        self.schemas: dict[str, Json] = {}

    def schema(self, shape: Any) -> Json:
        if shape in SIMPLE:
            return {"type": SIMPLE[shape]}
        if is_typeddict(shape):
            return {"$ref": f"#/components/schemas/{self._component(shape)}"}
        parts = get_args(shape)
        match get_origin(shape):
            case origin if origin is Annotated:
                named = [each for each in parts[1:] if isinstance(each, Named)]
                shown = self._named(named[0]) if named else self.schema(parts[0])
                return shown | _marks(parts[1:])
            case origin if origin in (Union, UnionType):
                return {"anyOf": [self.schema(part) for part in parts]}
            case origin if origin in (list, Sequence):
                return {"type": "array", "items": self.schema(parts[0])}
            case origin if origin in (dict, Mapping):
                values = {} if parts[1] is Any else {"additionalProperties": self.schema(parts[1])}
                return {"type": "object"} | values
        if shape is Any:  # a document whose shape is its own
            return {}
        raise TypeError(f"No JSON Schema for {shape}.")

    def _named(self, names: Named) -> Json:
        properties = {name: self.schema(shape) for name, shape in names}
        return {"type": "object", "properties": properties, "required": sorted(properties)}

    def _component(self, shape: Any) -> str:
        """The name of a record's schema. Fields may be added at any time, so others are allowed."""
        name = f"{shape.__module__.split('.')[1]}.{shape.__name__}"
        if name not in self.schemas:
            made: Json = {"type": "object"}
            self.schemas[name] = made  # before its parts, which may lead back here
            if shape.__doc__:
                made["description"] = " ".join(shape.__doc__.replace("None", "null").split())
            made["properties"] = dict(self._properties(shape))
            made["required"] = sorted(shape.__required_keys__)
        return name

    def _properties(self, shape: Any) -> Iterator[tuple[str, Json]]:
        for name, field in get_type_hints(shape, include_extras=True).items():
            [field] = get_args(field) if get_origin(field) is NotRequired else [field]
            yield name, self.schema(field)


def _marks(marks: tuple[Any, ...]) -> Json:
    said: Json = {}
    for mark in marks:
        match mark:
            case Note():
                said["description"] = str(mark)
            case Shape():
                said |= {name: value for name, value in vars(mark).items() if value is not None}
            case OpenList():
                said["examples"] = list(mark)
                said["description"] = "Adopted rules may add more: GET /api/v1/rules says which"
            case tuple() if not isinstance(mark, Named):
                said["enum"] = list(mark)
    return said
