"""What is handed to a function is named by what it is: a past participle tells what became of it, and was the name of
six things at once."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTICIPLES = {"told", "said", "found", "asked", "shown", "wanted", "given", "kept"}


def named_so(path):
    """Functions and their parameters, with the line each stands in."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            names = [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
            names += [node.name] if isinstance(node, ast.FunctionDef) else []
            for name in PARTICIPLES.intersection(names):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"


def test_no_function_or_parameter_is_called_by_a_past_participle():
    assert [line for path in sorted((ROOT / "services").rglob("*.py")) for line in named_so(path)] == []
