"""Small counts: hidden from those who may not see cases, and not to be worked out by one who knows the rule."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.codes import DECLINE_REASONS, EMPLOYER_PATHS, LABELS, PATHS
from services.reporting import small_cells
from services.reporting.measures import MEASURES, SPLIT_PARTS
from services.reporting.small_cells import FEW, SMALL, WITHHELD, Hidden, kinds_of, parts_of, single

COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 7), st.integers(8, 60))
KEYS = "abcd"


def worlds(total, length):
    """All counts that add up to a total."""
    return (each for each in product(range(total + 1), repeat=length) if sum(each) == total)


def shown(counts):
    return parts_of(dict(zip(KEYS, counts, strict=False)))


@given(st.lists(COUNTS.filter(lambda n: n < 14), min_size=1, max_size=4))
def test_beside_a_total_every_hidden_count_could_be_another(counts):
    """Whoever knows the total, what is shown and how it is chosen what to hide finds at least two answers for each
    hidden count."""
    said = shown(counts)
    # The total of counts that are all withheld is not shown either.
    totals = range(1, 2 * SMALL + 14) if set(said.values()) == {WITHHELD} else [sum(counts)]
    possible = [world for total in totals for world in worlds(total, len(counts)) if shown(world) == said]
    assert tuple(counts) in possible or sum(counts) not in totals
    for place, key in enumerate(KEYS[: len(counts)]):
        if isinstance(said[key], Hidden):
            assert len({world[place] for world in possible}) > 1, (counts, said)


@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_no_small_count_is_shown_and_no_large_one_is_called_few(counts):
    said = parts_of({str(number): count for number, count in enumerate(counts)})
    for number, count in enumerate(counts):
        cell = said[str(number)]
        assert cell == count or isinstance(cell, Hidden)
        assert not 0 < count < SMALL or isinstance(cell, Hidden)
        assert cell is not FEW or 0 < count < SMALL
    if all(count == 0 or count >= SMALL for count in counts):
        assert list(said.values()) == counts


def test_examples_of_what_is_hidden_with_a_small_count():
    assert parts_of({"a": 3, "b": 20, "c": 30, "d": 0}) == {"a": FEW, "b": WITHHELD, "c": 30, "d": 0}
    assert parts_of({"a": 3, "b": 5, "c": 30}) == {"a": FEW, "b": WITHHELD, "c": 30}  # five is large enough
    assert parts_of({"a": 1, "b": 5, "c": 0}) == dict.fromkeys("abc", WITHHELD)  # six could be nothing else
    assert parts_of({"a": 4, "b": 4}) == dict.fromkeys("ab", WITHHELD)
    assert [single(count) for count in (0, 1, 4, 5)] == [0, FEW, FEW, 5]


DAYS = (7, 30, 90, 180, 365)
SHARES = tuple(f"share_{days}" for days in DAYS)


def some_codes(measure):
    """Up to three codes with how many there are of each; one, of a part of no total."""
    codes = measure.codes[: 3 if measure.of_total else 1]
    return st.fixed_dictionaries(dict.fromkeys(codes, COUNTS))


@st.composite
def overviews(draw):
    """The figures of a period as they are counted."""
    by_path = {path: draw(COUNTS) for path in draw(st.lists(st.sampled_from(PATHS), unique=True))}
    by_path = {path: count for path, count in by_path.items() if count}
    total = sum(by_path.values())
    home = by_path.get("return_family", 0)
    outside = draw(st.integers(0, total - home))
    started = sum(by_path.get(path, 0) for path in EMPLOYER_PATHS)
    cases = {name: draw(COUNTS) for name in ("opened", "screened", "planned", "referred", "placed", "closed")}
    figures = {
        "cases": cases,
        "placements": {
            "total": total,
            "outside_ministry": outside,
            "ministry": total - home - outside,
            "family": home,
        },
        "share_outside": outside / (total - home) if total > home else None,
        "by_path": by_path,
        "by_label": {"disabled": draw(COUNTS)},
        "median_days": {"to_screening": 1.0, "to_acceptance": 2.0, "to_placement": 3.0},
        "declined": {"cost": draw(COUNTS)},
        "employment": {"started": started, "in_work": draw(st.integers(0, started))},
        "follow_ups": {"in_time_30": draw(COUNTS), "late_30": draw(COUNTS), "missed_30": draw(COUNTS)},
        "in_place": {f"{name}_{days}": draw(COUNTS) for days in DAYS for name in ("still", "gone")},
        "referrals": {"no_place": draw(COUNTS), "waitlisted": draw(COUNTS)},
        "stays": {"begun": draw(COUNTS), "placed": draw(COUNTS), "ran_out": draw(COUNTS)},
        "reviews": {"too_late": draw(COUNTS)},
        "reviewed": draw(COUNTS),
        "split": {part: draw(some_codes(MEASURES[part])) for part in SPLIT_PARTS},
    }
    return figures


def equations(seen):
    """What adds up on the page: [(parts, whole)]."""
    paths = {path: seen["by_path"].get(path, 0) for path in PATHS}
    started, total = seen["employment"]["started"], seen["placements"]["total"]
    yield [paths[path] for path in EMPLOYER_PATHS], started
    others = [path for path in PATHS if path not in (*EMPLOYER_PATHS, "return_family")]
    yield [paths[path] for path in others], total - started - seen["placements"]["family"]
    yield [*paths.values()], total
    for part in SPLIT_PARTS:
        if MEASURES[part].of_total:  # how many they are is another figure of the page
            yield [*seen[part].values()], 0
    for days in DAYS:  # whoever was followed up was in place or was not
        yield [seen["in_place"][f"{name}_{days}"] for name in ("still", "gone")], 0


@given(overviews())
def test_no_sum_in_an_answer_gives_a_hidden_count_away(figures):
    """In no sum is one number alone hidden: so going from sum to sum finds none."""
    for parts, _ in equations(small_cells.overview(figures)):
        assert sum(part is None for part in parts) != 1, parts


@given(overviews())
def test_whose_missed_deadlines_were_does_not_tell_which_few_they_were(figures):
    seen = small_cells.overview(figures)
    if None in seen["deadlines_missed"].values():
        assert not any(seen["deadlines_missed_by"].values())


@given(overviews())
def test_how_many_were_placed_where_stands_and_of_what_kind_few_were_does_not(figures):
    seen = small_cells.overview(figures)
    for name in ("cases", "median_days", "employment"):
        assert seen[name] == figures[name]
    assert seen["placements"] == {**figures["placements"], "share_outside": figures["share_outside"]}
    for name in ("by_label", "declined", "by_path", "in_place", "reviews", *SPLIT_PARTS):
        others = ("return_family", *SHARES)
        kinds = {kind: count for kind, count in seen[name].items() if kind not in others}
        assert not any(count is not None and 0 < count < SMALL for count in kinds.values())


@given(overviews())
def test_every_hidden_count_is_there_as_nothing_with_the_reason_beside_it(figures):
    seen = small_cells.overview(figures)
    missing = {
        f"{part}.{kind}"
        for part in ("by_label", "declined", "by_path", "in_place", "reviews", *SPLIT_PARTS)
        for kind, count in seen[part].items()
        if count is None and kind not in SHARES
    }
    assert seen["hidden"].keys() == missing
    assert set(seen["hidden"].values()) <= {"few", "withheld"}


def test_of_fewer_than_five_cases_no_kind_is_told_not_even_that_there_was_none():
    assert kinds_of({"child": 1}, ("child", "beggar"), 4) == dict.fromkeys(("child", "beggar"), WITHHELD)
    assert kinds_of({"child": 1}, ("child", "beggar"), 5) == {"child": FEW}
    assert kinds_of({}, ("child",), 0) == {}


@given(overviews())
def test_one_screened_and_declined_case_says_nothing_of_itself(figures):
    counts = {"by_label": {"child": 1}, "declined": {"health_beyond_care": 1}}
    seen = small_cells.overview(figures | counts | {"cases": figures["cases"] | {"screened": 1}})
    assert seen["by_label"] == dict.fromkeys(LABELS)
    assert seen["declined"] == dict.fromkeys(DECLINE_REASONS)


@given(overviews())
def test_who_sees_cases_is_told_every_count(figures):
    seen = {
        name: value for name, value in figures.items() if name not in ("share_outside", "split", "reviewed")
    }
    placements = {**figures["placements"], "share_outside": figures["share_outside"]}
    told = small_cells.whole(figures)
    shares = {name: told["in_place"].pop(name) for name in SHARES}
    assert told == seen | {**figures["split"], "placements": placements, "hidden": {}}
    still, gone = figures["in_place"]["still_30"], figures["in_place"]["gone_30"]
    assert shares["share_30"] == (round(still / (still + gone), 4) if still + gone else None)


@given(overviews())
def test_no_share_gives_away_how_many_were_gone(figures):
    seen = small_cells.overview(figures)["in_place"]
    for days in DAYS:
        hidden = None in (seen[f"still_{days}"], seen[f"gone_{days}"])
        assert not hidden or seen[f"share_{days}"] is None
