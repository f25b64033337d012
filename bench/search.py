"""How long it takes to find people among many: the door of the search, asked as people type, and the warning that
somebody may be known already, on intake alone.

The people are invented as the sample's are, so many have the names of others. Half of them are the asking centre's. One
JSON line for each way of asking; a line says at what size, and on which kind of database.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bench.databases import fresh_postgres
from services.intake.service import IntakeService
from services.kernel.local import Network, SimulatedClock
from services.sample.people import invent
from services.thai.dates import bangkok_day

PERSONS, ASKED = 30_000, 60
CENTRES = ("60", "61", "60", "62")
KINDS = ("older", "adult", "disabled")


def opened(net: Network, persons: int, chance: Random) -> list[dict[str, Any]]:
    """So many people, each with a case; what the case is called and who it is."""
    found = []
    for number in range(persons):
        if number % 50 == 0:
            net.clock.advance(hours=1)
        centre = CENTRES[number % len(CENTRES)]
        person = invent(chance, number, chance.choice(KINDS), centre, bangkok_day(net.clock()))
        body = {**person.opening, "centre": centre}
        answer = net.call("intake", "open_case", body, user=f"worker-{centre}", centres=(centre,))
        told: Any = person.opening["person"]
        found.append({"centre": centre, "number": answer["case_number"], **told})
        if number % 1_000 == 999:
            print(f"{number + 1} people", file=sys.stderr)
    return found


def searched(typed: Callable[[], str]) -> dict[str, Any]:
    return {"q": typed()}


def ways(people: list[dict[str, Any]], chance: Random) -> dict[str, Callable[[], str]]:
    own = [each for each in people if each["centre"] == "60"]
    named = [each for each in own if (each.get("name") or {}).get("first") and each["name"].get("last")]
    numbered = [each for each in own if each.get("national_id")]

    def name() -> tuple[str, str]:
        known = chance.choice(named)["name"]
        return known["first"], known["last"]

    def wrong(word: str) -> str:
        at = chance.randrange(len(word))
        return word[:at] + chance.choice("กขคงจชดตนบปพมยรลวสหอ") + word[at + 1 :]

    return {
        "first and last name": lambda: " ".join(name()),
        "beginnings of both": lambda: " ".join(part[:3] for part in name()),
        "two letters": lambda: name()[0][:2],
        "one letter wrong": lambda: wrong(name()[0]),
        "case number": lambda: str(chance.choice(own)["number"]),
        "identity number": lambda: str(chance.choice(numbered)["national_id"]),
    }


def described(person: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name not in ("centre", "number")}


def measure(database: str, persons: int) -> None:
    chance = Random(2570)
    with tempfile.TemporaryDirectory() as folder, fresh_postgres(database, "intake", "vault") as url:
        pattern = f"{url}_{{service}}" if url else None
        clock = SimulatedClock(datetime(2026, 3, 2, 3, tzinfo=UTC) - timedelta(days=200))
        net = Network((IntakeService,), clock, Path(folder), pattern)
        people = opened(net, persons, chance)
        own = [each for each in people if each["centre"] == "60"]
        questions: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
            way: ("search", partial(searched, typed)) for way, typed in ways(people, chance).items()
        }
        questions["known already"] = (
            "known",
            lambda: {"centre": "60", "person": described(chance.choice(own))},
        )
        for way, (door, asked) in questions.items():
            times, found = [], []
            for _ in range(ASKED):
                body = asked()
                begun = time.perf_counter()
                found.append(len(net.call("intake", door, body)["items"]))
                times.append((time.perf_counter() - begun) * 1000)
            line = {
                "figure": f"search: {way}, {database}, {persons} people",
                "ms_median": round(statistics.median(times), 1),
                "ms_p95": round(statistics.quantiles(times, n=20)[-1], 1),
                "found_median": statistics.median(found),
            }
            print(json.dumps(line, ensure_ascii=False), flush=True)
        net.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    given = parser.parse_args()
    for each in given.databases:
        measure(each, given.persons)
