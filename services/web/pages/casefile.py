"""What the pages of one case share: the case with its tabs, what comes next, and words for facts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from flask import url_for
from marshmallow import ValidationError

from services.kernel.envelope import instant
from services.kernel.lists import LIMIT_MOST
from services.thai import dates
from services.web import api
from services.web.pages import questions, shell
from services.web.pages.language import _, current, later
from services.web.pages.words import KINDS, day, province, word

STAFF = ("worker", "director")
OPEN_REFERRALS = ("sent", "acknowledged", "waitlisted", "accepted", "travelling", "admitted", "placed")
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
    return shell.caller().role in STAFF


def frame(
    case_id: str, asked: Mapping[str, shell.Question] | None = None, show: str | None = None
) -> dict[str, Any]:
    """Values of every page of a case: {case, tabs, missing, …the answers}; another centre's case is not found."""
    case = shell.ask("intake", "case", {"case_id": case_id} | ({"show": show} if show else {}))
    found = shell.together(**asked) if asked else {}
    case["status"] = caught_up(case["status"], found)
    return {
        "case": case, "tabs": TABS, "staff": is_staff(), "missing": missing(case, found),
        "outdated": outdated(case, found.get("screening")), **found,
    }  # fmt: skip


def outdated(case: Mapping[str, Any], screening: Mapping[str, Any] | None) -> bool:
    """Whether the person was corrected after the screening."""
    corrected: str | None = case["person"]["corrected"]
    return bool(screening and corrected and corrected > screening["completed_at"])


def caught_up(status: str, found: Mapping[str, Any]) -> str:
    """Where the case stands if intake has not yet heard of a screening or a plan that is there already."""
    if status == "open" and found.get("screening"):
        status = "screened"
    return "planned" if status in ("open", "screened") and found.get("plan") else status


def missing(case: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The titles of parts that should be there and are not available now."""
    expected = {"screening": case["status"] in SCREENED, "plan": case["status"] in PLANNED}
    return [
        _(PARTS[name])
        for name, answer in found.items()
        if answer is None and name in PARTS and expected.get(name, True)
    ]


def partners_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """{programme_id: {partner, programme, partner_id}} of what rows are about."""
    wanted = sorted({row["programme_id"] for row in rows if row.get("programme_id")})[:LIMIT_MOST]
    if not wanted:
        return {}
    found = shell.together(names=("partners", "names", {"programme_ids": wanted}))["names"]
    return {each["programme_id"]: each for each in (found or {"items": []})["items"]}


def next_step(case: Mapping[str, Any], referrals: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """{say, text?, href?}: the one thing to do now; without an address for those who only read."""
    case_id, status = case["case_id"], case["status"]
    open_ones = [row for row in referrals or () if row["status"] in OPEN_REFERRALS]
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


def fact_text(fact: str, value: Any) -> str:
    """A fact's value in words."""
    if value is None:
        return _("Not known yet")
    if value is True or value is False:
        yes, no = questions.FLAGS.get(fact, (later("Yes"), later("No")))
        return _(yes if value else no)
    if fact == "age":
        span = str(value["min"]) if value["min"] == value["max"] else f"{value['min']}–{value['max']}"
        return _("%(years)s years") % {"years": span}
    if fact == "domicile":
        rows = [f"{province(row['province'])} ({word('domicile_basis', row['basis'])})" for row in value]
        return ", ".join(rows) or _("Not known yet")
    if isinstance(value, list):
        return ", ".join(fact_text(fact, each) for each in value) or _("None")
    if fact == "wants":
        return word("path", value)
    if fact in KINDS:
        return word(fact, value)
    return _(dict(questions.OPTIONS.get(fact, ())).get(str(value), str(value)))


def in_language(text: Mapping[str, str]) -> str:
    return text.get(current()) or text["th"]


def today() -> date:
    return dates.bangkok_day(api.runtime().now())


def happened(form: shell.Form, name: str = "happened_on") -> str | None:
    """When it happened, if another day than today was typed: noon of that Thai day. An error becomes the form's."""
    text = form.value(name).strip()
    if not text:
        return None
    try:
        typed = dates.read_date(text, today()).date
    except dates.DateError as error:
        form.add({name: [DATE_ERRORS[error.code]]})
        return None
    if typed.day is None:
        form.add({name: [later("Enter the day, the month and the year.")]})
    elif typed.legal_day > today():
        form.add({name: [DATE_ERRORS["future"]]})
    elif typed.legal_day < today():
        return instant(datetime.combine(typed.legal_day, time(12), dates.BANGKOK).astimezone(UTC))
    return None


DATE_ERRORS = {
    "format": later("Write a day, month and year such as 12/5/2500, a month and year, or only the year."),
    "month": later("The month must be 1 to 12 or its name."),
    "day": later("This month does not have that day."),
    "era": later("The year does not fit the era written beside it."),
    "year_between": later("Write a Buddhist year such as 2500, or a CE year such as 1957."),
    "two_digits": later("Write a CE year with four digits."),
    "future": later("The date cannot lie in the future."),
    "too_old": later("This date is too long ago."),
    "before_birth": later("The day lies before the birth date."),
    "band": later("Choose one of the options."),
}


def read_birth(text: str) -> str:
    """A birth date as somebody typed it, as ISO (CE, also partial)."""
    try:
        return str(dates.birth_date(str(dates.read_date(text, today()).date), today()))
    except dates.DateError as error:
        raise ValidationError(DATE_ERRORS[error.code]) from None
