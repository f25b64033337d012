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
    case_id: str
    members: list[Member]
    path: str
    programme_id: str | None
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
