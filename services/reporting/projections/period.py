"""What is counted: of which centres, in which days, as known at which moment."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    and_,
    insert,
    or_,
    select,
    true,
    union_all,
)

from services.reporting.projections.milestones import COUNTED, counted, in_light, milestones


@dataclass(frozen=True)
class Period:
    """Of which centres (None: all), of which days in Thailand (ISO, both included), and recorded up to which instant
    (included; None: all that was heard)."""

    centres: tuple[str, ...] | None
    first: str
    last: str
    as_of: str | None = None


def moved_since(as_of: str) -> Select[tuple[str]]:
    """The cases of which something was recorded later: only these were not known then as they are known now."""
    return select(milestones.c.case_id).where(milestones.c.recorded > as_of).distinct()


def as_known_then(db: Connection, period: Period, as_of: str) -> Table:
    """What counts of the cases that moved since, in the light of what was recorded by `as_of`: of those of which
    something happened in the period. Seen by this connection only, and gone when the reading ends."""
    m = milestones.alias("moving")
    moving = select(m.c.case_id).where(in_period(m.c, period, COUNTED), m.c.recorded <= as_of)
    some = and_(milestones.c.case_id.in_(moving), milestones.c.case_id.in_(moved_since(as_of)))
    known = in_light(some, lambda row: row.c.recorded <= as_of)
    then = Table(
        "counted_then", MetaData(), *(Column(c.name, c.type) for c in counted.c), prefixes=["TEMPORARY"]
    )
    then.create(db)
    db.execute(insert(then).from_select([column.name for column in then.c], known))
    return then


def facts_of(db: Connection, period: Period) -> Any:
    """The columns of what counts: as it is, or as it was known at `as_of`."""
    if period.as_of is None:
        return counted.c
    stayed = select(counted).where(counted.c.case_id.not_in(moved_since(period.as_of)))
    return union_all(stayed, select(as_known_then(db, period, period.as_of))).subquery("known").c


def in_period(c: Any, period: Period, types: Collection[str]) -> ColumnElement[bool]:
    """What of some types happened in the period at the centres asked for."""
    at_centres = true() if period.centres is None else c.centre.in_(period.centres)
    return and_(c.type.in_(types), c.day.between(period.first, period.last), at_centres)


def first_in(c: Any, period: Period) -> ColumnElement[bool]:
    """The case's first fact of its type in the period: so each case is counted once."""
    return or_(c.before.is_(None), c.before < period.first)


def last_in(c: Any, period: Period) -> ColumnElement[bool]:
    """The case's last fact of its type in the period."""
    return or_(c.after.is_(None), c.after > period.last)
