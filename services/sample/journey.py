"""Who brings somebody to the place, what that costs, and who receives them there."""

from datetime import date
from random import Random

from services.kernel.questions import Json
from services.sample.people import full_name

# By whom, in shares of a hundred; who travels alone has nobody's name.
BROUGHT_BY = {"staff": 45, "partner": 20, "relative": 15, "alone": 12, "police": 4, "other": 4}
SAYS_WHEN, SAYS_COST, SAYS_WHO = 0.7, 0.5, 0.75


def setting_out(chance: Random, arrives: date | None) -> dict[str, Json]:
    """What is noted when somebody sets out to be there on that day; None: they will not get there."""
    [by] = chance.choices([*BROUGHT_BY], weights=[*BROUGHT_BY.values()])
    told: dict[str, Json] = {"brought_by": by}
    if by != "alone":
        told["escort"] = _somebody(chance)
    if arrives and chance.random() < SAYS_WHEN:
        told["arrives_on"] = arrives.isoformat()
    if by in ("staff", "alone") and chance.random() < SAYS_COST:
        told["cost_baht"] = chance.randrange(60, 1500, 20)
    return told


def arriving(chance: Random) -> dict[str, Json]:
    return {"handed_to": _somebody(chance)} if chance.random() < SAYS_WHO else {}


def _somebody(chance: Random) -> str:
    name = full_name(chance, chance.choice(("male", "female")))
    return f"คุณ{name['first']} {name['last']}"
