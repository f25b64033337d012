"""Small counts: hidden from those who may not see cases, and not to be worked out by one who knows the rule."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.codes import EMPLOYER_PATHS, PATHS
from services.web.pages.dashboard import small_cells
from services.web.pages.dashboard.small_cells import FEW, SMALL, WITHHELD, Hidden, parts_of, single

COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 7), st.integers(8, 60))
KEYS = "abcd"


def worlds(total, length):
    """All counts that add up to a total."""
    return (each for each in product(range(total + 1), repeat=length) if sum(each) == total)


def shown(counts):
    return parts_of(dict(zip(KEYS, counts, strict=False)))


@given(st.lists(COUNTS.filter(lambda n: n < 14), min_size=1, max_size=4))
def test_beside_a_total_every_hidden_count_could_be_another(counts):
    """Whoever knows the total, what is shown and how it is chosen what to hide finds at least two answers for each hidden count."""
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
    assert parts_of({"a": 1, "b": 5, "c": 0}) == dict.fromkeys("abc", WITHHELD)  # six could be nothing else
    assert parts_of({"a": 4, "b": 4}) == dict.fromkeys("ab", WITHHELD)
    assert [single(count) for count in (0, 1, 4, 5)] == [0, FEW, FEW, 5]


@st.composite
def overviews(draw):
    """The figures of a period as reporting gives them, with rows by month and centre that add up to them."""
    by_path = {path: draw(COUNTS) for path in draw(st.lists(st.sampled_from(PATHS), unique=True))}
    by_path = {path: count for path, count in by_path.items() if count}
    total = sum(by_path.values())
    outside = draw(st.integers(0, total))
    started = sum(by_path.get(path, 0) for path in EMPLOYER_PATHS)
    cases = {name: draw(COUNTS) for name in ("opened", "screened", "planned", "referred", "placed", "closed")}
    figures = {
        "cases": cases,
        "placements": {
            "total": total,
            "outside_ministry": outside,
            "ministry": total - outside,
            "share_outside": outside / total if total else None,
        },
        "by_path": by_path,
        "by_label": {"disabled": draw(COUNTS)},
        "median_days": {"to_screening": 1.0, "to_acceptance": 2.0, "to_placement": 3.0},
        "declined": {"cost": draw(COUNTS)},
        "employment": {"started": started, "in_work": draw(st.integers(0, started))},
    }
    return figures, {"accepted": draw(COUNTS), "waited_days": {"screened": 1.0, "accepted": 2.0}}


def equations(seen):
    """What adds up on the page: [(parts, whole)]."""
    paths = {path: seen["by_path"].get(path, 0) for path in PATHS}
    started, total = seen["employment"]["started"], seen["placements"]["total"]
    yield [paths[path] for path in EMPLOYER_PATHS], started
    yield [paths[path] for path in PATHS if path not in EMPLOYER_PATHS], total - started
    yield [*paths.values()], total


@given(overviews())
def test_no_sum_on_a_page_gives_a_hidden_count_away(drawn):
    """In no sum is one number alone hidden: so going from sum to sum finds none."""
    figures, _ = drawn
    for parts, _ in equations(small_cells.overview(figures)):
        assert sum(isinstance(part, Hidden) for part in parts) != 1, parts


@given(overviews())
def test_how_many_were_placed_where_stands_and_of_what_kind_few_were_does_not(drawn):
    figures, whole = drawn
    seen = small_cells.overview(figures)
    assert [seen[name] for name in ("cases", "placements", "employment")] == [
        figures[name] for name in ("cases", "placements", "employment")
    ]
    for name in ("by_label", "declined", "by_path"):
        assert not any(isinstance(count, int) and 0 < count < SMALL for count in seen[name].values())
    for name, step in (("to_screening", "screened"), ("to_placement", "placed")):
        assert seen["median_days"][name] is None or figures["cases"][step] >= SMALL
    waited = small_cells.spread(whole, figures["cases"])["waited_days"]
    assert waited["accepted"] is None or whole["accepted"] >= SMALL
