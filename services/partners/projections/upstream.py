"""What screening told us of each case."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, bindparam, select

from services.codes.coarse import found_district
from services.codes.units import group_of
from services.kernel.envelope import Recorded
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, get_row, upsert
from services.kernel.scope import OWNER
from services.partners import answers
from services.partners.domain.ranking import Screened
from services.partners.projections import past

metadata = MetaData()
case = Table(
    "case_v4",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("district", Text),
    Column("screening_id", Text),
    Column("rules_version", Text),
    Column("facts", Text),
    Column("labels", Text),
    Column("paths", Text),
    Column("leads", Text),
    Column("closed", Text),
    Column("event_id", Text),  # the fact that says all this of the screening, and when it happened
    Column("screened_at", Text),
)


TOLD = ("facts", "labels", "paths", "leads", "closed")  # of a screening, as JSON


Answers = Mapping[str, Sequence[answers.PastAnswer]]  # by programme


class Case(NamedTuple):
    """A case that screening told us of; `screened` is None until its first screening is heard."""

    centre: str
    screened: Screened | None


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    started: dict[str, dict[str, str | None]] = {}
    completed: dict[str, dict[str, str | None]] = {}
    for fact in facts:
        data = fact.data
        if fact.source != "screening" or fact.type not in ("ScreeningStarted", "ScreeningCompleted"):
            continue
        row = {"case_id": data["case_id"], "centre": fact.centre}
        if fact.type == "ScreeningStarted":
            started[row["case_id"]] = row | {"district": found_district(data["known"].get("found"))}
        else:
            told = {name: orjson.dumps(data.get(name)).decode() for name in TOLD}
            ids = {name: data[name] for name in ("screening_id", "rules_version")}
            completed[row["case_id"]] = row | ids | told | {"event_id": fact.id, "screened_at": fact.time}
    upsert(db, case, list(started.values()), ("case_id",))
    upsert(db, case, list(completed.values()), ("case_id",))


CASES = Projection("cases", 4, (case,), project)


OF_CASE = select(case).where(case.c.case_id == bindparam("case_id"))


def get(db: Connection, case_id: str) -> Case | None:
    row = db.execute(OF_CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        return None
    if row.screening_id is None:
        return Case(row.centre, None)
    answered = past.get(db, case_id)
    return Case(row.centre, screened_of(row, answered.answers, answered.declined))


def screened_of(row: Row[Any], past: Answers, declined: Mapping[str, answers.PastAnswer]) -> Screened:
    """What a case's row says of its screening."""
    facts, labels, paths, leads, closed = (orjson.loads(row._mapping[name]) for name in TOLD)
    source = answers.Source(event_id=row.event_id, type="ScreeningCompleted", at=row.screened_at)
    return Screened(
        row.case_id, row.centre, row.district, row.screening_id, row.rules_version, facts, labels, paths, leads,
        closed or (), declined, past, source,
    )  # fmt: skip


def get_who(db: Connection, fact: Mapping[str, Json]) -> dict[str, str | None]:
    """For a reaction: the group of people that a case's person belongs to, as far as its screening knows."""
    row = get_row(db, case.c.case_id, str(fact["case_id"]))
    return {"who": group_of(orjson.loads(row["facts"]).get) if row and row["facts"] else None}


def get_screened(db: Connection, case_id: str) -> Screened | None:
    found = get(db, case_id)
    return found.screened if found else None


def list_said_no(db: Connection, programme_id: str) -> list[Screened]:
    """The cases between which and this programme a no stands."""
    found = (get_screened(db, case_id) for case_id in past.list_declined_by(db, programme_id))
    return [screened for screened in found if screened and programme_id in screened.declined]
