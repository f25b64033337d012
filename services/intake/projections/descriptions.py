"""What was known of each person one after the other: each correction beside what stood before. Personal columns hold
the sealed text as it stands in the events."""

from collections.abc import Sequence

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    Text,
    select,
    update,
)

from services.intake import answers
from services.intake.domain.person import Description
from services.intake.events import CaseOpened, Name, PersonCorrected, PersonDescribed, PersonErased
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.thai import names

metadata = MetaData()
description = Table(
    "description_v2",
    metadata,
    Column("person_id", Text),
    Column("person_version", Integer),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text),  # None: the first
    Column("changed", Text, nullable=False),  # JSON
    Column("identity_status", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("age_band", Text),
    Column("nationality", Text, nullable=False),
    Column("domicile", Text, nullable=False),  # JSON
    Column("name", Text),  # sealed
    Column("national_id", Text),  # sealed
    Column("birth_date", Text),  # sealed
    Column("note", Text),  # sealed
    Column("erased", Text),  # when; then nothing sealed is left
    PrimaryKeyConstraint("person_id", "person_version"),
)


opening = Table(  # what was written when the case was opened
    "opening_words_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("place", Text),  # sealed
    Column("note", Text),  # sealed
    Column("erased", Text),
)


SEALED = ("name", "national_id", "birth_date", "note")


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = []
    for fact in facts:
        event = fact.event
        if not isinstance(event, PersonDescribed):
            continue
        correction = event if isinstance(event, PersonCorrected) else None
        rows.append(
            {
                "person_id": event.person_id,
                "person_version": fact.version,
                "case_id": event.case_id,
                "centre": fact.centre,
                "author": fact.centre,
                "at": fact.time,
                "by": fact.actor,
                "reason": correction.reason if correction else None,
                "changed": orjson.dumps(correction.changed if correction else []).decode(),
                "identity_status": event.identity_status,
                "sex": event.sex,
                "age_band": event.age_band,
                "nationality": event.nationality,
                "domicile": orjson.dumps(event.domicile).decode(),
                "name": event.name,
                "national_id": event.national_id,
                "birth_date": event.birth_date,
                "note": correction.note if correction else None,
                "erased": None,
            }
        )
    upsert(db, description, rows, ("person_id", "person_version"))
    opened = [_opening(fact, fact.event) for fact in facts if isinstance(fact.event, CaseOpened)]
    upsert(db, opening, opened, ("case_id",))
    for fact in facts:
        if isinstance(fact.event, PersonErased):  # nothing is described after that
            theirs = update(description).where(description.c.person_id == fact.event.person_id)
            db.execute(theirs.values(dict.fromkeys(SEALED) | {"erased": fact.time}))
            words = update(opening).where(opening.c.person_id == fact.event.person_id)
            db.execute(words.values(place=None, note=None, erased=fact.time))


def _opening(fact: Recorded, event: CaseOpened) -> dict[str, str | None]:
    return {
        "case_id": event.case_id,
        "person_id": event.person_id,
        "centre": fact.centre,
        "author": fact.centre,
        "at": fact.time,
        "by": fact.actor,
        "place": event.place,
        "note": event.note,
        "erased": None,
    }


DESCRIPTIONS = Projection("description", 2, (description, opening), project)


def list_descriptions(db: Connection, person_id: str) -> Sequence[RowMapping]:
    """Oldest first."""
    rows = select(description).where(description.c.person_id == person_id)
    return db.execute(rows.order_by(description.c.person_version)).mappings().all()


def list_by(db: Connection, case_id: str, centres: Sequence[str] | None) -> Sequence[RowMapping]:
    """What some centres (None: any) wrote of a case's person, oldest first."""
    rows = select(description).where(description.c.case_id == case_id)
    if centres is not None:
        rows = rows.where(description.c.author.in_(centres))
    return db.execute(rows.order_by(description.c.person_version)).mappings().all()


def get_opening(db: Connection, case_id: str, centres: Sequence[str] | None) -> RowMapping | None:
    """What one of some centres (None: any) wrote when it opened a case."""
    row = select(opening).where(opening.c.case_id == case_id)
    if centres is not None:
        row = row.where(opening.c.author.in_(centres))
    return db.execute(row).mappings().first()


def correction(
    row: RowMapping, note: str | None, before: answers.Description, after: answers.Description
) -> answers.PersonCorrection:
    return {
        "at": row["at"],
        "by": row["by"],
        "reason": row["reason"],
        "note": note,
        "changed": orjson.loads(row["changed"]),
        "before": before,
        "after": after,
    }


def described(person: Description) -> answers.Description:
    return {
        "identity_status": person.identity_status,
        "sex": person.sex,
        "nationality": person.nationality,
        "domicile": [{"province": each["province"], "basis": each["basis"]} for each in person.domicile],
        "name": person.name,
        "national_id": person.national_id,
        "birth_date": person.birth_date,
        "age_band": person.age_band,
    }


def shown_name(row: RowMapping, name: Name | None, erased: bool) -> answers.Name | None:
    """A name in its parts and as shown; somebody without one is shown by sex and case number, somebody erased not at
    all."""
    if erased:
        return None
    parts = name or {}
    return {
        "title": parts.get("title"),
        "first": parts.get("first"),
        "last": parts.get("last"),
        "alias": parts.get("alias"),
        "display": names.display_name(**parts)
        or names.provisional_name(row["sex"], row["case_number"], "th"),
    }
