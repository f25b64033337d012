"""How programmes answered the referrals of each case: a no that stands, and is shown to who looks for a place again."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.partners import answers
from services.partners.projections.registry import programme

metadata = MetaData()
past_answer = Table(
    "past_answer_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("programme_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("whose", Text),
    Column("at", Text, nullable=False),
)

STATUSES = {
    "ReferralDeclined": "declined",
    "ReferralDeclineReturned": "returned",
    "ReferralAccepted": "accepted",
    "ReferralEnteredInError": "entered_in_error",
}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """The last answer to each referral."""
    rows = {
        fact.data["referral_id"]: {
            "referral_id": fact.data["referral_id"],
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "programme_id": fact.data["programme_id"],
            "status": STATUSES[fact.type],
            "reason": fact.data.get("reason"),
            "whose": fact.data.get("whose"),
            "at": fact.time,
        }
        for fact in facts
        if fact.source == "referral" and fact.type in STATUSES
    }
    upsert(db, past_answer, list(rows.values()), ("referral_id",))


PAST = Projection("past_answers", 1, (past_answer,), project)


def list_declined(db: Connection, case_id: str) -> dict[str, answers.PastAnswer]:
    """{programme_id: its answer} of those whose last answer to this case is a no of the partner's own that stands: the
    no "no place free" only until the places are stated anew with one free."""
    of_case = (
        select(past_answer, programme.c.free, programme.c.confirmed_at)
        .outerjoin(programme, programme.c.programme_id == past_answer.c.programme_id)
        .where(past_answer.c.case_id == case_id, past_answer.c.status != "entered_in_error")
        .order_by(past_answer.c.at, past_answer.c.referral_id)
    )
    last = {row.programme_id: row for row in db.execute(of_case)}
    return {
        programme_id: {"status": row.status, "reason": row.reason, "at": row.at}
        for programme_id, row in last.items()
        if row.status == "declined"
        and row.whose == "partner"
        and row.reason
        and not (row.reason == "no_place" and row.free and row.confirmed_at > row.at)
    }
