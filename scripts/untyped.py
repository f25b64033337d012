"""Counts what hides a type in services/, and fails when there is more of it than there was. Each ceiling may only go down."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SERVICES = Path(__file__).parents[1] / "services"
MAPPINGS = {"dict", "Mapping", "MutableMapping"}

CEILINGS = {
    "mappings of str to Any": 0,
    "aliases of Any": 0,
    "object as a type": 0,
    "casts": 0,
    "type: ignore": 0,
    "Any in the kernel's signatures": 0,
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
            case ast.Call(func=ast.Name(id="cast")):
                yield "casts"
            case ast.FunctionDef():
                yield from _in_signature(node, kernel)
            case ast.AnnAssign(annotation=annotation):
                yield from ["object as a type"] * _count(annotation, "object")


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
        print(f"{kind}: {counts[kind]} (at most {ceiling})")
    wrong = [kind for kind, ceiling in CEILINGS.items() if counts[kind] != ceiling]
    for kind in wrong:
        more = counts[kind] > CEILINGS[kind]
        print(
            f"{kind}: {'say what it is' if more else 'lower the ceiling in scripts/untyped.py'}",
            file=sys.stderr,
        )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
