"""The doors of an outcome review: a meeting looks back on what became of somebody, and what it finds is a fact."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import RowMapping

from services.codes.access import CASE_READERS, STAFF
from services.kernel.doors import Call, command, query
from services.kernel.errors import Invalid
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, convening, reading, schemas
from services.screening.domain.meeting import MEETING, ReviewOutcome, ReviewWords
from services.screening.domain.plan import PLAN
from services.screening.domain.screening import SCREENING
from services.screening.projections import reviews
from services.thai.order import require_order

REFERRALS_MOST = 200  # of one case
SECONDS = 2.0  # to ask referral for them
VOID = "entered_in_error"  # of codes.REFERRAL_STATUSES


class Sending(TypedDict):
    """The part of a referral that is read."""

    referral_id: str
    status: str
    placed_at: str | None


class Reviewing(convening.Convening):
    @command("outcome.review", roles=STAFF, schema=schemas.ReviewOutcome())
    def review(self, call: Call, body: bodies.ReviewOutcome) -> Outcome[answers.Reviewed]:
        """Of the referral that is named, else of the latest one by which the person was placed, if there is one. A
        review that changes nothing needs no decision."""
        row, case_id = self._meeting(call, body["meeting_id"]), body["case_id"]
        case = self._case_of(call, row, case_id)
        self.runtime.ensure_key(call, case["person_id"])
        review_id, sending = call.new_id("review"), self._looked_at(call, body)
        follows = {
            **self._opened(case_id),
            **convening.begun(row),
            "the person was placed": sending["placed_at"] if sending else None,
        }
        words: ReviewWords = {"found": body["found"], "lesson": body["lesson"]}

        def work(unit: Unit) -> answers.Reviewed:
            reading.require_kept(unit.db, case_id)
            reviewing = ReviewOutcome(
                review_id,
                case_id,
                sending["referral_id"] if sending else None,
                unit.state(SCREENING, case_id).screening_id,
                unit.state(PLAN, case_id).plan_id,
                [*dict.fromkeys(body["findings"])],
                words,
            )
            if unit.handle(MEETING, row["meeting_id"], reviewing, call.if_match):
                require_order(call.at, follows)
            return {"review_id": review_id, "version": unit.version(MEETING, row["meeting_id"])}

        return self.runtime.execute(call.envelope(case["centre"]), work)

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def reviews(self, call: Call, body: bodies.OfCase) -> answers.Reviews:
        """What meetings found of a case, the latest first."""
        case = self._case(call, body["case_id"])
        case_id = case["case_id"]
        rows = self.runtime.read(lambda db: reviews.list_reviews(db, case_id))
        if any(not row["erased"] for row in rows):
            self.runtime.note_access(call.caller.user, "minutes", [(f"case/{case_id}", case["person_id"])])
        return {"items": [self._review(row) for row in rows]}

    @query("case.read", roles=CASE_READERS, schema=schemas.ListReviewed())
    def reviewed(self, call: Call, body: bodies.ListReviewed) -> answers.ReviewedReferrals:
        """Which of some referrals a meeting has looked back on."""
        return {"items": self.runtime.read(lambda db: reviews.list_reviewed(db, body["referral_ids"]))}

    def _review(self, row: RowMapping) -> answers.Review:
        """Its words None: none were said, or the person was erased."""
        words: ReviewWords = {"found": None, "lesson": None}
        if not row["erased"]:
            words = self.runtime.vault.unseal(row["person_id"], convening.WORDS, row["words"]) or words
        return {
            "review_id": row["review_id"],
            "meeting_id": row["meeting_id"],
            "case_id": row["case_id"],
            "referral_id": row["referral_id"],
            "screening_id": row["screening_id"],
            "plan_id": row["plan_id"],
            "findings": reviews.findings_of(row),
            **words,
            "at": row["at"],
            "by": row["by"],
        }

    def _looked_at(self, call: Call, body: bodies.ReviewOutcome) -> Sending | None:
        referral_id = body["referral_id"]
        if self.runtime.log.is_done(call.command_id):
            return {"referral_id": referral_id, "status": "", "placed_at": None} if referral_id else None
        asked = {"case_id": body["case_id"], "limit": REFERRALS_MOST}
        found: Sequence[Sending] = self.runtime.ask("referral", "referrals", call, asked, SECONDS)["items"]
        stand = {each["referral_id"]: each for each in found if each["status"] != VOID}
        if referral_id is None:
            placed = [each for each in stand.values() if each["placed_at"]]
            return max(placed, key=lambda each: (each["placed_at"] or "", each["referral_id"]), default=None)
        if referral_id not in stand:
            raise Invalid({"referral_id": ["This case has no such referral."]})
        return stand[referral_id]
