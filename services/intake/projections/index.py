"""The index by which people are found: keyed tokens of what they are called, which only this service's key makes.

No read model: it is not made of facts alone but with the vault, is never replayed for somebody who was erased, and
counts for nothing but finding. Who was indexed, of which version of what is known, stands beside it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from services.intake.domain.likeness import EDITION
from services.intake.projections import cases
from services.kernel.readmodels import upsert
from services.kernel.scope import OWNER

metadata = MetaData()
person = Table(
    "search_person",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("person_version", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
)
token = Table(
    "search_token",
    metadata,
    Column("token", Text, primary_key=True),
    Column("centre", Text, primary_key=True, info=OWNER),
    Column("case_id", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
TABLES = (person, token)
STAYS = {table.name: "of each case, as long as its person is not erased" for table in TABLES}


class Found(NamedTuple):
    """By what somebody is found, of which version of what is known of them."""

    case_id: str
    person_id: str
    centre: str
    version: int
    tokens: Collection[str]


def put(db: Connection, some: Sequence[Found]) -> None:
    """From now on these people, each of another case, are found by these tokens alone, and by their centre."""
    known = [
        {
            "case_id": each.case_id,
            "centre": each.centre,
            "person_id": each.person_id,
            "person_version": each.version,
            "edition": EDITION,
        }
        for each in some
    ]
    upsert(db, person, known, ("case_id",))
    db.execute(delete(token).where(token.c.case_id.in_([each.case_id for each in some])))
    rows = [
        {"case_id": each.case_id, "centre": each.centre, "token": one}
        for each in some
        for one in sorted(each.tokens)
    ]
    upsert(db, token, rows, ("token", "centre", "case_id"))


def hand_over(db: Connection, case_id: str, centre: str) -> None:
    """From now on a case's person is found by another centre."""
    for table in TABLES:
        db.execute(update(table).where(table.c.case_id == case_id).values(centre=centre))


def forget(db: Connection, person_id: str) -> None:
    """Somebody is found by nothing any more."""
    theirs = select(person.c.case_id).where(person.c.person_id == person_id)
    db.execute(delete(token).where(token.c.case_id.in_(theirs)))
    db.execute(delete(person).where(person.c.person_id == person_id))


def list_lacking(db: Connection, limit: int) -> list[RowMapping]:
    """Cases whose people are not indexed as they are known now; held until the transaction ends, so that nobody is
    corrected or erased meanwhile."""
    known = cases.person.join(cases.case, cases.case.c.person_id == cases.person.c.person_id)
    known = known.outerjoin(person, person.c.case_id == cases.case.c.case_id)
    old = or_(
        person.c.case_id.is_(None),
        person.c.person_version != cases.person.c.person_version,
        person.c.edition != EDITION,
        person.c.centre != cases.person.c.centre,  # "" by a program of before
    )
    rows = select(cases.case.c.case_id, cases.person).select_from(known)
    rows = rows.where(cases.person.c.erased.is_(None), old).order_by(cases.case.c.case_id).limit(limit)
    return list(db.execute(rows.with_for_update(of=cases.person)).mappings())


def find(
    db: Connection, chosen: cases.CaseFilter, weights: Mapping[str, int], limit: int
) -> list[RowMapping]:
    """The cases that share most with the wanted tokens ({token: weight})."""
    heavy = [each for each, weight in weights.items() if weight > 1]
    score = func.sum(case((token.c.token.in_(heavy), 20), else_=1))
    shared = _of(chosen.centres, select(token.c.case_id).where(token.c.token.in_(weights)))
    if chosen != cases.CaseFilter(chosen.centres):
        shared = chosen.of(shared.join(cases.case, cases.case.c.case_id == token.c.case_id))
    best = shared.group_by(token.c.case_id).order_by(score.desc(), token.c.case_id.desc()).limit(limit)
    return cases.list_some(db, list(db.execute(best).scalars()))


def find_exact(
    db: Connection, centres: Sequence[str], tokens: Mapping[str, str], limit: int
) -> list[tuple[RowMapping, list[str]]]:
    """Cases that have one of the tokens ({token: code}), newest first, each with the codes of what they share."""
    rows = db.execute(_of(centres, select(token).where(token.c.token.in_(tokens))))
    codes: dict[str, set[str]] = {}
    for row in rows:
        codes.setdefault(row.case_id, set()).add(tokens[row.token])
    newest, _ = cases.list_cases(db, cases.CaseFilter(centres, case_ids=list(codes)), limit, None)
    return [(row, sorted(codes[row["case_id"]])) for row in newest]


def list_elsewhere(db: Connection, centre: str, tokens: Sequence[str]) -> list[str]:
    """Cases of other centres that have one of the tokens, ids only."""
    found = select(token.c.case_id).where(token.c.token.in_(tokens), token.c.centre != centre)
    return list(db.execute(found.distinct().order_by(token.c.case_id)).scalars())


def _of(centres: Sequence[str] | None, rows: Select[Any]) -> Select[Any]:
    """Tokens of some centres; None: of all."""
    return rows if centres is None else rows.where(token.c.centre.in_(centres))
