"""Cases, referrals and programmes that pages are about, and the names of those that rows are about, in one question."""

from collections.abc import Iterable, Iterator

from services.intake.answers import Case
from services.intake.doors import CASE, CASES
from services.kernel.errors import Forbidden
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Outreach, ProgrammeName
from services.partners.doors import ACTIVITY, NAMES, OUTREACH
from services.referral.answers import ReferralWithHistory
from services.referral.doors import REFERRAL, REFERRALS
from services.web.pages.frame import doors


def case(case_id: str, show: str | None = None) -> Case:
    """Another centre's case is not found; who may not see cases has no page of one."""
    found = doors.ask(CASE.of(case_id=case_id, show=show))
    if "person" not in found:
        raise Forbidden
    return found


def referral(referral_id: str) -> ReferralWithHistory:
    found = doors.ask(REFERRAL.of(referral_id=referral_id))
    if "programme_id" not in found:
        raise Forbidden
    return found


def programmes(ids: Iterable[str | None]) -> dict[str, ProgrammeName]:
    """By id; those that are not known, or not to be had now, are left out."""
    found: dict[str, ProgrammeName] = {}
    for known in _portions(ids):
        answer = doors.attempt(NAMES.of(programme_ids=known))
        found |= {each["programme_id"]: each for each in answer["items"]} if answer else {}
    return found


def partners_of(referral_ids: Iterable[str | None]) -> dict[str, str]:
    """{referral: name of its partner}, of those that the reader may see."""
    sent: dict[str, str | None] = {}
    for known in _portions(referral_ids):
        answer = doors.attempt(REFERRALS.of(referral_ids=known, limit=len(known)))
        rows = answer["items"] if answer else []
        sent |= {row["referral_id"]: row["programme_id"] for row in rows if "programme_id" in row}
    names = programmes(sent.values())
    return {each: names[to]["partner"] for each, to in sent.items() if to is not None and to in names}


def _portions(ids: Iterable[str | None]) -> Iterator[list[str]]:
    """What is asked for at a time."""
    known = sorted({each for each in ids if each})
    for start in range(0, len(known), LIMIT_MOST):
        yield known[start : start + LIMIT_MOST]


def cases(ids: Iterable[str | None]) -> dict[str, Case]:
    """By id; as `programmes`, and without those of which only the outline is for the reader."""
    found: dict[str, Case] = {}
    for known in _portions(ids):
        answer = doors.attempt(CASES.of(case_ids=known, limit=len(known)))
        found |= {case["case_id"]: case for case in answer["items"] if "person" in case} if answer else {}
    return found


ACTIVITIES = 20  # that somebody may be said to come from


def activities(centre: str | None) -> list[Outreach]:
    """The latest of a centre, to say from which somebody came; none where they cannot be had now."""
    answer = doors.attempt(OUTREACH.of(centre=centre, limit=ACTIVITIES)) if centre else None
    return answer["items"] if answer else []


def activity(outreach_id: str | None) -> Outreach | None:
    """The activity that something came from, if it is the reader's to know."""
    return doors.attempt(ACTIVITY.of(outreach_id=outreach_id)) if outreach_id else None
