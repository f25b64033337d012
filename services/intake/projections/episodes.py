"""Placements and how they ended, from what referral told; and who of them came back, from our own facts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    select,
)

from services.codes import KIND_OF_PATH
from services.intake import answers
from services.intake.domain.returning import Episode
from services.intake.events import PersonReturned
from services.intake.projections import cases
from services.kernel.envelope import Recorded, moment
from services.kernel.readmodels import Projection, list_rows, upsert
from services.kernel.scope import OWNER
from services.thai.dates import bangkok_day

metadata = MetaData()
episode = Table(
    "episode_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("path", Text, nullable=False),
    Column("ended", Text),  # a day (ISO, in Thailand); None: it holds
    Column("stands", Boolean, nullable=False),  # it was not entered in error
)
comeback = Table(
    "comeback_v1",
    metadata,
    Column("case_id", Text),
    Column("earlier_referral_id", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("earlier_case_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("within", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "earlier_referral_id"),
)
PLACED, VOID = "PlacementConfirmed", "ReferralEnteredInError"
FACTS = (PLACED, "ReferralEnded", "ReferralFailed", VOID)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    told = [fact for fact in facts if fact.type in FACTS]
    ids = {fact.data["referral_id"] for fact in told}
    rows = {row["referral_id"]: dict(row) for row in list_rows(db, episode.c.referral_id, ids)}
    for fact in told:
        id = fact.data["referral_id"]
        if fact.type == PLACED:
            rows[id] = {
                "referral_id": id, "case_id": fact.data["case_id"], "centre": fact.centre,
                "path": fact.data["path"], "ended": None, "stands": True,
            }  # fmt: skip
        elif id in rows:  # else it came to nothing before anybody was placed
            ended = rows[id]["ended"] or bangkok_day(moment(fact.time)).isoformat()
            rows[id] |= {"stands": False} if fact.type == VOID else {"ended": ended}
    upsert(db, episode, list(rows.values()), ("referral_id",))
    back = [
        {
            "case_id": event.case_id, "earlier_referral_id": event.earlier_referral_id, "centre": fact.centre,
            "earlier_case_id": event.earlier_case_id, "path": event.path, "ended": event.ended, "days": event.days,
            "within": event.within, "because": event.because, "at": fact.time,
        }
        for fact in facts
        if isinstance(event := fact.event, PersonReturned)
    ]  # fmt: skip
    upsert(db, comeback, back, ("case_id", "earlier_referral_id"))


EPISODES = Projection("episodes", 1, (episode, comeback), project)


def get_last(db: Connection, case_ids: Sequence[str], until: date) -> Episode | None:
    """Of some cases, the placement that was over last, by that day."""
    e = episode.c
    over = select(episode).where(e.case_id.in_(case_ids), e.stands, e.ended <= until.isoformat())
    row = db.execute(over.order_by(e.ended.desc(), e.referral_id).limit(1)).one_or_none()
    return Episode(row.case_id, row.referral_id, row.path, date.fromisoformat(row.ended)) if row else None


def list_returns(db: Connection, case_id: str) -> tuple[list[answers.Return], list[answers.PlacedElsewhere]]:
    """From which placements a case's person came back, the latest first; of those whose case is another centre's than
    this one now, as much as anybody is told of another centre."""
    c, earlier = comeback.c, cases.case.alias("earlier")
    ours = and_(earlier.c.case_id == c.earlier_case_id, earlier.c.centre == c.centre)
    found = (
        select(comeback, earlier.c.case_number)
        .outerjoin(earlier, ours)
        .where(c.case_id == case_id)
        .order_by(c.at.desc(), c.earlier_referral_id)
    )
    rows = db.execute(found).all()
    here: list[answers.Return] = [
        {
            "earlier_case_id": row.earlier_case_id,
            "earlier_case_number": row.case_number,
            "earlier_referral_id": row.earlier_referral_id,
            "path": row.path,
            "ended": row.ended,
            "days": row.days,
            "within": row.within,
            "because": row.because,
        }
        for row in rows
        if row.case_number is not None
    ]
    elsewhere: list[answers.PlacedElsewhere] = [
        {"path_kind": KIND_OF_PATH.get(row.path), "within": row.within, "because": row.because}
        for row in rows
        if row.case_number is None
    ]
    return here, elsewhere
