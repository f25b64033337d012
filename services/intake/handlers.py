"""Whenever a referral was sent, its consent belongs to the case. Pure: facts in, commands out."""

from services.intake.domain.case import CASE, RecordConsent
from services.kernel.decider import Do
from services.kernel.envelope import Recorded


def when_referral_sent(
    fact: Recorded, case_id: str, referral_id: str, consent: str, consent_id: str | None
) -> list[Do]:
    """One that rests on a consent which was recorded before brings none of its own."""
    if consent_id is not None:
        return []
    return [Do(CASE, case_id, RecordConsent(case_id, referral_id, consent))]
