"""All figures, one JSON line each: python -m bench [figure ...]."""

import subprocess
import sys

FIGURES = {
    "a": "bench.commands",
    "b": "bench.latency",
    "c": "bench.path",
    "d": "bench.rebuild",
    "e": "bench.ranking",
    "f": "bench.footprint",
    "g": "bench.pages",
    "h": "bench.parts",
    "i": "bench.strangers",
    "j": "bench.search",
    "k": "bench.idle",
    "l": "bench.trips",
}

for figure in sys.argv[1:] or FIGURES:
    if figure not in FIGURES:
        raise SystemExit(f"There is no figure {figure}; known: {' '.join(FIGURES)}")
    # A process each: some are green, some are not, and memory of one must not count for the next.
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", FIGURES[figure]], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
