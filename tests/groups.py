"""Which test files run together, in one process: the one list of them. The longest come first, so that no core waits
for the last; among them those that wait more than they compute, so that others compute meanwhile."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Group:
    """`files`: patterns of test files (ending in .py), which come before the directories that other groups name."""

    name: str
    files: tuple[str, ...]
    patched: bool = (
        True  # by eventlet. Clients of real processes, and browsers, would hang in such a process.
    )
    alone: bool = False  # it says for how long at most somebody is refused: the last, when nobody else runs


GROUPS = (
    Group("calls", tuple(f"tests/web/test_{each}.py" for each in ("access", "bad_input", "commands"))),
    Group("stories", ("tests/referral/test_story_properties.py",)),
    Group("turns from the start", ("tests/faults/test_turns_from_start.py",), patched=False),
    Group("front door", ("tests/web",)),
    Group("kernel", ("tests/kernel",)),
    Group("services", ("tests/intake", "tests/screening", "tests/partners", "tests/referral", "tests/reporting")),
    Group("faults", ("tests/faults",), patched=False),
    Group("every page", ("tests/browser/test_every_page.py",), patched=False),
    Group("journeys", ("tests/journeys",), patched=False),
    Group("browser", ("tests/browser",), patched=False),
    Group("compose", ("tests/compose", "tests/faults/test_write_fence.py"), patched=False),
    Group("pages", ("tests/web/test_pages_*.py",)),
    Group("sample", ("tests/sample",)),
    Group("house", ("tests/house",)),
    # What needs neither server nor clock: `make test-quick`.
    Group(
        "pure",
        (
            "tests/thai", *(f"tests/house/test_{room}.py" for room in ("fields", "messages", "sentences")),
            *(f"tests/*/test_{room}.py" for room in ("domain", "handlers", "schemas", "facts", "rulebook",
            "work", "transfer_domain", "likeness", "traces", "placement", "candidates")),
            *(f"tests/kernel/test_{room}.py" for room in ("codec", "envelope", "keys", "lists", "rules",
            "settings", "tokens")),
        ),
    ),
    Group("turns", ("tests/faults/test_turns.py",), patched=False, alone=True),
)  # fmt: skip


class Homeless(Exception):
    """A test file that is in no group, or in two."""


def files() -> dict[str, list[str]]:
    """Every test file, by the name of its group."""
    found: dict[str, list[str]] = {group.name: [] for group in GROUPS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        found[group_of(name).name].append(name)
    return found


def group_of(file: str) -> Group:
    """The group that names the file; if none does, the one that names its directory. Homeless if it is not one."""
    by_name = [group for group in GROUPS if any(fnmatchcase(file, each) for each in group.files)]
    by_directory = [group for group in GROUPS if any(file.startswith(f"{each}/") for each in group.files)]
    fitting = by_name or by_directory
    if len(fitting) != 1:
        names = ", ".join(group.name for group in fitting) or "none"
        raise Homeless(f"{file} must be in one group of tests/groups.py, and is in: {names}")
    return fitting[0]
