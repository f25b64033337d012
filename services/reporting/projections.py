"""Milestones: one row for each fact that figures count, and the questions put to them. The merged log is the kernel's `source_event`.

Figures of today are read from `counted`, the milestones of each case in the light of each other; figures as of an earlier moment from
the same question put to the milestones known then. So both count alike, and a page need not work out every case anew.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.sql import FromClause

from services.codes import EMPLOYER_PATHS
from services.kernel.envelope import Recorded, moment
from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.kernel.tables import source_event
from services.thai.dates import bangkok_day

SOURCES = ("intake", "screening", "partners", "referral")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000  # microseconds
SHOWN = ("case_id", "referral_id", "centre", "day", "path", "partner_kind", "outside_ministry", "reason")
SLICE = 500  # cases worked out at once in a rebuild
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
# A case's way to its placement: what came of one step is waited for since the one before.
WAITED = {
    "ScreeningCompleted": "screened",
    "PlanAgreed": "planned",
    "ReferralSent": "referred",
    "ReferralAccepted": "accepted",
    "PlacementConfirmed": "placed",
}
STEPS = ("CaseOpened", *WAITED)
COUNTED = frozenset((*CASES, *STEPS, "ReferralDeclined"))
TYPES = COUNTED | {"FollowUpRecorded", "ReferralEnteredInError"}

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
    "milestone_v2",
    metadata,
    Column("source", Text),
    Column("position", BigInteger, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False, info=OWNER),
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
    Index("milestone_v2_case", "case_id", "type"),
)
counted = Table(
    "counted_v2",
    metadata,
    Column("type", Text),
    Column("day", Text),
    Column("source", Text),
    Column("position", BigInteger, autoincrement=False),
    Column("case_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("occurred", BigInteger, nullable=False),
    Column("path", Text),
    Column("partner_kind", Text),
    Column("outside_ministry", Boolean),
    Column("reason", Text),
    Column("labels", Text),
    Column("in_work", Boolean),  # of a placement: as its latest follow-up says
    Column("before", Text),  # the days of the case's fact of this type before this one ...
    Column("after", Text),  # ... and after it
    Column("took", BigInteger),  # of the first of its type: microseconds since the case was opened ...
    Column("waited", BigInteger),  # ... and since the case's first fact of the step before
    # Figures read a type's facts of a period one after the other: SQLite keeps the rows themselves in this order.
    PrimaryKeyConstraint("type", "day", "source", "position"),
    Index("counted_v2_centre", "type", "centre", "day"),
    Index("counted_v2_case", "case_id"),
    sqlite_with_rowid=False,
)


# -- from facts to rows --------------------------------------------------------------------------------------------------


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Each milestone makes its own row and changes no other, so the order in which sources are heard does not matter."""
    # A parked fact comes a second time when it is retried after a rebuild: its row is there already.
    rows = [_row(fact) for fact in facts if fact.type in TYPES]
    upsert(db, milestones, rows, ("source", "position"), update=())


def derive(db: Connection, facts: Sequence[Recorded] | None) -> Iterator[None]:
    """The milestones of each case in the light of each other."""
    m, c = milestones.c.case_id, counted.c.case_id
    if facts is None:
        cases = db.execute(select(m).distinct().order_by(m)).scalars().all()
        every = [cases[start : start + SLICE] for start in range(0, len(cases), SLICE)]
        for some in every:
            _count(db, m.between(some[0], some[-1]))
            yield
    elif touched := sorted({str(fact.case_id) for fact in facts if fact.type in TYPES}):
        db.execute(delete(counted).where(c.in_(touched)))
        _count(db, m.in_(touched))
        yield


def _count(db: Connection, some: ColumnElement[bool]) -> None:
    known = _in_light(some, lambda _: true())
    db.execute(insert(counted).from_select([column.name for column in counted.c], known))


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


def _in_light(some: ColumnElement[bool], known: Callable[[FromClause], ColumnElement[bool]]) -> Select[Any]:
    """The rows of `counted` from some milestones, of which only those count that are `known`."""
    m, error, later = milestones, milestones.alias("error"), milestones.alias("later")
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
            known(later),
        )
        .order_by(later.c.occurred.desc(), later.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    # A case is one centre's, so its facts of a type need no telling apart by centre.
    alike: Any = {"partition_by": (m.c.case_id, m.c.type), "order_by": (m.c.occurred, m.c.position)}
    is_first = func.row_number().over(**alike) == 1

    def since(type: str) -> ColumnElement[int]:
        at = func.min(case((m.c.type == type, m.c.occurred))).over(partition_by=m.c.case_id)
        return m.c.occurred - at

    waits = [(and_(m.c.type == step, is_first), since(earlier)) for earlier, step in pairwise(STEPS)]
    worked_out = {
        "in_work": case((m.c.type == "PlacementConfirmed", in_work)),
        "before": func.lag(m.c.day).over(**alike),
        "after": func.lead(m.c.day).over(**alike),
        "took": case((is_first, since("CaseOpened"))),
        "waited": case(*waits),
    }
    columns = [worked_out[name] if name in worked_out else m.c[name] for name in counted.c.keys()]
    return select(
        *(column.label(name) for column, name in zip(columns, counted.c.keys(), strict=True))
    ).where(some, m.c.type.in_(COUNTED), known(m), ~void)


MILESTONES = Projection("milestones", 2, (milestones, counted), project, derive)


# -- figures -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Of which centres (None: all), of which days in Thailand (ISO, both included), and recorded up to which instant (included; None:
    all that was heard)."""

    centres: tuple[str, ...] | None
    first: str
    last: str
    as_of: str | None = None


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
    c = _facts(db, asked)
    facts, cases, working = (
        func.count(),
        func.sum(case((_first_in(c, asked), 1), else_=0)),
        func.sum(c.in_work.cast(Integer)),
    )
    grouped = (
        select(c.type, c.path, c.outside_ministry, c.reason, facts, cases, working)
        .where(_in_period(c, asked, (*CASES, "ReferralDeclined")))
        .group_by(c.type, c.path, c.outside_ministry, c.reason)
    )
    rows = db.execute(grouped).all()
    placed = [
        (path, outside, n, in_work or 0)
        for type, path, outside, _, n, _, in_work in rows
        if type == "PlacementConfirmed"
    ]
    total = sum(n for _, _, n, _ in placed)
    outside = sum(n for _, is_outside, n, _ in placed if is_outside)
    at_work = [(n, in_work) for path, _, n, in_work in placed if path in EMPLOYER_PATHS]
    medians = _median_days(
        db, c, asked, "took", ("ScreeningCompleted", "ReferralAccepted", "PlacementConfirmed")
    )
    return {
        "cases": {name: sum(row[5] for row in rows if row.type == type) for type, name in CASES.items()},
        "placements": {
            "total": total,
            "outside_ministry": outside,
            "ministry": total - outside,
            "share_outside": round(outside / total, 4) if total else None,
        },
        "by_path": _summed((path, n) for path, _, n, _ in placed),
        "by_label": _by_label(db, c, asked),
        "median_days": {
            "to_screening": medians["ScreeningCompleted"],
            "to_acceptance": medians["ReferralAccepted"],
            "to_placement": medians["PlacementConfirmed"],
        },
        "declined": _summed((row.reason, row[4]) for row in rows if row.type == "ReferralDeclined"),
        "employment": {
            "started": sum(n for n, _ in at_work),
            "in_work": sum(working for _, working in at_work),
        },
    }


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for key, count in counts:
        total[key] += count
    return dict(sorted(total.items()))


def _facts(db: Connection, asked: Asked) -> Any:
    """The columns of what counts: as it is, or as it was known at `as_of`, for the cases of which something happened in the period."""
    if asked.as_of is None:
        return counted.c
    as_of, m = asked.as_of, milestones.alias("moving")
    moving = select(m.c.case_id).where(_in_period(m.c, asked, COUNTED))
    known = _in_light(milestones.c.case_id.in_(moving), lambda row: row.c.recorded <= as_of)
    # Seen by this connection only, and gone when the reading ends.
    then = Table(
        "counted_then", MetaData(), *(Column(c.name, c.type) for c in counted.c), prefixes=["TEMPORARY"]
    )
    then.create(db)
    db.execute(insert(then).from_select([column.name for column in then.c], known))
    return then.c


def _in_period(c: Any, asked: Asked, types: Collection[str]) -> ColumnElement[bool]:
    """What of some types happened in the period at the centres asked for."""
    at_centres = true() if asked.centres is None else c.centre.in_(asked.centres)
    return and_(c.type.in_(types), c.day.between(asked.first, asked.last), at_centres)


def _first_in(c: Any, asked: Asked) -> ColumnElement[bool]:
    """The case's first fact of its type in the period: so each case is counted once."""
    return or_(c.before.is_(None), c.before < asked.first)


def _last_in(c: Any, asked: Asked) -> ColumnElement[bool]:
    """The case's last fact of its type in the period."""
    return or_(c.after.is_(None), c.after > asked.last)


def _by_label(db: Connection, c: Any, asked: Asked) -> dict[str, int]:
    latest = and_(_in_period(c, asked, ("ScreeningCompleted",)), _last_in(c, asked))
    grouped = select(c.labels, func.count()).where(latest).group_by(c.labels)
    return _summed((label, count) for labels, count in db.execute(grouped) for label in labels.split())


def _median_days(
    db: Connection, c: Any, asked: Asked, span: str, types: Sequence[str]
) -> dict[str, float | None]:
    """{type: the median of `took` or `waited` in days with one decimal, None without any}."""
    number, of = (
        func.row_number().over(partition_by=c.type, order_by=c[span]),
        func.count().over(partition_by=c.type),
    )
    spans = select(c.type, c[span].label("span"), number.label("n"), of.label("of")).where(
        _in_period(c, asked, types), c[span].is_not(None)
    )
    ranked = spans.subquery()
    middle = ranked.c.n.between((ranked.c.of + 1) // 2, (ranked.c.of + 2) // 2)
    found: dict[str, list[int]] = {type: [] for type in types}
    for type, took in db.execute(select(ranked.c.type, ranked.c.span).where(middle)):
        found[type].append(took)
    return {type: round(sum(each) / len(each) / DAY, 1) if each else None for type, each in found.items()}


def spread(db: Connection, asked: Asked) -> dict[str, Any]:
    """What a dashboard shows beside the overview: confirmed placements {by_month: {"2026-01": {total, outside_ministry, ministry}},
    by_centre: {province: ...}}, {accepted: different cases that a partner accepted}, {waited_days: {step: median days since the case's
    step before}}."""
    c = _facts(db, asked)
    accepted = _in_period(c, asked, ("ReferralAccepted",))
    cases = db.execute(select(func.count()).where(accepted, _first_in(c, asked))).scalar_one()
    month = func.substr(c.day, 1, 7)
    grouped = (
        select(month, c.centre, c.outside_ministry, func.count())
        .where(_in_period(c, asked, ("PlacementConfirmed",)))
        .group_by(month, c.centre, c.outside_ministry)
    )
    found: dict[str, Any] = {"by_month": {}, "by_centre": {}}
    for in_month, centre, outside, count in db.execute(grouped):
        for name, key in (("by_month", in_month), ("by_centre", centre)):
            row = found[name].setdefault(key, {"total": 0, "outside_ministry": 0, "ministry": 0})
            row["total"] += count
            row["outside_ministry" if outside else "ministry"] += count
    waited = _median_days(db, c, asked, "waited", STEPS[1:])
    return {**found, "accepted": cases, "waited_days": {WAITED[type]: days for type, days in waited.items()}}


def behind(
    db: Connection, asked: Asked, figure: str, value: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The rows that a figure of `overview` counts, newest first, as {items, next}. Figures of cases name each case once, with the
    latest such fact in the period."""
    c = _facts(db, asked)
    by_case = {name: type for type, name in CASES.items()}
    by_case |= {"accepted": "ReferralAccepted", "label": "ScreeningCompleted"}
    type = by_case.get(figure) or ("ReferralDeclined" if figure == "declined" else "PlacementConfirmed")
    rows = select(c.position, c.occurred, *(c[name] for name in SHOWN)).where(_in_period(c, asked, (type,)))
    if figure in by_case:
        rows = rows.where(_last_in(c, asked))
    match figure:
        case "outside" | "ministry":
            rows = rows.where(c.outside_ministry.is_(figure == "outside"))
        case "employment":
            rows = rows.where(c.path.in_(EMPLOYER_PATHS))
        case "in_work":
            rows = rows.where(c.path.in_(EMPLOYER_PATHS), c.in_work.is_(True))
        case "path":
            rows = rows.where(c.path == value)
        case "declined" if value:
            rows = rows.where(c.reason == value)
        case "label":
            rows = rows.where((" " + c.labels + " ").contains(f" {value} ", autoescape=True))
    if cursor:
        occurred, last = page_cursor(cursor, 2)
        if not all(isinstance(number, int) and abs(number) < 2**63 for number in (occurred, last)):
            raise Invalid({"cursor": ["Not a cursor of this list."]})
        same = and_(c.occurred == occurred, c.position < last)
        rows = rows.where(or_(c.occurred < occurred, same))
    listed = db.execute(rows.order_by(c.occurred.desc(), c.position.desc()).limit(limit + 1)).all()
    more = listed[limit - 1] if len(listed) > limit else None
    return {
        "items": [{name: getattr(row, name) for name in SHOWN} for row in listed[:limit]],
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
