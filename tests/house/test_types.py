"""What the type checker must find: faults of the kind that used to pass it, planted in a copy of the services."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
REPORT = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)$", re.MULTILINE)


class Fault(NamedTuple):
    """`right` stands once or more in the file; its first place is made `wrong`. `report` is what mypy says of that
    line."""

    name: str
    file: str
    right: str
    wrong: str
    report: str


FAULTS = [
    Fault(
        "a misspelt method of the runtime",
        "services/intake/service.py",
        "self.runtime.execute(call.envelope(centre)",
        "self.runtime.exectue(call.envelope(centre)",
        '"ServiceRuntime" has no attribute "exectue"',
    ),
    Fault(
        "a command of another aggregate",
        "services/screening/planning.py",
        "unit.handle(PLAN, case_id, agreement, call.if_match)",
        "unit.handle(SCREENING, case_id, agreement, call.if_match)",
        'Cannot infer value of type parameter "C" of "handle" of "Unit"',
    ),
    Fault(
        "a state attribute that is not there",
        "services/referral/service.py",
        "unit.state(REFERRAL, referral_id).status",
        "unit.state(REFERRAL, referral_id).stauts",
        '"Referral" has no attribute "stauts"',
    ),
    Fault(
        "a reaction's command of another aggregate",
        "services/partners/handlers.py",
        "Do(PROGRAMME, programme_id, TakePlace(",
        "Do(MATCH, programme_id, TakePlace(",
        'Cannot infer value of type parameter "C" of "Do"',
    ),
    Fault(
        "a command's door that answers without saying where the log stands",
        "services/referral/service.py",
        'return self.runtime.execute(call.envelope(referral["centre"]), work)',
        'return self.runtime.execute(call.envelope(referral["centre"]), work).answer',
        "Incompatible return value type",
    ),
    Fault(
        "a key that is no part of a body",
        "services/referral/service.py",
        'case_id, programme_id, consent_id = body["case_id"], body["programme_id"]',
        'case_id, programme_id, consent_id = body["case_id"], body["programme"]',
        'TypedDict "SendReferral" has no key "programme"',
    ),
    Fault(
        "an answer without one of its keys",
        "services/referral/closing.py",
        'return {"day": closure.day.isoformat(), "version": unit.version(CLOSURES, centre)}',
        'return {"day": closure.day.isoformat()}',
        'Missing key "version" for TypedDict "ClosureSet"',
    ),
    Fault(
        "a key that is no part of an answer, in a page",
        "services/web/pages/case/conference.py",
        'before["version"]',
        'before["revision"]',
        'TypedDict "Plan" has no key "revision"',
    ),
    Fault(
        "a command that is asked as if it were a question",
        "services/web/pages/work/work.py",
        "doors.ask(WORK.of(limit=SHOWN",
        "doors.ask(ASSIGN.of(limit=SHOWN",
        '"CommandDoor[Assignment]" has no attribute "of"',
    ),
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], str]]:
    """What mypy says of a copy with all faults, by (file, line). It begins with what it found here last, if it was
    run."""
    copy = tmp_path_factory.mktemp("faults")
    shutil.copytree(ROOT / "services", copy / "services", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", copy)
    if (ROOT / ".mypy_cache").exists():
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache", copy_function=shutil.copy2)
    for fault in FAULTS:
        path = copy / fault.file
        path.write_text(path.read_text().replace(fault.right, fault.wrong, 1))
    files = sorted({fault.file for fault in FAULTS})
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", *files],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    found: dict[tuple[str, int], str] = {}
    for report in REPORT.finditer(run.stdout):
        place = report["file"], int(report["line"])
        found[place] = f"{found.get(place, '')}{report['text']}\n"
    yield found
    shutil.rmtree(copy)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_type_checker_finds(fault: Fault, reports: dict[tuple[str, int], str]) -> None:
    before, found, _ = (ROOT / fault.file).read_text().partition(fault.right)
    assert found, f"{fault.file} no longer says {fault.right}: plant this fault elsewhere."
    assert fault.report in reports.get((fault.file, before.count("\n") + 1), "nothing")
