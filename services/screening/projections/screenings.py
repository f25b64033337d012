"""Screenings, each with the answers, labels and paths it came to."""

from collections.abc import Sequence
from typing import Any

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
)

from services.codes.coarse import found_district
from services.codes.facts import FACTS
from services.kernel.envelope import Recorded
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.screening import answers
from services.screening.domain import assessment
from services.screening.domain.assessment import Assessment
from services.screening.domain.differences import Found, changes
from services.screening.domain.rulebook import Rulebook
from services.screening.events import ScreeningCompleted
from services.screening.projections import rules
from services.screening.projections.rows import as_json, latest_row

metadata = MetaData()
screening = Table(
    "screening_v5",
    metadata,
    Column("case_id", Text),
    Column("version", Integer),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("screening_id", Text, nullable=False),
    Column("completed_at", Text, nullable=False),
    Column("completed_by", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("form", Text, nullable=False),  # JSON, as are the next four
    Column("facts", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("paths", Text, nullable=False),
    Column("asked_declined", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "version"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "case_id": fact.event.case_id,
            "version": fact.version,
            "centre": fact.centre,
            "author": fact.centre,
            "screening_id": fact.event.screening_id,
            "completed_at": fact.time,
            "completed_by": fact.actor,
            "rules_version": fact.event.rules_version,
            "form": as_json(fact.event.form),
            "facts": as_json(fact.event.facts),
            "labels": as_json(fact.event.labels),
            "paths": as_json(fact.event.paths),
            "asked_declined": as_json(fact.event.asked_declined or []),
            "answered_by": as_json(fact.event.answered_by or {}),
        }
        for fact in facts
        if isinstance(fact.event, ScreeningCompleted)
    ]
    upsert(db, screening, rows, ("case_id", "version"))


def get(db: Connection, case_id: str) -> answers.Screening | None:
    """The screening that counts, its labels explained; None before the first."""
    row = latest_row(db, screening, case_id)
    if row is None:
        return None
    facts = orjson.loads(row["facts"])
    if "found" in facts:
        facts["found"] = {"district": found_district(facts["found"])}
    book = rules.get_rulebook(db, row["rules_version"])
    decided = {"labels": orjson.loads(row["labels"]), "paths": orjson.loads(row["paths"])}
    stored = assessment.assess(book, facts)._replace(**decided)
    return {
        "case_id": row["case_id"],
        **_completed(row),
        **assessed(book, facts, stored),
    }


def _completed(row: RowMapping) -> answers.CompletedScreening:
    return {
        "screening_id": row["screening_id"],
        "version": row["version"],
        "completed_at": row["completed_at"],
        "completed_by": row["completed_by"],
        "rules_version": row["rules_version"],
        "form": orjson.loads(row["form"]),
        "asked_declined": orjson.loads(row["asked_declined"]),
        "answered_by": orjson.loads(row["answered_by"]),
    }


def get_facts(db: Connection, case_id: str) -> dict[str, Json]:
    """Of the screening that counts; {} before the first."""
    row = latest_row(db, screening, case_id)
    return {name: value for name, value in orjson.loads(row["facts"]).items() if name in FACTS} if row else {}


def get_declined(db: Connection, case_id: str) -> list[str]:
    """What the person did not want to say in the screening that counts."""
    row = latest_row(db, screening, case_id)
    told: list[str] = orjson.loads(row["asked_declined"]) if row else []
    return told


def list_screenings(db: Connection, case_id: str) -> list[answers.EarlierScreening]:
    """The latest first."""
    of_case = select(screening).where(screening.c.case_id == case_id).order_by(screening.c.version)
    found: list[answers.EarlierScreening] = []
    before: Found | None = None
    for row in db.execute(of_case).mappings():
        paths = orjson.loads(row["paths"])
        labels = {label["code"]: label["verdict"] for label in orjson.loads(row["labels"])}
        now = Found(orjson.loads(row["facts"]), labels, paths)
        found.append(
            {
                **_completed(row),
                "paths": paths,
                "changes": changes(before, now) if before else None,
            }
        )
        before = now
    return found[::-1]


def assessed(book: Rulebook, facts: dict[str, Any], outcome: Assessment) -> answers.Assessment:
    """What facts come to, as doors answer it."""
    return {
        "rules_version": book.version,
        "facts": facts,
        "labels": assessment.explain(book, outcome.labels, facts),
        "paths": outcome.paths,
        "decided": outcome.decided,
        "leads": outcome.leads,
        "closed": [{**each} for each in outcome.closed],
        "ask": outcome.ask,
        "not_asked": outcome.not_asked,
        "wishes": assessment.wishable(book),
    }


SCREENINGS = Projection("screening", 5, (screening,), project)
