"""What is counted: of which centres, in which days, as known at which moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Select,
    Table,
    and_,
    bindparam,
    insert,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateTable

from services.reporting.projections.milestones import COUNTED, counted, in_light, milestones


@dataclass(frozen=True)
class Period:
    """Of which centres (None: all), of which days in Thailand (ISO, both included), and recorded up to which instant
    (included; None: all that was heard)."""

    centres: tuple[str, ...] | None
    first: str
    last: str
    as_of: str | None = None

    @property
    def values(self) -> dict[str, str | tuple[str, ...] | None]:
        """For a question that was made of `blank`."""
        return {
            "centres": self.centres or (),
            "first_day": self.first,
            "last_day": self.last,
            "known_by": self.as_of,
        }


class Blank(NamedTuple):
    """A period that is filled in when a question is asked, which is made once: to describe it takes longer than to
    answer it of a few cases."""

    centres: BindParameter[Any] | None
    first: BindParameter[str]
    last: BindParameter[str]


def blank(everywhere: bool) -> Blank:
    centres: BindParameter[Any] | None = None if everywhere else bindparam("centres", expanding=True)
    return Blank(centres, bindparam("first_day"), bindparam("last_day"))


def _passing(name: str, columns: Sequence[Column[Any]]) -> Table:
    """A table that a connection alone sees, gone when its reading ends. It is described once: of a question about a
    table that was described anew the SQL would be made anew each time, which takes longer than the answer."""
    copies = (Column(each.name, each.type) for each in columns)
    return Table(name, MetaData(), *copies, prefixes=["TEMPORARY"])


# The cases with something in a period of which something was recorded after `as_of`; only these may not have been known
# then as they are known now. And their rows in the light of what was recorded by then.
moved = _passing("moved", [milestones.c.case_id])
counted_then = _passing("counted_then", list(counted.c))

MOVED = select(moved.c.case_id)
STAYED = select(counted).where(counted.c.case_id.not_in(MOVED))
KNOWN = union_all(STAYED, select(counted_then)).subquery("known")


def find_moved(db: Connection, period: Period) -> None:
    """Fill the two tables, for a period as it was known at its `as_of`."""
    db.exec_driver_sql(_creation(moved, db.dialect.name))
    db.execute(_moved_since(period.centres is None), period.values)
    db.exec_driver_sql(_creation(counted_then, db.dialect.name))
    db.execute(_known_then(), period.values)


@cache
def _creation(table: Table, dialect: str) -> str:
    """SQLAlchemy keeps the SQL of no definition, and to make it takes longer than to run it."""
    return str(CreateTable(table).compile(dialect=registry.load(dialect)()))


@cache
def _moved_since(everywhere: bool) -> Insert:
    """What fills the first."""
    m, rows = milestones.c, select(counted.c.case_id).where(in_period(counted.c, blank(everywhere), COUNTED))
    # What was entered in error since counted then, though no row says so any more.
    touches = or_(m.case_id.in_(rows), m.type == "ReferralEnteredInError")
    as_of: BindParameter[str] = bindparam("known_by")
    return _filling(moved, select(m.case_id).where(m.recorded > as_of, touches).distinct())


@cache
def _known_then() -> Insert:
    """What fills the second."""
    as_of: BindParameter[str] = bindparam("known_by")
    among = milestones.c.case_id.in_(MOVED)
    return _filling(counted_then, in_light(among, lambda row: row.c.recorded <= as_of))


def _filling(table: Table, rows: Select[Any]) -> Insert:
    return insert(table).from_select([column.name for column in table.c], rows)


def in_period(c: Any, period: Period | Blank, types: Collection[str]) -> ColumnElement[bool]:
    """What of some types happened in the period at the centres asked for."""
    at_centres = true() if period.centres is None else c.centre.in_(period.centres)
    return and_(c.type.in_(types), c.day.between(period.first, period.last), at_centres)


def first_in(c: Any, period: Period | Blank) -> ColumnElement[bool]:
    """The case's first fact of its type in the period: so each case is counted once."""
    return or_(c.before.is_(None), c.before < period.first)


def last_in(c: Any, period: Period | Blank) -> ColumnElement[bool]:
    """The case's last fact of its type in the period."""
    return or_(c.after.is_(None), c.after > period.last)
