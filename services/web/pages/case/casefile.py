"""What the pages of one case share: the case with its tabs, and what is missing of it."""

from typing import TypedDict, Unpack

from services.codes import PLANNED, SCREENED
from services.codes.access import STAFF
from services.intake.answers import Case, Work, WorkItem
from services.partners.answers import Matches
from services.referral.answers import DisclosedCodes, Referral, ReferralOutlines, Referrals
from services.reporting.answers import Timeline
from services.screening.answers import Plan, Screening
from services.web.pages.frame import visit
from services.web.pages.parts.language import _, later

TABS = (
    ("pages.case.overview", later("Overview")),
    ("pages.screening.result", later("Screening")),
    ("pages.matches.listing", later("Matches")),
    ("pages.conference.plan", later("Plan")),
    ("pages.care.show", later("Care plan")),
    ("pages.referral.of_case", later("Referrals")),
)
PARTS = {
    "screening": later("Screening"),
    "plan": later("Plan"),
    "matches": later("Matches"),
    "referrals": later("Referrals"),
    "timeline": later("What happened"),
    "disclosure": later("What the partner will see"),
}


def is_staff() -> bool:
    return visit.caller().role in STAFF


class Parts(TypedDict, total=False):
    """The parts of a case that a page asked for; None is what is not there, or not available now."""

    screening: Screening | None
    plan: Plan | None
    matches: Matches | None
    referrals: Referrals | ReferralOutlines | None
    timeline: Timeline | None
    disclosure: DisclosedCodes | None


class Frame(Parts):
    """What the template of every page of a case shows, and the parts that this page asked for."""

    case: Case
    tabs: tuple[tuple[str, str], ...]
    staff: bool
    missing: list[str]
    outdated: bool


def frame(case: Case, **parts: Unpack[Parts]) -> Frame:
    return {
        "case": case, "tabs": TABS, "staff": is_staff(), "missing": missing(case, parts),
        "outdated": outdated(case, parts.get("screening")), **parts,
    }  # fmt: skip


def outdated(case: Case, screening: Screening | None) -> bool:
    """Whether the person was corrected after the screening."""
    corrected = case["person"]["corrected"]
    return bool(screening and corrected and corrected > screening["completed_at"])


def missing(case: Case, parts: Parts) -> list[str]:
    """The titles of parts that should be there, as where the case stands says, and are not available now."""
    expected = {"screening": case["status"] in SCREENED, "plan": case["status"] in PLANNED}
    return [_(PARTS[name]) for name, answer in parts.items() if answer is None and expected.get(name, True)]


def listed(referrals: Referrals | ReferralOutlines | None) -> list[Referral]:
    """The referrals of which more than the outline is for the reader."""
    return [row for row in referrals["items"] if "programme_id" in row] if referrals else []


def next_item(work: Work | None) -> WorkItem | None:
    """What is next of the case that the work was asked for; None once it is closed, or if it is not to be had now."""
    return work["items"][0] if work and work["items"] else None
