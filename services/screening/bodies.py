"""What screening's doors get: requests as their schemas load them."""

from datetime import date
from typing import Any, TypedDict

from services.kernel.questions import Body, Json
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


class DraftRules(TypedDict):
    based_on: str
    content: Body | None


class SaveRules(DraftRules):
    draft_id: str


class CheckRules(TypedDict):
    based_on: str
    content: Body | None
    facts: dict[str, Json]


class OfDraft(TypedDict):
    draft_id: str


class AdoptDraft(TypedDict):
    draft_id: str
    valid_from: date
    reason: str


class TryDraft(TypedDict):
    draft_id: str
    since: date | None
    until: date | None
    centre: str | None


class OfTrial(TypedDict):
    trial_id: str


class OfScreening(TypedDict):
    screening_id: str
