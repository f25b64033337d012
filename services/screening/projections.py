"""Read models of cases as screening needs them, of screenings, plans and adopted rules. Every table can be dropped
and replayed from the events."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    Text,
    exists,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER, SHARED
from services.screening.domain import rulebook
from services.screening.events import PlanAgreed, RulesAdopted, ScreeningCompleted

NEVER = "9999"  # sorts behind every instant

metadata = MetaData()
case = Table(
    "case_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("closed", Boolean, nullable=False),
)
corrected_person = Table(
    "corrected_person_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("known", Text, nullable=False),  # JSON
)
screening = Table(
    "screening_v2",
    metadata,
    Column("case_id", Text),
    Column("version", Integer),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("screening_id", Text, nullable=False),
    Column("completed_at", Text, nullable=False),
    Column("completed_by", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("form", Text, nullable=False),  # JSON, as are the next three
    Column("facts", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("paths", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "version"),
)
plan = Table(
    "plan_v2",
    metadata,
    Column("case_id", Text),
    Column("version", Integer),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("agreed_at", Text, nullable=False),
    Column("agreed_by", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("programme_id", Text),
    Column("votes", Text, nullable=False),  # JSON
    Column("quorum", Text, nullable=False),  # JSON
    Column("minutes", Text),  # sealed
    PrimaryKeyConstraint("case_id", "version"),
)
adopted = Table(
    "adopted_rules_v1",
    metadata,
    Column("name", Text),
    Column("rules_version", Text),
    Column("valid_from", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("name", "rules_version"),
    info=SHARED,
)

OF_PERSON = ("sex", "age", "nationality", "domicile")
CLOSED = {"CaseOpened": False, "CaseClosed": True, "CaseReopened": False}


def project_cases(db: Connection, facts: Sequence[Recorded]) -> None:
    """Only intake's facts, which come in order: the last one says whether the case is closed."""
    rows = {
        fact.data["case_id"]: {
            "case_id": fact.data["case_id"],
            "person_id": fact.data["person_id"],
            "centre": fact.centre,
            "closed": CLOSED[fact.type],
        }
        for fact in facts
        if fact.source == "intake" and fact.type in CLOSED
    }
    upsert(db, case, list(rows.values()), ("case_id",))


def project_people(db: Connection, facts: Sequence[Recorded]) -> None:
    """The last correction counts."""
    rows = {
        fact.data["case_id"]: {
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "known": _json({name: fact.data[name] for name in OF_PERSON}),
        }
        for fact in facts
        if fact.type == "PersonCorrected"
    }
    upsert(db, corrected_person, list(rows.values()), ("case_id",))


def project_screenings(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "case_id": fact.event.case_id,
            "version": fact.version,
            "centre": fact.centre,
            "screening_id": fact.event.screening_id,
            "completed_at": fact.time,
            "completed_by": fact.actor,
            "rules_version": fact.event.rules_version,
            "form": _json(fact.event.form),
            "facts": _json(fact.event.facts),
            "labels": _json(fact.event.labels),
            "paths": _json(fact.event.paths),
        }
        for fact in facts
        if isinstance(fact.event, ScreeningCompleted)
    ]
    upsert(db, screening, rows, ("case_id", "version"))


def project_plans(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "case_id": fact.event.case_id,
            "version": fact.version,
            "centre": fact.centre,
            "plan_id": fact.event.plan_id,
            "person_id": fact.event.person_id,
            "agreed_at": fact.time,
            "agreed_by": fact.actor,
            "path": fact.event.path,
            "programme_id": fact.event.programme_id,
            "votes": _json(fact.event.votes),
            "quorum": _json(fact.event.quorum),
            "minutes": fact.event.minutes,
        }
        for fact in facts
        if isinstance(fact.event, PlanAgreed)
    ]
    upsert(db, plan, rows, ("case_id", "version"))


def project_rules(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "name": fact.event.name,
            "rules_version": fact.event.version,
            "valid_from": fact.event.valid_from,
            "sha256": fact.event.sha256,
        }
        for fact in facts
        if isinstance(fact.event, RulesAdopted)
    ]
    upsert(db, adopted, rows, ("name", "rules_version"))


PROJECTIONS = (
    Projection("case", 1, (case,), project_cases),
    Projection("corrected_person", 2, (corrected_person,), project_people),
    Projection("screening", 2, (screening,), project_screenings),
    Projection("plan", 2, (plan,), project_plans),
    Projection("adopted_rules", 1, (adopted,), project_rules),
)


def corrected(db: Connection, case_id: str) -> dict[str, Any]:
    """{sex, age {on, min, max} or None, nationality, domicile} as last corrected; {} for what stands as it was opened."""
    known = db.execute(select(corrected_person.c.known).where(corrected_person.c.case_id == case_id)).scalar()
    return orjson.loads(known) if known else {}


def find_case(db: Connection, case_id: str) -> RowMapping | None:
    return db.execute(select(case).where(case.c.case_id == case_id)).mappings().one_or_none()


def latest_screening(db: Connection, case_id: str) -> dict[str, Any] | None:
    """The screening that counts, its labels explained; None before the first."""
    row = _latest(db, screening, case_id)
    if row is None:
        return None
    found = _plain(row, ("form", "facts", "labels", "paths"))
    book = rulebook.rulebook(found["rules_version"])
    return {**found, "labels": rulebook.explained(book, found["labels"], found["facts"])}


def to_ask(
    db: Connection, centres: Sequence[str] | None, limit: int, cursor: str | None = None
) -> dict[str, Any]:
    """{count, items: [{case_id, ask: facts that a label of the latest screening still needs, None before the first}], next} of open
    cases without a plan; those screened first come first, then those not screened."""
    planned = exists().where(plan.c.case_id == case.c.case_id)
    later = screening.alias()
    newer = exists().where(later.c.case_id == screening.c.case_id, later.c.version > screening.c.version)
    joined = case.outerjoin(screening, screening.c.case_id == case.c.case_id)
    asked = (
        select(case.c.case_id, screening.c.labels, screening.c.completed_at)
        .select_from(joined)
        .where(~case.c.closed, ~planned, ~newer)
    )
    if centres is not None:
        asked = asked.where(case.c.centre.in_(centres))
    found = []
    for row in db.execute(asked):
        labels = orjson.loads(row.labels) if row.labels else None
        ask = labels and sorted({fact for label in labels for fact in label["ask"]})
        if ask != []:
            place = (row.completed_at or NEVER, row.case_id)
            found.append((place, {"case_id": row.case_id, "ask": ask}))
    found.sort(key=lambda each: each[0])
    last = tuple(map(str, page_cursor(cursor, 2))) if cursor else ("", "")
    left = [each for each in found if each[0] > last]
    return {
        "count": len(found),
        "items": [item for _, item in left[:limit]],
        "next": make_cursor(left[limit - 1][0]) if len(left) > limit > 0 else None,
    }


def latest_plan(db: Connection, case_id: str) -> dict[str, Any] | None:
    """The plan that counts, its minutes sealed; None before the first."""
    row = _latest(db, plan, case_id)
    if row is None:
        return None
    return _plain(row, ("votes", "quorum"))


def _latest(db: Connection, table: Table, case_id: str) -> RowMapping | None:
    """The row with a case's highest version, without its centre."""
    shown = (column for column in table.c if column.name != "centre")
    asked = select(*shown).where(table.c.case_id == case_id).order_by(table.c.version.desc()).limit(1)
    return db.execute(asked).mappings().one_or_none()


def wrong(db: Connection) -> Iterable[str]:
    """What must never be: rules that changed after they were adopted, or are gone; a plan without a screening."""
    for row in db.execute(select(adopted).order_by(adopted.c.rules_version)).mappings():
        version = row["rules_version"]
        if version not in rulebook.versions():
            yield f"The adopted rules {version} are missing."
        elif rulebook.rulebook(version).sha256 != row["sha256"]:
            yield f"The rules {version} are not the ones that were adopted."
    screened = select(screening.c.case_id)
    for case_id in db.execute(
        select(plan.c.case_id).where(plan.c.case_id.not_in(screened)).distinct()
    ).scalars():
        yield f"Case {case_id} has a plan but no screening."


def _plain(row: RowMapping, json: Sequence[str]) -> dict[str, Any]:
    """A row under plain names (SQLAlchemy's are a kind of str that JSON refuses), its JSON columns read."""
    return {str(name): orjson.loads(value) if name in json else value for name, value in row.items()}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
