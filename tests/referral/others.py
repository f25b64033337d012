"""The services referral listens to, saying what a test lets them say: their facts with the fields of the contract."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from marshmallow import INCLUDE, Schema

from services.codes.access import STAFF
from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Call, Doors, Runtime, query
from services.kernel.envelope import Envelope, instant
from services.kernel.local import Network
from services.kernel.wiring import Wiring


@dataclass(frozen=True)
class CaseOpened:
    case_id: str
    person_id: str


@dataclass(frozen=True)
class CaseClosed:
    case_id: str
    person_id: str
    reason: str = "other"


@dataclass(frozen=True)
class CaseReopened:
    case_id: str
    person_id: str
    reason: str = "other"


@dataclass(frozen=True)
class ScreeningCompleted:
    case_id: str
    facts: dict[str, Any]
    closed: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class PlanAgreed:
    case_id: str
    plan_id: str
    path: str
    programme_id: str | None = None
    override: bool = False


@dataclass(frozen=True)
class ProgrammeOffered:
    programme_id: str
    partner_id: str
    path: str = "local_home"
    kind: str = "pao_home"
    under_ministry: bool = False
    rules: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceReserved:
    programme_id: str
    partner_id: str
    referral_id: str
    case_id: str


@dataclass(frozen=True)
class PlaceRefused:
    programme_id: str
    partner_id: str
    referral_id: str
    case_id: str
    waiting: bool
    reason: str = "no_place"


@dataclass(frozen=True)
class RulesAdopted:
    name: str
    version: str
    valid_from: str
    content: str


SAY: Decider[Any, None, Any] = Decider(lambda fact, _: [fact], lambda state, _: state, None)
CASES = Aggregate("case", SAY, (CaseOpened, CaseClosed, CaseReopened), "case")
SCREENINGS = Aggregate("screening", SAY, (ScreeningCompleted,), "case")
PLANS = Aggregate("plan", SAY, (PlanAgreed,), "case")
RULES = Aggregate("rules", SAY, (RulesAdopted,), "case")
PROGRAMMES = Aggregate("programme", SAY, (ProgrammeOffered, PlaceReserved, PlaceRefused), "partner")


HOMES: tuple[tuple[str, Aggregate[Any, Any, Any], str], ...] = (
    ("intake", CASES, "case_id"),
    ("screening", SCREENINGS, "case_id"),
    ("screening", PLANS, "case_id"),
    ("screening", RULES, "name"),
    ("partners", PROGRAMMES, "programme_id"),
)


class Intake(Doors):
    name = "intake"
    runtime = Runtime(Wiring("intake", (CASES,)))


class Screening(Doors):
    name = "screening"
    runtime = Runtime(Wiring("screening", (SCREENINGS, PLANS, RULES)))


class Asked(Schema):
    class Meta:
        unknown = INCLUDE


class Partners(Doors):
    name = "partners"
    runtime = Runtime(Wiring("partners", (PROGRAMMES,)))
    verdict = "eligible"  # of every programme

    @query("case.matches", roles=STAFF, schema=Asked())
    def matches(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        return {"candidates": [{"verdict": self.verdict}]}

    queue: tuple[str, ...] = ()  # who waits, best first, for every programme
    free = 0

    @query("programme.candidates", roles=STAFF, schema=Asked())
    def standing_before(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        stands = body["case_id"] in self.queue
        before = self.queue[: self.queue.index(body["case_id"])] if stands else None
        return {"places_free": self.free, "before": before}


def say(net: Network, fact: Any, centre: str = "60") -> None:
    """Append a fact to the log of the service it belongs to; nobody has heard it yet."""
    service, aggregate, key = next(home for home in HOMES if type(fact) in home[1].events)
    id = getattr(fact, key)
    now, cause = instant(net.clock()), str(uuid4())
    envelope = Envelope(cause, "", "worker-60", centre, now, now, cause, cause)
    net.runtimes[service].execute(envelope, lambda unit: len(unit.handle(aggregate, id, fact)))
