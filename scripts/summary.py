"""Sums up the JUnit reports of several pytest runs in one line: `N passed, N failed, N not run`; exit 1 if any failed.

What was not run for want of a server or a browser is named with the reason, and counts as failed where CI is set. Every
other skip has failed.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.support.absent import NOT_RUN

NOTHING_COLLECTED = 5
BAD = ("failure", "error", "skipped")


@dataclass
class Sum:
    passed: int = 0
    failed: int = 0
    not_run: Counter[str] = field(default_factory=Counter)  # how many for each reason

    def add(self, other: "Sum") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.not_run += other.not_run


def of_group(results: Path, group: str) -> Sum:
    """A run that broke off counts as one failure more."""
    exit_code = int((results / f"{group}.exit").read_text())
    report = results / f"{group}.xml"
    if not report.exists():
        return Sum(failed=1)
    cases: dict[
        tuple[str | None, str | None], list[Element]
    ] = {}  # one that fails when torn down is told twice
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
        bad = cases.setdefault((case.get("classname"), case.get("name")), [])
        bad.extend(mark for mark in case if mark.tag in BAD)
    found = Sum()
    for bad in cases.values():
        reasons = [reason for mark in bad if (reason := why_not_run(mark))]
        if not bad:
            found.passed += 1
        elif len(reasons) == len(bad):
            found.not_run[reasons[0]] += 1
        else:
            found.failed += 1
    broken_off = exit_code not in (0, 1, NOTHING_COLLECTED) or (exit_code == 1 and not found.failed)
    found.failed += broken_off
    return found


def why_not_run(mark: Element) -> str | None:
    message = mark.get("message", "").removeprefix("Skipped: ")
    return message.removeprefix(NOT_RUN) if mark.tag == "skipped" and message.startswith(NOT_RUN) else None


def main(results: Path) -> int:
    total = Sum()
    for path in sorted(results.glob("*.exit")):
        total.add(of_group(results, path.stem))
    for reason, count in total.not_run.items():
        print(f"{NOT_RUN}{count} tests: {reason}")
    not_run = total.not_run.total()
    if os.environ.get("CI"):
        total.failed, not_run = total.failed + not_run, 0
    print(f"{total.passed} passed, {total.failed} failed, {not_run} not run", flush=True)
    return 1 if total.failed or not total.passed else 0
