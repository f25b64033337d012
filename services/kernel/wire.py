"""What passes between a caller and a door, the same whether a broker carries it or not: values as JSON, errors as their own class."""

from collections.abc import Mapping
from typing import Any

import orjson
from nameko.exceptions import get_module_path, registry, serialize

from services.kernel.errors import EXPECTED
from services.kernel.sealing import strict_json

# A refusal of one service is the same refusal at its caller.
for kind in EXPECTED:
    registry[get_module_path(kind)] = kind


def transfer(value: Any) -> Any:
    """What arrives of a JSON-native value: equal to it, and nobody else's. TypeError for anything else."""
    return orjson.loads(strict_json(value))


def describe(error: Exception) -> dict[str, Any]:
    """An error as nameko puts it into a reply."""
    description: dict[str, Any] = serialize(error)
    return description


def remote(error: Mapping[str, Any]) -> Exception:
    """The error of a reply at the caller; of one that is not the kernel's only the kind is known, for its text may quote a value."""
    kind: type[Exception] | None = registry.get(error.get("exc_path"))
    if kind is None:
        return Exception(f"{error.get('exc_type')} in another service")
    return kind(*error.get("exc_args", ()))
