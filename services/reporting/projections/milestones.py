"""Milestones: one row for each fact that figures count, and what each counts as in the light of the others of its case.

Figures of today are read from `counted`, the milestones of each case in the light of each other; figures as of an
earlier moment from the same question put to the milestones known then. So both count alike, and a page need not work
out every case anew. Long because what a fact counts as hangs on the others, in one statement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Insert,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert

from services.codes import FAMILY_PATH
from services.codes.care import DONE, NO_AREA, TASK
from services.codes.deadlines import ANSWER, OWED_BY
from services.codes.decisions import NOT_RATIFIED, RATIFIED
from services.codes.overrides import NOT_TOLD
from services.codes.steps import NO_ANSWER, NOT_NOTED
from services.kernel.envelope import Recorded, moment
from services.kernel.questions import Body
from services.kernel.readmodels import DERIVED, Projection, upsert
from services.kernel.scope import AUTHOR
from services.reporting.projections import sums
from services.thai.dates import bangkok_day

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SLICE = 500  # cases worked out at once in a rebuild
CASES = "cases"  # in statements made once: the cases they are about

# A case's way to its placement: what came of one step is waited for since the one before.
WAITED = {
    "ScreeningCompleted": "screened",
    "PlanAgreed": "planned",
    "ReferralSent": "referred",
    "ReferralAccepted": "accepted",
    "PlacementConfirmed": "placed",
}
STEPS = ("CaseOpened", *WAITED)
# What came to nothing, and whose doing that is where the fact does not say it.
LOST = {
    "ReferralDeclined": "partner",
    "ReferralExpired": "partner",
    "ReferralWithdrawn": "centre",
    "ReferralFailed": "centre",
}
NO_REASON = {"ReferralExpired": NO_ANSWER}  # else "other"
OVER = ("ReferralEnded", "ReferralFailed")  # of a placement
STAYS = ("InterimStayBegun", "InterimStayEnded")
ENDED = {"ReferralEnded": "outcome", "InterimStayEnded": "reason"}  # how it did, as the fact says
VISIT, MISSED = "FollowUpRecorded", "FollowUpMissed"
CARE = ("CareTaskSet", "CareProgressNoted")  # tasks, and those of them that are done
SENT = "ReferralSent"
RATIFYING, REVIEWED, OVERRIDDEN = "RatificationDecided", "OutcomeReviewed", "OrderOverridden"
BACK = ("PersonReturned", "ReturnedFromElsewhere", "ReturnedElsewhere")
TOLD, REMINDED, OVERDUE = "PartnerTold", "ReminderDue", "DeadlineMissed"
# Of a partner's answer and what it was waited for: by the partner that the referral was sent to, and how it was told.
OF_ANSWERS = (TOLD, REMINDED, "ReferralExpired")
COUNTED = frozenset(
    (
        *STEPS,
        *LOST,
        "CaseClosed",
        "ReferralWaitlisted",
        "ReferralEnded",
        *STAYS,
        VISIT,
        MISSED,
        *BACK,
        *CARE,
        RATIFYING,
        REVIEWED,
        OVERRIDDEN,
        *OF_ANSWERS,
        OVERDUE,
    )
)
TYPES = COUNTED | {"ReferralEnteredInError"}
# A no that may be taken back counts once it may not; the fact that says so is the same milestone.
SAME = {"ReferralDeclineSettled": "ReferralDeclined"}
NO_WORK = "none"  # of codes.WORK_KINDS
BANGKOK = 7 * 3_600_000_000  # microseconds that the day begins before UTC's
DAY = 86_400_000_000
EARLIER, LATER = text("before IS NOT NULL"), text("after IS NOT NULL")

metadata = MetaData()
milestones = Table(
    "milestone_v12",
    metadata,
    Column("source", Text),
    Column("position", BigInteger, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column(
        "occurred", BigInteger, nullable=False
    ),  # microseconds since 1970 UTC: differences are taken in SQL
    Column("day", Text, nullable=False),  # of `occurred`, in Thailand
    Column("recorded", Text, nullable=False),  # RFC 3339 UTC
    Column("path", Text),
    Column("partner_kind", Text),
    Column("outside_ministry", Boolean),  # None: a return to the family
    Column("reason", Text),  # or the outcome of what ended
    Column("whose", Text),
    Column("labels", Text),  # those that were met, or what a review found, sorted, with a space between
    Column("in_work", Boolean),
    Column("follow_up", Text),  # the due day that a follow-up is of, or that was missed
    Column("in_time", Boolean),
    Column("in_place", Boolean),
    Column("within", Text),  # of who came back: so many months after the placement was over
    Column("channel", Text),  # by which a partner was told
    PrimaryKeyConstraint("source", "position"),
    Index("milestone_v12_case", "case_id", "type"),
    Index("milestone_v12_recorded", "recorded", "case_id"),
)
counted = Table(
    "counted_v12",
    metadata,
    Column("type", Text),
    Column("day", Text),
    Column("source", Text),
    Column("position", BigInteger, autoincrement=False),
    Column("case_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("occurred", BigInteger, nullable=False),
    Column("path", Text),
    Column("partner_kind", Text),
    Column("outside_ministry", Boolean),
    Column("reason", Text),
    Column("whose", Text),
    Column("labels", Text),
    Column(
        "in_work", Boolean
    ),  # of a placement: as its latest follow-up that says anything; of one that is over: no
    Column("follow_up", Text),  # only of the first that is of this due day; of a missed one that nobody made
    Column("in_time", Boolean),
    Column("in_place", Boolean),
    Column("within", Text),
    Column("channel", Text),  # of what is about an answer: by which the partner was last told before
    Column("before", Text),  # the days of the case's fact of this type before this one ...
    Column("after", Text),  # ... and after it
    Column("took", BigInteger),  # of the first of its type: calendar days since the case was opened ...
    Column("waited", BigInteger),  # ... and since the case's first fact of the step before
    # Figures read a type's facts of a period one after the other: SQLite keeps the rows themselves in this order.
    PrimaryKeyConstraint("type", "day", "source", "position"),
    Index("counted_v12_centre", "type", "centre", "day"),
    Index("counted_v12_case", "case_id"),
    # A case has few facts of one type, so few have one before or after them.
    Index("counted_v12_before", "type", "before", sqlite_where=EARLIER, postgresql_where=EARLIER),
    Index("counted_v12_after", "type", "after", sqlite_where=LATER, postgresql_where=LATER),
    sqlite_with_rowid=False,
    info=DERIVED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Each milestone makes its own row and changes no other, so the order in which sources are heard does not
    matter."""
    # A parked fact comes a second time when it is retried after a rebuild: its row is there already.
    rows = [_row(fact) for fact in facts if _is_milestone(fact)]
    upsert(db, milestones, rows, ("source", "position"), update=())


def derive(db: Connection, facts: Sequence[Recorded] | None) -> Iterator[None]:
    """The milestones of each case in the light of each other, and their sums."""
    m = milestones.c.case_id
    if facts is None:
        cases = db.execute(select(m).distinct().order_by(m)).scalars().all()
        every = [cases[start : start + SLICE] for start in range(0, len(cases), SLICE)]
        for some in every:
            db.execute(_counting(m.between(some[0], some[-1])))
            yield
        # PostgreSQL counts elsewhere, and has no index of the types yet where all is made anew.
        types = sorted(COUNTED)
        for alike in [types] if db.dialect.name == "postgresql" else [[type] for type in types]:
            sums.add_all(db, counted, alike)
            yield
    elif touched := sorted({str(fact.case_id) for fact in facts if _is_milestone(fact)}):
        uncount, count = _again()
        before = db.execute(uncount, {CASES: touched}).all()
        sums.change(db, before, db.execute(count, {CASES: touched}))
        yield


def _counting(some: ColumnElement[bool]) -> Insert:
    """What makes the rows of `counted` from some milestones."""
    known = in_light(some, lambda _: true())
    return insert(counted).from_select([column.name for column in counted.c], known)


@cache
def _again() -> tuple[ReturningDelete[Any], ReturningInsert[Any]]:
    """What takes away the rows of `counted` of some cases, and what makes them anew; both tell of them what the sums
    tell apart. Made once: to describe them takes ten times as long as to run them, and each page heard does."""
    cases: BindParameter[Any] = bindparam(CASES, expanding=True)
    told = sums.parts_of(counted.c)
    uncount = delete(counted).where(counted.c.case_id.in_(cases)).returning(*told)
    return uncount, _counting(milestones.c.case_id.in_(cases)).returning(*told)


def _is_milestone(fact: Recorded) -> bool:
    if fact.type == "CareProgressNoted" and (fact.data["item"], fact.data["progress"]) != (TASK, DONE):
        return False
    if fact.type == REMINDED and fact.data["deadline"] != ANSWER:
        return False
    return SAME.get(fact.type, fact.type) in TYPES and not fact.data.get("final_at")


def _row(fact: Recorded) -> dict[str, str | int | bool | None]:
    data, occurred, type = fact.data, moment(fact.time), SAME.get(fact.type, fact.type)
    return {
        "source": fact.source,
        "position": fact.position,
        "type": type,
        "case_id": fact.case_id,
        "referral_id": data.get("referral_id"),
        "centre": fact.centre,
        "occurred": (occurred - EPOCH) // MICROSECOND,
        "day": bangkok_day(occurred).isoformat(),
        "recorded": fact.recorded,
        "path": data.get("path"),
        "partner_kind": data.get("kind"),
        # Who returns to the family is in nobody's place, also where an earlier version had a partner for it.
        "outside_ministry": None if data.get("path") == FAMILY_PATH else data.get("outside_ministry"),
        "reason": _reason(type, fact),
        "whose": _whose(type, data),
        "labels": _labels(type, fact),
        "in_work": _in_work(fact) if type == VISIT else None,
        "follow_up": _follow_up(type, data),
        "in_time": data.get("in_time"),
        "in_place": data.get("in_place"),
        "within": data.get("within"),
        "channel": (data.get("how") or NOT_NOTED) if type == TOLD else None,
    }


def _whose(type: str, data: Body) -> str | None:
    """Whose doing it was that something came to nothing, or who was to do what was missed."""
    if type in LOST:
        return str(data.get("whose") or LOST[type])
    return OWED_BY.get(str(data["deadline"])) if type == OVERDUE else None


def _follow_up(type: str, data: Body) -> str | None:
    """The due day that a follow-up was of; one of before it said that is of none."""
    days = data.get("answers") if type == VISIT else data.get("days") if type == MISSED else None
    return None if days is None else str(days)


def _reason(type: str, fact: Recorded) -> str | None:
    """Of what came to nothing, and the outcome of what ended; of a deadline which, of a task the area of life, of
    what was decided between meetings whether it was ratified, of a plan how it goes with the screening, of who
    was taken before others why. The reason of another fact may be words."""
    if type in LOST:
        return str(fact.data.get("reason") or NO_REASON.get(type, "other"))
    if type == OVERDUE:
        return str(fact.data["deadline"])
    if type in CARE:
        return str(fact.data["area"] or NO_AREA)
    if type == RATIFYING:
        return RATIFIED if fact.data["ratified"] else NOT_RATIFIED
    if type == "PlanAgreed":
        return fact.data.get("agreement")
    if type == OVERRIDDEN:
        return str(fact.data["reason"] or NOT_TOLD)
    if type == SENT:
        return str(fact.data.get("passed_for") or NOT_TOLD) if fact.data.get("passed_over") else None
    return str(fact.data[ENDED[type]]) if type in ENDED else None


def _in_work(fact: Recorded) -> bool | None:
    """Whether a follow-up found somebody in work; None if it says nothing of that. Who left the place left its work."""
    if fact.data["work"] is not None:
        return bool(fact.data["work"]["kind"] != NO_WORK)
    return None if fact.data["in_place"] else False


def _labels(type: str, fact: Recorded) -> str | None:
    if type == REVIEWED:
        return " ".join(sorted(fact.data["findings"]))
    return _met(fact.data["labels"]) if type == "ScreeningCompleted" else None


def _met(labels: Iterable[Mapping[str, str]]) -> str:
    return " ".join(sorted(label["code"] for label in labels if label["verdict"] == "met"))


def in_light(some: ColumnElement[bool], known: Callable[[FromClause], ColumnElement[bool]]) -> Select[Any]:
    """The rows of `counted` from some milestones, of which only those count that are `known`."""
    m, error, later, end = (
        milestones, milestones.alias("error"), milestones.alias("later"), milestones.alias("ending"),
    )  # fmt: skip
    void = exists().where(
        error.c.case_id == m.c.case_id,
        error.c.type == "ReferralEnteredInError",
        error.c.referral_id == m.c.referral_id,
        known(error),
    )
    in_work = (
        select(later.c.in_work)
        .where(
            later.c.case_id == m.c.case_id,
            later.c.type == "FollowUpRecorded",
            later.c.referral_id == m.c.referral_id,
            later.c.in_work.is_not(None),
            known(later),
        )
        .order_by(later.c.occurred.desc(), later.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    sent, told = milestones.alias("sent"), milestones.alias("told")
    sent_to = (
        select(func.max(sent.c.partner_kind))
        .where(
            sent.c.case_id == m.c.case_id,
            sent.c.type == "ReferralSent",
            sent.c.referral_id == m.c.referral_id,
            known(sent),
        )
        .scalar_subquery()
    )
    told_by = (
        select(told.c.channel)
        .where(
            told.c.case_id == m.c.case_id,
            told.c.type == TOLD,
            told.c.referral_id == m.c.referral_id,
            told.c.occurred <= m.c.occurred,
            known(told),
        )
        .order_by(told.c.occurred.desc(), told.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Of one due day the first follow-up counts; one that was missed and made later was late, and not missed.
    visit = milestones.alias("visit")
    same_day = (
        visit.c.case_id == m.c.case_id,
        visit.c.type == VISIT,
        visit.c.referral_id == m.c.referral_id,
        visit.c.follow_up == m.c.follow_up,
        known(visit),
    )
    earlier = or_(
        visit.c.occurred < m.c.occurred,
        and_(visit.c.occurred == m.c.occurred, visit.c.position < m.c.position),
    )
    again = or_(
        and_(m.c.type == VISIT, exists().where(*same_day, earlier)),
        and_(m.c.type == MISSED, exists().where(*same_day)),
    )
    over = exists().where(
        end.c.case_id == m.c.case_id,
        end.c.type.in_(OVER),
        end.c.referral_id == m.c.referral_id,
        known(end),
    )
    # Not told apart by centre: a case is counted once, where its first fact of a type was done, whoever did others.
    alike: Any = {"partition_by": (m.c.case_id, m.c.type), "order_by": (m.c.occurred, m.c.position)}
    is_first = func.row_number().over(**alike) == 1

    def since(type: str) -> ColumnElement[int]:
        """Calendar days in Thailand, none negative: what was written down of old may be out of order."""
        day = (m.c.occurred + BANGKOK) // DAY
        at = func.min(case((m.c.type == type, day))).over(partition_by=m.c.case_id)
        return case((day < at, 0), else_=day - at)

    waits = [(and_(m.c.type == step, is_first), since(earlier)) for earlier, step in pairwise(STEPS)]
    worked_out = {
        "partner_kind": case((m.c.type.in_(OF_ANSWERS), sent_to), else_=m.c.partner_kind),
        "channel": case((m.c.type.in_(OF_ANSWERS), func.coalesce(m.c.channel, told_by, NOT_NOTED))),
        "in_work": case(
            (m.c.type == "PlacementConfirmed", case((over, false()), else_=in_work)),
            (m.c.type == VISIT, m.c.in_work),
        ),
        "follow_up": case((m.c.follow_up.is_not(None), case((~again, m.c.follow_up)))),
        "before": func.lag(m.c.day).over(**alike),
        "after": func.lead(m.c.day).over(**alike),
        "took": case((is_first, since("CaseOpened"))),
        "waited": case(*waits),
    }
    columns = [worked_out[name] if name in worked_out else m.c[name] for name in counted.c.keys()]
    return select(
        *(column.label(name) for column, name in zip(columns, counted.c.keys(), strict=True))
    ).where(some, m.c.type.in_(COUNTED), known(m), ~void)


MILESTONES = Projection(
    "milestones", 12, (milestones, counted, *sums.TABLES), project, derive, TYPES | SAME.keys()
)
