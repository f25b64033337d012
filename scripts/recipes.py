"""Adds one of each that is described once - a fact, a rule, a step, a measure, a code - to a copy of the services,
proves that it works there, and counts the files that it took. docs/CONTRIBUTING.md tells the same for people.

python -m scripts.recipes
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Edit(NamedTuple):
    """`added` is put before the first place at which `before` stands in the file."""

    file: str
    before: str
    added: str


class Recipe(NamedTuple):
    """`most`: how many files of the services it may take."""

    edits: tuple[Edit, ...]
    most: int

    @property
    def files(self) -> list[str]:
        return sorted({edit.file for edit in self.edits})


RECIPES: Mapping[str, Recipe] = {
    "fact": Recipe(
        (
            Edit(
                "services/codes/facts.py",
                '        Fact(\n            "nationality",',
                """        Fact(
            "able_to_read",
            Words("การอ่านหนังสือ", "Reading"),
            "flag",
            question=Question(Words("อ่านหนังสือได้หรือไม่", "Is the person able to read?")),
            yes=Words("อ่านได้", "Reads"),
            no=Words("อ่านไม่ได้", "Does not read"),
        ),
""",
            ),
            Edit("services/codes/questions.py", '"wants"),', '"able_to_read", '),
        ),
        most=2,
    ),
    "rule": Recipe(
        (
            Edit(
                "services/codes/rules.py",
                '        Rule(\n            "documents",',
                """        Rule(
            "requires_wish_to_work", "wants_work", "requires",
            Words("ต้องประสงค์จะทำงานหรือไม่", "Must the person wish to work?"),
            Words("รับเฉพาะผู้ที่ประสงค์จะทำงาน", "Only people who wish to work"),
            Words("ไม่จำเป็นต้องประสงค์จะทำงาน", "A wish to work is not required"),
        ),
""",
            ),
            Edit(
                "services/partners/events.py",
                "    documents: list[str]\n",
                "    requires_wish_to_work: bool\n",
            ),
        ),
        most=2,
    ),
    "step": Recipe(
        (
            Edit(
                "services/codes/steps.py",
                '        Step(\n            "withdraw",',
                """        Step(
            "remind",
            "PartnerReminded",
            Words("เตือนภาคีเครือข่าย", "Remind the partner"),
            done=Words("บันทึกการเตือนแล้ว", "The reminder is recorded."),
            story=Words("เตือนภาคีเครือข่ายให้ตอบ", "The partner was reminded"),
            follows=AWAITING_ANSWER,
            leads_to=None,
            main=False,
        ),
""",
            ),
            Edit(
                "services/referral/events.py",
                "@dataclass(frozen=True, kw_only=True)\nclass ReferralExpired(",
                """@dataclass(frozen=True, kw_only=True)
class PartnerReminded(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


""",
            ),
            Edit("services/referral/events.py", "    | ReferralExpired\n", "    | PartnerReminded\n"),
            Edit("services/referral/domain/steps.py", "    PersonAdmitted,\n", "    PartnerReminded,\n"),
            Edit(
                "services/referral/domain/steps.py",
                "@dataclass(frozen=True)\nclass WithdrawReferral(",
                """@dataclass(frozen=True)
class RemindPartner(HasSource):
    note: str | None = None


""",
            ),
            Edit("services/referral/domain/steps.py", "    | WithdrawReferral\n", "    | RemindPartner\n"),
            Edit(
                "services/referral/domain/steps.py",
                '    "withdraw": WithdrawReferral,\n',
                '    "remind": RemindPartner,\n',
            ),
            Edit(
                "services/referral/domain/steps.py",
                "        case WithdrawReferral():\n",
                "        case RemindPartner():\n            return PartnerReminded(**about, **said)\n",
            ),
        ),
        most=3,
    ),
    "measure": Recipe(
        (
            Edit(
                "services/reporting/measures.py",
                '        Measure(\n            "in_work",',
                """        Measure(
            "out_of_work",
            "employment",
            "out_of_work",
            "PlacementConfirmed",
            Words("ว่างงานเมื่อติดตามครั้งล่าสุด", "Out of work at the latest follow-up"),
            Words("ผู้ที่ว่างงาน", "Placements out of work"),
            where={"path": EMPLOYER_PATHS, "in_work": (False,)},
            of_kind=True,
            means=Words("ไม่มีงานทำเมื่อติดตามผล", "They had no work when they were followed up."),
        ),
""",
            ),
        ),
        most=2,
    ),
    "code": Recipe(
        (
            Edit(
                "services/codes/__init__.py",
                '        "other": Words("อื่น ๆ", "Other"),\n',
                '        "embassy": Words("สถานทูต", "Embassy"),\n',
            ),
        ),
        most=1,
    ),
}


def prove(name: str) -> None:
    """Follows a recipe in a copy and proves there that what it adds works; raises if it does not."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(
            ROOT / "services", copy / "services"
        )  # with what is compiled already: it fits by its times
        for edit in RECIPES[name].edits:
            path = copy / edit.file
            before, found, after = path.read_text().partition(edit.before)
            if not found:
                raise ValueError(f"{edit.file} no longer says: {edit.before}")
            path.write_text(before + edit.added + found + after)
        # The copy's services come first; what proves is not copied.
        environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
        run = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "scripts.recipe_proofs", name, str(copy / "data")],
            cwd=copy, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if run.returncode:
            raise AssertionError(f"The {name} does not work:\n{run.stdout}{run.stderr}")


def main() -> int:
    too_many = 0
    for name, recipe in RECIPES.items():
        prove(name)
        too_many += len(recipe.files) > recipe.most
        print(f"{name:8} {len(recipe.files)} of at most {recipe.most} files: {', '.join(recipe.files)}")
    return too_many


if __name__ == "__main__":
    sys.exit(main())
