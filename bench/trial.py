"""How long a draft of rules takes to be tried on 100,000 past screenings, through the door, until the last is counted;
with how often it said how far it was. One JSON line, both databases."""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert

from bench.databases import fresh_postgres
from services import codes
from services.codes import situation
from services.intake.service import IntakeService
from services.kernel import scope
from services.kernel.local import Network, SimulatedClock
from services.kernel.questions import Body
from services.screening.domain import rulebook
from services.screening.projections.screenings import screening
from services.screening.service import ScreeningService

SCREENINGS, AIM = 100_000, 10.0  # seconds
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def asked(net: Network, door: str, body: Body) -> Any:
    """By the rule keeper."""
    return net.call("screening", door, body, user="rules", role="rule_keeper", centres=("*",))


def facts(chance: Random) -> dict[str, object]:
    """Of somebody of whom most is known."""
    age = chance.randint(8, 95)
    known: dict[str, object] = {
        "sex": chance.choice(("male", "female")),
        "age": {"on": "2026-11-01", "min": age, "max": age},
        "nationality": chance.choice(("thai",) * 17 + ("foreign", "stateless")),
        "danger": chance.choice(("none",) * 9 + codes.DANGERS),
        "domicile": [{"province": chance.choice(("60", "61", "62")), "basis": "claimed"}],
        "housing": chance.choice([each for each in situation.HOUSING if each != "unknown"]),
        "relatives": chance.choice([each for each in situation.RELATIVES if each != "unknown"]),
        "disability_types": [chance.randint(1, 7)] if chance.random() < 0.2 else [],
        "begging": chance.choice(("none",) * 6 + ("asks", "performs")),
        "wants": chance.sample(codes.PATHS[:9], chance.randint(0, 2)),
    }
    flags = ("income_sufficient", "can_depend_on_others", "mental_crisis", "trafficking_signs", "able_to_work",
             "wants_work", "disability_card")  # fmt: skip
    known |= {name: chance.random() < 0.3 for name in flags}
    return {name: value for name, value in known.items() if chance.random() < 0.9}


def fill(net: Network, count: int) -> None:
    chance = Random(13)
    rows = [
        {
            "case_id": str(UUID(int=chance.getrandbits(128))), "version": 2,
            "centre": chance.choice(("60", "61", "62")),
            "screening_id": str(UUID(int=chance.getrandbits(128))), "completed_at": "2026-03-02T03:00:00.000000Z",
            "author": "worker", "completed_by": "worker", "rules_version": "2569-2", "form": "{}",
            "facts": orjson.dumps(facts(chance)).decode(), "labels": "[]", "paths": "[]",
            "asked_declined": "[]", "answered_by": "{}",
        }
        for _ in range(count)
    ]  # fmt: skip
    with scope.narrow(scope.EVERYTHING), net.runtimes["screening"].database.write(screening.name) as db:
        for start in range(0, count, 5000):
            db.execute(insert(screening), rows[start : start + 5000])


def measure(database: str, count: int) -> dict[str, float]:
    services = ("intake", "screening", "vault")
    with tempfile.TemporaryDirectory() as folder, fresh_postgres(database, *services) as url:
        net = Network(
            (IntakeService, ScreeningService),
            SimulatedClock(NOW),
            Path(folder),
            f"{url}_{{service}}" if url else None,
        )
        fill(net, count)
        content = json.loads(rulebook.document("2569-2"))
        [label] = [each for each in content["labels"] if each["code"] == "older_person"]
        label["condition"]["all"][0]["value"] = 65
        draft = asked(net, "draft_rules", {"based_on": "2569-2", "content": content})
        started, looks = time.perf_counter(), 0
        trial = asked(net, "try_draft", {"draft_id": draft["draft_id"]})
        found: dict[str, Any] = {"over": False}
        while not found["over"]:
            found = asked(net, "trial", {"trial_id": trial["trial_id"]})
            looks += 1
        seconds = time.perf_counter() - started
        assert found["of"] == count and found["changed"] >= found["lost"]["older_person"] > 0
        net.close()
        return {"seconds": round(seconds, 2), "looks": looks}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screenings", type=int, default=SCREENINGS)
    options = parser.parse_args()
    found = {name: measure(name, options.screenings) for name in ("sqlite", "postgresql")}
    print(
        json.dumps(
            {"figure": "trial of a draft", "screenings": options.screenings, "aim_seconds": AIM, **found}
        )
    )


if __name__ == "__main__":
    main()
