"""Opening, closing and reopening a case, who answers for it, and the consents given in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args

from services.codes.decisions import BEFORE_SCREENING, CLOSING_REASONS, DIED, NO_PLACE, REOPENING_REASONS
from services.intake.domain.person import Description, age_of, doubts
from services.intake.domain.returning import NoteReturn, NoteReturnElsewhere, ReturnCommand, Returns
from services.intake.domain.returning import decide as decide_return
from services.intake.domain.returning import evolve as evolve_returns
from services.intake.domain.transfer import AcceptTransfer, TransferCommand, Transfers, of_closing
from services.intake.domain.transfer import decide as decide_transfer
from services.intake.domain.transfer import evolve as evolve_transfers
from services.intake.events import (
    CallUnanswered,
    CaseAssigned,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    CaseTransferEvent,
    ConsentRecorded,
    ConsentWithdrawn,
    Found,
    PersonReturned,
    ReturnedElsewhere,
    ReturnedFromElsewhere,
)
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.thai import areas

OTHER = "other"
CARRIED_OVER, TRANSFERRED, TAKEN_OVER = "carried_over", "transferred", "taken_over"  # of codes.ASSIGNMENTS


@dataclass(frozen=True)
class OpenCase:
    """`on` is the day the person came (Asia/Bangkok), `subdistrict` the code of where they were found, `place` and
    `note` free words; `outreach_id`: the activity they came from."""

    case_id: str
    case_number: str
    centre: str
    person_id: str
    channel: str
    danger: str
    person: Description
    on: date
    subdistrict: str | None = None
    place: str | None = None
    note: str | None = None
    outreach_id: str | None = None


@dataclass(frozen=True)
class RecordConsent:
    """`referral_id`: the sending it was said with; "" if it is recorded by itself, under `consent_id`."""

    case_id: str
    referral_id: str
    status: str
    consent_id: str | None = None
    kind: str = "referral"
    how: str | None = None
    witness: str | None = None
    scope: str | None = None


@dataclass(frozen=True)
class WithdrawConsent:
    case_id: str
    consent_id: str
    how: str
    witness: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class CloseCase:
    """`reason` is a code of the list (kept open) or words (sealed with the note); `outcome`: of a placement that ends
    with it; `screened`, `placed`, `died` (an ending says so): how the person stands."""

    case_id: str
    reason: str
    note: str | None = None
    outcome: str | None = None
    screened: bool = False
    placed: bool = False
    died: bool = False


@dataclass(frozen=True)
class ReopenCase:
    """`reason` as in CloseCase."""

    case_id: str
    reason: str
    note: str | None = None


@dataclass(frozen=True)
class AssignCase:
    """`to_user` None: the directors of the case's centre. `from_user` None: whoever answered for it so far. `reason` is
    one of codes.ASSIGNMENTS, `taken`: it need not be taken over first."""

    case_id: str
    to_user: str | None
    reason: str
    from_user: str | None = None
    taken: bool = False


@dataclass(frozen=True)
class RecordCall:
    """Nobody answered a call; `next` is the step it was for."""

    case_id: str
    call_id: str
    next: str


Command = (
    OpenCase
    | RecordConsent
    | WithdrawConsent
    | CloseCase
    | ReopenCase
    | AssignCase
    | RecordCall
    | ReturnCommand
    | TransferCommand
)


@dataclass(frozen=True)
class Case:
    """`person_id` is None until the case is opened; `closed`: for which reason it is, None while it is open; `revived`:
    it had been closed because the person died, which was wrong."""

    person_id: str | None = None
    closed: str | None = None
    revived: bool = False
    consents: Mapping[str, ConsentRecorded] = field(default_factory=dict)
    withdrawn: frozenset[str] = field(default=frozenset())
    assigned: CaseAssigned | None = None
    calls: frozenset[str] = field(default=frozenset())
    returns: Returns = field(default=Returns())
    transfers: Transfers = field(default=Transfers())


def decide(command: Command, case: Case) -> list[CaseEvent]:
    person_id = case.person_id
    match command:
        case OpenCase():
            return [] if person_id else [_opened(command)]
        case _ if person_id is None:
            raise Refused("wrong_state", "The case has not been opened.")
        case RecordConsent():
            again = (command.consent_id or command.referral_id) in case.consents
            return [] if again else [ConsentRecorded(person_id=person_id, **vars(command))]
        case WithdrawConsent():
            return _withdrawn(command, case, person_id)
        case CloseCase():
            closed = _closed(command, case.closed, person_id)
            return [*closed, *of_closing(case.transfers)] if closed else []
        case ReopenCase(case_id):
            return [CaseReopened(case_id, person_id, *_reason_and_note(command))] if case.closed else []
        case AssignCase():
            return _assigned(command, case.assigned)
        case RecordCall() if case.closed:
            raise Refused("wrong_state", "The case is closed.")
        case RecordCall(case_id, call_id, next):
            return [] if call_id in case.calls else [CallUnanswered(case_id, call_id, next)]
        case NoteReturn() | NoteReturnElsewhere():
            return [*decide_return(command, case.returns, person_id, case.revived)]
        case _:
            return _handed_over(command, case, person_id)


def evolve(case: Case, event: CaseEvent) -> Case:
    match event:
        case CaseOpened():
            return Case(event.person_id)
        case ConsentRecorded():
            return replace(case, consents={**case.consents, consent_id_of(event): event})
        case ConsentWithdrawn():
            return replace(case, withdrawn=case.withdrawn | {event.consent_id})
        case CaseClosed():
            return replace(case, closed=event.reason, revived=False)
        case CaseReopened():
            return replace(case, closed=None, revived=case.closed == DIED)
        case CaseAssigned():
            return replace(case, assigned=event)
        case CallUnanswered():
            return replace(case, calls=case.calls | {event.call_id})
        case PersonReturned() | ReturnedFromElsewhere() | ReturnedElsewhere():
            return replace(case, returns=evolve_returns(case.returns, event))
        case _:
            return replace(case, transfers=evolve_transfers(case.transfers, event))


def _handed_over(command: TransferCommand, case: Case, person_id: str) -> list[CaseEvent]:
    """Who says yes answers for the case from then on."""
    decided: list[CaseTransferEvent] = decide_transfer(
        command, case.transfers, case.closed is not None, person_id
    )
    if not decided or not isinstance(command, AcceptTransfer):
        return [*decided]
    return [*decided, CaseAssigned(command.case_id, None, command.by, TRANSFERRED, taken=True)]


def consent_id_of(event: ConsentRecorded) -> str:
    return event.consent_id or event.referral_id


def _withdrawn(c: WithdrawConsent, case: Case, person_id: str) -> list[CaseEvent]:
    """A consent is taken back as easily as it was given (PDPA s. 19), once."""
    recorded = case.consents.get(c.consent_id)
    if recorded is None:
        raise Refused("consent_unknown", "No such consent was recorded of this case.")
    if c.consent_id in case.withdrawn:
        return []
    if recorded.status == "refused":
        raise Refused("wrong_state", "The person refused: there is nothing to take back.")
    return [ConsentWithdrawn(c.case_id, person_id, c.consent_id, recorded.kind, c.how, c.witness, c.note)]


def _closed(c: CloseCase, before: str | None, person_id: str) -> list[CaseEvent]:
    reason, note = _reason_and_note(c)
    if before == reason:
        return []
    if before:
        raise Refused("wrong_state", "The case is closed already, for another reason; reopen it first.")
    if unlike := _unlike(c):
        raise Invalid(unlike)
    return [CaseClosed(c.case_id, person_id, reason, note, c.outcome)]


def closing_reasons(screened: bool, placed: bool, died: bool) -> list[str]:
    """The reasons of the list that may be so of a case."""
    return [
        reason
        for reason in CLOSING_REASONS
        if not _unlike(CloseCase("", reason, screened=screened, placed=placed, died=died))
    ]


def _unlike(c: CloseCase) -> dict[str, list[str]]:
    """What is said of the closing and is not so, by field."""
    if c.reason == DIED and c.outcome not in (None, DIED):
        return {"outcome": ["The case is closed because the person died; the placement ends so too."]}
    if c.reason != DIED and (c.died or c.outcome == DIED):
        return {"reason": ["The person died, as the end of the placement says; the case is closed for that."]}
    if c.reason == BEFORE_SCREENING and c.screened:
        return {"reason": ["The person was screened."]}
    if c.reason == NO_PLACE and c.placed:
        return {"reason": ["The person is in a place."]}
    return {}


def _opened(command: OpenCase) -> CaseOpened:
    person = command.person
    return CaseOpened(
        command.case_id,
        command.case_number,
        command.person_id,
        command.channel,
        found_in(command.subdistrict),
        person.identity_status,
        person.sex,
        age_of(person, command.on),
        person.nationality,
        person.domicile,
        command.danger,
        _warnings(command),
        command.place,
        command.note,
        command.subdistrict,
        command.outreach_id,
    )


def found_in(subdistrict: str | None) -> Found:
    """What is told openly of where a person was found; ranking places needs no more."""
    return {"district": subdistrict[:4] if subdistrict else None}


def _assigned(command: AssignCase, before: CaseAssigned | None) -> list[CaseEvent]:
    """A closed case too has somebody who answers for it: it may be opened again."""
    if before and (before.to_user, before.taken) == (command.to_user, command.taken):
        return []
    if before and before.taken and command.taken and command.reason == TAKEN_OVER:
        raise Refused("taken_over", "Somebody else took this case over already.")
    if before and command.reason == CARRIED_OVER != before.reason:
        return []  # what is carried over is older than what was said here
    return [
        CaseAssigned(
            command.case_id,
            command.from_user or _holder(before),
            command.to_user,
            command.reason,
            command.taken,
        )
    ]


def _holder(before: CaseAssigned | None) -> str | None:
    """Who had the case; somebody who did not take it over never had it."""
    if before is None:
        return None
    return before.to_user if before.taken else before.from_user


def _warnings(command: OpenCase) -> list[str]:
    """What a worker should look at again; never a reason to refuse a person."""
    warnings = doubts(command.person)
    if command.subdistrict and areas.province_of(command.subdistrict) != command.centre:
        warnings.append("found_outside_province")
    return warnings


def _reason_and_note(command: CloseCase | ReopenCase) -> tuple[str, str | None]:
    """(open reason, sealed note): a reason of the list stands open. Whatever else is written may name somebody, in one
    word or in many, so it is sealed with the note."""
    known = CLOSING_REASONS if isinstance(command, CloseCase) else REOPENING_REASONS
    if command.reason in known:
        return command.reason, command.note
    return OTHER, "\n".join(filter(None, (command.reason, command.note)))


CASE: Aggregate[Command, Case, CaseEvent] = Aggregate(
    "case",
    Decider(decide, evolve, Case()),
    get_args(CaseEvent),
    "case",
    # Before, the fact said the subdistrict openly.
    {
        ("CaseOpened", 1): lambda data: {
            **data,
            "found": found_in(data["found"]["subdistrict"]),
            "subdistrict": data["found"]["subdistrict"],
        }
    },
)
