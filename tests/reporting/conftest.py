"""Reporting in a network with stand-ins for the services it hears: they say whatever they are told to say."""

from dataclasses import make_dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import pytest

from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Doors, Runtime
from services.kernel.envelope import Envelope, instant
from services.kernel.local import SimulatedClock
from services.kernel.wiring import Wiring
from services.reporting.service import ReportingService
from tests.reporting.long_way import Said

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)  # noon in Thailand, budget year 2569

AGE = {"on": "2026-03-02", "min": 67, "max": 67}
REFERRAL = {"referral_id": None, "case_id": None, "person_id": None, "programme_id": "g", "partner_id": "p"}
PLACED = {"path": "local_home", "kind": "pao_home", "outside_ministry": True}
HELD = {
    "outreach_id": None, "kind": "booth", "date": "2026-03-01", "province": "60", "place": None, "reached": None,
    "partner_ids": [], "material": None, "note": None,
}  # fmt: skip
TYPES = {
    "intake": {
        "CaseOpened": {
            "case_id": None, "age": AGE, "found": {"subdistrict": "600101"}, "sex": "male", "outreach_id": None,
        },
        "CaseClosed": {"case_id": None, "reason": "ย้ายไปอยู่กับญาติ"},
        "CaseAssigned": {
            "case_id": None, "from_user": None, "to_user": "worker-61", "reason": "handed_over", "taken": False,
        },
        "CaseReopened": {"case_id": None, "reason": "came_back"},
        "PersonCorrected": {
            "case_id": None, "sex": "male", "age": AGE, "nationality": "thai", "domicile": [],
        },
        "PersonErased": {"case_id": None, "reason": "person_asked"},
        "PersonReturned": {"case_id": None, "path": "local_home", "within": "6", "days": 20},
        "ReturnedFromElsewhere": {"case_id": None, "within": "6", "path_kind": "residence"},
        "ReturnedElsewhere": {"case_id": None, "referral_id": None, "within": "6", "path": "local_home"},
    },
    "screening": {
        "ScreeningStarted": {"case_id": None, "known": {"sex": "male"}},
        "ScreeningCompleted": {"case_id": None, "facts": {"housing": "street"}, "labels": [], "paths": []},
        "PlanAgreed": {"case_id": None, "path": "local_home", "agreement": None},
        "RulesAdopted": {"name": "labels"},
        "CareTaskSet": {"case_id": None, "area": "housing", "kind": "action"},
        "CareProgressNoted": {
            "case_id": None, "item": "task", "area": "housing", "progress": "done", "in_time": True,
        },
        "RatificationDecided": {"case_id": None, "ratified": True},
        "OrderOverridden": {"case_id": None, "reason": None},
        "OutcomeReviewed": {"case_id": None, "referral_id": None, "findings": []},
    },
    "partners": {
        "PartnerRegistered": {"partner_id": None, "contact": {"phone": "056000000"}, "outreach_id": None},
        "OutreachHeld": HELD,
        "OutreachCorrected": {**HELD, "changed": [], "before": {}, "reason": "นับใหม่"},
        "OutreachEnteredInError": {"outreach_id": None, "reason": "บันทึกซ้ำ"},
        "PlaceReserved": {"case_id": None, "referral_id": None, "centre": None},
    },
    "referral": {
        "ReferralSent": {**REFERRAL, **PLACED, "passed_over": None, "passed_for": None},
        "ReferralAccepted": REFERRAL,
        "ReferralDeclined": {**REFERRAL, "reason": "no_place", "whose": "partner", "final_at": None},
        "ReferralDeclineSettled": {**REFERRAL, "reason": "cost", "whose": "partner"},
        "ReferralDeclineReturned": REFERRAL,
        "ReferralExpired": {**REFERRAL, "reason": None, "whose": None},
        "ReferralWithdrawn": {**REFERRAL, "reason": None, "whose": None},
        "ReferralWaitlisted": REFERRAL,
        "ReferralFailed": {**REFERRAL, "reason": None, "whose": None},
        "ReferralEnded": {**REFERRAL, "outcome": "stable"},
        "PlacementConfirmed": {**REFERRAL, **PLACED},
        "FollowUpRecorded": {
            **REFERRAL, "in_place": True, "work": None, "path": "local_home", "answers": None, "in_time": None,
        },
        "FollowUpMissed": {**REFERRAL, "days": 30},
        "ReferralEnteredInError": REFERRAL,
        "PartnerTold": {**REFERRAL, "how": "link"},
        "ReminderDue": {**REFERRAL, "deadline": "answer"},
        "DeadlineMissed": {**REFERRAL, "deadline": "acknowledge"},
    },
}  # fmt: skip
EVENTS = {
    service: {
        type: make_dataclass(type, list(names), frozen=True, kw_only=True) for type, names in types.items()
    }
    for service, types in TYPES.items()
}
SAYING = Decider(lambda said, state: [said], lambda state, said: state, None)
AGGREGATES = {
    service: Aggregate(service, SAYING, tuple(types.values()), "case") for service, types in EVENTS.items()
}


def stand_in(service):
    wiring = Wiring(service, aggregates=(AGGREGATES[service],))
    return type(service.capitalize(), (Doors,), {"name": service, "runtime": Runtime(wiring)})


STAND_INS = [stand_in(service) for service in TYPES]


def id_of(name):
    return str(uuid5(UUID(int=0), name))


class Told:
    """A network in which `say` records one fact of some service; cases and referrals go by short names."""

    def __init__(self, network):
        self.net = network
        self.said = []

    def say(self, type, case=None, ref=None, at=None, centre="60", because=None, **data):
        """Records the fact at the clock's time, happened `at`; the id of the fact is returned."""
        service = next(service for service, types in TYPES.items() if type in types)
        about = {"case_id": case and id_of(case), "referral_id": ref and id_of(ref), "person_id": case}
        defaults = TYPES[service][type]
        fields = {name: about.get(name) or default for name, default in defaults.items()} | data
        now = self.net.clock()
        self.said.append(Said(type, case, ref, centre, at or now, now, fields))
        command = str(uuid4())
        envelope = Envelope(
            command, "", "worker-60", centre, instant(at or now), instant(now), command, because or command
        )
        runtime, event = self.net.runtimes[service], EVENTS[service][type](**fields)
        runtime.execute(envelope, lambda unit: len(unit.handle(AGGREGATES[service], str(uuid4()), event)))
        return str(uuid5(UUID(command), "0"))

    def ask(self, door, role="worker", centres=("60",), **body):
        self.net.settle()
        return self.net.call("reporting", door, body, role=role, centres=centres)

    def overview(self, **body):
        return self.ask("overview", **body)


@pytest.fixture
def told(network):
    return Told(network([*STAND_INS, ReportingService], SimulatedClock(NOON)))
