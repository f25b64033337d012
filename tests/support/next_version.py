"""Trees of the program beside this checkout's: that of a commit, and that of a version to come."""

import re
import shutil
from pathlib import Path

from tests.support import former
from tests.support.former import ROOT

# A schema migration.
REVISION = '''"""A table that no version of before knows, and a column of one that all write to."""

import sqlalchemy as sa
from alembic import op

revision = "NEW"
down_revision = "NEWEST"


def upgrade() -> None:
    op.add_column("command_done", sa.Column("by_car", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table("car", sa.Column("name", sa.Text, primary_key=True))
'''


def of_commit(commit: str, folder: Path) -> Path:
    """The tree of a commit. Its pages' styles are not in the history: those of this checkout stand in for them."""
    tree = former.export(folder, commit)
    shutil.copytree(ROOT / "services" / "web" / "static", tree / "services" / "web" / "static")
    return tree


def tree(folder: Path) -> Path:
    """The tree of a version after this one: this one, with a read model and an event of a new version, those of intake
    that everybody fills and hears, and a schema migration."""
    services = folder / "services"
    shutil.copytree(ROOT / "services", services, ignore=shutil.ignore_patterns("__pycache__"))
    intake = services / "intake"
    cases, events, case = (
        intake / "projections" / "cases.py",
        intake / "events.py",
        intake / "domain" / "case.py",
    )
    version = _number(cases, r'Projection\("case", (\d+)')
    _edit(cases, f'Projection("case", {version}', f'Projection("case", {version + 1}')
    _edit(cases, f"_v{version}", f"_v{version + 1}")
    version = _number(events, r"class CaseOpened:\n    VERSION: ClassVar\[int\] = (\d+)")
    _edit(
        events,
        f"class CaseOpened:\n    VERSION: ClassVar[int] = {version}",
        f"class CaseOpened:\n    VERSION: ClassVar[int] = {version + 1}",
    )
    sealed = "    subdistrict: Any = personal()"
    _edit(events, sealed, f"    by_car: Public[bool] = False\n{sealed}")
    oldest = '        ("CaseOpened", 1): '
    _edit(
        case,
        oldest,
        f'        ("CaseOpened", {version}): lambda data: {{**data, "by_car": False}},\n{oldest}',
    )
    newest = max(file.stem for file in (intake / "migrations").glob("intake_*.py"))
    new = f"intake_{int(newest.removeprefix('intake_')) + 1:04}"
    (intake / "migrations" / f"{new}.py").write_text(REVISION.replace("NEWEST", newest).replace("NEW", new))
    return folder


def _number(file: Path, pattern: str) -> int:
    found = re.search(pattern, file.read_text())
    assert found, f"{file.name} has changed: say here what a next version would change of it"
    return int(found[1])


def _edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, f"{file.name} has changed: say here what a next version would change of it"
    file.write_text(text.replace(before, after))
