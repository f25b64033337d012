"""What centres did to be known, and what came of it: counted from the facts themselves, activity by activity."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Table, Text, func, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, SHARED
from services.reporting import answers
from services.reporting.projections.milestones import counted
from services.reporting.projections.period import Period

metadata = MetaData()
activity = Table(
    "outreach_v1",
    metadata,
    Column("outreach_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("kind", Text, nullable=False),
    Column("day", Text, nullable=False, index=True),
    Column("reached", Integer),
    Column("partner_ids", Text, nullable=False),  # JSON
    Column("void", Boolean, nullable=False),
)
came_case = Table(
    "outreach_case_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("outreach_id", Text, nullable=False, index=True),
)
came_partner = Table(
    "outreach_partner_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("outreach_id", Text, nullable=False, index=True),
    info=SHARED,
)
TOLD = ("OutreachHeld", "OutreachCorrected")
ORIGINS = ("CaseOpened", "PartnerRegistered")  # say from which activity they came
ERROR = "OutreachEnteredInError"


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    cases, partners = [], []
    told = [fact for fact in facts if fact.source == "partners" and fact.type in (*TOLD, ERROR)]
    for fact in facts:
        if fact.type in ORIGINS and (origin := fact.data.get("outreach_id")):
            row = {"outreach_id": origin}
            if fact.type == "CaseOpened":
                cases.append(row | {"case_id": fact.data["case_id"], "centre": fact.centre})
            else:
                partners.append(row | {"partner_id": fact.data["partner_id"]})
    upsert(db, came_case, cases, ("case_id",))
    upsert(db, came_partner, partners, ("partner_id",))
    if not told:
        return
    ids = sorted({fact.data["outreach_id"] for fact in told})
    known = db.execute(select(activity).where(activity.c.outreach_id.in_(ids))).mappings()
    rows = {row["outreach_id"]: dict(row) for row in known}
    for fact in told:
        outreach_id = fact.data["outreach_id"]
        if fact.type in TOLD:
            rows[outreach_id] = _row(fact)
        else:
            rows[outreach_id] |= {"void": True}
    upsert(db, activity, list(rows.values()), ("outreach_id",))


def _row(fact: Recorded) -> dict[str, str | int | bool | None]:
    data = fact.data
    return {
        "outreach_id": data["outreach_id"],
        "centre": fact.centre,
        "kind": data["kind"],
        "day": data["date"],
        "reached": data["reached"],
        "partner_ids": orjson.dumps(data["partner_ids"]).decode(),
        "void": False,
    }


OUTREACH = Projection(
    "outreach",
    1,
    (activity, came_case, came_partner),
    project,
    types=frozenset((*TOLD, ERROR, *ORIGINS)),
)


@dataclass
class Sum:
    """Of some activities. A partner that several met counts once."""

    activities: int = 0
    reached: int = 0
    met: set[str] = field(default_factory=set)
    cases: int = 0
    referred: int = 0
    placed: int = 0
    partners_joined: int = 0

    def add(self, reached: int | None, met: Iterable[str], came: answers.CameOf) -> None:
        self.activities += 1
        self.reached += reached or 0
        self.met.update(met)
        self.cases += came["cases"]
        self.referred += came["referred"]
        self.placed += came["placed"]
        self.partners_joined += came["partners_joined"]

    def in_answer(self) -> answers.OutreachSum:
        return {
            "activities": self.activities,
            "reached": self.reached,
            "partners_met": len(self.met),
            "cases": self.cases,
            "referred": self.referred,
            "placed": self.placed,
            "partners_joined": self.partners_joined,
        }


def get(db: Connection, period: Period) -> answers.OutreachFigures:
    """Of the activities held in the period, what came of them until now, by kind and by the month in which they were
    held."""
    a = activity.c
    held = select(activity).where(a.void.is_(False), a.day.between(period.first, period.last))
    if period.centres is not None:
        held = held.where(a.centre.in_(period.centres))
    rows = db.execute(held.order_by(a.day)).all()
    came = list_came(db, [row.outreach_id for row in rows])
    total = Sum()
    by_kind: dict[str, Sum] = {}
    by_month: dict[str, Sum] = {}
    for row in rows:
        met = orjson.loads(row.partner_ids)
        for each in (total, by_kind.setdefault(row.kind, Sum()), by_month.setdefault(row.day[:7], Sum())):
            each.add(row.reached, met, came[row.outreach_id])
    return {
        "total": total.in_answer(),
        "by_kind": {kind: each.in_answer() for kind, each in by_kind.items()},
        "by_month": {month: each.in_answer() for month, each in by_month.items()},
    }


def list_came(
    db: Connection, outreach_ids: Sequence[str], centres: Sequence[str] | None = None
) -> dict[str, answers.CameOf]:
    """{outreach_id: what came of it}: its cases, of these those that were referred and that were placed, and the
    partners that were registered as coming from it; of some centres' activities (None: all)."""
    if centres is not None:
        a = activity.c
        theirs = select(a.outreach_id).where(a.outreach_id.in_(outreach_ids), a.centre.in_(centres))
        outreach_ids = sorted(db.execute(theirs).scalars())
    found: dict[str, answers.CameOf] = {
        each: {"cases": 0, "referred": 0, "placed": 0, "partners_joined": 0} for each in outreach_ids
    }
    for start in range(0, len(outreach_ids), SOME):
        some = outreach_ids[start : start + SOME]
        for outreach_id, count in _count(db, came_case, some):
            found[outreach_id]["cases"] = count
        for outreach_id, count in _count(db, came_partner, some):
            found[outreach_id]["partners_joined"] = count
        for outreach_id, count in _reached(db, "ReferralSent", some):
            found[outreach_id]["referred"] = count
        for outreach_id, count in _reached(db, "PlacementConfirmed", some):
            found[outreach_id]["placed"] = count
    return found


SOME = 500  # activities asked for at once


def _count(db: Connection, of: Table, outreach_ids: Collection[str]) -> Iterable[tuple[str, int]]:
    c = of.c.outreach_id
    return (
        (row[0], row[1]) for row in db.execute(select(c, func.count()).where(c.in_(outreach_ids)).group_by(c))
    )


def _reached(db: Connection, type: str, outreach_ids: Collection[str]) -> Iterable[tuple[str, int]]:
    """How many of the cases that came from each activity got as far."""
    c = came_case.c
    of_cases = (
        select(c.outreach_id, func.count(c.case_id.distinct()))
        .join(counted, counted.c.case_id == c.case_id)
        .where(c.outreach_id.in_(outreach_ids), counted.c.type == type)
        .group_by(c.outreach_id)
    )
    return ((row[0], row[1]) for row in db.execute(of_cases))
