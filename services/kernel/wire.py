"""What passes between a caller and a door, the same whether a broker carries it or not: values as JSON, errors as their
own class."""

from typing import Any, TypedDict, TypeVar

import orjson
from nameko.exceptions import get_module_path, registry, serialize

from services.kernel.errors import EXPECTED, Outdated, Unavailable
from services.kernel.questions import Json
from services.kernel.sealing import require_json

T = TypeVar("T")


class Failure(TypedDict):
    """An error as nameko puts it into a reply. `value` is its text, which nobody reads."""

    exc_type: str
    exc_path: str
    exc_args: list[Any]
    value: str


class Reply(TypedDict):
    """What comes back of a call: one of the two is None."""

    result: Any
    error: Failure | None


# A refusal of one service is the same refusal at its caller.
for kind in EXPECTED:
    registry[get_module_path(kind)] = kind


def transfer(value: T) -> T:
    """What arrives of a JSON-native value: equal to it (tuples as lists), and nobody else's. TypeError for anything
    else."""
    arrived: T = orjson.loads(orjson.dumps(value))
    if arrived != value:  # nearly always it is equal, which is soon seen
        require_json(value)
    return arrived


def failed(error: Exception) -> Reply:
    failure: Failure = serialize(error)
    return {"result": None, "error": failure}


def result(reply: Reply) -> Json:
    """What a door answered; its error is raised."""
    if error := reply["error"]:
        raise remote(error)
    answer: Json = reply["result"]
    return answer


def not_running(service: str) -> Unavailable:
    return Unavailable(f"The service {service} is not running.")


def late(service: str, seconds: float) -> Unavailable:
    return Unavailable(f"The service {service} did not answer within {seconds:.0f} s.")


def remote(error: Failure) -> Exception:
    """The error of a reply at the caller; of one that is not the kernel's only the kind is known, for its text may
    quote a value. That another program is older than its database says nothing of the caller's own."""
    kind: type[Exception] | None = registry.get(error["exc_path"])
    if kind is Outdated:
        kind = Unavailable
    if kind is None:
        return Exception(f"{error['exc_type']} in another service")
    return kind(*error["exc_args"])
