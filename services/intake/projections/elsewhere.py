"""Who came after a placement by another centre of the network, and who of ours came to another centre after theirs was
over: as much as each centre may know of the other, from our own facts."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    Text,
    false,
    literal,
    select,
    true,
    tuple_,
    union_all,
)

from services.intake import answers
from services.intake.events import ReturnedElsewhere, ReturnedFromElsewhere
from services.intake.projections import cases
from services.intake.projections.episodes import comeback
from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

RETURNED = "referral_id"  # in the command of a return that is to be noted, and of nothing else that is due

metadata = MetaData()
before = Table(
    "from_elsewhere_v1",
    metadata,
    Column("case_id", Text),
    Column("referral_id", Text),  # the other centre's: never read, it only keeps returns apart
    Column("centre", Text, nullable=False, info=OWNER),
    Column("path_kind", Text),
    Column("within", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "referral_id"),
)
since = Table(
    "to_elsewhere_v1",
    metadata,
    Column("case_id", Text),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("path", Text, nullable=False),
    Column("within", Text, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "referral_id"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    came = [
        {
            "case_id": event.case_id, "referral_id": event.earlier_referral_id, "centre": fact.centre,
            "path_kind": event.path_kind, "within": event.within, "because": event.because, "at": fact.time,
        }
        for fact in facts
        if isinstance(event := fact.event, ReturnedFromElsewhere)
    ]  # fmt: skip
    went = [
        {
            "case_id": event.case_id, "referral_id": event.referral_id, "centre": fact.centre, "path": event.path,
            "within": event.within, "at": fact.time,
        }
        for fact in facts
        if isinstance(event := fact.event, ReturnedElsewhere)
    ]  # fmt: skip
    upsert(db, before, came, ("case_id", "referral_id"))
    upsert(db, since, went, ("case_id", "referral_id"))


ELSEWHERE = Projection("elsewhere", 1, (before, since), project)


def get(db: Connection, case_id: str) -> answers.Elsewhere:
    """Of one case, the latest first."""
    came = (
        select(before).where(before.c.case_id == case_id).order_by(before.c.at.desc(), before.c.referral_id)
    )
    went = select(since).where(since.c.case_id == case_id).order_by(since.c.at.desc(), since.c.referral_id)
    return {
        "before": [
            {"path_kind": row.path_kind, "within": row.within, "because": row.because}
            for row in db.execute(came)
        ],
        "since": [
            {"referral_id": row.referral_id, "path": row.path, "within": row.within}
            for row in db.execute(went)
        ],
    }


def list_returned(
    db: Connection, centres: Sequence[str] | None, limit: int, cursor: str | None
) -> answers.Returned:
    """Of some centres (None: all)."""
    b, s, of = comeback.c, since.c, cases.case.c
    of_case = (of.case_id, of.case_number, of.status, of.centre)
    here = select(
        *of_case,
        b.earlier_referral_id.label("referral_id"),
        b.path,
        b.within,
        b.at,
        false().label("elsewhere"),
    ).join_from(cases.case, comeback, b.earlier_case_id == of.case_id)
    there = select(*of_case, s.referral_id, s.path, s.within, s.at, true().label("elsewhere")).join_from(
        cases.case, since, s.case_id == of.case_id
    )
    every = union_all(here.where(b.centre == of.centre), there).subquery("returned")
    rows = (
        select(every)
        .order_by(every.c.at.desc(), every.c.referral_id.desc(), every.c.elsewhere)
        .limit(limit + 1)
    )
    if centres is not None:
        rows = rows.where(every.c.centre.in_(centres))
    if cursor is not None:
        at, referral_id = map(str, page_cursor(cursor, 2))
        rows = rows.where(tuple_(every.c.at, every.c.referral_id) < tuple_(literal(at), literal(referral_id)))
    found = db.execute(rows).mappings().all()
    more = found[limit - 1] if len(found) > limit else None
    return {
        "items": [_returned(row) for row in found[:limit]],
        "next": make_cursor((more["at"], more["referral_id"])) if more else None,
    }


def _returned(row: RowMapping) -> answers.ReturnedPlacement:
    return {
        "case_id": row["case_id"],
        "case_number": row["case_number"],
        "status": row["status"],
        "centre": row["centre"],
        "referral_id": row["referral_id"],
        "path": row["path"],
        "within": row["within"],
        "at": row["at"],
        "elsewhere": bool(row["elsewhere"]),
    }


def list_for_deadlines(db: Connection, commands: Sequence[Mapping[str, str]]) -> list[dict[str, str | None]]:
    """For what is to be noted at once of another centre's case: whose that is now."""
    ids = {command["case_id"] for command in commands if RETURNED in command}
    own = select(cases.case.c.case_id, cases.case.c.centre).where(cases.case.c.case_id.in_(sorted(ids)))
    centres = {row.case_id: row.centre for row in db.execute(own)} if ids else {}
    return [
        {"centre": centres.get(command["case_id"]) if RETURNED in command else None} for command in commands
    ]
