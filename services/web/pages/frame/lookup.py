"""Cases, referrals and programmes that pages are about, and the names of those that rows are about, in one question."""

from collections.abc import Iterable

from services.intake.answers import Case
from services.intake.doors import CASE, CASES
from services.kernel.errors import Forbidden
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import ProgrammeName
from services.partners.doors import NAMES
from services.referral.answers import ReferralWithHistory
from services.referral.doors import REFERRAL
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
    known = sorted({each for each in ids if each})[:LIMIT_MOST]
    found = doors.attempt(NAMES.of(programme_ids=known)) if known else None
    return {each["programme_id"]: each for each in found["items"]} if found else {}


def cases(ids: Iterable[str | None]) -> dict[str, Case]:
    """By id; as `programmes`, and without those of which only the outline is for the reader."""
    known = sorted({each for each in ids if each})[:LIMIT_MOST]
    found = doors.attempt(CASES.of(case_ids=known, limit=len(known))) if known else None
    return {case["case_id"]: case for case in found["items"] if "person" in case} if found else {}
