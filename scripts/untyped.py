"""Counts what hides a type in services/, and fails when there is more of it than there was. Each ceiling may only go
down."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SERVICES = Path(__file__).parents[1] / "services"
MAPPINGS = {"dict", "Mapping", "MutableMapping"}

CEILINGS = {
    "mappings of str to Any": 135,
    "aliases of Any": 7,
    "object as a type": 14,
    "casts": 2,
    "type: ignore": 44,
    "Any in the kernel's signatures": 57,
}


def hidden(source: str, kernel: bool) -> Iterator[str]:
    """The kind of each thing in a module that hides a type, once for each place."""
    yield from ["type: ignore"] * source.count("# type: ignore")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[key, value])) if (
                name in MAPPINGS
            ):
                if _is(key, "str") and _is(value, "Any"):
                    yield "mappings of str to Any"
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_alias(name, value):
                yield "aliases of Any"
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _is_alias(name, value):
                yield "aliases of Any"
            case ast.alias(name="Any" | "cast", asname=str()):
                yield "aliases of Any"
            case ast.Call(func=ast.Name(id="cast") | ast.Attribute(value=ast.Name(id="typing"), attr="cast")):
                yield "casts"
            case ast.FunctionDef():
                yield from _in_signature(node, kernel)
        if isinstance(node, ast.AnnAssign):
            yield from ["object as a type"] * _count(node.annotation, "object")


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_alias(name: str, value: ast.expr) -> bool:
    """`Json = dict[str, Any]`, `Row = Any`: a name for what is not known."""
    return (
        name[:1].isupper()
        and isinstance(value, ast.Name | ast.Subscript | ast.BinOp)
        and _count(value, "Any") > 0
    )


def _in_signature(node: ast.FunctionDef, kernel: bool) -> Iterator[str]:
    every = [
        *node.args.posonlyargs,
        *node.args.args,
        *node.args.kwonlyargs,
        node.args.vararg,
        node.args.kwarg,
    ]
    annotations = [arg.annotation for arg in every if arg is not None] + [node.returns]
    for annotation in filter(None, annotations):
        yield from ["object as a type"] * _count(annotation, "object")
        if kernel and not node.name.startswith("_"):
            yield from ["Any in the kernel's signatures"] * _count(annotation, "Any")


def _count(node: ast.expr, name: str) -> int:
    return sum(isinstance(each, ast.expr) and _is(each, name) for each in ast.walk(node))


def count(services: Path = SERVICES) -> Counter[str]:
    counts = Counter(dict.fromkeys(CEILINGS, 0))
    for path in services.rglob("*.py"):
        counts.update(hidden(path.read_text(), path.parent.name == "kernel"))
    return counts


def main() -> int:
    counts = count()
    for kind, ceiling in CEILINGS.items():
        hint = "; lower the ceiling" if counts[kind] < ceiling else ""
        print(f"{kind}: {counts[kind]} (at most {ceiling}{hint})")
    return int(any(counts[kind] > ceiling for kind, ceiling in CEILINGS.items()))


if __name__ == "__main__":
    sys.exit(main())
