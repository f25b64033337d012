"""The fault test for as long as you like: python -m bench.soak [--seconds N] [--seed N]. Prints the failure table; exit
1 if not clean."""

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.support.faults import World, printed


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=900.0)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    asked.add_argument("--clients", type=int, default=4)
    options = asked.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="songtor-soak-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the user who runs PostgreSQL must be able to enter
        with World(folder, options.seed, options.clients) as world:
            started = time.monotonic()
            world.run(options.seconds, lambda line: print(line, file=sys.stderr, flush=True))
            verdict, verified, book = world.check(), world.verify(), world.load.book
            table, errors = world.table(verdict), world.errors()
    figures = {
        "seconds": round(time.monotonic() - started),
        "seed": options.seed,
        "acknowledged commands": len(book.acknowledged),
        "of them asked twice": book.again,
        "requests tried again": sum(book.retried.values()),
        "facts": verdict.facts,
        "effects": verdict.effects,
    }
    print(printed(table, figures))
    for wrong in (
        *book.surprises,
        *verdict.lost,
        *verdict.duplicated,
        *verdict.problems,
        *filter(None, [verified]),
    ):
        print(wrong, file=sys.stderr)
    for error in errors:
        print(error, file=sys.stderr)
    return 0 if verdict.clean and not book.surprises and not verified else 1


if __name__ == "__main__":
    sys.exit(main())
