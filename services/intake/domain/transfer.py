"""Whether a case goes to another centre: asked for, accepted, rejected, called off. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.codes.transfers import CASE_CLOSED, RAN_OUT, TAKEN_BACK
from services.intake.events import (
    CaseTransferAccepted,
    CaseTransferEvent,
    CaseTransferRejected,
    CaseTransferRequested,
    CaseTransferRevoked,
    Outline,
)
from services.kernel.envelope import instant
from services.kernel.errors import Invalid, Refused


@dataclass(frozen=True)
class RequestTransfer:
    """`due`: until when the other centre may answer (an instant)."""

    case_id: str
    transfer_id: str
    case_number: str
    from_: str
    to: str
    reason: str
    due: str
    about: Outline
    note: str | None = None


@dataclass(frozen=True)
class AcceptTransfer:
    """`by`: the director who takes the case over."""

    case_id: str
    to: str
    by: str
    now: datetime


@dataclass(frozen=True)
class RejectTransfer:
    case_id: str
    to: str
    reason: str
    note: str | None = None


@dataclass(frozen=True)
class RevokeTransfer:
    case_id: str
    from_: str
    reason: str = TAKEN_BACK


@dataclass(frozen=True)
class ExpireTransfer:
    case_id: str
    transfer_id: str
    now: datetime


TransferCommand = RequestTransfer | AcceptTransfer | RejectTransfer | RevokeTransfer | ExpireTransfer


@dataclass(frozen=True)
class Transfers:
    """`waiting`: what waits for an answer; `last`: what was told of it last; `n`: how often the case was handed over;
    `owner`: to whom last, None: it never was."""

    waiting: CaseTransferRequested | None = None
    last: CaseTransferEvent | None = None
    n: int = 0
    owner: str | None = None


def decide(
    command: TransferCommand, transfers: Transfers, closed: bool, person_id: str
) -> list[CaseTransferEvent]:
    waiting = transfers.waiting
    if isinstance(command, RequestTransfer):
        return _requested(command, waiting, closed, person_id)
    if waiting is None:
        if isinstance(command, ExpireTransfer) or _is_done(command, transfers):
            return []
        raise _nothing()
    ids = waiting.transfer_id, waiting.from_, waiting.to
    match command:
        case AcceptTransfer():
            _require(waiting.to == command.to)
            if waiting.due <= instant(command.now):
                raise Refused("transfer_over", "The time to answer this request ran out.")
            return [CaseTransferAccepted(command.case_id, *ids, transfers.n + 1)]
        case RejectTransfer():
            _require(waiting.to == command.to)
            return [CaseTransferRejected(command.case_id, person_id, *ids, command.reason, command.note)]
        case RevokeTransfer():
            _require(waiting.from_ == command.from_)
            return [_revoked(waiting, command.reason)]
        case ExpireTransfer():
            over = waiting.transfer_id == command.transfer_id and waiting.due <= instant(command.now)
            return [_revoked(waiting, RAN_OUT)] if over else []


def _is_done(command: AcceptTransfer | RejectTransfer | RevokeTransfer, transfers: Transfers) -> bool:
    """Whether the last request came to what is asked for, by the same centre: told again, it changes nothing."""
    last = transfers.last
    match command:
        case AcceptTransfer():
            return isinstance(last, CaseTransferAccepted) and last.to == command.to
        case RejectTransfer():
            return isinstance(last, CaseTransferRejected) and last.to == command.to
        case RevokeTransfer():
            return isinstance(last, CaseTransferRevoked) and last.from_ == command.from_


def of_closing(transfers: Transfers) -> list[CaseTransferEvent]:
    """What becomes of a request when its case is closed."""
    return [_revoked(transfers.waiting, CASE_CLOSED)] if transfers.waiting else []


def evolve(transfers: Transfers, event: CaseTransferEvent) -> Transfers:
    match event:
        case CaseTransferRequested():
            return Transfers(event, event, transfers.n, transfers.owner)
        case CaseTransferAccepted():
            return Transfers(None, event, event.n, event.to)
        case CaseTransferRejected() | CaseTransferRevoked():
            return Transfers(None, event, transfers.n, transfers.owner)


def _requested(
    c: RequestTransfer, waiting: CaseTransferRequested | None, closed: bool, person_id: str
) -> list[CaseTransferEvent]:
    if closed:
        raise Refused("case_closed", "The case is closed.")
    if c.to == c.from_:
        raise Invalid({"to": ["The case is this centre's already."]})
    if waiting is None:
        return [CaseTransferRequested(person_id=person_id, **vars(c))]
    if (waiting.to, waiting.reason) == (c.to, c.reason):
        return []
    raise Refused("wrong_state", "The case waits for another centre's answer already; take that back first.")


def _revoked(waiting: CaseTransferRequested, reason: str) -> CaseTransferRevoked:
    return CaseTransferRevoked(waiting.case_id, waiting.transfer_id, waiting.from_, waiting.to, reason)


def _require(theirs: bool) -> None:
    if not theirs:
        raise _nothing()


def _nothing() -> Refused:
    return Refused("wrong_state", "No request to hand this case over waits for an answer.")
