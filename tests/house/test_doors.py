"""Whoever asks a door does so by a name that carries the type of its answer; here the lists of names are held against
the doors."""

import ast
import importlib
from collections.abc import Iterator
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from services.kernel import own_doors
from services.kernel.doors import Doors, doors_of
from services.kernel.eventlog import Outcome
from services.kernel.questions import CommandDoor, QueryDoor, Question
from services.system import DOORS

WEB = Path(__file__).parents[2] / "services" / "web"
KINDS = {"command": CommandDoor, "query": QueryDoor}
NAMES = {(service.name, door) for service in DOORS for door in doors_of(service)}


def answer_of(service: type[Doors], door: str) -> Any:
    written = get_type_hints(getattr(service, door), include_extras=True)["return"]
    return get_args(written)[0] if get_origin(written) is Outcome else written


def listed(service: str) -> dict[str, tuple[type, Any]]:
    """{door: (kind, answer)} of a service's list, by the names that are asked."""
    doors = importlib.import_module(f"services.{service}.doors")
    hints = get_type_hints(doors, include_extras=True)
    found = {}
    for constant, hint in hints.items():
        door = getattr(doors, constant)
        assert (door.service, constant) == (service, door.name.upper())
        assert type(door) is get_origin(hint), constant
        [answer] = get_args(hint)
        found[door.name] = (type(door), answer)
    return found


@pytest.mark.parametrize("service", DOORS, ids=lambda service: service.name)
def test_every_door_of_a_service_is_listed_by_its_kind_and_its_answer(service):
    own = {name: door for name, door in doors_of(service).items() if not hasattr(Doors, name)}
    assert listed(service.name) == {
        name: (KINDS[door.kind], answer_of(service, name)) for name, door in own.items()
    }


def test_the_doors_that_every_service_has_are_listed_but_for_the_log_which_followers_ask():
    found = {}
    for name in doors_of(Doors).keys() - {"page"}:
        question = getattr(own_doors, name)
        hint = get_type_hints(question)["return"]
        made = question(*["intake"] * len(signature(question).parameters))
        door = made.door if isinstance(made, Question) else made
        assert (door.service, door.name) == ("intake", name)
        found[name] = (type(door), *get_args(hint))
    assert found == {
        name: (KINDS[door.kind], answer_of(Doors, name))
        for name, door in doors_of(Doors).items()
        if name != "page"
    }


def pairs(source: str) -> Iterator[tuple[str, str]]:
    """Every two texts beside each other, as arguments or in a tuple."""
    for node in ast.walk(ast.parse(source)):
        parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for one, other in pairwise(parts):
            match one, other:
                case ast.Constant(value=str(service)), ast.Constant(value=str(door)):
                    yield service, door


def test_the_front_door_asks_no_door_by_its_texts():
    assert list(pairs('ask("intake", "case", {})')) == [("intake", "case")]
    found = {
        (path.name, pair) for path in WEB.rglob("*.py") for pair in pairs(path.read_text()) if pair in NAMES
    }
    assert found == set()
