"""Write docs/screening-rules.md from the newest screening rules; with --check only say whether it is current."""

import sys
from pathlib import Path

from services.codes import DANGERS
from services.codes.work import LAW_TERMS
from services.screening.domain.description import describe
from services.screening.domain.rulebook import rulebook, versions

PAGE = Path(__file__).parent.parent / "docs" / "screening-rules.md"


CHECKED = {True: "read again in November 2026", False: "read once, not again"}


def terms() -> str:
    """The days that the work list counts, and what each of them is taken from."""
    rows = [
        f"| `{danger}` {DANGERS.word(danger, 'th')} | {term.days} | {term.law.en}<br>{term.law.th} "
        f"| {term.says.en}<br>{term.says.th} | {CHECKED[term.checked]} |"
        for danger, term in LAW_TERMS.items()
    ]
    return "\n".join(
        (
            "",
            "## Days the law sets",
            "",
            "A case opened with one of these dangers is due on the day the law's days end, counted from its opening "
            "(`services/codes/work.py`). None of the sections sets a term of the centre itself: its list takes their "
            "days as a measure of urgency.",
            "",
            "| Seen at the door | Days | Law | What it sets | Checked |",
            "|---|---:|---|---|---|",
            *rows,
            "",
            "All sections were read in an archive of the statutes as of about 2021, none in the Gazette. Every other "
            "day of the list (`services/intake/domain/work.py`) is practice and no law: of the department's 7 days for "
            "receiving and 15 for protecting a person only an excerpt of an undated presentation was seen, so they "
            "are not counted.",
            "",
        )
    )


def main() -> int:
    page = describe(rulebook(versions()[-1])) + terms()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("docs/screening-rules.md is not current: run python -m scripts.rules_page", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
