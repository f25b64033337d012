"""The next step of a case as a page shows it: where it stands, until when, and the address where the step is taken.
What is next is intake's to say."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import url_for

from services.intake.answers import WorkItem
from services.web.pages.parts import people
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, word

# Where a step of a case is taken; every other one is taken on the page of its referral.
ADDRESSES: Mapping[str, str] = {
    "screen": "pages.screening.fill",
    "ask_facts": "pages.screening.fill",
    "decide": "pages.matches.listing",
    "decide_again": "pages.matches.listing",
    "send": "pages.referral.send",
    "send_home": "pages.referral.send_home",
    "send_next": "pages.referral.send",
    "send_elsewhere": "pages.matches.listing",
    "carry_out": "pages.conference.plan",
    "close": "pages.case.close",
}


class NextStep(NamedTuple):
    """The one thing to do now; `flags` in words."""

    say: str
    text: str
    href: str
    flags: list[str]


def next_step(item: WorkItem) -> NextStep:
    due = _("To be done by %(day)s.") % {"day": day(item["due"])}
    who = (
        _("It is with %(user)s now.") % {"user": people.who(item["escalated_to"])}
        if item["escalated_to"]
        else ""
    )
    said = " ".join(filter(None, (word("standing", item["standing"]), due, warning(item), who)))
    return NextStep(said, word("next_step", item["next"]), address(item), [*item["flags"]])


def warning(item: WorkItem) -> str:
    """What happens by itself if nobody does anything."""
    if item["lapses"] is None:
        return ""
    if item["standing"] == "untold":
        text = _(
            "If the partner is not told by %(day)s, the place is given back and the director sees to the case."
        )
    elif item["standing"] == "family_asked":
        text = _("If the family has not answered by %(day)s, the director sees to the case.")
    elif item["standing"] == "in_review":
        text = _("If the director says nothing by %(day)s, the no is final.")
    elif item["standing"] == "waitlisted":
        text = _("The waiting list ends on %(day)s.")
    else:
        text = _(
            "If there is no answer by %(day)s, the place is given back and the director sees to the case."
        )
    return text % {"day": day(item["lapses"])}


def address(item: WorkItem) -> str:
    if item["proposes"]:
        return url_for("pages.referral.send", case_id=item["case_id"], programme_id=item["proposes"])
    if item["standing"] == "follow_up_due":
        return url_for("pages.referral.step", referral_id=item["referral_id"], step="follow-up", listed=1)
    if item["next"] not in ADDRESSES and item["referral_id"]:
        return url_for("pages.referral.page", referral_id=item["referral_id"])
    return url_for(ADDRESSES.get(item["next"], "pages.case.overview"), case_id=item["case_id"])
