"""What the procedure says, as screening's log has it adopted: each version counts from its own day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Connection, MetaData, bindparam, null, select, union_all

from services.codes import procedure
from services.codes.procedure import Adoption, Book, Terms
from services.kernel.dated import documents
from services.referral.projections import closures
from services.referral.projections.referrals import referrals

metadata = MetaData()
DOCUMENTS = documents("referral_procedure", 2, metadata, "RulesAdopted", procedure.NAME)
TERMS = DOCUMENTS.projection


def _adopted_and_closed() -> CompoundSelect[Any]:
    """What was adopted, and on which days `centres` are closed: in one trip, because every step of a referral asks."""
    c, closed = DOCUMENTS.table.c, closures.closure.c
    adopted = select(
        c.position, c.version, c.valid_from, c.content, null().label("centre"), null().label("day")
    )
    asked = closed.centre.in_(bindparam("centres", expanding=True))
    return union_all(adopted, select(null(), null(), null(), null(), closed.centre, closed.day).where(asked))


ADOPTED_AND_CLOSED = _adopted_and_closed()
CENTRES = select(referrals.c.referral_id, referrals.c.centre).where(
    referrals.c.referral_id.in_(bindparam("ids", expanding=True))
)


def get_book(db: Connection, centre: str) -> Book:
    """What holds for a centre, on whatever day."""
    return get_books(db, {centre})[centre]


def get_books(db: Connection, centres: Collection[str]) -> dict[str, Book]:
    """The same for several, by their codes."""
    rows = db.execute(ADOPTED_AND_CLOSED, {"centres": sorted(centres)}).all()
    documents = sorted(
        (row.position, row.version, row.valid_from, row.content) for row in rows if row.day is None
    )
    adopted = tuple(Adoption(valid_from, content) for _, _, valid_from, content in documents)
    closed: dict[str, set[date]] = {centre: set() for centre in centres}
    for row in rows:
        if row.day is not None:
            closed[row.centre].add(date.fromisoformat(row.day))
    return {centre: Book(adopted, centre, frozenset(days)) for centre, days in closed.items()}


def get(db: Connection, centre: str, day: date) -> Terms:
    return get_book(db, centre).on(day)


def list_for_deadlines(db: Connection, commands: Sequence[Mapping[str, str]]) -> list[dict[str, Book]]:
    """Of the centre that answers for each referral whose deadline has come; what is no referral's needs none."""
    ids = {command["referral_id"] for command in commands if "referral_id" in command}
    books = _get_of_referrals(db, ids) if ids else {}
    return [{"book": books.get(command.get("referral_id", ""), Book())} for command in commands]


def get_of_referral(db: Connection, heard: Mapping[str, str | bool]) -> dict[str, Book]:
    """Of the centre of a referral, for whoever hears of its place."""
    id = str(heard["referral_id"])
    return {"book": _get_of_referrals(db, {id})[id]}


def _get_of_referrals(db: Connection, ids: Collection[str]) -> dict[str, Book]:
    found = {row.referral_id: row.centre for row in db.execute(CENTRES, {"ids": sorted(ids)})}
    books = get_books(db, {found.get(id, "") for id in ids})
    return {id: books[found.get(id, "")] for id in ids}
