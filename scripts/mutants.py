"""Breaks one thing at a time in the pure rooms and in what reporting counts, and says which breaks no test of theirs
notices: the survivors, as lines of a diff.

`python -m scripts.mutants [--seed N] [--count N] [PATH ...]`: so many mutants, chosen by a seed that is printed and
gives them again, as many of one operator as of another; PATH narrows them to files that begin with it. Each is run in a
copy of the tree, as many at a time as there are cores, at low priority. Mutants that mean the same as what they replace
stand in mutants.toml with the reason, and are not run. Exit code 1 if any survived. Why not mutmut or cosmic-ray:
neither sends a room's mutants to that room's own tests, and each brings more than ten packages along.
"""

import argparse
import ast
import importlib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

import eventlet
import pytest

eventlet.monkey_patch()  # as tests/conftest.py does; before the packages are imported

ROOT = Path(__file__).parents[1]
COPIED = ("services", "tests", "scripts", "docs", "pyproject.toml")
# A mutant that computes so many times as long as the tests do without it is a timeout: caught, most likely an endless
# loop. One that waits for ever is stopped too, much later: other work on the machine makes waiting longer.
TIMES, WAITING_TIMES = 5, 60

PACKAGES = (
    "numpy",
    "sqlalchemy",
    "marshmallow",
    "nameko",
    "kombu",
    "psycopg2",
    "hypothesis.strategies",
    "prometheus_client",
)
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")

# Both databases answer alike, which others prove: one notices as much as two.
REPORTING = (
    *(f"tests/reporting/test_{room}.py" for room in ("behind", "projections", "service")),
    *("-k", "not postgresql"),
)

# A room, and the tests that are to notice what breaks in it; the first that fits a file counts.
ROOMS: Mapping[str, Sequence[str]] = {
    "services/kernel/call.py": ("tests/kernel/test_envelope.py",),
    "services/kernel/codec.py": ("tests/kernel/test_codec.py",),
    "services/kernel/decider.py": ("tests/kernel/test_codec.py", "tests/intake/test_domain.py"),
    "services/kernel/doors.py": ("tests/kernel/test_doors.py",),
    "services/kernel/envelope.py": ("tests/kernel/test_envelope.py",),
    "services/kernel/lists.py": ("tests/kernel/test_lists.py",),
    "services/kernel/rules.py": ("tests/kernel/test_rules.py",),
    "services/kernel/tokens.py": ("tests/kernel/test_tokens.py",),
    "services/codes/rules.py": ("tests/partners/test_ranking.py", "tests/partners/test_domain.py"),
    "services/codes/declines.py": ("tests/partners/test_declined.py",),
    "services/codes/sentences.py": ("tests/house/test_sentences.py",),
    "services/intake/domain/work.py": ("tests/intake/test_work.py",),
    "services/intake/domain/likeness.py": ("tests/intake/test_likeness.py",),
    "services/intake/domain/traces.py": ("tests/intake/test_traces.py",),
    "services/intake/domain/person.py": ("tests/intake/test_domain.py", "tests/intake/test_erasing.py"),
    "services/intake/domain": ("tests/intake/test_domain.py", "tests/intake/test_handlers.py"),
    "services/screening/domain/minutes.py": ("tests/screening/test_minutes.py",),
    "services/screening/domain": ("tests/screening/test_domain.py", "tests/screening/test_facts.py",
    "tests/screening/test_rulebook.py", "tests/screening/test_rules_2569_2.py"),
    "services/partners/domain/ranking.py": ("tests/partners/test_candidates.py", "tests/partners/test_ranking.py",
    "tests/partners/test_declined.py"),
    "services/partners/domain/offers.py": ("tests/partners/test_ranking.py",),
    "services/partners/domain/draw.py": ("tests/partners/test_draw.py", "tests/partners/test_ranking.py"),
    "services/partners/domain/waiting.py": ("tests/partners/test_waiting.py",),
    "services/partners/domain/candidates.py": ("tests/partners/test_candidates.py", "tests/partners/test_ranking.py"),
    "services/partners/domain/details.py": ("tests/partners/test_details.py",),
    "services/partners/domain": ("tests/partners/test_domain.py", "tests/partners/test_places_properties.py"),
    "services/referral/domain/placement.py": ("tests/referral/test_placement.py",),
    "services/referral/domain/disclosure.py": ("tests/referral/test_disclosure.py",),
    "services/referral/domain/stays.py": ("tests/referral/test_stays.py",),
    "services/referral/domain": ("tests/referral/test_domain.py", "tests/referral/test_handlers.py"),
    "services/reporting/small_cells.py": ("tests/reporting/test_small_cells.py",),
    "services/reporting/measures.py": ("tests/reporting/test_measures.py", *REPORTING),
    "services/reporting/visibility.py": REPORTING,
    "services/reporting/projections": REPORTING,
}  # fmt: skip

OPPOSITE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}
WORDS = ("Words", "Literal", "Annotated", "TypeVar", "assert_never")  # what stands in these is no behaviour


@dataclass(frozen=True)
class Mutant:
    """`start`, `end`: the bytes of the file that `text` replaces."""

    file: str
    operator: str
    line: int
    start: int
    end: int
    text: str

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]

    def lines(self, source: bytes) -> tuple[str, str]:
        """What stands in the lines it touches, and what stands there instead, each as one line."""
        first, last = source.rfind(b"\n", 0, self.start) + 1, source.find(b"\n", self.end)
        new = source[first : self.start] + self.text.encode() + source[self.end : last]
        return " ".join(source[first:last].decode().split()), " ".join(new.decode().split())


def mutants_of(file: str, source: bytes) -> Iterator[Mutant]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _nodes(ast.parse(source)):
        for operator, old, new in _changes(node):
            text = ast.unparse(ast.fix_missing_locations(new))
            text = text if isinstance(new, ast.stmt | ast.Constant | ast.Name) else f"({text})"
            end = starts[(old.end_lineno or 0) - 1] + (old.end_col_offset or 0)
            yield Mutant(file, operator, old.lineno, starts[old.lineno - 1] + old.col_offset, end, text)


def _nodes(node: ast.AST, inside: bool = False) -> Iterator[ast.AST]:
    """What may be mutated: no docstrings, annotations, decorators, words; of module and class bodies no statements as a
    whole."""
    if isinstance(node, ast.JoinedStr | ast.ImportFrom):
        return  # positions within f-strings are wrong before Python 3.12
    if isinstance(node, ast.Call | ast.Subscript):
        named = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(named, ast.Name) and named.id in WORDS:
            return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Call):
        if isinstance(node.value, ast.Constant) or ast.unparse(node.value).startswith(WORDS):
            return
    if inside or not isinstance(node, ast.Assign | ast.Expr):
        yield node
    inside = isinstance(node, ast.FunctionDef) or (inside and not isinstance(node, ast.ClassDef))
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if name == "args" and ast.unparse(node).startswith("Projection("):
            value = [value[0], *value[2:]]  # a version only has to be another than before
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child, inside)


Change = tuple[str, ast.expr | ast.stmt, ast.expr | ast.stmt]


def _changes(node: ast.AST) -> Iterator[Change]:
    """(operator, what is replaced, by what)."""
    match node:
        case ast.Compare(left, ops, comparators):
            for name, table in (("comparison", OPPOSITE), ("boundary", BOUNDARY)):
                for place, op in enumerate(ops):
                    if type(op) in table:
                        others = [*ops[:place], table[type(op)](), *ops[place + 1 :]]
                        yield name, node, ast.Compare(left, others, comparators)
        case ast.BoolOp(op, values):
            yield "boolean", node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield "boolean", node, operand
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
            yield "arithmetic", node, ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.AugAssign(target, op, value) if type(op) in ARITHMETIC:
            yield "arithmetic", node, ast.AugAssign(target, ARITHMETIC[type(op)](), value)
        case ast.Constant(bool() as value):
            yield "constant", node, ast.Constant(not value)
        case ast.Constant(int() as value):
            yield "constant", node, ast.Constant(value + 1)
        case ast.Constant(str() as value) if value and " " not in value:  # a code, not a sentence
            yield "constant", node, ast.Constant(f"x{value}")
        case ast.Return(ast.expr() as value) if (
            not isinstance(value, ast.Constant) or value.value is not None
        ):
            yield "return value", node, ast.Return(ast.Constant(None))
        case ast.Call(ast.Name(name) as function) if name in SWAPPED:
            yield "any/all, min/max", function, ast.Name(SWAPPED[name])
        case ast.If(test) | ast.IfExp(test) | ast.While(test) | ast.match_case(guard=ast.expr() as test):
            yield "negated condition", test, ast.UnaryOp(ast.Not(), test)
        case ast.comprehension(ifs=[ast.expr() as test, *_]):
            yield "negated condition", test, ast.UnaryOp(ast.Not(), test)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Raise | ast.Expr):
        yield "removed statement", node, ast.Pass()


def all_mutants(beginning: Sequence[str] = ("",)) -> Iterator[Mutant]:
    paths = {
        path
        for room in ROOMS
        for path in ((ROOT / room).glob("*.py") if (ROOT / room).is_dir() else [ROOT / room])
    }
    for path in sorted(paths):
        file = path.relative_to(ROOT).as_posix()
        if file.startswith(tuple(beginning)):
            yield from mutants_of(file, source_of(file))


@cache
def source_of(file: str) -> bytes:
    """As it was when the run began: who works on in the tree meanwhile disturbs nothing."""
    return (ROOT / file).read_bytes()


def equivalents() -> set[tuple[str, str, str]]:
    """(file, was, is) of the mutants that mean the same; an entry without a reason is an error."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["equivalent"]
    return {(each["file"], each["was"], each["is"]) for each in listed if each["reason"]}


def known_as(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.file, *mutant.lines(source_of(mutant.file))


def chosen(mutants: Sequence[Mutant], seed: int, count: int) -> list[Mutant]:
    """Some of them, in turn of each operator as long as it has any."""
    chance, left = random.Random(seed), defaultdict[str, list[Mutant]](list)  # noqa: S311
    for each in mutants:
        left[each.operator].append(each)
    for some in left.values():
        chance.shuffle(some)
    turns = [some[turn] for turn in range(len(mutants)) for some in left.values() if turn < len(some)]
    return turns[:count]


Fate = Literal["killed", "survived", "timeout"]


def room_of(mutant: Mutant) -> str:
    return next(room for room in ROOMS if mutant.file.startswith(room))


@dataclass(frozen=True)
class Run:
    """The tests of a room in a process of their own, on a copy of the tree; `mutant` None: as the tree is."""

    tree: Path
    room: str
    mutant: Mutant | None
    process: int
    began: float


def started(tree: Path, room: str, mutant: Mutant | None, limit: float | None) -> Run:
    """`limit`: of processor seconds."""
    if mutant is not None:
        path = tree / mutant.file
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()  # one of the same length and second would be taken for the mutant's
        path.write_bytes(mutant.applied(source_of(mutant.file)))
    process = os.fork()  # a fork has the packages imported already, which is most of what such a run costs
    return Run(tree, room, mutant, process, time.monotonic()) if process else _test(tree, room, limit)


def _test(tree: Path, room: str, limit: float | None) -> NoReturn:
    code = 1
    try:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(limit), ceil(limit) + 1))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.chdir(tree)
        sys.path[:] = [str(tree), *(each for each in sys.path if Path(each or ".").resolve() != ROOT)]
        sys.dont_write_bytecode = True
        code = int(pytest.main([*OPTIONS, *ROOMS[room]]))
    finally:
        os._exit(code)


class End(NamedTuple):
    """`computed`: processor seconds."""

    fate: Fate
    computed: float


def ended(run: Run, limit: float | None) -> End | None:
    """None while it still runs; afterwards the copy is as it was."""
    process, status, used = os.wait4(run.process, os.WNOHANG)
    stopped = not process and limit is not None and time.monotonic() - run.began > limit * WAITING_TIMES
    if stopped:
        os.kill(run.process, signal.SIGKILL)
        _, status, used = os.wait4(run.process, 0)
    elif not process:
        return None
    if run.mutant is not None:
        (run.tree / run.mutant.file).write_bytes(source_of(run.mutant.file))
    late = stopped or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU)
    return End("timeout" if late else "killed" if status else "survived", used.ru_utime + used.ru_stime)


def outcomes(
    trees: Sequence[Path], work: Sequence[tuple[str, Mutant | None]], limits: Mapping[str, float]
) -> Iterator[tuple[Run, End]]:
    """Each piece of work, in a copy of the tree at a time."""
    free, left, running = [*trees], [*work], list[Run]()
    while left or running:
        while free and left:
            room, mutant = left.pop(0)
            running.append(started(free.pop(), room, mutant, limits.get(room)))
        for run in [*running]:
            if end := ended(run, limits.get(run.room)):
                running.remove(run)
                free.append(run.tree)
                yield run, end
        time.sleep(0.02)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("paths", nargs="*", default=[""])
    wanted = parser.parse_args(arguments)
    same = equivalents()
    every = [each for each in all_mutants(wanted.paths) if known_as(each) not in same]
    mutants = chosen(every, wanted.seed, wanted.count)
    print(f"seed {wanted.seed}: {len(mutants)} of {len(every)} mutants", flush=True)
    os.nice(10)
    for name in PACKAGES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        trees = [_copy(Path(folder, str(number))) for number in range(os.cpu_count() or 1)]
        limits: dict[str, float] = {}
        for run, end in outcomes(trees, [(room, None) for room in sorted({*map(room_of, mutants)})], {}):
            if end.fate != "survived":
                raise SystemExit(f"The tests of {run.room} fail without any mutant.")
            limits[run.room] = 10 + TIMES * end.computed
        fates: dict[Mutant, Fate] = {}
        for run, end in outcomes(trees, [(room_of(each), each) for each in mutants], limits):
            assert run.mutant is not None
            fates[run.mutant] = end.fate
            if end.fate == "survived":
                _, was, now = known_as(run.mutant)
                print(
                    f"{run.mutant.file}:{run.mutant.line} {run.mutant.operator}\n  - {was}\n  + {now}",
                    flush=True,
                )
    return _sum(list(fates), list(fates.values()))


def _copy(to: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("static"))
        else:
            shutil.copy2(ROOT / name, to)
    return to


def _sum(mutants: Sequence[Mutant], fates: Sequence[Fate]) -> int:
    for title, kind in (("room", room_of), ("operator", lambda mutant: mutant.operator)):
        counts = Counter((kind(mutant), fate) for mutant, fate in zip(mutants, fates, strict=True))
        print(f"\n{title:36}  killed  survived  timeouts")
        for name in sorted({name for name, _ in counts}):
            killed, survived, late = (counts[name, fate] for fate in ("killed", "survived", "timeout"))
            print(f"{name:36}{killed:8}{survived:10}{late:10}")
    print(f"\nall: {len(fates)}, of which {fates.count('survived')} survived")
    return 1 if "survived" in fates else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
