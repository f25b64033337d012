"""Runs the whole test suite and ends with one line `N passed, N failed, N not run`.

The groups of tests/groups.py wait in one queue, and one more than there are cores is run at a time, each by a pytest
of its own: a third of a group's time is waiting, for brokers, browsers and deadlines. (Of twice as many some wait too
long for what they start.) Arguments go to every pytest (`python -m scripts.suite -x`); `--quick` runs the pure group
alone, which needs no server. Without a server or a browser that cannot be had here, the tests that need it are not run;
with CI=true they count as failed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from scripts import chromium, servers, summary
from tests import groups
from tests.groups import GROUPS, Group
from tests.support import absent, once
from tests.support.servers import FORGETFUL, PostgresServer, ServerError

RESULTS = Path("var/test")
MEMORY = Path("/dev/shm")  # noqa: S108 - files of the tests, in a directory of their own
ROOMY = 4 * 2**30  # bytes: a run needs about one


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, interrupt)
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    files = groups.files()
    if arguments[:1] == ["--quick"]:
        Run("pure", files["pure"], os.environ).go(arguments[1:])
        return summary.main(RESULTS)
    with surroundings() as environment:
        runs = {
            group: Run(group.name, files[group.name], environment_of(group, environment)) for group in GROUPS
        }
        with ThreadPoolExecutor(1 + max(2, os.cpu_count() or 1)) as pool:
            go: Callable[[Run], None] = lambda run: run.go(arguments)  # noqa: E731
            list(pool.map(go, [run for group, run in runs.items() if not group.alone]))
        for group, run in runs.items():
            if group.alone:
                run.go(arguments)
    return summary.main(RESULTS)


def environment_of(group: Group, environment: Mapping[str, str]) -> Mapping[str, str]:
    return environment if group.patched else {**environment, "SONGTOR_TEST_UNPATCHED": "1"}


@dataclass(frozen=True)
class Run:
    """One pytest; what it said is shown when it has ended."""

    name: str
    files: Sequence[str]
    environment: Mapping[str, str]

    def go(self, arguments: Sequence[str]) -> None:
        started, log = time.monotonic(), RESULTS / f"{self.name}.log"
        command = [
            *(sys.executable, "-m", "pytest", "--quiet", f"--junitxml={RESULTS / self.name}.xml"),
            *arguments,
            *self.files,
        ]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=dict(self.environment), stdout=output, stderr=subprocess.STDOUT
            )
            RUNNING.add(process.pid)
            _, status, used = os.wait4(process.pid, 0)
            RUNNING.remove(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        (RESULTS / f"{self.name}.exit").write_text(f"{process.returncode}\n")
        with SPEAKING:
            print(log.read_text(errors="replace"), end="")
            seconds, computing = time.monotonic() - started, used.ru_utime + used.ru_stime
            say(f"{self.name}: {seconds:.0f} s, of which its processes computed {computing:.0f} s")


SPEAKING = Lock()
RUNNING: set[int] = set()  # process ids of pytests


def interrupt(*_: object) -> None:
    """As Ctrl-C does: every pytest ends what its tests have started."""
    for process in RUNNING:
        os.kill(process, signal.SIGINT)
    raise KeyboardInterrupt


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of every pytest: where what they need is found, and what is not to be had."""
    environment, missing = dict(os.environ), dict[str, str]()
    # A hundred processes run the same programs: they are compiled once.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        directory = stack.enter_context(room())
        environment["TMPDIR"] = str(directory)
        environment[once.SETTING] = str(directory)
        needs: dict[tuple[str, str], Callable[[], str]] = {
            ("RabbitMQ", servers.RABBITMQ.setting): lambda: servers.reachable(servers.RABBITMQ),
            ("PostgreSQL", servers.POSTGRESQL.setting): lambda: stack.enter_context(database(directory)),
            ("Chromium", chromium.SETTING): chromium.ready,
        }
        for (name, setting), found in needs.items():
            try:
                environment[setting] = found()
            except ServerError as error:
                say(f"without {name}: {error}")
                missing[name] = str(error)
        environment[absent.SETTING] = json.dumps(missing)
        yield environment


@contextmanager
def room() -> Iterator[Path]:
    """A directory for a while, in memory if there is enough; the user who runs PostgreSQL can enter it."""
    memory = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOMY else None
    with tempfile.TemporaryDirectory(prefix="songtor-tests-", dir=memory, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def database(directory: Path) -> Iterator[str]:
    """The administrator's URL of a cluster of our own that never waits for a disk, below `directory`; of the given one,
    if one is given, or of a running one, if PostgreSQL's programs are not here."""
    need = servers.POSTGRESQL
    given = need.setting in os.environ
    running = servers.reachable(need) if given or not servers.installed(need) else ""
    if given or not servers.installed(need):
        yield running
        return
    with PostgresServer(directory / "postgresql", options=FORGETFUL) as own:
        yield own.url()
        own.stop()


def say(text: str) -> None:
    print(f"test: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
