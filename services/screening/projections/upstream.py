"""What others told us: cases, what was corrected of a person and who is to be erased (intake), the paths of programmes
(partners), and who died (referral)."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Boolean, Column, Connection, MetaData, RowMapping, Table, Text

from services.codes.decisions import DIED
from services.kernel.envelope import Recorded
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, get_row, list_rows, upsert
from services.kernel.scope import OWNER, SHARED
from services.screening.projections.rows import as_json

metadata = MetaData()
case = Table(
    "case_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("closed", Boolean, nullable=False),
)
opening = Table(
    "case_opening_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("at", Text, nullable=False),
)
corrected_person = Table(
    "corrected_person_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("known", Text, nullable=False),  # JSON
)
erasure = Table(
    "erasure_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("request_id", Text, nullable=False),  # asked anew while it waits, it stays the same erasure
    Column("status", Text, nullable=False),
    Column("confirmer", Text),
)

death = Table(  # of an ending that says that the person died
    "death_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("stands", Boolean, nullable=False),  # it was not entered in error
)
programme = Table(
    "programme_v2",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    info=SHARED,
)

WAITING, WITHDRAWN, ERASED = "waiting", "withdrawn", "erased"
ERASURES = {"ErasureRequested": WAITING, "ErasureWithdrawn": WITHDRAWN, "PersonErased": ERASED}
OF_PERSON = ("sex", "age", "nationality", "domicile")
PROGRAMME_FACTS = ("ProgrammeOffered", "ProgrammeCorrected", "ProgrammeRetired", "ProgrammeReopened")
ENDINGS = ("ReferralEnded", "ReferralEnteredInError")
CLOSED = {"CaseOpened": False, "CaseClosed": True, "CaseReopened": False}


def _project_cases(db: Connection, facts: Sequence[Recorded]) -> None:
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


def _project_openings(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.data["case_id"]: {"case_id": fact.data["case_id"], "centre": fact.centre, "at": fact.time}
        for fact in facts
        if fact.source == "intake" and fact.type == "CaseOpened"
    }
    upsert(db, opening, list(rows.values()), ("case_id",))


def _project_people(db: Connection, facts: Sequence[Recorded]) -> None:
    """The last correction counts."""
    rows = {
        fact.data["case_id"]: {
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "known": as_json({name: fact.data[name] for name in OF_PERSON}),
        }
        for fact in facts
        if fact.type == "PersonCorrected"
    }
    upsert(db, corrected_person, list(rows.values()), ("case_id",))


def _project_erasures(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        if fact.source != "intake" or fact.type not in ERASURES:
            continue
        before = get_erasure(db, fact.data["case_id"])
        same = before and (before["status"] == WAITING or fact.type != "ErasureRequested")
        row = {
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "request_id": before["request_id"] if before and same else fact.id,
            "status": ERASURES[fact.type],
            "confirmer": fact.data.get("confirmer", before["confirmer"] if before else None),
        }
        upsert(db, erasure, [row], ("case_id",))


def _project_programmes(db: Connection, facts: Sequence[Recorded]) -> None:
    told = [fact for fact in facts if fact.source == "partners" and fact.type in PROGRAMME_FACTS]
    ids = sorted({fact.data["programme_id"] for fact in told})
    known = list_rows(db, programme.c.programme_id, ids)
    rows: dict[str, dict[str, Json]] = {row["programme_id"]: dict(row) for row in known}
    for fact in told:
        id = fact.data["programme_id"]
        row = rows.setdefault(id, {"programme_id": id, "path": "", "retired": False})
        match fact.type:
            case "ProgrammeOffered" | "ProgrammeCorrected":
                row["path"] = fact.data["path"]
            case "ProgrammeRetired" | "ProgrammeReopened":
                row["retired"] = fact.type == "ProgrammeRetired"
    upsert(db, programme, list(rows.values()), ("programme_id",))


def _project_deaths(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.data["referral_id"]: {
            "referral_id": fact.data["referral_id"],
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "stands": fact.data.get("outcome") == DIED,
        }
        for fact in facts
        if fact.source == "referral" and fact.type in ENDINGS
    }
    upsert(db, death, list(rows.values()), ("referral_id",))


UPSTREAM = (
    Projection("programme", 2, (programme,), _project_programmes),
    Projection("case", 1, (case,), _project_cases),
    Projection("case_opening", 1, (opening,), _project_openings),
    Projection("corrected_person", 2, (corrected_person,), _project_people),
    Projection("erasure", 1, (erasure,), _project_erasures),
    Projection("death", 1, (death,), _project_deaths),
)


def get_case(db: Connection, case_id: str) -> RowMapping | None:
    return get_row(db, case.c.case_id, case_id)


def get_erasure(db: Connection, case_id: str) -> RowMapping | None:
    """The erasure of a case's person that was asked for last, whatever became of it."""
    return get_row(db, erasure.c.case_id, case_id)


def is_erased(db: Connection, case_id: str) -> bool:
    """Whether the case's person was erased, whoever may still remember their key."""
    found = get_erasure(db, case_id)
    return found is not None and found["status"] == ERASED


def list_erased(db: Connection, case_ids: Sequence[str]) -> set[str]:
    """Those of some cases whose person was erased."""
    rows = list_rows(db, erasure.c.case_id, case_ids)
    return {row["case_id"] for row in rows if row["status"] == ERASED}


def has_died(db: Connection, case_id: str) -> bool:
    """Whether an ending of the case says that its person died."""
    return any(row["stands"] for row in list_rows(db, death.c.case_id, [case_id]))


class Programme(NamedTuple):
    """`path` as it is now; `retired`: nobody is planned there any more."""

    path: str
    retired: bool


def get_programme(db: Connection, programme_id: str) -> Programme | None:
    row = get_row(db, programme.c.programme_id, programme_id)
    return Programme(row["path"], row["retired"]) if row else None


def get_opening(db: Connection, case_id: str) -> str | None:
    """When the case was opened, by the date that was told."""
    row = get_row(db, opening.c.case_id, case_id)
    return row["at"] if row else None


def get_corrections(db: Connection, case_id: str) -> dict[str, Json]:
    """{sex, age {on, min, max} or None, nationality, domicile} as last corrected; {} for what stands as it was
    opened."""
    row = get_row(db, corrected_person.c.case_id, case_id)
    return orjson.loads(row["known"]) if row else {}
