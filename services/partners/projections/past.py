"""What became of the referrals of each case: shown to who looks for a place again, and a no that stands counts."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, Text, bindparam, select

from services.codes.declines import EFFECTS, effect_of
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.partners import answers
from services.partners.projections.registry import programme

metadata = MetaData()
past_answer = Table(
    "past_answer_v5",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("programme_id", Text, index=True),  # None: a return to the family
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("whose", Text),
    Column("outcome", Text),  # of one that ended
    Column("final_at", Text),  # of a no that may still be taken back
    Column("at", Text, nullable=False),
)

STATUSES = {
    "ReferralSent": "sent",
    "ReferralAccepted": "accepted",
    "ReferralDeclined": "declined",
    "ReferralDeclineSettled": "declined",
    "ReferralDeclineReturned": "acknowledged",
    "ReferralWaitlisted": "waitlisted",
    "ReferralExpired": "expired",
    "ReferralWithdrawn": "withdrawn",
    "ReferralFailed": "failed",
    "ReferralEnded": "ended",
    "ReferralEnteredInError": "entered_in_error",
}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """What was last heard of each referral."""
    rows = {
        fact.data["referral_id"]: {
            "referral_id": fact.data["referral_id"],
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "programme_id": fact.data["programme_id"],
            "status": STATUSES[fact.type],
            "reason": fact.data.get("reason"),
            "whose": fact.data.get("whose"),
            "outcome": fact.data.get("outcome"),
            "final_at": fact.data.get("final_at"),
            "at": fact.time,
        }
        for fact in facts
        if fact.source == "referral" and fact.type in STATUSES
    }
    upsert(db, past_answer, list(rows.values()), ("referral_id",))


PAST = Projection("past_answers", 5, (past_answer,), project)


def list_declined_by(db: Connection, programme_id: str) -> list[str]:
    """The cases of which a referral to this programme was declined, whether or not that still stands."""
    c = past_answer.c
    said = select(c.case_id).where(c.programme_id == programme_id, c.status == "declined")
    return sorted(set(db.execute(said).scalars()))


class Past(NamedTuple):
    """Of one case: by programme the referrals there were, the latest first, and the no of each that stands."""

    answers: dict[str, list[answers.PastAnswer]]
    declined: dict[str, answers.PastAnswer]


OF_CASE = (
    select(past_answer, programme.c.free, programme.c.confirmed_at)
    .outerjoin(programme, programme.c.programme_id == past_answer.c.programme_id)
    .where(
        past_answer.c.case_id == bindparam("case_id"),
        past_answer.c.programme_id.is_not(None),
        past_answer.c.status != "entered_in_error",
    )
    .order_by(past_answer.c.at.desc(), past_answer.c.referral_id.desc())
)


def get(db: Connection, case_id: str) -> Past:
    """A no stands where it was the last answer, is final, and is the partner's own or rules the place out by what
    follows from it; "no place free" only until the places are stated anew with one free."""
    found = Past({}, {})
    for row in db.execute(OF_CASE, {"case_id": case_id}):
        answer: answers.PastAnswer = {"status": row.status, "reason": row.reason, "at": row.at}
        theirs = found.answers.setdefault(row.programme_id, [])
        theirs.append(answer)
        over = row.reason == "no_place" and row.free and row.confirmed_at > row.at
        final = len(theirs) == 1 and row.status == "declined" and row.final_at is None
        effect = effect_of(row.reason, row.whose)
        if final and row.reason and not over and (row.whose == "partner" or EFFECTS[effect].days != 0):
            answer["whose"], answer["effect"] = row.whose, effect
            found.declined[row.programme_id] = answer
    return found
