"""FHIR R4 as others check it: npm's fhir, which refuses unknown elements, missing ones and codes that are not in their
value set."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

SCRIPT = Path(__file__).with_suffix(".mjs")


def problems(resources: Sequence[Any]) -> list[list[str]]:
    """What is wrong with each of some resources."""
    lines = b"\n".join(orjson.dumps(each) for each in resources)
    done = subprocess.run(["node", str(SCRIPT)], input=lines, capture_output=True, check=True, timeout=120)
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def is_valid(*resources: Any) -> None:
    for resource, wrong in zip(resources, problems(resources), strict=True):
        assert not wrong, (wrong, resource)
