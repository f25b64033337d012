"""The services partners listens to, saying what a test lets them say: their facts with the fields of the contract, and
no rules."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from marshmallow import Schema, fields

from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Doors, Runtime, query
from services.kernel.envelope import Envelope, instant
from services.kernel.local import Network
from services.kernel.wiring import Wiring


@dataclass(frozen=True)
class CaseOpened:
    case_id: str
    case_number: str


@dataclass(frozen=True)
class CaseClosed:
    case_id: str


@dataclass(frozen=True)
class CaseReopened:
    case_id: str


@dataclass(frozen=True)
class ScreeningStarted:
    case_id: str
    person_id: str = "person"
    known: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ScreeningCompleted:
    case_id: str
    screening_id: str
    facts: dict[str, Any]
    paths: list[str] = field(default_factory=lambda: ["local_home", "foundation"])
    labels: list[dict[str, Any]] = field(default_factory=list)
    rules_version: str = "2569-1"


@dataclass(frozen=True)
class PlanAgreed:
    case_id: str
    plan_id: str
    programme_id: str | None
    path: str = "local_home"


@dataclass(frozen=True)
class ReferralSent:
    referral_id: str
    case_id: str
    programme_id: str
    waitlist: bool = False


@dataclass(frozen=True)
class ReferralAccepted:
    referral_id: str
    case_id: str
    programme_id: str


@dataclass(frozen=True)
class ReferralDeclined:
    referral_id: str
    case_id: str
    programme_id: str
    reason: str = "not_eligible"
    whose: str = "partner"
    final_at: str | None = None


@dataclass(frozen=True)
class ReferralDeclineSettled:
    referral_id: str
    case_id: str
    programme_id: str
    reason: str
    whose: str


@dataclass(frozen=True)
class ReferralWithdrawn:
    referral_id: str
    case_id: str
    programme_id: str


@dataclass(frozen=True)
class ReferralExpired:
    referral_id: str
    case_id: str
    programme_id: str


@dataclass(frozen=True)
class ReferralFailed:
    referral_id: str
    case_id: str
    programme_id: str


@dataclass(frozen=True)
class ReferralEnded:
    referral_id: str
    case_id: str
    programme_id: str


@dataclass(frozen=True)
class ReferralEnteredInError:
    referral_id: str
    case_id: str
    programme_id: str


ENDINGS = (
    ReferralDeclined, ReferralWithdrawn, ReferralExpired, ReferralFailed, ReferralEnded, ReferralEnteredInError,
)  # fmt: skip
SAY: Decider[Any, None, Any] = Decider(lambda fact, _: [fact], lambda state, _: state, None)
SCREENINGS = Aggregate("screening", SAY, (ScreeningStarted, ScreeningCompleted, PlanAgreed), "case")
CASES = Aggregate("case", SAY, (CaseOpened, CaseClosed, CaseReopened), "case")
REFERRALS = Aggregate(
    "referral", SAY, (ReferralSent, ReferralAccepted, ReferralDeclineSettled, *ENDINGS), "case"
)


class AgeOn(Schema):
    case_id = fields.String()
    day = fields.String()


class Intake(Doors):
    name = "intake"
    runtime = Runtime(Wiring("intake", (CASES,)))

    @query("case.read", roles=("worker",), schema=AgeOn())
    def age(self, call, body):
        """It knows no birth date."""
        return {"age": None}


class Screening(Doors):
    name = "screening"
    runtime = Runtime(Wiring("screening", (SCREENINGS,)))


class Referral(Doors):
    name = "referral"
    runtime = Runtime(Wiring("referral", (REFERRALS,)))


def say(net: Network, fact: Any, centre: str = "60") -> None:
    """Append a fact to the log of the service it belongs to; nobody has heard it yet."""
    service, aggregate, id = (
        ("screening", SCREENINGS, fact.case_id)
        if type(fact) in SCREENINGS.events
        else ("intake", CASES, fact.case_id)
        if type(fact) in CASES.events
        else ("referral", REFERRALS, fact.referral_id)
    )
    now, cause = instant(net.clock()), str(uuid4())
    envelope = Envelope(cause, "", "worker", centre, now, now, cause, cause)
    net.runtimes[service].execute(envelope, lambda unit: len(unit.handle(aggregate, id, fact)))
