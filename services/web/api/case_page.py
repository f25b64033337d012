"""What stands beside a case on its page, put together from its owners' read models."""

from typing import Annotated, Any, NotRequired, TypedDict

from services.codes.shapes import Note
from services.kernel.errors import Forbidden, Unavailable
from services.kernel.questions import Question
from services.partners.answers import Matches
from services.partners.doors import MATCHES
from services.referral.answers import Referral, ReferralOutline
from services.referral.doors import REFERRALS
from services.screening.answers import Plan, Screening
from services.screening.doors import PLAN, SCREENING
from services.web.gateway import calls
from services.web.gateway.calls import User


class Parts(TypedDict):
    """Parts whose doors are closed to the reader's role are left out; None is what is not there, or not available
    now."""

    screening: NotRequired[Screening | None]
    matches: NotRequired[Matches | None]
    plan: NotRequired[Plan | None]
    referrals: list[Referral] | list[ReferralOutline]
    unavailable: NotRequired[Annotated[list[str], Note("Parts whose service does not answer now")]]


def parts_of(user: User, case_id: str) -> Parts:
    screening, plan = SCREENING.of(case_id=case_id), PLAN.of(case_id=case_id)
    matches, referrals = MATCHES.of(case_id=case_id, limit=10), REFERRALS.of(case_id=case_id, limit=500)
    replies = calls.together(user, screening, matches, plan, referrals)
    listed = replies[referrals]
    parts: Parts = {"referrals": listed["items"] if listed else []}
    if not isinstance(replies.error(screening), Forbidden):
        parts["screening"] = replies[screening]
    if not isinstance(replies.error(matches), Forbidden):
        parts["matches"] = replies[matches]
    if not isinstance(replies.error(plan), Forbidden):
        parts["plan"] = replies[plan]
    named: dict[str, Question[Any]] = {
        "screening": screening,
        "matches": matches,
        "plan": plan,
        "referrals": referrals,
    }
    missing = [name for name, each in named.items() if isinstance(replies.error(each), Unavailable)]
    if missing:
        parts["unavailable"] = missing
    return parts
