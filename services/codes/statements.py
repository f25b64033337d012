"""How old a partner's word is of the places it has free, and of what else it told, in calendar days in Thailand: the
one place that counts them. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.codes.words import CodeList, Words
from services.thai import dates

FRESH_DAYS, OLD_DAYS = 30, 90  # fresh up to the first, old after the second
# After so many days without somebody asking, a fact of that kind (codes.registry.FACT_KINDS) is stale.
STALE_DAYS: Mapping[str, int] = {"capacity": OLD_DAYS, "contact": 365, "rules": 365}

STATEMENT_AGES = CodeList(
    "statement_age",
    {
        "fresh": Words(f"แจ้งไว้ไม่เกิน {FRESH_DAYS} วัน", f"Stated in the last {FRESH_DAYS} days"),
        "ageing": Words(
            f"แจ้งไว้ {FRESH_DAYS + 1}–{OLD_DAYS} วันก่อน", f"Stated {FRESH_DAYS + 1} to {OLD_DAYS} days ago"
        ),
        "stale": Words(f"แจ้งไว้เกิน {OLD_DAYS} วัน", f"Stated more than {OLD_DAYS} days ago"),
    },
)


def statement_age(days: int) -> str:
    return "fresh" if days <= FRESH_DAYS else "ageing" if days <= OLD_DAYS else "stale"


def days_since(stated: datetime, now: datetime) -> int:
    """None is negative: what is stated by a clock that is ahead is of today."""
    return max(0, (dates.bangkok_day(now) - dates.bangkok_day(stated)).days)


def earliest(now: datetime, days: int) -> datetime:
    """The first instant that is not more than so many days ago."""
    day = dates.bangkok_day(now) - timedelta(days=days)
    return dates.utc_span(day, day)[0]
