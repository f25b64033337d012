"""How long it takes to rank all programmes for one case and show a page of 50 with reasons. One JSON line per size of
the registry."""

import json
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services import codes
from services.kernel.envelope import instant
from services.partners.domain import candidates, ranking
from services.thai import areas

SIZES = (1_000, 10_000, 50_000)
TIMES = 50
PAGE = 50
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def rules(chance: random.Random, province: str) -> dict[str, Any]:
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


def programmes(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Rows as the read model keeps them."""
    districts = [area.code for p in areas.provinces() for area in areas.districts(p.code)]
    rows = []
    for number in range(count):
        district = chance.choice(districts)
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
                "free": chance.choice((0, 0, 1, 2, 5, 20)),
                "confirmed_at": instant(NOW - timedelta(days=chance.randint(0, 200))),
                "contradicted": False,
                "retired": False,
            }
        )
    return rows


def case(chance: random.Random) -> ranking.Screened:
    """An older person of Nakhon Sawan with some facts not asked yet."""
    age = chance.randint(55, 85)
    return ranking.Screened(
        case_id=str(UUID(int=1)),
        centre="60",
        subdistrict="600101",
        screening_id=str(UUID(int=2)),
        rules_version="2026-01",
        facts={
            "age": {"on": "2026-03-02", "min": age, "max": age + chance.choice((0, 9))},
            "sex": chance.choice(("male", "female")),
            "nationality": "thai",
            "domicile": [{"province": chance.choice(("60", "61", "50")), "basis": "registered_house"}],
            "care_level": chance.randint(1, 3),
            "communicable_disease": "none",
            "able_to_work": chance.random() < 0.3,
            "documents_held": ["id_card"],
            "wants": ["local_home"],
        },
        labels=[
            {"code": code, "verdict": chance.choice(("met", "not_met", "unknown"))} for code in codes.LABELS
        ],
        paths=["local_home", "foundation", "return_family", "ministry_shelter"],
    )


def main() -> None:
    for size in SIZES:
        chance = random.Random(size)
        registry = ranking.Registry().updated(1, programmes(size, chance))
        taken = []
        for _ in range(TIMES):
            screened = case(chance)
            start = time.perf_counter()
            ranked = ranking.rank(registry, screened, NOW)
            page = [candidates.candidate(ranked, position) for position in range(PAGE)]
            taken.append((time.perf_counter() - start) * 1000)
            assert len(page) == PAGE and len(ranked.order) == size
        print(
            json.dumps(
                {
                    "figure": "ranking",
                    "programmes": size,
                    "p50_ms": round(statistics.median(taken), 2),
                    "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 2),
                }
            )
        )


if __name__ == "__main__":
    main()
