"""Where the processor's time of a page goes: the users of `bench.pages` at work, the system looked at every few
milliseconds of its own processor time.

A look finds what runs at that moment: the innermost frame that belongs to one of PARTS names the part. So a query of a
door counts for the database, a door's own work for the doors, and what draws a page for its template. The whole run of
the system is divided, its warming included, by the share of each part; what it needed for each page is its processor
time during the run over the pages answered.
"""

import argparse
import atexit
import json
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import FrameType

from bench import pages

EVERY = 0.003  # seconds of processor time
# part -> what stands in the file name of a frame; a frame is of the first that fits.
PARTS = {
    "database": ("/sqlite3/", "/sqlalchemy/", "/psycopg2/", "services/kernel/database.py"),
    "template": ("/jinja2/", "<template>", "services/web/templates/"),
    "vault": ("services/kernel/vault.py", "services/kernel/sealing.py", "/cryptography/"),
    "log and events": tuple(
        f"services/kernel/{room}.py"
        for room in (
            "relay",
            "subscription",
            "inbox",
            "embedded",
            "embedded_queue",
            "eventlog",
            "timers",
            "replicas",
        )
    ),
    "doors": tuple(
        f"services/{name}/" for name in ("intake", "screening", "partners", "referral", "reporting")
    ),
    "calls": (
        "services/kernel/direct.py",
        "services/kernel/wire.py",
        "services/kernel/doors.py",
        "/marshmallow/",
    ),
    "pages": ("services/web/",),
    "HTTP": ("/flask/", "/werkzeug/", "/eventlet/wsgi.py"),
}


def part_of(frame: FrameType | None) -> str:
    """The part whose frame is innermost; what belongs to none (the hub, the interpreter) is `other`."""
    while frame is not None:
        name = frame.f_code.co_filename
        for part, marks in PARTS.items():
            if any(mark in name for mark in marks):
                return part
        frame = frame.f_back
    return "other"


def serve(file: Path, arguments: list[str]) -> None:
    """`songtor` that writes at its end how often each part was found at work."""
    sys.argv = ["songtor", *arguments]  # before the import: `songtor up` makes its process green
    import services.cli

    looks: Counter[str] = Counter()
    signal.signal(signal.SIGPROF, lambda number, frame: looks.update((part_of(frame),)))
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    atexit.register(lambda: file.write_text(json.dumps(looks)))
    services.cli.main()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--users", type=int, default=30)
    asked.add_argument("--factor", type=int, default=10)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, file = Path(temporary) / "data", Path(temporary) / "looks.json"
        pages.prepare(folder, options.factor, options.users)
        process, address = pages.start(
            folder, (sys.executable, "-W", "ignore", "-m", "bench.parts", "serve", file)
        )
        try:
            before = pages.busy(process.pid)
            answered = pages.measure(process, address, pages.RUNS[0], options.users)
            used = pages.busy(process.pid) - before
        finally:
            process.terminate()
            process.wait(30)
        looks: dict[str, int] = json.loads(file.read_text())
    whole = sum(looks.values())
    run = pages.RUNS[0]
    counted = run.seconds / (
        run.seconds + run.warming
    )  # the pages are those after the warming, the time is of both
    each = 1000 * used * counted / answered
    shares = {part: round(each * looks.get(part, 0) / whole, 2) for part in (*PARTS, "other")}
    print(
        json.dumps(
            {"figure": "h_processor_ms_a_page", "users": options.users, "all": round(each, 2), **shares}
        )
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
