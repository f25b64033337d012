"""Plans as the working group agreed on them."""

from collections.abc import Iterable, Sequence

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
    func,
    select,
    update,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.screening import answers
from services.screening.events import PlanAgreed, RatificationDecided
from services.screening.projections.rows import as_json
from services.screening.projections.screenings import screening

metadata = MetaData()
plans = Table(
    "plan_v8",
    metadata,
    Column("case_id", Text),
    Column("version", Integer),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("plan_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("agreed_at", Text, nullable=False),
    Column("agreed_by", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("programme_ids", Text, nullable=False),  # JSON
    Column("votes", Text, nullable=False),  # JSON
    Column("quorum", Text, nullable=False),  # JSON
    Column("override", Boolean, nullable=False),
    Column("meeting_id", Text),
    Column("minutes", Text),  # sealed
    Column("between_meetings", Boolean, nullable=False),
    Column("first", Text),  # path of the screening
    Column("agreement", Text),
    Column("stream_version", Integer, nullable=False),
    Column("ratified", Boolean),
    Column("ratified_at", Text),
    Column("ratified_in", Text),  # which meeting
    Column("ratify_votes", Text),  # JSON
    Column("ratify_minutes", Text),  # sealed
    PrimaryKeyConstraint("case_id", "version"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "case_id": fact.event.case_id,
            "version": fact.version,
            "centre": fact.centre,
            "author": fact.centre,
            "plan_id": fact.event.plan_id,
            "person_id": fact.event.person_id,
            "agreed_at": fact.time,
            "agreed_by": fact.actor,
            "path": fact.event.path,
            "programme_ids": as_json(_places(fact.event)),
            "votes": as_json(fact.event.votes),
            "quorum": as_json(fact.event.quorum),
            "override": fact.event.override,
            "meeting_id": fact.event.meeting_id,
            "minutes": fact.event.minutes,
            "between_meetings": fact.event.between_meetings,
            "first": fact.event.first,
            "agreement": fact.event.agreement,
            "stream_version": fact.version,
        }
        for fact in facts
        if isinstance(fact.event, PlanAgreed)
    ]
    upsert(db, plans, rows, ("case_id", "version"))
    for fact in facts:
        if isinstance(fact.event, RatificationDecided):
            db.execute(
                update(plans)
                .where(plans.c.plan_id == fact.event.plan_id)
                .values(
                    stream_version=fact.version,
                    ratified=fact.event.ratified,
                    ratified_at=fact.time,
                    ratified_in=fact.event.meeting_id,
                    ratify_votes=as_json(fact.event.votes),
                    ratify_minutes=fact.event.minutes,
                )
            )


def _places(event: PlanAgreed) -> list[str]:
    """Where to, best first; a plan of before there were several names one."""
    return event.programme_ids or ([event.programme_id] if event.programme_id else [])


def get(db: Connection, case_id: str) -> tuple[answers.Plan, str | None] | None:
    """(the plan that counts without its minutes, these as they are sealed); None before the first."""
    return next(reversed(list_plans(db, case_id)), None)


def list_plans(db: Connection, case_id: str) -> list[tuple[answers.Plan, str | None]]:
    """All that the working group agreed on, each as `get` has it; the oldest first."""
    agreed = select(plans).where(plans.c.case_id == case_id).order_by(plans.c.version)
    rows = db.execute(agreed).mappings().all()
    before, after = [None, *rows][: len(rows)], [*rows[1:], None]
    return [(_plan(*each), each[0]["minutes"]) for each in zip(rows, before, after, strict=False)]


def list_replacing(db: Connection, plan_ids: Sequence[str]) -> dict[str, answers.Replacing]:
    """{plan: the decision that took its place}, of those of which one did."""
    one, next_one = plans.alias(), plans.alias()
    later = select(func.min(plans.c.version)).where(
        plans.c.case_id == one.c.case_id, plans.c.version > one.c.version
    )
    found = (
        select(one.c.plan_id.label("earlier"), next_one)
        .join(next_one, next_one.c.case_id == one.c.case_id)
        .where(one.c.plan_id.in_(plan_ids), next_one.c.version == later.scalar_subquery())
    )
    return {row["earlier"]: _replacing(row) for row in db.execute(found).mappings()} if plan_ids else {}


def list_replaced(db: Connection, case_id: str) -> dict[str, answers.Replacing]:
    """{plan of the case: the decision that took its place}"""
    of_case = db.execute(select(plans.c.plan_id).where(plans.c.case_id == case_id)).scalars().all()
    return list_replacing(db, of_case)


def list_to_ratify(db: Connection, centre: str) -> Sequence[RowMapping]:
    """The plans of a centre that count, were decided between meetings, and that no meeting has looked at; the oldest
    first."""
    c, later = plans.c, plans.alias()
    newest = select(func.max(later.c.version)).where(later.c.case_id == c.case_id).scalar_subquery()
    waiting = select(plans).where(
        c.centre == centre, c.between_meetings, c.ratified_at.is_(None), c.version == newest
    )
    return db.execute(waiting.order_by(c.agreed_at, c.plan_id)).mappings().all()


def places_of(row: RowMapping) -> list[str]:
    found: list[str] = orjson.loads(row["programme_ids"])
    return found


def get_ratifying(db: Connection, plan_id: str) -> str | None:
    """The minutes of the meeting that looked at a plan of between meetings, sealed."""
    return db.execute(select(plans.c.ratify_minutes).where(plans.c.plan_id == plan_id)).scalar()


def _replacing(row: RowMapping) -> answers.Replacing:
    return {"plan_id": row["plan_id"], "agreed_at": row["agreed_at"], "meeting_id": row["meeting_id"]}


def _plan(row: RowMapping, before: RowMapping | None, after: RowMapping | None) -> answers.Plan:
    programme_ids = orjson.loads(row["programme_ids"])
    return {
        "case_id": row["case_id"],
        "version": row["stream_version"],
        "plan_id": row["plan_id"],
        "person_id": row["person_id"],
        "agreed_at": row["agreed_at"],
        "agreed_by": row["agreed_by"],
        "path": row["path"],
        "programme_id": next(iter(programme_ids), None),
        "programme_ids": programme_ids,
        "votes": orjson.loads(row["votes"]),
        "quorum": orjson.loads(row["quorum"]),
        "override": row["override"],
        "meeting_id": row["meeting_id"],
        "between_meetings": row["between_meetings"],
        "first": row["first"],
        "agreement": row["agreement"],
        "ratification": {
            "ratified": row["ratified"],
            "at": row["ratified_at"],
            "meeting_id": row["ratified_in"],
            "votes": orjson.loads(row["ratify_votes"]),
        }
        if row["ratified_at"]
        else None,
        "replaces": before["plan_id"] if before else None,
        "replaced_by": _replacing(after) if after else None,
    }


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: a plan without a screening."""
    screened = select(screening.c.case_id)
    planned = select(plans.c.case_id).where(plans.c.case_id.not_in(screened)).distinct()
    for case_id in db.execute(planned).scalars():
        yield f"Case {case_id} has a plan but no screening."


PLANS = Projection("plan", 8, (plans,), project)
