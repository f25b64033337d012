"""What the procedure says, as screening's log has it adopted: each version counts from its own day."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, MetaData, null, select, union_all

from services.codes import procedure
from services.codes.procedure import Adoption, Book, Terms
from services.kernel.dated import documents
from services.referral.projections import closures
from services.referral.projections.referrals import referrals

metadata = MetaData()
DOCUMENTS = documents("referral_procedure", 2, metadata, "RulesAdopted", procedure.NAME)
TERMS = DOCUMENTS.projection


def get_book(db: Connection, centre: str) -> Book:
    """What holds for a centre, on whatever day. Every step of a referral asks for it, so both come in one trip."""
    c, closed = DOCUMENTS.table.c, closures.closure.c
    adopted = select(c.position, c.version, c.valid_from, c.content, null().label("day"))
    days = select(null(), null(), null(), null(), closed.day).where(closed.centre == centre)
    rows = db.execute(union_all(adopted, days)).all()
    documents = sorted(
        (row.position, row.version, row.valid_from, row.content) for row in rows if row.day is None
    )
    return Book(
        tuple(Adoption(valid_from, content) for _, _, valid_from, content in documents),
        centre,
        frozenset(date.fromisoformat(row.day) for row in rows if row.day is not None),
    )


def get(db: Connection, centre: str, day: date) -> Terms:
    return get_book(db, centre).on(day)


def get_for_deadline(db: Connection, command: Mapping[str, str]) -> dict[str, Book]:
    """Of the centre that answers for a referral when a deadline has come; what is no referral's needs none."""
    return get_of_referral(db, command) if "referral_id" in command else {"book": Book()}


def get_of_referral(db: Connection, heard: Mapping[str, str | bool]) -> dict[str, Book]:
    """Of the centre of a referral, for whoever hears of its place."""
    centre = select(referrals.c.centre).where(referrals.c.referral_id == heard["referral_id"])
    return {"book": get_book(db, db.execute(centre).scalar() or "")}
