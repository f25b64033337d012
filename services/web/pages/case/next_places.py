"""Where a person may be sent next without another meeting: the places that the plan names and that were not asked yet,
else the best of its path."""

from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Candidate
from services.partners.doors import MATCHES
from services.referral.doors import REFERRALS
from services.screening.answers import Plan
from services.web.pages.case import casefile
from services.web.pages.frame import doors

SHOWN = 3
ASKED_MOST = 20  # of a case, that may stand before the next best


def after(plan: Plan, case_id: str) -> list[Candidate]:
    """The plan's next places, best first. One that was asked since the plan is not asked again."""
    named = plan["programme_ids"]
    sent = casefile.listed(doors.attempt(REFERRALS.of(case_id=case_id, limit=LIMIT_MOST)))
    asked = {
        row["programme_id"]
        for row in sent
        if row["sent_at"] >= plan["agreed_at"] and row["status"] != "entered_in_error"
    }
    chosen = {"programme_ids": named} if named else {"path": plan["path"]}
    found = doors.attempt(MATCHES.of(case_id=case_id, limit=SHOWN + ASKED_MOST, **chosen))
    rows = found["candidates"] if found else []
    if named:
        rows = sorted(rows, key=lambda row: named.index(row["programme_id"]))
    return [row for row in rows if row["programme_id"] not in asked and row["verdict"] != "ineligible"][
        :SHOWN
    ]
