"""Counts of what kind of people they were, that a reader who may not see cases must not read: of one to four, somebody
may be known.

How many were placed where and when is what the ministry steers by, and says nothing of anybody: those counts stand as
they are. A hidden count cannot be worked out: where it is part of a total that is shown, another part is hidden with
it, chosen by its place in the list and not by its size; where that does not help, all parts are withheld. Of fewer than
five cases no kind is told at all, not even that there was none of it. Subtracting one answer from another (a month from
a year, a centre from the country, one `as_of` from a later one) is not guarded against: decision 23.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict

from services.codes import (
    DECLINE_REASONS,
    EMPLOYER_PATHS,
    FAMILY_PATH,
    LABELS,
    NATIONALITIES,
    PATHS,
    SEXES,
    WHOSE,
)
from services.codes.coarse import SMALL, hiding
from services.codes.following import FOLLOW_UP_DAYS
from services.codes.reviews import FINDINGS
from services.codes.waits import WAIT_AGES, WAIT_HOMES, WAIT_KINDS, WAITS
from services.reporting import answers
from services.reporting.measures import MEASURES, told_of


class Hidden(StrEnum):
    FEW = "few"  # one to four
    WITHHELD = "withheld"


Count = int | Hidden
WITHHELD, FEW = Hidden.WITHHELD, Hidden.FEW
# The codes by which all who wait are told apart, each of them being of one.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "sex": tuple(SEXES), "age": tuple(WAIT_AGES), "nationality": tuple(NATIONALITIES), "domicile": tuple(WAIT_HOMES),
}  # fmt: skip


def single(count: int) -> Count:
    """A count that is part of no total."""
    return FEW if 0 < count < SMALL else count


def kinds_of(counts: Mapping[str, int], kinds: tuple[str, ...], total: int) -> dict[str, Count]:
    """Counts that are part of no total, of `total` cases or referrals, each of which is of one or several kinds."""
    if 0 < total < SMALL:
        return dict.fromkeys(kinds, WITHHELD)
    return {kind: single(count) for kind, count in counts.items()}


def parts_of(parts: Mapping[str, int]) -> dict[str, Count]:
    """Counts whose sum is shown, or can be worked out. Withheld are either all of them, even the noughts, or none but
    one."""
    few, large = hiding(parts)
    if not few:
        return dict(parts)
    if large is None:
        return dict.fromkeys(parts, WITHHELD)
    return {key: FEW if key in few else WITHHELD if key == large else count for key, count in parts.items()}


def whole(figures: answers.Figures) -> answers.FiguresShown:
    """Figures of which nothing is hidden."""
    return {
        "cases": {**figures["cases"]},
        "placements": {**figures["placements"], "share_outside": figures["share_outside"]},
        "by_path": {**figures["by_path"]},
        "by_label": {**figures["by_label"]},
        "median_days": figures["median_days"],
        "declined": {**figures["declined"]},
        "employment": {**figures["employment"]},
        "follow_ups": {**figures["follow_ups"]},
        "in_place": {**figures["in_place"], **_shares(figures["in_place"])},
        "referrals": {**figures["referrals"]},
        "stays": {**figures["stays"]},
        "expired": {**figures["split"]["expired"]},
        "withdrawn": {**figures["split"]["withdrawn"]},
        "failed": {**figures["split"]["failed"]},
        "ended": {**figures["split"]["ended"]},
        "declined_by": {**figures["split"]["declined_by"]},
        "withdrawn_by": {**figures["split"]["withdrawn_by"]},
        "failed_by": {**figures["split"]["failed_by"]},
        "tasks": {**figures["split"]["tasks"]},
        "tasks_done": {**figures["split"]["tasks_done"]},
        "tasks_in_time": {**figures["split"]["tasks_in_time"]},
        "ratifications": {**figures["split"]["ratifications"]},
        "agreement": {**figures["split"]["agreement"]},
        "out_of_order": {**figures["split"]["out_of_order"]},
        "sent_out_of_order": {**figures["split"]["sent_out_of_order"]},
        "reviews": {**figures["reviews"]},
        "returned_elsewhere": {**figures["split"]["returned_elsewhere"]},
        "from_elsewhere": {**figures["split"]["from_elsewhere"]},
        "told_by_kind": {**figures["split"]["told_by_kind"]},
        "told_by_channel": {**figures["split"]["told_by_channel"]},
        "late_by_kind": {**figures["split"]["late_by_kind"]},
        "late_by_channel": {**figures["split"]["late_by_channel"]},
        "missed_by_kind": {**figures["split"]["missed_by_kind"]},
        "missed_by_channel": {**figures["split"]["missed_by_channel"]},
        "deadlines_missed": {**figures["split"]["deadlines_missed"]},
        "deadlines_missed_by": {**figures["split"]["deadlines_missed_by"]},
        "returned_6": {**figures["split"]["returned_6"]},
        "returned_12": {**figures["split"]["returned_12"]},
        "returned_24": {**figures["split"]["returned_24"]},
        "hidden": {},
    }


def overview(figures: answers.Figures) -> answers.FiguresShown:
    """The figures of a period (contract: reports/overview) as who may not see cases may see them."""
    # Adopted rules may have added paths and labels: they are kinds as the others are.
    paths = dict.fromkeys((*PATHS, *figures["by_path"]))
    every_path = {path: figures["by_path"].get(path, 0) for path in paths}
    # The sum of the employers' paths is a figure of its own, so theirs and the others' are two totals; how many
    # returned to the family is one by itself.
    with_employers = {path: every_path.pop(path) for path in EMPLOYER_PATHS}
    home = {FAMILY_PATH: every_path.pop(FAMILY_PATH)}
    every = parts_of(every_path) | parts_of(with_employers) | home
    by_path = {path: count for path, count in every.items() if count != 0}
    by_label = kinds_of(
        figures["by_label"],
        tuple(dict.fromkeys((*LABELS, *figures["by_label"]))),
        figures["cases"]["screened"],
    )
    declined = kinds_of(figures["declined"], DECLINE_REASONS, sum(figures["declined"].values()))
    reviews = kinds_of(figures["reviews"], FINDINGS, figures["reviewed"])
    split = {part: _kinds(part, counts) for part, counts in figures["split"].items()}
    if any(isinstance(count, Hidden) for count in split["deadlines_missed"].values()):
        # Whose a deadline is, is said of each: the sums by that would tell what is hidden.
        split["deadlines_missed_by"] = dict.fromkeys(WHOSE, WITHHELD)
    in_place = _in_place(figures["in_place"])
    cases, placements, employment, follow_ups, referrals, stays = (
        _named(part, counts)
        for part, counts in (
            ("cases", figures["cases"]),
            ("placements", figures["placements"]),
            ("employment", figures["employment"]),
            ("follow_ups", figures["follow_ups"]),
            ("referrals", figures["referrals"]),
            ("stays", figures["stays"]),
        )
    )
    return {
        "cases": _numbers(cases),
        "placements": {**_numbers(placements), "share_outside": figures["share_outside"]},
        "by_path": _numbers(by_path),
        "by_label": _numbers(by_label),
        "median_days": figures["median_days"],
        "declined": _numbers(declined),
        "employment": _numbers(employment),
        "follow_ups": _numbers(follow_ups),
        "in_place": {**_numbers(in_place), **_shares(in_place)},
        "referrals": _numbers(referrals),
        "stays": _numbers(stays),
        "expired": _numbers(split["expired"]),
        "withdrawn": _numbers(split["withdrawn"]),
        "failed": _numbers(split["failed"]),
        "ended": _numbers(split["ended"]),
        "declined_by": _numbers(split["declined_by"]),
        "withdrawn_by": _numbers(split["withdrawn_by"]),
        "failed_by": _numbers(split["failed_by"]),
        "tasks": _numbers(split["tasks"]),
        "tasks_done": _numbers(split["tasks_done"]),
        "tasks_in_time": _numbers(split["tasks_in_time"]),
        "ratifications": _numbers(split["ratifications"]),
        "agreement": _numbers(split["agreement"]),
        "out_of_order": _numbers(split["out_of_order"]),
        "sent_out_of_order": _numbers(split["sent_out_of_order"]),
        "reviews": _numbers(reviews),
        "returned_elsewhere": _numbers(split["returned_elsewhere"]),
        "from_elsewhere": _numbers(split["from_elsewhere"]),
        "told_by_kind": _numbers(split["told_by_kind"]),
        "told_by_channel": _numbers(split["told_by_channel"]),
        "late_by_kind": _numbers(split["late_by_kind"]),
        "late_by_channel": _numbers(split["late_by_channel"]),
        "missed_by_kind": _numbers(split["missed_by_kind"]),
        "missed_by_channel": _numbers(split["missed_by_channel"]),
        "deadlines_missed": _numbers(split["deadlines_missed"]),
        "deadlines_missed_by": _numbers(split["deadlines_missed_by"]),
        "returned_6": _numbers(split["returned_6"]),
        "returned_12": _numbers(split["returned_12"]),
        "returned_24": _numbers(split["returned_24"]),
        "hidden": _hidden(
            {
                "cases": cases,
                "placements": placements,
                "by_path": by_path,
                "by_label": by_label,
                "declined": declined,
                "employment": employment,
                "follow_ups": follow_ups,
                "in_place": in_place,
                "referrals": referrals,
                "stays": stays,
                "reviews": reviews,
                **split,
            }
        ),
    }


class WaitsShown(TypedDict):
    decision: answers.WaitOf
    place: answers.WaitOf
    hidden: dict[str, str]


Groups = Mapping[tuple[str, str], answers.WaitDays]  # of projections.waits
NOBODY: answers.WaitDays = {"cases": 0, "median_days": None, "longest_days": None}


def waits(sums: Mapping[tuple[str, str], Groups], hides: bool) -> WaitsShown:
    """{(wait, when): its groups} as a reader may see them: of a group whose count is hidden, no days are told."""
    hidden: dict[str, str] = {}
    told = {wait: _wait_of(wait, sums, hides, hidden) for wait in WAITS}
    return {"decision": told["decision"], "place": told["place"], "hidden": hidden}


def _wait_of(
    wait: str, sums: Mapping[tuple[str, str], Groups], hides: bool, hidden: dict[str, str]
) -> answers.WaitOf:
    cells: dict[tuple[str, str], answers.Wait] = {}
    for when in ("now", "over"):
        groups = sums[wait, when]
        shown = _shown(groups) if hides else {}
        for key in dict.fromkeys((*groups, *shown)):
            cell, count = groups.get(key, NOBODY), shown.get(key)
            if isinstance(count, Hidden):
                hidden[f"{wait}.{when}.{key[0]}.{key[1]}"] = count.value
                cell = {**NOBODY, "cases": None}
            elif hides and 0 < (cell["cases"] or 0) < SMALL:  # of everybody: how many, and no days
                cell = {**NOBODY, "cases": cell["cases"]}
            both = cells.setdefault(key, {"now": NOBODY, "over": NOBODY})
            if when == "now":
                both["now"] = cell
            else:
                both["over"] = cell
    by = {kind: {code: both for (of, code), both in cells.items() if of == kind} for kind in WAIT_KINDS}
    return {"all": cells["all", ""], "by": by}


def _shown(groups: Groups) -> dict[tuple[str, str], Count]:
    """How many are of a group: everybody is of one sex, age, nationality and domicile, and of any number of labels."""
    total = groups["all", ""]["cases"] or 0
    found: dict[tuple[str, str], Count] = {}
    for kind in WAIT_KINDS:
        counts = {code: each["cases"] or 0 for (of, code), each in groups.items() if of == kind}
        if kind == "label":
            every = kinds_of(counts, tuple(dict.fromkeys((*LABELS, *counts))), total)
        else:
            every = parts_of({**dict.fromkeys(GROUPS[kind], 0), **counts})
        found |= {(kind, code): count for code, count in every.items() if count != 0}
    return found


def _kinds(part: str, counts: Mapping[str, int]) -> dict[str, Count]:
    """The counts of a part that is split by the codes of its measure."""
    codes, of_total = MEASURES[part].codes, MEASURES[part].of_total
    assert codes, "only a measure that is split has codes"
    if of_total:
        every = parts_of({**dict.fromkeys(codes, 0), **counts})
        return {code: count for code, count in every.items() if count != 0}
    return kinds_of(counts, codes, sum(counts.values()))


def _named(part: str, counts: Mapping[str, int]) -> dict[str, Count]:
    """The counts of a part, of which some tell what kind of people they were."""
    of_kind = {each.name for each in told_of(part) if each.of_kind}
    return {name: single(count) if name in of_kind else count for name, count in counts.items()}


def _in_place(counts: Mapping[str, int]) -> dict[str, Count]:
    """Who was still in place and who was not, of each follow-up: together they are those of whom it was found, which
    can be worked out from how the follow-ups were made."""
    shown: dict[str, Count] = {}
    for days in FOLLOW_UP_DAYS:
        shown |= parts_of({name: counts[name] for name in (f"still_{days}", f"gone_{days}")})
    return shown


def _shares(counts: Mapping[str, Count]) -> dict[str, float | None]:
    """Of each follow-up the share of those who were still in place; None without any, and where a count is hidden."""
    shares: dict[str, float | None] = {}
    for days in FOLLOW_UP_DAYS:
        still, gone = counts[f"still_{days}"], counts[f"gone_{days}"]
        shares[f"share_{days}"] = None
        if not isinstance(still, Hidden) and not isinstance(gone, Hidden) and still + gone:
            shares[f"share_{days}"] = round(still / (still + gone), 4)
    return shares


def _numbers(counts: Mapping[str, Count]) -> dict[str, int | None]:
    return {key: None if isinstance(count, Hidden) else count for key, count in counts.items()}


def _hidden(parts: Mapping[str, Mapping[str, Count]]) -> dict[str, str]:
    return {
        f"{part}.{key}": count.value
        for part, counts in parts.items()
        for key, count in counts.items()
        if isinstance(count, Hidden)
    }
