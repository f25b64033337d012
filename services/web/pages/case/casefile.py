"""What the pages of one case share: the case with its tabs, and what comes next."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from services.codes import UNDER_WAY
from services.codes.access import STAFF
from services.web.gateway.calls import Question
from services.web.pages.frame import doors, visit
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


def frame(
    case_id: str, questions: Mapping[str, Question] | None = None, show: str | None = None
) -> dict[str, Any]:
    """Values of every page of a case: {case, tabs, missing, …the answers}; another centre's case is not found."""
    case = doors.ask("intake", "case", {"case_id": case_id} | ({"show": show} if show else {}))
    answers = doors.together(**questions) if questions else {}
    case["status"] = caught_up(case["status"], answers)
    return {
        "case": case, "tabs": TABS, "staff": is_staff(), "missing": missing(case, answers),
        "outdated": outdated(case, answers.get("screening")), **answers,
    }  # fmt: skip


def outdated(case: Mapping[str, Any], screening: Mapping[str, Any] | None) -> bool:
    """Whether the person was corrected after the screening."""
    corrected: str | None = case["person"]["corrected"]
    return bool(screening and corrected and corrected > screening["completed_at"])


def caught_up(status: str, answers: Mapping[str, Any]) -> str:
    """Where the case stands if intake has not yet heard of a screening or a plan that is there already."""
    if status == "open" and answers.get("screening"):
        status = "screened"
    return "planned" if status in ("open", "screened") and answers.get("plan") else status


def missing(case: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """The titles of parts that should be there and are not available now."""
    expected = {"screening": case["status"] in SCREENED, "plan": case["status"] in PLANNED}
    return [
        _(PARTS[name])
        for name, answer in answers.items()
        if answer is None and name in PARTS and expected.get(name, True)
    ]


def next_step(case: Mapping[str, Any], referrals: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """{say, text?, href?}: the one thing to do now; without an address for those who only read."""
    case_id, status = case["case_id"], case["status"]
    open_ones = [row for row in referrals or () if row["status"] in UNDER_WAY]
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
    return {"say": said, "text": text, "href": href} if is_staff() else {"say": said}


def referral_step(row: Mapping[str, Any]) -> tuple[str, str]:
    """(where an open referral stands, what is done next) in words."""
    match row["status"]:
        case "sent" | "acknowledged" | "waitlisted":
            due = _("The partner should answer by %(day)s.") % {"day": day(row["answer_due"])}
            return due, _("Record the partner's answer")
        case "accepted" | "travelling":
            return _("The partner accepted."), _("Record the arrival")
        case "admitted":
            return _("The person has arrived."), _("Confirm the placement")
        case _ if row["follow_up_due"]:
            due = _("The follow-up at %(days)s days is due.") % {"days": row["follow_up_due"]}
            return due, _("Record the follow-up")
        case _:
            return _("The person is in place."), _("Open the referral")
