"""The lists of places that were made before: when, and each as it was then with its reasons."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import CASE_READERS
from services.partners.doors import EARLIER_MATCH, EARLIER_MATCHES
from services.web.pages.case import casefile
from services.web.pages.case.matches import in_words
from services.web.pages.frame import doors, frame, gate, lookup

SHOWN = 50

blueprint = Blueprint("earlier", __name__)


@blueprint.get("/cases/<uuid:case_id>/matches/earlier")
@gate.roles(*CASE_READERS)
def listing(case_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    found = doors.ask(EARLIER_MATCHES.of(case_id=str(case_id)))
    names = lookup.programmes(each["programme_id"] for each in found["items"])
    return frame.page("matches/earlier.html", **casefile.frame(case), items=found["items"], names=names)


@blueprint.get("/cases/<uuid:case_id>/matches/earlier/<uuid:match_id>")
@gate.roles(*CASE_READERS)
def show(case_id: UUID, match_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    asked = EARLIER_MATCH.of(case_id=str(case_id), match_id=str(match_id), limit=SHOWN)
    match = doors.ask(asked, seconds=30.0)
    names = lookup.programmes([match["programme_id"], *(each["programme_id"] for each in match["noted"])])
    return frame.page(
        "matches/earlier_match.html", **casefile.frame(case), match=match, names=names,
        candidates=[in_words(each) for each in match["candidates"]],
    )  # fmt: skip
