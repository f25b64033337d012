"""How long the figures take as the log grows, on PostgreSQL: the overview and the dashboard of a budget year, of the
country and of one centre, and the overview as it was known at its middle and half a year later. One JSON line for each
size."""

import argparse
import json
import statistics
import time
from collections.abc import Callable

from sqlalchemy import Connection, text

from bench.databases import fresh_postgres
from bench.rebuild import filled
from services.kernel.rebuild import rebuild
from services.reporting.projections import figures
from services.reporting.projections.milestones import MILESTONES
from services.reporting.projections.period import Period

SIZES = (100_000, 400_000, 1_000_000)
YEAR = ("2024-10-01", "2025-09-30")
ASKED: dict[str, Callable[[Connection], object]] = {
    "overview": lambda db: figures.get(db, Period(None, *YEAR)),
    "dashboard": lambda db: (
        figures.get(db, Period(None, *YEAR)),
        figures.get_placements(db, Period(None, *YEAR)),
    ),
    "dashboard of a year that begins in the middle of a month": lambda db: figures.get(
        db, Period(None, "2024-10-16", "2025-10-15")
    ),
    "overview of a centre": lambda db: figures.get(db, Period(("60",), *YEAR)),
    "overview as of the middle of the year": lambda db: figures.get(
        db, Period(None, *YEAR, "2025-03-31T00:00:00.000000Z")
    ),
    "overview as of half a year later": lambda db: figures.get(
        db, Period(None, *YEAR, "2026-03-31T00:00:00.000000Z")
    ),
}


def measure(size: int) -> dict[str, dict[str, float]]:
    with fresh_postgres("postgresql") as url, filled(str(url), size) as log:
        rebuild(log, MILESTONES, lambda done, total: None, lambda seconds: None)
        with log.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))
        found = {}
        for name, ask in ASKED.items():
            times = []
            for _ in range(11):
                started = time.perf_counter()
                with log.database.snapshot() as db:
                    ask(db)
                times.append((time.perf_counter() - started) * 1000)
            found[name] = {"p50": round(statistics.median(times), 1), "most": round(max(times), 1)}
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    for size in parser.parse_args().sizes:
        print(json.dumps({"figure": "m_figures_ms", "facts": size, **measure(size)}), flush=True)


if __name__ == "__main__":
    main()
