"""Who belongs to the working groups, and when."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Integer, MetaData, RowMapping, Table, Text, or_, select, update

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.screening.events import MemberAppointed, MembershipEnded

metadata = MetaData()
member = Table(
    "group_member_v1",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER, index=True),
    Column("place", Integer, nullable=False),  # in the order in which they were appointed
    Column("user", Text),
    Column("role", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text),
    Column("name", Text, nullable=False),  # sealed under the centre's key
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        match fact.event:
            case MemberAppointed() as event:
                row = {
                    "member_id": event.member_id, "centre": event.centre, "place": fact.version, "user": event.user,
                    "role": event.role, "since": event.since, "until": event.until, "name": event.name,
                }  # fmt: skip
                upsert(db, member, [row], ("member_id",))
            case MembershipEnded(_, member_id, until):
                db.execute(update(member).where(member.c.member_id == member_id).values(until=until))


MEMBERS = Projection("group_members", 1, (member,), project)


def get(db: Connection, member_id: str) -> RowMapping | None:
    return db.execute(select(member).where(member.c.member_id == member_id)).mappings().first()


def list_members(
    db: Connection, centres: Sequence[str] | None, day: str | None = None
) -> Sequence[RowMapping]:
    """Of these centres (None: all), each centre's in the order of their appointment; with a `day` (ISO) those who are
    members on it."""
    c = member.c
    chosen = select(member).order_by(c.centre, c.place)
    if centres is not None:
        chosen = chosen.where(c.centre.in_(centres))
    if day is not None:
        chosen = chosen.where(c.since <= day, or_(c.until.is_(None), c.until >= day))
    return db.execute(chosen).mappings().all()
