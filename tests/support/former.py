"""The program as it was at the last commit before the house and before the write fence, out of the history."""

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from services.kernel import settings
from services.kernel.database import Database, ensure_database
from services.kernel.settings import Settings
from tests.support import databases

ROOT = Path(__file__).parents[2]
FORMER = ROOT / "tests" / "former"
DATA = FORMER / "data"
COMMIT = (FORMER / "commit").read_text().strip()


class NoHistory(Exception):
    """The history of this checkout does not reach back to that commit."""


def export(folder: Path, commit: str = COMMIT) -> Path:
    """Write the `services` of a commit into a folder; NoHistory says what to do about it."""
    asked = ["git", "-C", str(ROOT), "archive", commit, "services"]
    found = subprocess.run(asked, capture_output=True)
    if found.returncode:
        raise NoHistory(
            f"The program of before is not in this checkout: commit {commit} is missing. "
            f"A shallow clone gets it by: git fetch --unshallow. (git says: {found.stderr.decode().strip()})"
        )
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "--extract", "--directory", folder], input=found.stdout, check=True)
    return folder


def start(
    tree: Path, program: Path, *arguments: str, env: Mapping[str, str] = os.environ
) -> subprocess.Popen[str]:
    """Run a program in a process of its own on the former code; its output and errors are pipes of lines."""
    run = [sys.executable, "-P", "-W", "ignore", str(program), *arguments]
    environment = {**env, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        run,
        cwd=tree,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def place(kind: str, folder: Path, mark: str) -> Settings:
    """What the former program left on `kind` of database, as a new place: a data folder, or databases named by a
    mark."""
    kept = DATA / kind
    Path(shutil.copy(kept / "master.key", folder)).chmod(0o600)
    env = {"SONGTOR_DATABASE_URL": databases.url(mark)} if kind == "postgresql" else {}
    made = settings.read(env, data=str(folder))
    for file in kept.glob("*.sql.gz"):
        _play(made.database(file.name.removesuffix(".sql.gz")), gzip.decompress(file.read_bytes()).decode())
    return made


def _play(url: str, dump: str) -> None:
    ensure_database(url)
    with closing(Database(url)) as database, closing(database.engine.raw_connection()) as raw:
        if database.sqlite:
            raw.cursor().executescript(dump)
        else:
            raw.cursor().execute(dump)
            raw.commit()
        raw.detach()  # a dump leaves settings of its own behind
