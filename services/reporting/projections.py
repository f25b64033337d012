"""Milestones: one row for each fact that figures count, and the questions put to them. The merged log is the kernel's `source_event`."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
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
    case,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql import FromClause

from services.codes import EMPLOYER_PATHS
from services.kernel.envelope import Recorded, moment
from services.kernel.errors import Invalid
from services.kernel.tables import source_event
from services.kernel.wiring import Projection, make_cursor, page_cursor, upsert
from services.thai.dates import bangkok_day

SOURCES = ("intake", "screening", "partners", "referral")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000  # microseconds
SCAN, CHUNK = 10_000, 1_000  # facts looked at for one page of the merged log, and read at once

# Which milestone makes a case count under which name.
CASES = {
    "CaseOpened": "opened",
    "ScreeningCompleted": "screened",
    "PlanAgreed": "planned",
    "ReferralSent": "referred",
    "PlacementConfirmed": "placed",
    "CaseClosed": "closed",
}
TYPES = frozenset(
    (*CASES, "ReferralAccepted", "ReferralDeclined", "FollowUpRecorded", "ReferralEnteredInError")
)

# What staff of the case's centre may see in `data` and others may not: facts about the person, how a partner is reached, and staff's
# own words.
WITHHELD = {
    "CaseOpened": ("age", "found"),
    "PersonIdentified": ("age",),
    "PersonCorrected": ("age",),
    "ScreeningStarted": ("known",),
    "ScreeningCompleted": ("facts",),
    "PartnerRegistered": ("contact",),
    "CaseClosed": ("reason",),
    "CaseReopened": ("reason",),
}

metadata = MetaData()
milestones = Table(
    "milestone_v1",
    metadata,
    Column("source", Text),
    Column("position", BigInteger, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False),
    Column(
        "occurred", BigInteger, nullable=False
    ),  # microseconds since 1970 UTC: differences are taken in SQL
    Column("day", Text, nullable=False),  # of `occurred`, in Thailand
    Column("recorded", Text, nullable=False),  # RFC 3339 UTC
    Column("path", Text),
    Column("partner_kind", Text),
    Column("outside_ministry", Boolean),
    Column("reason", Text),
    Column("labels", Text),  # those that were met, sorted, with a space between
    Column("in_work", Boolean),
    PrimaryKeyConstraint("source", "position"),
    # Whole: figures of all centres are counted from the index alone.
    Index("milestone_v1_day", "type", "day", "centre", "recorded", "case_id", "referral_id"),
    Index("milestone_v1_case", "case_id", "type"),
)


# -- from facts to rows --------------------------------------------------------------------------------------------------


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Each milestone makes its own row and changes no other, so the order in which sources are heard does not matter."""
    # A parked fact comes a second time when it is retried after a rebuild: its row is there already.
    rows = [_row(fact) for fact in facts if fact.type in TYPES]
    upsert(db, milestones, rows, ("source", "position"), update=())


def _row(fact: Recorded) -> dict[str, Any]:
    data, occurred = fact.data, moment(fact.time)
    return {
        "source": fact.source,
        "position": fact.position,
        "type": fact.type,
        "case_id": fact.case_id,
        "referral_id": data.get("referral_id"),
        "centre": fact.centre,
        "occurred": (occurred - EPOCH) // MICROSECOND,
        "day": bangkok_day(occurred).isoformat(),
        "recorded": fact.recorded,
        "path": data.get("path"),
        "partner_kind": data.get("kind"),
        "outside_ministry": data.get("outside_ministry"),
        "reason": data.get("reason")
        if fact.type == "ReferralDeclined"
        else None,  # elsewhere it may be words
        "labels": _met(data["labels"]) if fact.type == "ScreeningCompleted" else None,
        "in_work": data["work"] is not None if fact.type == "FollowUpRecorded" else None,
    }


def _met(labels: Iterable[dict[str, Any]]) -> str:
    return " ".join(sorted(label["code"] for label in labels if label["verdict"] == "met"))


MILESTONES = Projection("milestones", 1, (milestones,), project)


# -- figures -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Of which centres (None: all), of which days in Thailand (ISO, both included), and recorded up to which instant (included)."""

    centres: tuple[str, ...] | None
    first: str
    last: str
    as_of: str


def overview(db: Connection, asked: Asked) -> dict[str, Any]:
    """The figures of `GET /api/v1/reports/overview`. What counts is what happened in the period and was recorded by `as_of`.

    cases: different cases that were, in the period, opened; screened (ScreeningCompleted, the first or again); planned
    (PlanAgreed); referred (ReferralSent, also when the place was then refused); placed (PlacementConfirmed); closed (CaseClosed, also
    when reopened later). A case counts once under each name.
    placements: confirmed placements, so a case placed twice counts twice; share_outside of all of them, None without any.
    by_path: placements by the plan's path. by_label: cases screened in the period by the labels met at the latest of those screenings.
    median_days: from the opening of a case to its first screening, accepted referral and placement, for those whose first one lies in the
    period. Days of 24 hours with one decimal; None without any.
    declined: declined referrals by reason. employment: started = placements on employers' paths in the period; in_work = how many
    of these were in work at their latest follow-up, whenever that was.
    Nothing of a referral entered in error counts. A centre's figures are those of the facts recorded for it.
    """
    placements = _placements(db, asked)
    total = sum(count for _, _, count in placements)
    outside = sum(count for _, is_outside, count in placements if is_outside)
    by_path: dict[str, int] = {}
    for path, _, count in placements:
        by_path[path] = by_path.get(path, 0) + count
    return {
        "cases": _cases(db, asked),
        "placements": {
            "total": total,
            "outside_ministry": outside,
            "ministry": total - outside,
            "share_outside": round(outside / total, 4) if total else None,
        },
        "by_path": by_path,
        "by_label": _by_label(db, asked),
        "median_days": {
            "to_screening": _median_days(db, asked, "ScreeningCompleted"),
            "to_acceptance": _median_days(db, asked, "ReferralAccepted"),
            "to_placement": _median_days(db, asked, "PlacementConfirmed"),
        },
        "declined": _declined(db, asked),
        "employment": {
            "started": sum(by_path.get(path, 0) for path in EMPLOYER_PATHS),
            "in_work": _in_work(db, asked),
        },
    }


def _known(m: FromClause, asked: Asked, types: Collection[str]) -> ColumnElement[bool]:
    """Milestones of some types as known at `as_of`, without void referrals."""
    error = milestones.alias()
    void = select(error.c.referral_id).where(
        error.c.type == "ReferralEnteredInError", error.c.recorded <= asked.as_of
    )
    kept = or_(m.c.referral_id.is_(None), m.c.referral_id.not_in(void))
    return and_(m.c.type.in_(types), m.c.recorded <= asked.as_of, kept)


def _counted(m: FromClause, asked: Asked, types: Collection[str]) -> ColumnElement[bool]:
    """Those of them that happened in the period, at the centres asked for."""
    at_centres = true() if asked.centres is None else m.c.centre.in_(asked.centres)
    return and_(_known(m, asked, types), m.c.day.between(asked.first, asked.last), at_centres)


def _cases(db: Connection, asked: Asked) -> dict[str, int]:
    m = milestones
    each = select(m.c.type, m.c.case_id).where(_counted(m, asked, CASES)).distinct().subquery()
    grouped = select(each.c.type, func.count()).group_by(each.c.type)
    found = {type: count for type, count in db.execute(grouped)}
    return {name: found.get(type, 0) for type, name in CASES.items()}


def _placements(db: Connection, asked: Asked) -> list[tuple[str, bool, int]]:
    m = milestones
    grouped = (
        select(m.c.path, m.c.outside_ministry, func.count())
        .where(_counted(m, asked, ("PlacementConfirmed",)))
        .group_by(m.c.path, m.c.outside_ministry)
        .order_by(m.c.path)
    )
    return [(path, outside, count) for path, outside, count in db.execute(grouped)]


def _declined(db: Connection, asked: Asked) -> dict[str, int]:
    m = milestones
    counted = select(m.c.reason, func.count()).where(_counted(m, asked, ("ReferralDeclined",)))
    return {reason: count for reason, count in db.execute(counted.group_by(m.c.reason).order_by(m.c.reason))}


def _by_label(db: Connection, asked: Asked) -> dict[str, int]:
    m = milestones
    newest = func.row_number().over(
        partition_by=m.c.case_id, order_by=(m.c.occurred.desc(), m.c.position.desc())
    )
    ranked = (
        select(m.c.labels, newest.label("n")).where(_counted(m, asked, ("ScreeningCompleted",))).subquery()
    )
    grouped = select(ranked.c.labels, func.count()).where(ranked.c.n == 1).group_by(ranked.c.labels)
    by_label: dict[str, int] = {}
    for labels, count in db.execute(grouped):
        for label in labels.split():
            by_label[label] = by_label.get(label, 0) + count
    return dict(sorted(by_label.items()))


def _median_days(db: Connection, asked: Asked, type: str) -> float | None:
    m, before, opened = milestones, milestones.alias("before"), milestones.alias("opened")
    counted = select(m.c.case_id, func.min(m.c.occurred).label("at")).where(_counted(m, asked, (type,)))
    first = counted.group_by(m.c.case_id).subquery()
    earlier = exists().where(
        before.c.case_id == first.c.case_id,
        before.c.occurred < first.c.at,
        _known(before, asked, (type,)),
    )
    # Looked up case by case: as a join SQLite would read the openings of all cases there ever were.
    opening = select(opened.c.occurred).where(
        opened.c.case_id == first.c.case_id, _known(opened, asked, ("CaseOpened",))
    )
    spans = select((first.c.at - opening.scalar_subquery()).label("took")).where(~earlier).subquery()
    number = func.row_number().over(order_by=spans.c.took)
    ranked = (
        select(spans.c.took, number.label("n"), func.count().over().label("of"))
        .where(spans.c.took.is_not(None))
        .subquery()
    )
    middle = ranked.c.n.between((ranked.c.of + 1) // 2, (ranked.c.of + 2) // 2)
    values = db.execute(select(ranked.c.took).where(middle)).scalars().all()
    return round(sum(values) / len(values) / DAY, 1) if values else None


def _in_work(db: Connection, asked: Asked) -> int:
    m, later = milestones, milestones.alias("later")
    follow_up = and_(
        later.c.case_id == m.c.case_id,
        later.c.referral_id == m.c.referral_id,
        later.c.type == "FollowUpRecorded",
        later.c.recorded <= asked.as_of,
    )
    newest = func.row_number().over(
        partition_by=later.c.referral_id, order_by=(later.c.occurred.desc(), later.c.position.desc())
    )
    ranked = (
        select(later.c.in_work, newest.label("n"))
        .join_from(m, later, follow_up)
        .where(_counted(m, asked, ("PlacementConfirmed",)), m.c.path.in_(EMPLOYER_PATHS))
        .subquery()
    )
    working = func.sum(case((and_(ranked.c.n == 1, ranked.c.in_work), 1), else_=0))
    return int(db.execute(select(func.coalesce(working, 0))).scalar_one())


def spread(db: Connection, asked: Asked) -> dict[str, dict[str, dict[str, int]]]:
    """Confirmed placements {by_month: {"2026-01": {total, outside_ministry}}, by_centre: {province: ...}}."""
    m = milestones
    month = func.substr(m.c.day, 1, 7)
    grouped = (
        select(month, m.c.centre, m.c.outside_ministry, func.count())
        .where(_counted(m, asked, ("PlacementConfirmed",)))
        .group_by(month, m.c.centre, m.c.outside_ministry)
    )
    found: dict[str, dict[str, dict[str, int]]] = {"by_month": {}, "by_centre": {}}
    for in_month, centre, outside, count in db.execute(grouped):
        for name, key in (("by_month", in_month), ("by_centre", centre)):
            row = found[name].setdefault(key, {"total": 0, "outside_ministry": 0})
            row["total"] += count
            row["outside_ministry"] += count if outside else 0
    return found


def behind(
    db: Connection, asked: Asked, figure: str, value: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The rows that a figure of `overview` counts, newest first, as {items, next}. Figures of cases name each case once, with the
    latest such fact in the period."""
    m = milestones
    by_case = {name: type for type, name in CASES.items()} | {"label": "ScreeningCompleted"}
    type = by_case.get(figure) or ("ReferralDeclined" if figure == "declined" else "PlacementConfirmed")
    newest = func.row_number().over(
        partition_by=m.c.case_id, order_by=(m.c.occurred.desc(), m.c.position.desc())
    )
    found = select(m, newest.label("n")).where(_counted(m, asked, (type,))).subquery()
    rows = select(found)
    if figure in by_case:
        rows = rows.where(found.c.n == 1)
    match figure:
        case "outside" | "ministry":
            rows = rows.where(found.c.outside_ministry.is_(figure == "outside"))
        case "employment":
            rows = rows.where(found.c.path.in_(EMPLOYER_PATHS))
        case "path":
            rows = rows.where(found.c.path == value)
        case "declined" if value:
            rows = rows.where(found.c.reason == value)
        case "label":
            rows = rows.where((" " + found.c.labels + " ").contains(f" {value} ", autoescape=True))
    if cursor:
        occurred, last = page_cursor(cursor, 2)
        if not all(isinstance(number, int) and abs(number) < 2**63 for number in (occurred, last)):
            raise Invalid({"cursor": ["Not a cursor of this list."]})
        same = and_(found.c.occurred == occurred, found.c.position < last)
        rows = rows.where(or_(found.c.occurred < occurred, same))
    listed = db.execute(
        rows.order_by(found.c.occurred.desc(), found.c.position.desc()).limit(limit + 1)
    ).all()
    names = ("case_id", "referral_id", "centre", "day", "path", "partner_kind", "outside_ministry", "reason")
    more = listed[limit - 1] if len(listed) > limit else None
    return {
        "items": [{name: getattr(row, name) for name in names} for row in listed[:limit]],
        "next": make_cursor([more.occurred, more.position]) if more else None,
    }


# -- the merged log ------------------------------------------------------------------------------------------------------


def data_up_to(db: Connection) -> str | None:
    """The latest recorded time among the last facts heard of each service; None before the first."""
    s = source_event.c
    last = [
        db.execute(
            select(s.body).where(s.source == source).order_by(s.position.desc()).limit(1)
        ).scalar_one_or_none()
        for source in SOURCES
    ]
    return max((orjson.loads(body)["recordedtime"] for body in last if body), default=None)


def centre_of(db: Connection, case_id: str) -> str | None:
    """The centre that opened a case; None if the case is not known here."""
    m = milestones.c
    opened = select(m.centre).where(m.case_id == case_id, m.type == "CaseOpened")
    return db.execute(opened).scalar_one_or_none()


def timeline(db: Connection, case_id: str) -> list[dict[str, Any]]:
    """Every fact of a case by recorded time, as CloudEvents. A cause recorded later than its effect (clocks differ) is moved before it."""
    s = source_event.c
    bodies = db.execute(select(s.body).where(s.case_id == case_id)).scalars()
    events = {event["id"]: event for event in map(orjson.loads, bodies)}
    placed: dict[str, dict[str, Any]] = {}
    for event in sorted(events.values(), key=lambda e: (e["recordedtime"], e["source"], e["sequence"])):
        chain: dict[str, dict[str, Any]] = {}
        cause: dict[str, Any] | None = event
        while cause is not None and cause["id"] not in placed and cause["id"] not in chain:
            chain[cause["id"]] = cause
            cause = events.get(cause["causationid"])
        placed.update(reversed(chain.items()))
    return list(placed.values())


def merged_log(
    db: Connection, after: int, limit: int, visible: Callable[[dict[str, Any]], bool]
) -> tuple[list[dict[str, Any]], int]:
    """Up to `limit` visible facts behind a position, as CloudEvents, and the position of the last fact looked at.

    At most `SCAN` facts are looked at, so the list may be short or empty although more follows: the position then has moved.
    """
    s = source_event.c
    found: list[dict[str, Any]] = []
    end = after + SCAN
    position = after
    while position < end:
        chunk = (
            select(s.ingest_position, s.body)
            .where(s.ingest_position > position, s.ingest_position <= end)
            .order_by(s.ingest_position)
            .limit(min(CHUNK, end - position))
        )
        rows = db.execute(chunk).all()
        for place, body in rows:
            position = place
            event = orjson.loads(body)
            if visible(event):
                found.append(event)
                if len(found) == limit:
                    return found, position
        if not rows:
            break
    return found, position


def without_facts(event: dict[str, Any]) -> dict[str, Any]:
    """A CloudEvent without what is only for staff of the case's centre: facts about the person, why a label was met, contacts."""
    hidden = WITHHELD.get(event["type"], ())
    data = {name: value for name, value in event["data"].items() if name not in hidden}
    if event["type"] == "ScreeningCompleted":
        data["labels"] = [
            {name: value for name, value in label.items() if name != "because"} for label in data["labels"]
        ]
    return {**event, "data": data}
