"""How long people of each kind wait, and waited: for the decision of the working group, and for a place. Days from the
opening of a case (or since it was opened again) to today, to its first plan, to its first placement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)

from services.codes import KIND_OF_PATH
from services.codes.waits import UNKNOWN, WAIT_KINDS, WAITS, band_of
from services.kernel.envelope import Recorded, moment
from services.kernel.readmodels import Projection, list_rows, upsert
from services.kernel.scope import OWNER
from services.reporting import answers
from services.reporting.projections.figures import median
from services.reporting.projections.milestones import counted
from services.reporting.projections.period import Period, in_period
from services.thai.dates import bangkok_day

ALONE = tuple(
    path for path, kind in KIND_OF_PATH.items() if kind in ("home", "advice")
)  # no partner is waited for
PLAN = "plan"  # the name of the step that is no referral
DESCRIBED = ("CaseOpened", "PersonIdentified", "PersonCorrected")
OPENED, SHUT = ("CaseOpened", "CaseReopened"), ("CaseClosed", "PersonErased")
STANDS = (*OPENED, *SHUT)
PLANNED, PLACED, VOID = "PlanAgreed", "PlacementConfirmed", "ReferralEnteredInError"
DECISION, PLACE = WAITS
OF_WAIT = {DECISION: PLANNED, PLACE: PLACED}

metadata = MetaData()
waiter = Table(
    "waiter_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER, index=True),
    Column("since", Text),  # RFC 3339 UTC: opened, or opened again
    Column("open", Boolean, nullable=False),
    Column("stood", BigInteger, nullable=False),  # intake's position of the fact that says so
    Column("sex", Text, nullable=False),
    Column("age", Text, nullable=False),
    Column("nationality", Text, nullable=False),
    Column("homes", Text, nullable=False),  # provinces, sorted, with a space between
    Column("described", BigInteger, nullable=False),
)
step = Table(  # the latest plan, and the placement of each referral
    "waiter_step_v1",
    metadata,
    Column("case_id", Text),
    Column("name", Text),  # PLAN, or the referral
    Column("centre", Text, nullable=False, info=OWNER),
    Column("at", Text),  # RFC 3339 UTC; None: there is no placement, only that it was entered in error
    Column("path", Text),
    Column("void", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("case_id", "name"),
    Index("waiter_step_v1_at", "case_id", "at"),
)
Row = dict[str, str | int | bool | None]  # of a table: what its columns hold


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    people = {str(fact.data["case_id"]) for fact in facts if fact.type in (*DESCRIBED, *STANDS)}
    rows = {row["case_id"]: dict(row) for row in list_rows(db, waiter.c.case_id, people)}
    steps = {str(fact.data["case_id"]) for fact in facts if fact.type in (PLANNED, PLACED, VOID)}
    taken: dict[tuple[str, str], Row] = {
        (row["case_id"], row["name"]): dict(row) for row in list_rows(db, step.c.case_id, steps)
    }
    for fact in facts:
        case_id = str(fact.data["case_id"])
        if case_id in people and fact.type in (*DESCRIBED, *STANDS):
            rows[case_id] = _stands(rows.get(case_id) or _nobody(case_id, fact.centre), fact)
        elif fact.type in (PLANNED, PLACED, VOID):
            name = PLAN if fact.type == PLANNED else str(fact.data["referral_id"])
            taken[case_id, name] = _step(taken.get((case_id, name)), case_id, name, fact)
    upsert(db, waiter, list(rows.values()), ("case_id",))
    upsert(db, step, list(taken.values()), ("case_id", "name"))


def _nobody(case_id: str, centre: str) -> Row:
    return {
        "case_id": case_id, "centre": centre, "since": None, "open": False, "stood": 0, "sex": UNKNOWN,
        "age": UNKNOWN, "nationality": UNKNOWN, "homes": "", "described": 0,
    }  # fmt: skip


def _stands(row: Row, fact: Recorded) -> Row:
    if fact.type in DESCRIBED and fact.position > int(row["described"] or 0):
        row = row | _described(fact)
    if fact.type in STANDS and fact.position > int(row["stood"] or 0):
        row = row | {"stood": fact.position, "open": fact.type in OPENED}
        if row["open"]:
            row["since"] = fact.time
    return row


def _described(fact: Recorded) -> Row:
    age: Mapping[str, int] = fact.data.get("age") or {}
    homes: Iterable[Mapping[str, str]] = fact.data.get("domicile") or ()
    return {
        "described": fact.position,
        "sex": fact.data.get("sex") or UNKNOWN,
        "age": band_of(age.get("min"), age.get("max")),
        "nationality": fact.data.get("nationality") or UNKNOWN,
        "homes": " ".join(sorted({each["province"] for each in homes})),
    }


def _step(row: Row | None, case_id: str, name: str, fact: Recorded) -> Row:
    known = row or {
        "case_id": case_id, "name": name, "centre": fact.centre, "at": None, "path": None, "void": False,
        "position": 0,
    }  # fmt: skip
    if fact.type == VOID:
        return known | {"void": True}
    if fact.position <= int(known["position"] or 0):
        return known
    return known | {"at": fact.time, "path": fact.data.get("path"), "position": fact.position}


PEOPLE = Projection(
    "waits",
    1,
    (waiter, step),
    project,
    types=frozenset((*DESCRIBED, *STANDS, PLANNED, PLACED, VOID)),
)


Groups = dict[tuple[str, str], answers.WaitDays]  # {(kind, code): …}; ("all", "") is everybody


def get(db: Connection, period: Period, today: date) -> dict[tuple[str, str], Groups]:
    """{(wait, "now" or "over"): who waits today, or whose wait was over in the period}."""
    found = {}
    for wait, type in OF_WAIT.items():
        found[wait, "now"] = _sum(_waiting(db, period, wait, today))
        found[wait, "over"] = _sum(_waited(db, period, type))
    return found


class Alike(NamedTuple):
    centre: str
    sex: str | None
    age: str | None
    nationality: str | None
    homes: str | None
    labels: str | None
    days: int
    cases: int


def _waiting(db: Connection, period: Period, wait: str, today: date) -> list[Alike]:
    """The centres' open cases that nobody decided on yet (a plan counts on where a case is opened again), or whose
    plan leads to a place that the person does not have since."""
    w, planned, placed = waiter.c, step.alias("planned"), step.alias("placed")
    has_plan = exists().where(planned.c.case_id == w.case_id, planned.c.name == PLAN)
    bound = or_(planned.c.path.is_(None), planned.c.path.not_in(ALONE))
    leads = exists().where(planned.c.case_id == w.case_id, planned.c.name == PLAN, bound)
    has_place = exists().where(
        placed.c.case_id == w.case_id, placed.c.name != PLAN, not_(placed.c.void), placed.c.at >= w.since
    )
    waits = not_(has_plan) if wait == DECISION else and_(leads, not_(has_place))
    met = counted.alias("met")
    rows = (
        select(w.centre, w.sex, w.age, w.nationality, w.homes, met.c.labels, w.since)
        .select_from(waiter.outerjoin(met, _latest_labels(met, w.case_id, period)))
        .where(w.open, w.since.is_not(None), _theirs(w.centre, period), waits)
    )
    days = Counter(
        (*who, max(0, (today - bangkok_day(moment(since))).days)) for *who, since in db.execute(rows)
    )
    return [Alike._make((*told, count)) for told, count in days.items()]


def _waited(db: Connection, period: Period, type: str) -> list[Alike]:
    """The cases of which the first fact of a type lies in the period."""
    c, w, met = counted.c, waiter.c, counted.alias("met")
    by = (c.centre, w.sex, w.age, w.nationality, w.homes, met.c.labels, c.took)
    joined = counted.outerjoin(waiter, and_(w.case_id == c.case_id, _theirs(w.centre, period))).outerjoin(
        met, _latest_labels(met, c.case_id, period)
    )
    rows = select(*by, func.count()).select_from(joined)
    rows = rows.where(in_period(c, period, (type,)), c.took.is_not(None))
    if type == PLACED:
        rows = rows.where(or_(c.path.is_(None), c.path.not_in(ALONE)))
    return [Alike._make((*told, int(cases))) for *told, cases in db.execute(rows.group_by(*by))]


def _theirs(centre: Column[str], period: Period) -> ColumnElement[bool]:
    return true() if period.centres is None else centre.in_(period.centres)


def _latest_labels(met: Any, case_id: Column[str], period: Period) -> ColumnElement[bool]:
    """The case's latest screening, as far as the centres asked for made it."""
    return and_(
        met.c.case_id == case_id,
        met.c.type == "ScreeningCompleted",
        met.c.after.is_(None),
        _theirs(met.c.centre, period),
    )


def _sum(alike: Sequence[Alike]) -> Groups:
    found: dict[tuple[str, str], Counter[int]] = {("all", ""): Counter()}
    for each in alike:
        keys = {
            ("all", ""),
            ("sex", each.sex or UNKNOWN),
            ("age", each.age or UNKNOWN),
            ("nationality", each.nationality or UNKNOWN),
            ("domicile", _home(each.homes, each.centre)),
            *(("label", label) for label in (each.labels or "").split()),
        }
        for key in keys:
            found.setdefault(key, Counter())[each.days] += each.cases
    assert {kind for kind, _ in found} <= {"all", *WAIT_KINDS}
    return {key: _days(counts) for key, counts in found.items()}


def _days(counts: Counter[int]) -> answers.WaitDays:
    return {
        "cases": counts.total(),
        "median_days": round(median(counts), 1) if counts else None,
        "longest_days": max(counts) if counts else None,
    }


def _home(homes: str | None, centre: str) -> str:
    if not homes:
        return UNKNOWN
    return "in" if centre in homes.split() else "out"
