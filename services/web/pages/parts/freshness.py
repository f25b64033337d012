"""How old a partner's word on its places is."""

from typing import Any

from services.kernel.envelope import moment
from services.partners.schemas import FRESH_DAYS, OLD_DAYS
from services.web import gateway


def freshness(confirmed_at: str) -> dict[str, Any]:
    """{days since the places were stated, colour of its tag}."""
    days = max(0, (gateway.runtime().now() - moment(confirmed_at)).days)
    return {
        "days": days,
        "colour": "green" if days <= FRESH_DAYS else "yellow" if days <= OLD_DAYS else "red",
    }
