"""Cases and their people as they stand. Personal columns hold the sealed text as it stands in the events."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Select,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    update,
)

from services.codes import steps as life_cycle
from services.intake.domain.status import (
    ASSIGNED,
    ASSIGNMENT,
    CLOSED,
    CLOSING,
    DIED,
    DONE,
    PLAN,
    REOPENED,
    SCREENING,
    STABLE,
    Step,
    case_status,
    last_worked_by,
    person_died,
)
from services.intake.events import (
    CaseAssigned,
    CaseEvent,
    CaseOpened,
    ErasureRequested,
    ErasureWithdrawn,
    PersonCorrected,
    PersonDescribed,
    PersonErased,
)
from services.intake.projections.outreach import origin
from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, change, list_rows, lock_rows, upsert
from services.kernel.scope import OWNER
from services.thai import casenumbers

Value = str | int | bool | None
Row = dict[str, Value]

metadata = MetaData()
case = Table(
    "case_v9",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("case_number", Text, nullable=False, unique=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("person_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("danger", Text, nullable=False),
    Column("district", Text),
    Column("subdistrict", Text),  # sealed; of a case from before it was, the code itself
    Column("place", Text),  # sealed
    Column("note", Text),  # sealed
    Column("opened", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("worked_by", Text),  # domain.status.last_worked_by
    Column("from_user", Text),
    Column("to_user", Text),
    Column("assigned_at", Text),  # None: it never was
    Column("taken", Boolean),
    Column("status", Text, nullable=False),
    Column("died", Boolean, nullable=False),  # domain.status.person_died
    Column("version", Integer, nullable=False),
    Index("case_v9_newest", "opened", "case_id"),
    Index("case_v9_centre", "centre", "opened", "case_id"),
    Index("case_v9_status", "centre", "status", "opened", "case_id"),
    Index("case_v9_waiting", "to_user", "taken"),
)
person = Table(
    "person_v9",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("person_version", Integer, nullable=False),
    Column("corrected", Text),  # when that was last corrected
    Column("identity_status", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("age", Text, nullable=False),  # JSON
    Column("age_band", Text),
    Column("nationality", Text, nullable=False),
    Column("domicile", Text, nullable=False),  # JSON
    Column("name", Text),  # sealed
    Column("national_id", Text),  # sealed
    Column("birth_date", Text),  # sealed
    Column("erased", Text),  # when; then nothing sealed is left in this row and its case's
)
case_step = Table(  # domain.status.Step of everything a case's status follows from
    "case_step_v9",
    metadata,
    Column("case_id", Text),
    Column("step", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("status", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "step"),
)
SEALED_OF_PERSON, SEALED_OF_CASE = ("name", "national_id", "birth_date"), ("place", "note", "subdistrict")
ErasureEvent = ErasureRequested | ErasureWithdrawn | PersonErased
ASSIGNMENT_COLUMNS = ("from_user", "to_user", "assigned_at", "taken")
STEPS = {
    "CaseAssigned": (ASSIGNMENT, ASSIGNED),
    "CaseClosed": (CLOSING, CLOSED),
    "CaseReopened": (CLOSING, REOPENED),
    "ScreeningCompleted": (SCREENING, DONE),
    "PlanAgreed": (PLAN, DONE),
}
# How a referral stands by what was told of it.
REFERRAL_STEPS = {
    "ReferralSent": "sent",
    "ReferralExpired": "expired",
    "ReferralDeclineSettled": "declined",
    **{step.fact: step.leads_to for step in life_cycle.STEPS.values() if step.leads_to},
}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    cases: dict[str, Row] = {}
    people: dict[str, Row] = {}
    steps: dict[tuple[str, str], Row] = {}
    versions: dict[str, int] = {}
    assigned: dict[str, Row] = {}
    erasures: list[tuple[int, str, ErasureEvent]] = []
    for fact in facts:
        event = fact.event
        if isinstance(event, CaseOpened):
            cases[event.case_id] = _case_row(fact, event)
        elif isinstance(event, CaseEvent):
            versions[event.case_id] = fact.version
            if isinstance(event, CaseAssigned):
                assigned[event.case_id] = _assignment(fact, event)
        elif isinstance(event, PersonDescribed):
            people[event.person_id] = _person_row(fact, event)
        elif isinstance(event, ErasureEvent):
            erasures.append((fact.version, fact.time, event))
        step = _step(fact)
        if step:
            case_id, (name, status) = fact.data["case_id"], step
            steps[case_id, name] = {
                "case_id": case_id,
                "step": name,
                "centre": fact.centre,
                "status": status,
                # What was assigned before it was told here counts from then: others have worked on it since.
                "recorded": fact.time if name == ASSIGNMENT else fact.recorded,
                "by": fact.actor,
            }
    upsert(db, case, list(cases.values()), ("case_id",))
    upsert(db, person, list(people.values()), ("person_id",))
    for version, time, erasure in erasures:
        _erase(db, version, time, erasure)
    upsert(db, case_step, list(steps.values()), ("case_id", "step"))
    change(db, case, {case_id: {"version": version} for case_id, version in versions.items()})
    change(db, case, assigned)
    touched = {*cases, *(case_id for case_id, _ in steps)}
    if not touched:
        return
    # A command and what is heard may touch a case at once: the second sees the first one's steps only once it has the
    # row.
    lock_rows(db, case.c.case_id, touched)
    known = _steps(db, touched)
    change(
        db,
        case,
        {
            case_id: {
                "status": case_status(steps),
                "worked_by": last_worked_by(steps),
                "died": person_died(steps),
            }
            for case_id, steps in known.items()
        },
    )


def _step(fact: Recorded) -> tuple[str, str] | None:
    """(name of the step, its status) that a fact tells of, or None."""
    if fact.type in STEPS:
        return STEPS[fact.type]
    if fact.type == "ReferralEnded" and fact.data["outcome"] in (STABLE, DIED):
        return fact.data["referral_id"], fact.data["outcome"]
    if fact.type == "ReferralDeclined" and fact.data.get("final_at"):
        return fact.data["referral_id"], "acknowledged"  # the partner may take it back: nothing follows yet
    if fact.type in REFERRAL_STEPS:
        return fact.data["referral_id"], REFERRAL_STEPS[fact.type]
    return None


def _case_row(fact: Recorded, event: CaseOpened) -> Row:
    return {
        "case_id": event.case_id,
        "case_number": event.case_number,
        "centre": fact.centre,
        "person_id": event.person_id,
        "channel": event.channel,
        "danger": event.danger,
        "district": event.found["district"],
        "subdistrict": event.subdistrict,
        "place": event.place,
        "note": event.note,
        "opened": fact.time,
        "opened_by": fact.actor,
        "worked_by": None,
        **dict.fromkeys(ASSIGNMENT_COLUMNS),
        "status": case_status({}),
        "died": False,
        "version": fact.version,
    }


def _assignment(fact: Recorded, event: CaseAssigned) -> Row:
    return dict(
        zip(ASSIGNMENT_COLUMNS, (event.from_user, event.to_user, fact.time, event.taken), strict=True)
    )


def _person_row(fact: Recorded, event: PersonDescribed) -> Row:
    return {
        "person_id": event.person_id,
        "case_id": event.case_id,
        "centre": fact.centre,
        "person_version": fact.version,
        "corrected": fact.time if isinstance(event, PersonCorrected) else None,
        "identity_status": event.identity_status,
        "sex": event.sex,
        "age": orjson.dumps(event.age).decode(),
        "age_band": event.age_band,
        "nationality": event.nationality,
        "domicile": orjson.dumps(event.domicile).decode(),
        "name": event.name,
        "national_id": event.national_id,
        "birth_date": event.birth_date,
        "erased": None,
    }


def _erase(db: Connection, version: int, time: str, event: ErasureEvent) -> None:
    """Nothing of a person comes after its erasure, so that the order within a run of facts does not matter."""
    theirs = person.c.person_id == event.person_id
    older = person.c.person_version < version
    db.execute(update(person).where(theirs, older).values(person_version=version))
    if isinstance(event, PersonErased):
        gone = dict.fromkeys(SEALED_OF_PERSON) | {"erased": time}
        db.execute(update(person).where(theirs).values(gone))
        of_case = case.c.person_id == event.person_id
        db.execute(update(case).where(of_case).values(dict.fromkeys(SEALED_OF_CASE)))


def _steps(db: Connection, case_ids: Collection[str]) -> dict[str, dict[str, Step]]:
    found: dict[str, dict[str, Step]] = {}
    for row in list_rows(db, case_step.c.case_id, case_ids):
        found.setdefault(row["case_id"], {})[row["step"]] = Step(row["status"], row["recorded"], row["by"])
    return found


CASES = Projection("case", 9, (case, person, case_step), project)

_whole = select(
    case, *(column for column in person.c if column.name not in ("person_id", "case_id", "centre"))
).join(person, person.c.person_id == case.c.person_id)


_of_case = _whole.where(case.c.case_id == bindparam("case_id"))


def get(db: Connection, case_id: str) -> RowMapping | None:
    """A case with its person: the columns of both tables."""
    return db.execute(_of_case, {"case_id": case_id}).mappings().first()


@dataclass(frozen=True)
class CaseFilter:
    """Which cases. `centres` None: all; `number`: the case number, its beginning or its running number in any writing;
    `case_ids`: only these; `outreach_id`: only those that came from that activity."""

    centres: Sequence[str] | None
    status: str | None = None
    number: str | None = None
    case_ids: Sequence[str] | None = None
    outreach_id: str | None = None

    def of(self, rows: Select[Any]) -> Select[Any]:
        if self.centres is not None:
            rows = rows.where(case.c.centre.in_(self.centres))
        if self.status:
            rows = rows.where(case.c.status == self.status)
        if self.number:
            rows = rows.where(_numbered(self.number))
        if self.case_ids is not None:
            rows = rows.where(case.c.case_id.in_(self.case_ids))
        if self.outreach_id:
            came = select(origin.c.case_id).where(origin.c.outreach_id == self.outreach_id)
            rows = rows.where(case.c.case_id.in_(came))
        return rows


def _numbered(typed: str) -> ColumnElement[bool]:
    """Cases whose number somebody may mean: it begins so, or it is the running number ('0013') they wrote."""
    begins = case.c.case_number.startswith(casenumbers.plain(typed), autoescape=True)
    parts = casenumbers.read(typed)
    if parts is None:
        return begins
    centre, year, running = parts
    return or_(begins, case.c.case_number.like(f"{centre or '%'}-{year or '%'}-{running:04d}"))


def list_cases(
    db: Connection, chosen: CaseFilter, limit: int, cursor: str | None
) -> tuple[list[RowMapping], str | None]:
    """Cases, newest first, and the cursor of the next page."""
    cases = chosen.of(_whole).order_by(case.c.opened.desc(), case.c.case_id.desc()).limit(limit + 1)
    if cursor:
        after = tuple_(*map(str, page_cursor(cursor, 2)))
        cases = cases.where(tuple_(case.c.opened, case.c.case_id) < after)
    rows = list(db.execute(cases).mappings())
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], make_cursor((last["opened"], last["case_id"]))


def list_some(db: Connection, case_ids: Sequence[str]) -> list[RowMapping]:
    """Those of some cases that there are, in no order."""
    rows = CaseFilter(None, case_ids=case_ids).of(_whole)
    return list(db.execute(rows).mappings()) if case_ids else []


def get_centres(db: Connection, case_ids: Sequence[str]) -> dict[str, str]:
    """{case_id: centre} of those of some cases that there are."""
    rows = db.execute(select(case.c.case_id, case.c.centre).where(case.c.case_id.in_(case_ids)))
    return {row.case_id: row.centre for row in rows}


def get_counts(db: Connection, centres: Sequence[str] | None) -> dict[str, int]:
    """{status: cases}. `centres` None: all."""
    rows = CaseFilter(centres).of(select(case.c.status, func.count().label("n"))).group_by(case.c.status)
    return {row.status: row.n for row in db.execute(rows)}


def list_referrals(db: Connection, case_id: str) -> list[str]:
    """The referrals of a case that were heard of."""
    own = (CLOSING, SCREENING, PLAN, ASSIGNMENT)
    steps = select(case_step.c.step).where(case_step.c.case_id == case_id, case_step.c.step.not_in(own))
    return list(db.execute(steps.order_by(case_step.c.step)).scalars())


def get_steps(db: Connection, case_id: str) -> dict[str, Step]:
    """Where everything stands that a case's status follows from (domain.status)."""
    return _steps(db, [case_id]).get(case_id, {})


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: a case without its person."""
    missing = select(case.c.case_id).outerjoin(person, person.c.person_id == case.c.person_id)
    for case_id in db.execute(missing.where(person.c.person_id.is_(None))).scalars():
        yield f"Case {case_id} has no person."
