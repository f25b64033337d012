"""Data of the program as it was before the house, kept as small dumps in tests/former/data: `python -m
scripts.former_data`.

The former program, out of the history, lives some cases in SQLite files and in databases on PostgreSQL
(tests/former/life.py); each database becomes one file of SQL, so that any later version can be held against what people
have. Nobody in it exists, and the master key beside it opens nothing else.
"""

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from tests.support import databases, former


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = former.export(Path(folder, "tree"))
        files, beside = Path(folder, "sqlite"), Path(folder, "postgresql")
        _live(tree, "sqlite", files)
        for file in sorted(files.glob("*.db")):
            with sqlite3.connect(file) as database:
                _keep("sqlite", file.stem, "\n".join(database.iterdump()))
        mark = f"songtor_test_{uuid4().hex[:8]}"
        try:
            _live(tree, "postgresql", beside, databases.url(mark))
            for file in sorted(files.glob("*.db")):
                _keep("postgresql", file.stem, _dump(f"{mark}_{file.stem}"))
        finally:
            databases.drop_databases(mark)


def _live(tree: Path, kind: str, folder: Path, *database_url: str) -> None:
    process = former.start(tree, former.FORMER / "life.py", str(folder), *database_url)
    seen, errors = process.communicate()
    if process.returncode:
        sys.exit(errors)
    kept = former.DATA / kind
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "seen.json").write_text(seen)
    (kept / "master.key").write_bytes((folder / "master.key").read_bytes())


def _dump(database: str) -> str:
    """Without what versions of pg_dump differ in, and without what only psql understands."""
    url = databases.ADMINISTRATOR.set(drivername="postgresql", database=database)
    asked = [
        "pg_dump",
        "--inserts",
        "--rows-per-insert=100",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
    ]
    found = subprocess.run(
        [*asked, url.render_as_string(hide_password=False)],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    skipped = ("--", "\\", "SET transaction_timeout")
    return "\n".join(line for line in found.stdout.splitlines() if line and not line.startswith(skipped))


def _keep(kind: str, name: str, sql: str) -> None:
    packed = gzip.compress(f"{sql}\n".encode(), mtime=0)
    (former.DATA / kind / f"{name}.sql.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
