"""What people said of being referred and of their data, apart from any sending: given, refused, and taken back."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.intake.doors import RECORD_CONSENT, WITHDRAW_CONSENT
from services.kernel.questions import Body
from services.sample.life import Life
from services.sample.office import Office

HOURS_AGO, TAKEN_BACK_AGO = 26, 4
EARLY = ("open", "screened", "planned")  # where nothing is under way that a consent taken back would end
# (kind, status, how, of whom, for what, whether it is taken back)
SAID = (
    ("referral", "given", "signed", "คุณวันดี อาสาสมัคร", "เฉพาะที่พักในจังหวัด", True),
    ("data", "given", "signed", None, None, False),
    ("data", "refused", "spoken", None, None, False),
)


def consent(office: Office, lives: Sequence[Life], centre: str, now: datetime) -> Iterator[datetime]:
    """Of those of a centre whose way has hardly begun, one after the other; some hours ago one took it back."""
    recent = [each for each in lives if each.centre == centre and each.stands and each.fate.now_at in EARLY]
    said = []
    for life, (kind, status, how, witness, scope, back) in zip(reversed(recent), SAID, strict=False):
        body: Body = {
            "case_id": life.case_id, "kind": kind, "status": status, "how": how, "witness": witness, "scope": scope,
        }  # fmt: skip
        made = office.do_apart(RECORD_CONSENT, body, life.worker, f"consent/{life.case_id}")
        said += [(life, made["consent_id"])] if back else []
    yield now - timedelta(hours=TAKEN_BACK_AGO)
    for life, consent_id in said:
        about: Body = {
            "case_id": life.case_id,
            "consent_id": consent_id,
            "how": "spoken",
            "note": "ขอปรึกษาญาติก่อน",
        }
        office.do_apart(WITHDRAW_CONSENT, about, life.worker, f"consent/{life.case_id}/back")
