"""An outcome review: what became of the person, side by side, and what the meeting found when it looked back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response

from services.codes import reviews
from services.codes.access import STAFF
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import ProgrammeName
from services.referral.answers import Referral
from services.referral.doors import REFERRALS
from services.screening import schemas
from services.screening.doors import PLAN, REVIEW, REVIEWS, SCREENING
from services.web.pages.case import casefile, meetings
from services.web.pages.frame import doors, frame, gate, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts import people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day, word, words

VOID = "entered_in_error"  # of codes.REFERRAL_STATUSES

blueprint = Blueprint("reviews", __name__)


@blueprint.route("/meetings/<uuid:meeting_id>/cases/<uuid:case_id>/review", methods=["GET", "POST"])
@gate.roles(*STAFF)
def record(meeting_id: UUID, case_id: UUID) -> Response:
    before = meetings.before_meeting(meeting_id, case_id)
    about = {"case_id": str(case_id)}
    asked = REFERRALS.of(**about, limit=LIMIT_MOST)
    screening, plan, earlier = SCREENING.of(**about), PLAN.of(**about), REVIEWS.of(**about)
    found = doors.together(asked, screening, plan, earlier)
    sent = [each for each in casefile.listed(found[asked]) if each["status"] != VOID]
    looked_back = found[earlier]
    stands = before.item["review"]
    values = {
        "referral_id": stands["referral_id"] if stands else _latest(sent),
        "findings": stands["findings"] if stands else [],
        "found": stands["found"] if stands else None,
        "lesson": stands["lesson"] if stands else None,
    }
    form = Form(
        schemas.ReviewOutcome(),
        values,
        fixed={"meeting_id": str(meeting_id), **about},
        version=before.meeting["version"],
        draft=later("Outcome review"),
        case_id=str(case_id),
    )
    if form.sent and form.load():
        with form.catching():
            doors.tell(REVIEW, form.body, if_match=form.version)
            return frame.done(_("What was found is recorded."), "pages.meetings.show", meeting_id=meeting_id)
    programmes = lookup.programmes(each["programme_id"] for each in sent)
    items = looked_back["items"] if looked_back else []
    people.look_up(each["by"] for each in items)
    return frame.page(
        "reviews/record.html", form=form, meeting=before.meeting, case=before.case, sent=sent, programmes=programmes,
        options=[(each["referral_id"], _sending(each, programmes)) for each in sent],
        findings=words("review_finding"),
        whose={code: word("review_subject", reviews.about(code)) for code in reviews.FINDINGS},
        screening=found[screening], plan=found[plan],
        reviews_before=[each for each in items if each["meeting_id"] != str(meeting_id)],
    )  # fmt: skip


def _latest(sent: Sequence[Referral]) -> str | None:
    """The referral by which the person was placed last."""
    placed = [each for each in sent if each["placed_at"]]
    return max(placed, key=lambda each: each["placed_at"] or "")["referral_id"] if placed else None


def _sending(each: Referral, programmes: Mapping[str, ProgrammeName]) -> str:
    known = programmes.get(each["programme_id"] or "")
    place = f"{known['programme']} · {known['partner']}" if known else word("path", each["path"])
    since = each["placed_at"] or each["sent_at"]
    return f"{place} · {word('referral_status', each['status'])} · {day(since)}"
