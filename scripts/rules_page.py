"""Write docs/screening-rules.md from the newest screening rules; with --check only say whether it is current."""

import sys
from pathlib import Path

from services.screening.domain.description import describe
from services.screening.domain.rulebook import rulebook, versions

PAGE = Path(__file__).parent.parent / "docs" / "screening-rules.md"


def main() -> int:
    page = describe(rulebook(versions()[-1]))
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("docs/screening-rules.md is not current: run python -m scripts.rules_page", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
