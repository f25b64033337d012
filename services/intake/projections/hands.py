"""In whose hands cases are, and whose they are to take over."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, false, func, or_, select

from services.codes.access import DIRECTOR
from services.intake import answers
from services.intake.domain.status import CLOSED
from services.intake.projections.cases import CaseFilter, case
from services.kernel.envelope import ALL_CENTRES, Caller


def list_in_hands(db: Connection, user: str, centres: Sequence[str] | None) -> list[answers.CaseInHands]:
    """Cases that a user must go on with, the oldest first: those that wait for them to take over, and of the others
    those not closed that were assigned to them (never assigned: that they opened), or whose last step since was
    theirs."""
    waiting = and_(case.c.to_user == user, case.c.taken.is_(false()))
    opened = and_(case.c.assigned_at.is_(None), case.c.opened_by == user)
    held = and_(case.c.status != CLOSED, or_(opened, case.c.to_user == user, case.c.worked_by == user))
    columns = select(case.c.case_id, case.c.centre, waiting.label("waiting"))
    theirs = CaseFilter(centres).of(columns).where(or_(waiting, held))
    rows = db.execute(theirs.order_by(case.c.opened, case.c.case_id))
    return [{"case_id": row.case_id, "centre": row.centre, "waiting": bool(row.waiting)} for row in rows]


def list_to_take_over(db: Connection, caller: Caller, limit: int) -> list[answers.CaseToTakeOver]:
    """Cases that wait for the caller, or for the directors of the centre if their acts are the caller's, by who had
    them, the oldest first."""
    theirs = case.c.to_user == caller.user
    if caller.role == DIRECTOR:
        theirs = or_(theirs, case.c.to_user.is_(None))
    elif directed := caller.delegated_centres(DIRECTOR):
        theirs = or_(theirs, and_(case.c.to_user.is_(None), case.c.centre.in_(directed)))
    from_user = func.coalesce(case.c.from_user, case.c.opened_by).label("from_user")
    columns = select(case.c.case_id, from_user, case.c.assigned_at)
    centres = None if ALL_CENTRES in caller.centres else caller.centres
    waiting = CaseFilter(centres).of(columns).where(case.c.taken.is_(false()), theirs)
    ordered = waiting.order_by(case.c.assigned_at, from_user, case.c.case_id).limit(limit)
    return [
        {"case_id": row.case_id, "from_user": row.from_user, "at": row.assigned_at}
        for row in db.execute(ordered)
    ]


def list_answerable(db: Connection, case_ids: Sequence[str]) -> list[answers.AnswerableCase]:
    """Who answers for each case that is known of some."""
    columns = select(
        case.c.case_id,
        case.c.case_number,
        case.c.centre,
        case.c.opened_by,
        case.c.to_user,
        case.c.assigned_at,
    )
    return [
        {
            "case_id": row.case_id, "case_number": row.case_number, "centre": row.centre,
            "owner": row.to_user if row.assigned_at else row.opened_by, "opened_by": row.opened_by,
        }
        for row in db.execute(columns.where(case.c.case_id.in_(case_ids)))
    ]  # fmt: skip
