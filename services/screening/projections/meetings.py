"""Meetings of the working groups, with their agenda, from our own facts."""

from collections.abc import Iterable, Mapping, Sequence

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
    and_,
    func,
    or_,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.screening.events import (
    CaseDecided,
    CaseTabled,
    ConflictDeclared,
    MeetingCalled,
    MeetingClosed,
    MembersInvited,
    OptionProposed,
    OrderOverridden,
    OutcomeReviewed,
    Seat,
    VoteCast,
)
from services.screening.projections.plans import plans
from services.screening.projections.rows import as_json

OPEN, CLOSED = "open", "closed"
OF_MEETING = (MeetingCalled, MembersInvited, MeetingClosed)
OF_ITEM = (
    CaseTabled, OrderOverridden, OptionProposed, VoteCast, ConflictDeclared, CaseDecided, OutcomeReviewed,
)  # fmt: skip

metadata = MetaData()
meeting = Table(
    "meeting_v5",
    metadata,
    Column("meeting_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER, index=True),
    Column("starts", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("called_by", Text, nullable=False),
    Column("closed_at", Text),
    Column("seats", Text, nullable=False),  # JSON, in the order in which they were called
    Column("words", Text, nullable=False),  # JSON: sealed under the centre's key, the first has the place
    Column("version", Integer, nullable=False),
)
item = Table(
    "meeting_case_v5",  # the meeting's, also when the case has gone to another centre
    metadata,
    Column("meeting_id", Text),
    Column("case_id", Text, index=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("person_id", Text, nullable=False),
    Column("place", Integer, nullable=False),  # on the agenda
    Column("reason", Text, nullable=False),
    Column("path", Text),
    Column("programme_ids", Text, nullable=False),  # JSON
    Column(
        "votes", Text, nullable=False
    ),  # JSON: {member: {vote_id, vote, at, reason}}, reasons sealed under the person's key
    Column("conflicts", Text, nullable=False),  # JSON
    Column("plan_id", Text),
    Column("decided_at", Text),
    Column("ratifies", Text),
    Column("ratified", Boolean),
    Column("review_id", Text),
    Column("out_of_order", Text),  # JSON: {before, reason, note (sealed under the person's key), at, by}
    PrimaryKeyConstraint("meeting_id", "case_id"),
)
Row = dict[str, str | int | None]  # of a table: what its columns hold


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if isinstance(fact.event, OF_MEETING + OF_ITEM)]
    if not own:
        return
    ids = {fact.event.meeting_id for fact in own}
    known = db.execute(select(meeting).where(meeting.c.meeting_id.in_(ids))).mappings()
    meetings: dict[str, Row] = {row["meeting_id"]: dict(row) for row in known}
    tabled = db.execute(select(item).where(item.c.meeting_id.in_(ids))).mappings()
    items: dict[tuple[str, str], Row] = {(row["meeting_id"], row["case_id"]): dict(row) for row in tabled}
    for fact in own:
        id, event = fact.event.meeting_id, fact.event
        meetings[id] = _meeting(meetings.get(id, {}), fact)
        if isinstance(event, OF_ITEM):
            count = sum(meeting_id == id for meeting_id, _ in items)
            items[id, event.case_id] = _item(items.get((id, event.case_id), {}), fact, count)
    upsert(db, meeting, list(meetings.values()), ("meeting_id",))
    upsert(db, item, list(items.values()), ("meeting_id", "case_id"))


def _meeting(row: Row, fact: Recorded) -> Row:
    event = fact.event
    match event:
        case MeetingCalled():
            row = {
                "meeting_id": event.meeting_id, "centre": event.centre, "starts": event.starts, "status": OPEN,
                "called_by": fact.actor, "closed_at": None, "seats": as_json(event.seats),
                "words": as_json([event.words]),
            }  # fmt: skip
        case MembersInvited():
            row = row | {
                "seats": as_json([*orjson.loads(str(row["seats"])), *event.seats]),
                "words": as_json([*orjson.loads(str(row["words"])), event.words]),
            }
        case MeetingClosed():
            row = row | {"status": CLOSED, "closed_at": fact.time}
    return row | {"version": fact.version}


def _item(row: Row, fact: Recorded, place: int) -> Row:
    event = fact.event
    match event:
        case CaseTabled():
            return {
                "meeting_id": event.meeting_id, "case_id": event.case_id, "centre": fact.centre,
                "person_id": event.person_id, "place": row.get("place", place), "reason": event.reason, "path": None,
                "programme_ids": "[]", "votes": "{}",
                "conflicts": row.get("conflicts", "[]"), "plan_id": None, "decided_at": None,
                "ratifies": event.ratifies, "ratified": None, "review_id": None,
                "out_of_order": row.get("out_of_order"),
            }  # fmt: skip
        case OrderOverridden():
            told = {
                "before": event.before, "reason": event.reason, "note": event.note, "at": fact.time, "by": fact.actor,
            }  # fmt: skip
            return row | {"out_of_order": as_json(told)}
        case OptionProposed():
            return row | {
                "path": event.path, "programme_ids": as_json(event.programme_ids), "votes": "{}", "plan_id": None,
                "decided_at": None, "ratified": None,
            }  # fmt: skip
        case VoteCast():
            cast = {"vote_id": event.vote_id, "vote": event.vote, "at": fact.time, "reason": event.reason}
            return row | {"votes": as_json({**orjson.loads(str(row["votes"])), event.member: cast})}
        case ConflictDeclared():
            votes = {
                who: cast for who, cast in orjson.loads(str(row["votes"])).items() if who != event.member
            }
            conflicts = [*orjson.loads(str(row["conflicts"])), event.member]
            return row | {"votes": as_json(votes), "conflicts": as_json(conflicts)}
        case CaseDecided():
            return row | {"plan_id": event.plan_id, "decided_at": fact.time, "ratified": event.ratified}
        case OutcomeReviewed():
            return row | {"review_id": event.review_id}
    raise AssertionError("it is one of those")


MEETINGS = Projection("meetings", 5, (meeting, item), project)


def get(db: Connection, meeting_id: str) -> RowMapping | None:
    return db.execute(select(meeting).where(meeting.c.meeting_id == meeting_id)).mappings().first()


def get_last_decision(db: Connection, meeting_id: str) -> str | None:
    """When the latest of its cases was decided."""
    return db.execute(select(func.max(item.c.decided_at)).where(item.c.meeting_id == meeting_id)).scalar()


def list_items(db: Connection, meeting_ids: Sequence[str]) -> dict[str, list[RowMapping]]:
    """{meeting: its agenda, in its order}, in one question."""
    agendas: dict[str, list[RowMapping]] = {meeting_id: [] for meeting_id in meeting_ids}
    tabled = select(item).where(item.c.meeting_id.in_(meeting_ids)).order_by(item.c.place)
    for row in db.execute(tabled).mappings():
        agendas[row["meeting_id"]].append(row)
    return agendas


def list_votes(db: Connection, meeting_id: str, case_id: str) -> Sequence[Mapping[str, str | None]]:
    """The own votes on a case: {vote_id, vote, at, reason as it is sealed}."""
    found = select(item.c.votes).where(item.c.meeting_id == meeting_id, item.c.case_id == case_id)
    votes: dict[str, Mapping[str, str | None]] = orjson.loads(db.execute(found).scalar() or "{}")
    return [*votes.values()]


def list_meetings(
    db: Connection, centres: Sequence[str] | None, status: str | None, limit: int, cursor: str | None
) -> tuple[Sequence[RowMapping], str | None]:
    """(the latest first, the cursor of the next page). `centres` None: all."""
    c = meeting.c
    chosen = select(meeting)
    if centres is not None:
        chosen = chosen.where(c.centre.in_(centres))
    if status is not None:
        chosen = chosen.where(c.status == status)
    if cursor is not None:
        starts, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(c.starts < starts, and_(c.starts == starts, c.meeting_id < last)))
    latest = chosen.order_by(c.starts.desc(), c.meeting_id.desc()).limit(limit + 1)
    rows = db.execute(latest).mappings().all()
    more = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], make_cursor((more["starts"], more["meeting_id"])) if more else None


def list_before_others(db: Connection, centre: str, meeting_id: str) -> list[str]:
    """The cases that lie before another open meeting of the centre, and are not settled there."""
    lying = (
        select(item.c.case_id)
        .distinct()
        .join(meeting, meeting.c.meeting_id == item.c.meeting_id)
        .where(
            meeting.c.centre == centre,
            meeting.c.status == OPEN,
            meeting.c.meeting_id != meeting_id,
            item.c.plan_id.is_(None),
            item.c.review_id.is_(None),
        )
    )
    return sorted(db.execute(lying).scalars())


def get_next(db: Connection, centre: str, without: str | None = None) -> str | None:
    """The id of the centre's open meeting that begins first, but not this one."""
    c = meeting.c
    first = select(c.meeting_id).where(c.centre == centre, c.status == OPEN)
    if without is not None:
        first = first.where(c.meeting_id != without)
    return db.execute(first.order_by(c.starts, c.meeting_id).limit(1)).scalar()


def seats(row: RowMapping) -> list[Seat]:
    found: list[Seat] = orjson.loads(row["seats"])
    return found


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: a meeting decided on a plan that nobody agreed on."""
    decided = select(item.c.case_id).where(
        item.c.plan_id.is_not(None), item.c.plan_id.not_in(select(plans.c.plan_id))
    )
    for case_id in db.execute(decided).scalars():
        yield f"A meeting decided on case {case_id}, and its plan is not there."
