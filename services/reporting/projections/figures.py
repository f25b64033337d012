"""Figures counted from the milestones of a period."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, and_, case, func, select

from services.codes import EMPLOYER_PATHS
from services.reporting import answers
from services.reporting.projections.milestones import CASES, STEPS, WAITED
from services.reporting.projections.period import Period, facts_of, first_in, in_period, last_in

DAY = 86_400_000_000  # microseconds


def get(db: Connection, period: Period, fewest: int = 1) -> answers.Figures:
    """The figures of `GET /api/v1/reports/overview`. What counts is what happened in the period and was recorded by
    `as_of`.

    cases: different cases that were, in the period, opened; screened (ScreeningCompleted, the first or again); planned
    (PlanAgreed); referred (ReferralSent, also when the place was then refused); placed (PlacementConfirmed); closed
    (CaseClosed, also when reopened later). A case counts once under each name.
    placements: confirmed placements, so a case placed twice counts twice; share_outside of all of them, None without
    any. by_path: placements by the plan's path. by_label: cases screened in the period by the labels met at the latest
    of those screenings. median_days: from the opening of a case to its first screening, accepted referral and
    placement, for those whose first one lies in the period. Days of 24 hours with one decimal; None of less
    than `fewest` (a median of a few would tell of one).
    declined: declined referrals by reason. employment: started = placements on employers' paths in the period; in_work
    = how many of these were in work at their latest follow-up, whenever that was.
    Nothing of a referral entered in error counts. A centre's figures are those of the facts recorded for it.
    """
    c = facts_of(db, period)
    facts, cases, working = (
        func.count(),
        func.sum(case((first_in(c, period), 1), else_=0)),
        func.sum(c.in_work.cast(Integer)),
    )
    grouped = (
        select(c.type, c.path, c.outside_ministry, c.reason, facts, cases, working)
        .where(in_period(c, period, (*CASES, "ReferralDeclined")))
        .group_by(c.type, c.path, c.outside_ministry, c.reason)
    )
    rows = db.execute(grouped).all()

    def cases_with(type: str) -> int:
        return sum(row[5] for row in rows if row.type == type)

    placed = [
        (path, outside, n, in_work or 0)
        for type, path, outside, _, n, _, in_work in rows
        if type == "PlacementConfirmed"
    ]
    total = sum(n for _, _, n, _ in placed)
    outside = sum(n for _, is_outside, n, _ in placed if is_outside)
    at_work = [(n, in_work) for path, _, n, in_work in placed if path in EMPLOYER_PATHS]
    medians = _median_days(
        db, c, period, "took", ("ScreeningCompleted", "ReferralAccepted", "PlacementConfirmed"), fewest
    )
    return {
        "cases": {
            "opened": cases_with("CaseOpened"),
            "screened": cases_with("ScreeningCompleted"),
            "planned": cases_with("PlanAgreed"),
            "referred": cases_with("ReferralSent"),
            "placed": cases_with("PlacementConfirmed"),
            "closed": cases_with("CaseClosed"),
        },
        "placements": {
            "total": total,
            "outside_ministry": outside,
            "ministry": total - outside,
            "share_outside": round(outside / total, 4) if total else None,
        },
        "by_path": _summed((path, n) for path, _, n, _ in placed),
        "by_label": _by_label(db, c, period),
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


def _by_label(db: Connection, c: Any, period: Period) -> dict[str, int]:
    latest = and_(in_period(c, period, ("ScreeningCompleted",)), last_in(c, period))
    grouped = select(c.labels, func.count()).where(latest).group_by(c.labels)
    return _summed((label, count) for labels, count in db.execute(grouped) for label in labels.split())


def _median_days(
    db: Connection, c: Any, period: Period, span: str, types: Sequence[str], fewest: int
) -> dict[str, float | None]:
    """{type: the median of `took` or `waited` in days with one decimal, None of less than `fewest`}."""
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
    return {type: round(sum(each) / len(each) / DAY, 1) if each else None for type, each in found.items()}


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
