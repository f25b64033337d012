"""How long it takes to rank all programmes for one case with full reasons for the first 50 and counts for the rest; to
find who of 100,000 waits and fits one place; and to see a change of the registry in the next ranking. One JSON line per
size of the registry, with the memory that the columns take; beside a plain loop and the same question in SQL.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from bench import ranking_others
from bench.databases import fresh_postgres
from services import codes
from services.kernel.envelope import instant
from services.partners.domain import candidates, ranking, waiting
from services.partners.domain.offers import Offer, Registry
from services.thai import areas, dates

SIZES = (1_000, 10_000, 50_000)
PEOPLE = 100_000
TIMES = 50
PAGE = 50
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TODAY = dates.bangkok_day(NOW)


def rules(chance: random.Random, province: str) -> Any:
    """Rules as programmes have them: most have some, homes of local government take people of their own province."""
    provinces = [area.code for area in areas.provinces()]
    choices: dict[str, Any] = {
        "min_age": chance.choice((15, 18, 20, 50, 55, 60, 65)),
        "max_age": chance.choice((17, 45, 55, 60, 70, 80, 90)),
        "sex": chance.choice((["male"], ["female"], ["male", "female"])),
        "nationality": chance.choice((["thai"], ["thai", "stateless"])),
        "labels_any": chance.sample(codes.LABELS, chance.randint(1, 3)),
        "disability_types_any": chance.sample(range(1, 8), chance.randint(1, 3)),
        "domicile": {
            "provinces": sorted({province, *chance.sample(provinces, chance.choice((0, 0, 0, 1, 2)))}),
            "bases": chance.choice((["registered_house"], ["registered_house", "central_register"])),
        },
        "care_level_max": chance.randint(1, 3),
        "accepts_communicable": chance.choice(("none", "treated", "untreated")),
        "accepts_severe_behaviour": chance.random() < 0.3,
        "accepts_legal_case": chance.random() < 0.3,
        "requires_prior_process": chance.random() < 0.5,
        "requires_work_ability": chance.random() < 0.5,
        "documents": chance.sample(("id_card", "house_registration", "disability_card", "medical"), 2),
    }
    return {rule: value for rule, value in choices.items() if chance.random() < 0.5}


def programmes(count: int, chance: random.Random) -> list[Offer]:
    """Rows as the read model keeps them. Every tenth has rules of its organisation as well, every fortieth of a
    network."""
    districts = [area.code for p in areas.provinces() for area in areas.districts(p.code)]
    rows: list[Offer] = []
    for number in range(count):
        district = chance.choice(districts)
        said = instant(NOW - timedelta(days=chance.randint(0, 600)))
        inherited: dict[Any, Any] = {}
        if number % 10 == 0:
            inherited["organisation"] = {"rules": rules(chance, district[:2]), "rules_at": said}
        if number % 40 == 0:
            inherited["network"] = {"rules": {"nationality": ["thai"]}, "rules_at": said}
        rows.append(
            {
                "programme_id": str(UUID(int=number)),
                "partner_id": str(UUID(int=number // 2)),
                "partner": f"partner {number // 2}",
                "name": f"programme {number}",
                "kind": chance.choice(codes.PARTNER_KINDS),
                "under_ministry": chance.random() < 0.2,
                "province": district[:2],
                "subdistrict": f"{district}01" if chance.random() < 0.7 else None,
                "path": chance.choice(codes.PATHS),
                "rules": rules(chance, district[:2]),
                "rules_at": said,
                "inherited": inherited,
                "free": chance.choice((0, 0, 1, 2, 5, 20)),
                "places_known": True,
                "free_for": {},
                "confirmed_at": instant(NOW - timedelta(days=chance.randint(0, 200))),
                "contradicted": False,
                "retired": False,
            }
        )
    return rows


def case(chance: random.Random, number: int = 1) -> ranking.Screened:
    """Somebody of whom some facts are not asked yet, screened on some day of the last two years."""
    age = chance.randint(15, 90)
    homes = [area.code for area in areas.provinces()]
    day = TODAY - timedelta(days=chance.randint(0, 700))
    facts: dict[str, Any] = {
        "age": {"on": day.isoformat(), "min": age, "max": age + chance.choice((0, 0, 9))},
        "sex": chance.choice(("male", "female")),
        "nationality": chance.choice(("thai", "thai", "thai", "foreign")),
        "disability_types": sorted(chance.sample(range(1, 8), chance.choice((0, 0, 1, 2)))),
        "domicile": [
            {"province": chance.choice(homes), "basis": chance.choice(("registered_house", "claimed"))}
        ],
        "care_level": chance.randint(1, 3),
        "communicable_disease": chance.choice(("none", "none", "treated", "untreated")),
        "severe_behaviour": chance.random() < 0.1,
        "legal_case": chance.random() < 0.1,
        "prior_process_done": chance.random() < 0.5,
        "able_to_work": chance.random() < 0.3,
        "documents_held": chance.choice(([], ["id_card"], ["id_card", "house_registration"])),
        "wants": ["local_home"],
    }
    return ranking.Screened(
        case_id=str(UUID(int=number)),
        centre=chance.choice(homes),
        district="6001",
        screening_id=str(UUID(int=number + 10**9)),
        rules_version="2569-1",
        facts={name: value for name, value in facts.items() if name == "age" or chance.random() < 0.8},
        labels=[
            {"code": code, "verdict": chance.choice(("met", "not_met", "unknown")), "ask": ["housing"]}
            for code in codes.LABELS
        ],
        paths=["local_home", "foundation", "return_family", "ministry_shelter"],
    )


def taken(times: int, work: Callable[[int], object]) -> dict[str, float]:
    """{p50_ms, p95_ms}."""
    found = []
    for number in range(times):
        start = time.perf_counter()
        work(number)
        found.append((time.perf_counter() - start) * 1000)
    return {
        "p50_ms": round(statistics.median(found), 2),
        "p95_ms": round(statistics.quantiles(found, n=20)[-1], 2),
    }


def said(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def one_case(registry: Registry, screened: ranking.Screened) -> ranking.Ranking:
    """All of what the door answers."""
    ranked = ranking.rank(registry, screened, NOW)
    page = [candidates.candidate(ranked, position) for position in range(PAGE)]
    ranked.settles(), ranked.by_province(ranked.where())
    assert len(page) == PAGE
    return ranked


def places_for_people() -> Registry:
    registry = Registry()
    for size in SIZES:
        chance = random.Random(size)
        start = time.perf_counter()
        registry = Registry().updated(1, programmes(size, chance))
        filled = time.perf_counter() - start
        people = [case(chance, number) for number in range(TIMES)]
        figures = taken(TIMES, partial(_of_one, registry, people))
        said(
            figure="e_ranking", programmes=size, **figures, columns_mb=_mb(registry.columns.nbytes),
            filled_s=round(filled, 2), aim="50,000: under 60 ms p50, 120 ms p95",
        )  # fmt: skip
    return registry


def change_seen(registry: Registry) -> None:
    """One programme stated anew, and the next ranking with it."""
    chance = random.Random(3)
    people = [case(chance, number) for number in range(TIMES)]

    def work(number: int) -> None:
        row: Offer = {**registry.rows[number], "free": 99}
        after = registry.updated(registry.version + 1, [row])
        ranked = one_case(after, people[number])
        assert ranked.registry.rows[number]["free"] == 99

    said(figure="e_registry_change_in_next_ranking", programmes=len(registry.rows), **taken(TIMES, work))


def people_for_places(registry: Registry) -> None:
    chance = random.Random(7)
    start = time.perf_counter()
    everybody = {
        (screened := case(chance, number)).case_id: waiting.Waiter(
            screened, TODAY - timedelta(days=chance.randint(0, 700))
        )
        for number in range(PEOPLE)
    }
    waits = waiting.Waiting().updated(1, everybody)
    filled = time.perf_counter() - start

    def work(number: int) -> None:
        offer = registry.rows[number * 7]
        queue = waiting.queue(waits, offer, TODAY, [], waits.of_centres(["60"]))
        waits.by_centre(waits.here & (queue.verdicts == 0))
        for slot in queue.order[:PAGE]:
            screened = everybody[waits.ids[slot]].screened
            candidates.reasons_of(offer, screened, ranking.known_of(screened, TODAY))

    def other_rules(number: int) -> None:
        offer = registry.rows[number * 7]
        waiting.shift(waits, [offer], lambda row: {**row, "rules": {**row["rules"], "min_age": 57}}, TODAY)

    said(
        figure="e_inverse", people=PEOPLE, **taken(TIMES, work), columns_mb=_mb(waits.size()),
        filled_s=round(filled, 2), aim="under 300 ms",
    )  # fmt: skip
    said(figure="e_what_if", people=PEOPLE, **taken(TIMES, other_rules))
    fresh = dict(list(everybody.items())[:20])
    said(figure="e_case_change", people=PEOPLE, **taken(20, lambda _: waits.updated(2, fresh)))


def others(registry: Registry) -> None:
    """The same question asked in other ways, with the same counts."""
    chance = random.Random(11)
    people = [case(chance, number) for number in range(5)]
    expected = [ranking.rank(registry, screened, NOW).counts for screened in people]
    loops: list[Any] = []
    ours = taken(5, lambda number: one_case(registry, people[number]))
    figures = taken(
        5, lambda number: loops.append(ranking_others.plain_loop(registry, people[number], NOW, PAGE))
    )
    assert loops == expected
    ratio = round(figures["p50_ms"] / ours["p50_ms"], 1)
    said(figure="e_ranking_plain_loop", programmes=len(registry.rows), **figures, ratio=ratio)
    with fresh_postgres("postgresql") as url:
        assert url is not None
        ask = ranking_others.sql(url, registry)
        answers: list[Any] = []
        figures = taken(5, lambda number: answers.append(ask(people[number], TODAY, PAGE)))
    assert answers == expected, (answers, expected)
    ratio = round(figures["p50_ms"] / ours["p50_ms"], 1)
    said(figure="e_ranking_sql", programmes=len(registry.rows), **figures, ratio=ratio)


def _of_one(registry: Registry, people: Sequence[ranking.Screened], number: int) -> object:
    return one_case(registry, people[number])


def _mb(count: int) -> float:
    return round(count / 1e6, 1)


def main() -> None:
    registry = places_for_people()
    change_seen(registry)
    people_for_places(registry)
    others(registry)


if __name__ == "__main__":
    main()
