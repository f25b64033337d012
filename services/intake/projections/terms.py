"""The procedures that were adopted, as a centre's terms stand in them."""

from sqlalchemy import Connection, MetaData

from services.codes.procedure import NAME, Adoption, Book
from services.kernel.dated import documents

metadata = MetaData()
DOCUMENTS = documents("procedure", 1, metadata, "RulesAdopted", NAME)
TERMS = DOCUMENTS.projection


def list_adopted(db: Connection) -> tuple[Adoption, ...]:
    """The documents of all centres, in the order in which they were adopted."""
    return tuple(Adoption(*each) for each in DOCUMENTS.list_adopted(db))


def get(db: Connection, centre: str) -> Book:
    """What holds for a centre by what was adopted so far."""
    return Book(list_adopted(db), centre)
