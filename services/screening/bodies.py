"""What screening's doors get: requests as their schemas load them."""

from datetime import date
from typing import Any, TypedDict

from services.screening.domain.minutes import Redaction
from services.screening.domain.plan import Member, Override


class CompleteScreening(TypedDict):
    """`facts` as they were told, see domain.facts."""

    case_id: str
    facts: dict[str, Any]


class Assess(CompleteScreening):
    day: date | None


class AgreePlan(TypedDict):
    """`programme_ids`: where to, best first; `programme_id`: the same of one place; both None or empty: any place of
    the path."""

    case_id: str
    members: list[Member]
    path: str
    programme_id: str | None
    programme_ids: list[str] | None
    why: str
    goals: list[str]
    override: Override | None


class OfCase(TypedDict):
    case_id: str


class KeepMinutes(Redaction):
    case_id: str
    plan_id: str


class AdoptRules(TypedDict):
    rules_version: str | None


class OfRules(TypedDict):
    rules_version: str


class Nothing(TypedDict):
    pass
