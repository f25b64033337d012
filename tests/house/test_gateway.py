"""Web asks the services in one place only: whoever else would has found a second way round caller, position and
refusals."""

import ast
from pathlib import Path

import services.web

WEB = Path(services.web.__file__).parent
GATEWAY = WEB / "gateway" / "calls.py"
DOORS = ("ask", "together")


def asks_a_door(node):
    """`….ports.ask`, `….ports.together`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in DOORS
        and ast.unparse(node.value).rpartition(".")[2] == "ports"
    )


def lines_that_ask(path):
    return [node.lineno for node in ast.walk(ast.parse(path.read_text())) if asks_a_door(node)]


def test_only_the_gateway_reaches_for_a_door():
    reaching = {str(path.relative_to(WEB)): lines_that_ask(path) for path in WEB.rglob("*.py")}
    assert [path for path, lines in reaching.items() if lines] == [str(GATEWAY.relative_to(WEB))]


def test_what_a_door_answered_is_kept_in_no_variable_of_the_context():
    assert [str(path) for path in WEB.rglob("*.py") if "ContextVar" in path.read_text()] == []
