"""Whenever a referral was sent, its consent belongs to the case; when a request to hand a case over runs out; and
whenever somebody came after a placement by another centre, that is noted there, by nobody by name, so that neither
centre learns of the other. Pure: facts in, commands out."""

from collections.abc import Iterable
from datetime import datetime

from services.intake.domain.case import CASE, RecordConsent
from services.intake.domain.returning import NoteReturnElsewhere
from services.intake.domain.transfer import ExpireTransfer
from services.intake.events import CaseTransferEvent, CaseTransferRequested, ReturnedFromElsewhere
from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import Recorded


def when_referral_sent(
    fact: Recorded, case_id: str, referral_id: str, consent: str, consent_id: str | None
) -> list[Do]:
    """One that rests on a consent which was recorded before brings none of its own."""
    if consent_id is not None:
        return []
    return [Do(CASE, case_id, RecordConsent(case_id, referral_id, consent))]


def timers(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    event = fact.event
    if isinstance(event, CaseTransferRequested):
        over = {"case_id": event.case_id, "transfer_id": event.transfer_id}
        yield SetTimer(_answer(event.transfer_id), event.due, over)
    elif isinstance(event, CaseTransferEvent):
        yield ClearTimer(_answer(event.transfer_id))
    elif isinstance(event, ReturnedFromElsewhere):
        there = {
            "case_id": event.earlier_case_id, "referral_id": event.earlier_referral_id, "path": event.path,
            "within": event.within,
        }  # fmt: skip
        yield SetTimer(f"returned/{event.case_id}/{event.earlier_referral_id}", fact.recorded, there)


def when_due(command: dict[str, str], now: datetime, centre: str | None) -> Do:
    """`centre`: whose the case is that a return is noted of."""
    if centre is not None:
        return Do(CASE, command["case_id"], NoteReturnElsewhere(**command, centre=centre))
    return Do(CASE, command["case_id"], ExpireTransfer(command["case_id"], command["transfer_id"], now))


def _answer(transfer_id: str) -> str:
    return f"transfer/{transfer_id}"
