"""What the procedure says, as screening's log has it adopted: each version counts from its own day."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, MetaData, select

from services.codes import procedure
from services.codes.procedure import Adoption, Book, Terms
from services.kernel.dated import documents
from services.referral.projections import closures
from services.referral.projections.referrals import referrals

metadata = MetaData()
DOCUMENTS = documents("referral_procedure", 2, metadata, "RulesAdopted", procedure.NAME)
TERMS = DOCUMENTS.projection


def get_book(db: Connection, centre: str) -> Book:
    """What holds for a centre, on whatever day."""
    adopted = tuple(Adoption(*each) for each in DOCUMENTS.list_adopted(db))
    return Book(adopted, centre, closures.list_days(db, centre))


def get(db: Connection, centre: str, day: date) -> Terms:
    return get_book(db, centre).on(day)


def get_for_deadline(db: Connection, command: Mapping[str, str]) -> dict[str, Book]:
    """Of the centre that answers for a referral when a deadline has come; what is no referral's needs none."""
    return get_of_referral(db, command) if "referral_id" in command else {"book": Book()}


def get_of_referral(db: Connection, heard: Mapping[str, str | bool]) -> dict[str, Book]:
    """Of the centre of a referral, for whoever hears of its place."""
    centre = select(referrals.c.centre).where(referrals.c.referral_id == heard["referral_id"])
    return {"book": get_book(db, db.execute(centre).scalar() or "")}
