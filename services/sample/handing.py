"""Two cases that belong in another centre: one was taken over, one waits for the answer."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.intake.doors import ACCEPT_TRANSFER, REQUEST_TRANSFER
from services.kernel.questions import Body
from services.sample.life import Life
from services.sample.office import Office

FROM, TAKEN_BY, ASKED = "60", "61", "62"
HOURS_AGO, ANSWERED_AGO = 20, 2
EARLY = ("open", "screened", "planned")  # where a case stands that may still go


def hand_over(office: Office, lives: Sequence[Life], now: datetime) -> Iterator[datetime]:
    """Of those who stay where they stand today, the first whose way has hardly begun."""
    recent = [each for each in lives if each.centre == FROM and each.stands and each.fate.now_at in EARLY]
    recent.sort(key=lambda each: (EARLY.index(each.fate.now_at), each.number))
    taken, waiting = recent[:1], recent[1:2]
    for life, to, reason, note in (
        *((each, TAKEN_BY, "wish", "เคยอยู่ที่นั่นหลายปี อยากกลับไปอยู่ใกล้คนรู้จัก") for each in taken),
        *((each, ASKED, "relatives", "มีน้องสาวอยู่ที่นั่น รับเยี่ยมได้") for each in waiting),
    ):
        asked: Body = {"case_id": life.case_id, "to": to, "reason": reason, "note": note}
        office.do_apart(REQUEST_TRANSFER, asked, life.worker, f"transfer/{to}")
    yield now - timedelta(hours=ANSWERED_AGO)
    for life in taken:
        office.do_apart(ACCEPT_TRANSFER, {"case_id": life.case_id}, f"director-{TAKEN_BY}", "transfer/taken")
