"""Places that do not go together: what a partner stated, against what our own referrals hold and what it said since."""

from flask import Blueprint, Response

from services.codes.access import CASE_READERS
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Programme
from services.partners.doors import PARTNERS
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, full_province

SHOWN = 25

blueprint = Blueprint("contradictions", __name__)


def _why(programme: Programme) -> str:
    """ "" where the places go together."""
    places = programme["places"]
    if programme["retired"]:
        return ""
    if places["doubted_at"]:
        return _("The partner said no place on {}, answering a referral.").format(day(places["doubted_at"]))
    if places["contradicted"]:
        return _("Our referrals hold more places than was stated. Ask the partner.")
    return ""


@blueprint.get("/registry/contradictions")
@gate.roles(*CASE_READERS)
def listing() -> Response:
    """Of all partners, for places are given to people of every centre."""
    cursor = query.cursor()
    found = doors.ask(PARTNERS.of(contradicted=True, limit=SHOWN, cursor=cursor))
    return frame.page(
        "partners/contradictions.html",
        partners=[
            (each, [(one, why) for one in each["programmes"] if (why := _why(one))])
            for each in found["items"]
        ],
        file=visit.link(".listing_csv"),
        following=visit.link(".listing", cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing") if cursor else None,
    )


@blueprint.get("/registry/contradictions.csv")
@gate.roles(*CASE_READERS)
def listing_csv() -> Response:
    columns = [
        _("Partner"), _("Kept by"), _("Phone"), _("Name of the programme"), _("Places in all"), _("Places free"),
        _("Reserved"), _("Taken"), _("Stated"), _("Why"),
    ]  # fmt: skip
    answers = files.every(
        lambda cursor: PARTNERS.of(contradicted=True, cursor=cursor, limit=LIMIT_MOST),
        lambda answer: answer["next"],
    )
    lines = [
        [
            partner["name"], full_province(partner["keeper"]), partner["contact"].get("phone") or "", each["name"],
            each["places"]["total"], each["places"]["free"], each["places"]["reserved"], each["places"]["filled"],
            day(each["places"]["confirmed_at"]), why,
        ]
        for answer in answers
        for partner in answer["items"]
        for each in partner["programmes"]
        if (why := _why(each))
    ]  # fmt: skip
    name = files.name("contradictions-of-places", visit.caller().centres, days.today())
    sheet = files.Sheet("contradictions", _("Places that do not go together"), columns, lines)
    return files.as_csv(sheet, name)
