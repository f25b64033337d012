"""Figures counted from the milestones of a period."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, func, select

from services.reporting import answers
from services.reporting.measures import LOST_PARTS, MEASURES, MEDIANS, Measure, told_of
from services.reporting.projections.milestones import STEPS, WAITED
from services.reporting.projections.period import Period, facts_of, first_in, in_period, last_in

# By which facts are told apart; labels are several of one fact.
COLUMNS = sorted(
    {column for each in MEASURES.values() for column in (*each.where, each.by) if column} - {"labels"}
)
Group = RowMapping  # {type, the columns, facts, cases}


def get(db: Connection, period: Period, fewest: int = 1) -> answers.Figures:
    """The figures of `GET /api/v1/reports/overview`. What counts is what happened in the period and was recorded by
    `as_of`.

    Each number is a measure (services/reporting/measures.py), by its name in its part. share_outside is of all
    placements, None without any. median_days: for cases whose first fact of the kind lies in the period. Calendar days
    in Thailand (between two where their number is even); None of less than `fewest` (a median of a few would tell of
    one). in_work is as the latest follow-up that speaks of work says, whenever that was; nobody is in work by a
    placement that is over. Nothing of a referral entered in error counts. A centre's figures are those of
    the facts recorded for it. A case counts as closed also when it was opened again later, as referred also when the
    place was then refused.
    """
    c = facts_of(db, period)
    facts, cases = func.count(), func.sum(case((first_in(c, period), 1), else_=0))
    by = [c[column] for column in COLUMNS]
    grouped = (
        select(c.type, *by, facts.label("facts"), cases.label("cases"))
        .where(in_period(c, period, {each.counts for each in MEASURES.values() if not each.beside}))
        .group_by(c.type, *by)
    )
    rows = [row._mapping for row in db.execute(grouped)]
    placements = _counts(rows, "placements")
    total = placements["total"]
    medians = _median_days(db, c, period, "took", [each.counts for each in MEDIANS], fewest)
    return {
        "cases": _counts(rows, "cases"),
        "placements": placements,
        "share_outside": round(placements["outside_ministry"] / total, 4) if total else None,
        "by_path": _by_code(rows, MEASURES["path"]),
        "by_label": _by_label(db, c, period),
        "median_days": {each.name: medians[each.counts] for each in MEDIANS},
        "declined": _by_code(rows, MEASURES["declined"]),
        "employment": _counts(rows, "employment"),
        "referrals": _counts(rows, "referrals"),
        "lost": {code: _by_code(rows, MEASURES[code]) for code in LOST_PARTS},
    }


def _counts(rows: Sequence[Group], part: str) -> dict[str, int]:
    """The counts of a part by name."""
    return {
        each.name: sum(row["cases" if each.once else "facts"] for row in _of(rows, each))
        for each in told_of(part)
    }


def _by_code(rows: Sequence[Group], measure: Measure) -> dict[str, int]:
    column = measure.by
    assert column, "only a measure that is split has codes"
    return _summed((row[column], row["facts"]) for row in _of(rows, measure))


def _of(rows: Sequence[Group], measure: Measure) -> list[Group]:
    """What a measure counts."""
    return [
        row
        for row in rows
        if row["type"] == measure.counts
        and all(row[column] in values for column, values in measure.where.items())
    ]


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for key, count in counts:
        total[key] += count
    return dict(sorted(total.items()))


def _by_label(db: Connection, c: Any, period: Period) -> dict[str, int]:
    latest = and_(in_period(c, period, ("ScreeningCompleted",)), last_in(c, period))
    grouped = select(c.labels, func.count()).where(latest).group_by(c.labels)
    return _summed((label, count) for labels, count in db.execute(grouped) for label in labels.split())


def _median_days(
    db: Connection, c: Any, period: Period, span: str, types: Sequence[str], fewest: int
) -> dict[str, float | None]:
    """{type: the median of `took` or `waited` in days, None of less than `fewest`}."""
    number, of = (
        func.row_number().over(partition_by=c.type, order_by=c[span]),
        func.count().over(partition_by=c.type),
    )
    spans = select(c.type, c[span].label("span"), number.label("n"), of.label("of")).where(
        in_period(c, period, types), c[span].is_not(None)
    )
    ranked = spans.subquery()
    middle = ranked.c.n.between((ranked.c.of + 1) // 2, (ranked.c.of + 2) // 2)
    found: dict[str, list[int]] = {type: [] for type in types}
    for type, took in db.execute(select(ranked.c.type, ranked.c.span).where(middle, ranked.c.of >= fewest)):
        found[type].append(took)
    return {type: round(sum(each) / len(each), 1) if each else None for type, each in found.items()}


def get_placements(db: Connection, period: Period, fewest: int = 1) -> answers.PlacementsSpread:
    """What a dashboard shows beside the overview; medians of no fewer than `fewest` cases."""
    c = facts_of(db, period)
    accepted = in_period(c, period, ("ReferralAccepted",))
    cases = db.execute(select(func.count()).where(accepted, first_in(c, period))).scalar_one()
    month = func.substr(c.day, 1, 7)
    grouped = (
        select(month, c.centre, c.outside_ministry, func.count())
        .where(in_period(c, period, ("PlacementConfirmed",)))
        .group_by(month, c.centre, c.outside_ministry)
    )
    by_month: dict[str, answers.Placements] = {}
    by_centre: dict[str, answers.Placements] = {}
    for in_month, centre, outside, count in db.execute(grouped):
        for by_key, key in ((by_month, in_month), (by_centre, centre)):
            row = by_key.setdefault(key, {"total": 0, "outside_ministry": 0, "ministry": 0})
            row["total"] += count
            row["outside_ministry" if outside else "ministry"] += count
    waited = _median_days(db, c, period, "waited", STEPS[1:], fewest)
    return {
        "by_month": by_month,
        "by_centre": by_centre,
        "accepted": cases,
        "waited_days": {WAITED[type]: days for type, days in waited.items()},
    }
