"""What the pages of one case share: the case with its tabs, and what comes next."""

from collections.abc import Iterable
from typing import NamedTuple, TypedDict, Unpack

from flask import url_for

from services.codes import UNDER_WAY
from services.codes.access import STAFF
from services.intake.answers import Case
from services.partners.answers import Matches
from services.referral.answers import Referral, ReferralOutlines, Referrals
from services.reporting.answers import Timeline
from services.screening.answers import Plan, Screening
from services.web.pages.frame import visit
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day

TABS = (
    ("pages.case.overview", later("Overview")),
    ("pages.screening.result", later("Screening")),
    ("pages.matches.listing", later("Matches")),
    ("pages.conference.plan", later("Plan")),
    ("pages.referral.of_case", later("Referrals")),
)
PARTS = {
    "screening": later("Screening"),
    "plan": later("Plan"),
    "matches": later("Matches"),
    "referrals": later("Referrals"),
    "timeline": later("What happened"),
}
# Where a case stands says which parts it must have: one that is missing then is not available, not absent.
SCREENED = ("screened", "planned", "referred", "placed")
PLANNED = ("planned", "referred", "placed")


def is_staff() -> bool:
    return visit.caller().role in STAFF


class Parts(TypedDict, total=False):
    """The parts of a case that a page asked for; None is what is not there, or not available now."""

    screening: Screening | None
    plan: Plan | None
    matches: Matches | None
    referrals: Referrals | ReferralOutlines | None
    timeline: Timeline | None


class Frame(Parts):
    """What the template of every page of a case shows, and the parts that this page asked for."""

    case: Case
    tabs: tuple[tuple[str, str], ...]
    staff: bool
    missing: list[str]
    outdated: bool


def frame(case: Case, **parts: Unpack[Parts]) -> Frame:
    case = {**case, "status": caught_up(case["status"], parts)}
    return {
        "case": case, "tabs": TABS, "staff": is_staff(), "missing": missing(case, parts),
        "outdated": outdated(case, parts.get("screening")), **parts,
    }  # fmt: skip


def outdated(case: Case, screening: Screening | None) -> bool:
    """Whether the person was corrected after the screening."""
    corrected = case["person"]["corrected"]
    return bool(screening and corrected and corrected > screening["completed_at"])


def caught_up(status: str, parts: Parts) -> str:
    """Where the case stands if intake has not yet heard of a screening or a plan that is there already."""
    if status == "open" and parts.get("screening"):
        status = "screened"
    return "planned" if status in ("open", "screened") and parts.get("plan") else status


def missing(case: Case, parts: Parts) -> list[str]:
    """The titles of parts that should be there and are not available now."""
    expected = {"screening": case["status"] in SCREENED, "plan": case["status"] in PLANNED}
    return [_(PARTS[name]) for name, answer in parts.items() if answer is None and expected.get(name, True)]


def listed(referrals: Referrals | ReferralOutlines | None) -> list[Referral]:
    """The referrals of which more than the outline is for the reader."""
    return [row for row in referrals["items"] if "programme_id" in row] if referrals else []


class NextStep(NamedTuple):
    """The one thing to do now; without text and address for those who only read."""

    say: str
    text: str | None = None
    href: str | None = None


def next_step(case: Case, referrals: Iterable[Referral]) -> NextStep:
    case_id, status = case["case_id"], case["status"]
    open_ones = [row for row in referrals if row["status"] in UNDER_WAY or row["final_at"]]
    if status == "closed":
        said, text, href = _("The case is closed."), None, None
    elif status == "open":
        said, text = _("The person has not been screened yet."), _("Screen the person")
        href = url_for("pages.screening.fill", case_id=case_id)
    elif status == "screened":
        said = _("Screening is done. The working group now chooses the path and the place.")
        text, href = _("Look at the places"), url_for("pages.matches.listing", case_id=case_id)
    elif status == "planned" or not open_ones:
        said = _("The working group has agreed the plan.")
        text, href = _("Send the referral"), url_for("pages.referral.send", case_id=case_id)
        if status == "placed":
            said, text = _("The placement came to a good end."), _("Close the case")
            href = url_for("pages.case.close", case_id=case_id)
    else:
        row = open_ones[0]
        said, text = referral_step(row)
        href = url_for("pages.referral.page", referral_id=row["referral_id"])
    return NextStep(said, text, href) if is_staff() else NextStep(said)


def referral_step(row: Referral) -> tuple[str, str]:
    """(where an open referral stands, what is done next) in words."""
    match row["status"]:
        case "declined":
            return _("The partner said no, and may still change its answer."), _("Open the referral")
        case "sent" | "acknowledged" | "waitlisted" if row["tell_due"]:
            said = _("A place is reserved. The partner is not told yet: tell it by %(day)s.")
            return said % {"day": day(row["tell_due"])}, _("Tell the partner")
        case "sent" | "acknowledged" | "waitlisted":
            due, said = row["answer_due"], _("The referral was sent")
            if due:
                said = _("The partner should answer by %(day)s.") % {"day": day(due)}
            return said, _("Record the partner's answer")
        case "accepted" | "travelling":
            return _("The partner accepted."), _("Record the arrival")
        case "admitted":
            return _("The person has arrived."), _("Confirm the placement")
        case _ if row["in_place"] is False:
            away = _(
                "The person is no longer in place: find out where they are, then move them or end the placement."
            )
            return away, _("Record what became of the person")
        case _ if row["follow_up_due"]:
            due = _("The follow-up at %(days)s days is due.") % {"days": row["follow_up_due"]}
            return due, _("Record the follow-up")
        case _:
            return _("The person is in place."), _("Open the referral")
