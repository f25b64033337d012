"""What a centre calls itself and how it is reached, as partners and papers are told. Of the office, not of a person."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, Text, select

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

centre_contact = Table(
    "centre_contact",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("letters", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
)


class Contact(NamedTuple):
    """What is not known is ''. `letters`: how the numbers of its letters begin, as its registry of letters has it;
    `figures`: how numbers are written on its papers (codes.papers.FIGURES), '' as the regulation says."""

    name: str = ""
    phone: str = ""
    address: str = ""
    letters: str = ""
    figures: str = ""


def find(db: Connection, centre: str) -> Contact:
    known = [centre_contact.c[part] for part in Contact._fields]
    row = db.execute(select(*known).where(centre_contact.c.centre == centre)).one_or_none()
    return Contact(*row) if row else Contact()


def keep(runtime: ServiceRuntime, centre: str, contact: Contact, by: str) -> None:
    row = {"centre": centre, **contact._asdict(), "changed_at": instant(runtime.now()), "changed_by": by}
    with runtime.database.write() as db:
        upsert(db, centre_contact, [row], ["centre"])
