"""A file that no longer fits on a few screens says why it is one file."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 400  # lines
SOURCES = (
    "bench/**/*.py",
    "scripts/**/*.py",
    "services/**/*.py",
    "services/web/assets/*",
    "services/**/*.html",
    "tests/**/*.py",
)
REASON = "Long because "


def test_a_file_of_more_than_400_lines_says_why_it_is_one():
    silent = [
        path.relative_to(ROOT).as_posix()
        for pattern in SOURCES
        for path in sorted(ROOT.glob(pattern))
        if path.is_file() and REASON not in (text := path.read_text()) and text.count("\n") > MOST
    ]
    assert silent == []
