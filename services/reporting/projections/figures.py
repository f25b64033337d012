"""Figures counted from the milestones of a period."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate

from sqlalchemy import Connection

from services.reporting import answers
from services.reporting.measures import MEASURES, MEDIANS, SPLIT_PARTS, Measure, told_of
from services.reporting.projections.counting import Counting, Group
from services.reporting.projections.milestones import REVIEWED, STEPS, WAITED
from services.reporting.projections.period import Period


def get(db: Connection, period: Period, fewest: int = 1) -> answers.Figures:
    """The figures of `GET /api/v1/reports/overview`. What counts is what happened in the period and was recorded by
    `as_of`.

    Each number is a measure (services/reporting/measures.py), by its name in its part. share_outside is of the
    placements with a partner or the ministry, None without any: who returned to the family is counted apart.
    median_days: for cases whose first fact of the kind lies in the period. Calendar days in Thailand (between two where
    their number is even); None of less than `fewest` (a median of a few would tell of one). in_work is as the latest
    follow-up that speaks of work says, whenever that was; nobody is in work by a placement that is over. Nothing of a
    referral entered in error counts. A centre's figures are those of the facts recorded for it. A case counts as closed
    also when it was opened again later, as referred also when the place was then refused.
    """
    counting = Counting(db, period)
    rows = _by_type(counting.groups({each.counts for each in MEASURES.values() if not each.beside}))
    placements = _counts(rows, "placements")
    taken_in = placements["outside_ministry"] + placements["ministry"]
    medians = _medians(counting.days("took", [each.counts for each in MEDIANS]), fewest)
    return {
        "cases": _counts(rows, "cases"),
        "placements": placements,
        "share_outside": round(placements["outside_ministry"] / taken_in, 4) if taken_in else None,
        "by_path": _by_code(rows, MEASURES["path"]),
        "by_label": dict(sorted(counting.labels("ScreeningCompleted").items())),
        "median_days": {each.name: medians[each.counts] for each in MEDIANS},
        "declined": _by_code(rows, MEASURES["declined"]),
        "employment": _counts(rows, "employment"),
        "follow_ups": _counts(rows, "follow_ups"),
        "in_place": _counts(rows, "in_place"),
        "referrals": _counts(rows, "referrals"),
        "stays": _counts(rows, "stays"),
        "reviews": dict(sorted(counting.labels(REVIEWED).items())),
        "reviewed": sum(row.cases for row in rows[REVIEWED]),
        "split": {code: _by_code(rows, MEASURES[code]) for code in SPLIT_PARTS},
    }


Groups = Mapping[str, Sequence[Group]]  # by their type; of every other there are none


def _by_type(rows: Sequence[Group]) -> Groups:
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for row in rows:
        found[row.type].append(row)
    return found


def _counts(rows: Groups, part: str) -> dict[str, int]:
    """The counts of a part by name."""
    return {
        each.name: sum(row.cases if each.once else row.facts for row in _of(rows, each))
        for each in told_of(part)
    }


def _by_code(rows: Groups, measure: Measure) -> dict[str, int]:
    column = measure.by
    assert column, "only a measure that is split has codes"
    total: Counter[str] = Counter()
    for row in _of(rows, measure):
        if (code := row.columns[column]) is not None:  # a return to the family is by no partner of any kind
            total[str(code)] += row.facts
    return dict(sorted(total.items()))


def _of(rows: Groups, measure: Measure) -> Sequence[Group]:
    """What a measure counts."""
    found = rows[measure.counts]
    for column, values in measure.where.items():
        found = [row for row in found if row.columns[column] in values]
    return found


def _medians(days: Mapping[str, Counter[int]], fewest: int) -> dict[str, float | None]:
    """{type: the median days, None of less than `fewest`}."""
    return {
        type: round(median(counts), 1) if counts.total() >= fewest else None for type, counts in days.items()
    }


def median(counts: Counter[int]) -> float:
    every = counts.total()
    lower, upper = (every + 1) // 2, every // 2 + 1
    reached = list(accumulate(count for _, count in sorted(counts.items())))
    days = sorted(counts)
    return (days[bisect_left(reached, lower)] + days[bisect_left(reached, upper)]) / 2


def get_placements(db: Connection, period: Period, fewest: int = 1) -> answers.PlacementsSpread:
    """What a dashboard shows beside the overview; medians of no fewer than `fewest` cases."""
    counting = Counting(db, period)
    by_month: dict[str, answers.Placements] = {}
    by_centre: dict[str, answers.Placements] = {}
    for (month, centre, outside), count in sorted(
        counting.placements().items(), key=lambda each: each[0][:2]
    ):
        for by_key, key in ((by_month, month), (by_centre, centre)):
            row = by_key.setdefault(key, answers.no_placements())
            row["total"] += count
            row["family" if outside is None else "outside_ministry" if outside else "ministry"] += count
    return {
        "by_month": by_month,
        "by_centre": by_centre,
        "accepted": sum(row.cases for row in counting.groups({"ReferralAccepted"})),
        "waited_days": {
            WAITED[type]: days for type, days in _medians(counting.days("waited", STEPS[1:]), fewest).items()
        },
    }
