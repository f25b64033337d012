"""The schemas of HSDS 3.1 that the standard publishes, where this machine has them: they are not ours to give away, so
they lie beside the repository (or where SONGTOR_TEST_HSDS says), never in it."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker

BESIDE = Path(__file__).parents[2].resolve().parent / "shared" / "data" / "hsds-3.1"
FOLDER = Path(os.environ.get("SONGTOR_TEST_HSDS", BESIDE))
NAMES = ("organization", "service", "service_at_location")


@cache
def published(name: str) -> dict[str, Any] | None:
    """A schema of the standard; None where there is none here."""
    path = FOLDER / f"{name}.json"
    found: dict[str, Any] | None = orjson.loads(path.read_bytes()) if path.exists() else None
    return found


def faults(name: str, value: Any) -> list[str]:
    """What the standard's own schema says of a thing."""
    schema = published(name)
    if schema is None:
        return []
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
