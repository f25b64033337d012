from services.intake.domain.case import CASE as CASES
from services.intake.domain.case import RecordConsent
from services.intake.handlers import when_referral_sent
from services.intake.schemas import ReferralSent
from services.kernel.decider import Do
from tests.intake.samples import CASE, SOMBAT, fact


def test_when_a_referral_was_sent_its_consent_is_recorded_on_the_case():
    data = {
        "referral_id": SOMBAT,
        "case_id": CASE,
        "consent": "unable",
        "waitlist": False,
        "path": "local_home",
    }
    sent = fact("referral", "ReferralSent", data, "2026-03-02T01:00:00.000000Z")
    asked = when_referral_sent(sent, **ReferralSent().load(data))
    assert asked == [Do(CASES, CASE, RecordConsent(CASE, SOMBAT, "unable"))]
