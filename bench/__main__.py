"""All figures, one JSON line each: python -m bench [--keep] [figure ...].

Ratios that fell since they were last kept (bench/ratios.json) are said at the end; `--keep` keeps those of this run: on
a quiet machine all (`python -m bench --keep a b c d e f l`), on a busy one only what is counted.
"""

import argparse
import json
import os
import subprocess
import sys

from bench import ratios

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
    "m": "bench.figures",
    "n": "bench.importing",
    "o": "bench.growth",
    "p": "bench.papers",
    "q": "bench.trial",
    "r": "bench.lists",
    "s": "bench.webhooks",
    "t": "bench.deadlines",
    "u": "bench.fhir",
    "v": "bench.replicas",
    "w": "bench.evaluating",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure", help=" ".join(FIGURES))
    parser.add_argument("--keep", action="store_true", help="keep the ratios of this run")
    options = parser.parse_args()
    if unknown := [figure for figure in options.figures if figure not in FIGURES]:
        parser.error(f"there is no figure {unknown[0]}; known: {' '.join(FIGURES)}")
    now: dict[str, float] = {}
    load = os.getloadavg()[0]  # before there is any of ours
    for figure in options.figures or FIGURES:
        # A process each: some are green, some are not, and memory of one must not count for the next.
        run = [sys.executable, "-W", "ignore", "-m", FIGURES[figure]]
        with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                now.update(ratios.ratios(json.loads(line)))
        if process.returncode:
            return process.returncode
    for each in ratios.fallen(ratios.kept(), now):
        print(
            json.dumps({"figure": "fell since it was kept", **each._asdict()}, ensure_ascii=False), flush=True
        )
    if options.keep:
        may = ratios.keepable(now, load, os.cpu_count() or 1)
        ratios.keep(may)
        if left := sorted(now.keys() - may.keys()):
            print(
                json.dumps({"figure": "not kept, others were at work", "load": load, "ratios": left}),
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
