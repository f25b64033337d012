"""What `make bench` keeps of a run, and what it says fell."""

from bench.ratios import Fallen, fallen, keepable, ratios


def test_a_ratio_is_named_by_what_tells_its_line_apart():
    assert [*ratios({"figure": "a", "database": "sqlite", "writers": 16, "ours": 900, "ratio": 1.8})] == [
        ("a sqlite 16", 1.8)
    ]
    of_two = {"figure": "d", "events": 9, "sqlite": {"ours": 5, "ratio": 2}, "postgresql": {"ratio": 1.5}}
    assert [*ratios(of_two)] == [("d sqlite", 2.0), ("d postgresql", 1.5)]
    assert [*ratios({"figure": "k", "ours": 3})] == []


def test_what_fell_by_more_than_the_slack_is_said_and_nothing_else():
    before = {"a": 2.0, "b": 2.0, "gone": 1.0}
    assert fallen(before, {"a": 1.71, "b": 1.69, "new": 0.1}) == [Fallen("b", 2.0, 1.69)]


def test_where_less_is_better_more_is_worse():
    before = {"l_trips_to_postgresql open": 29.0, "b_commit_to_overview_ms": 3.5}
    now = {"l_trips_to_postgresql open": 20.0, "b_commit_to_overview_ms": 7.8}
    assert fallen(before, now) == [Fallen("b_commit_to_overview_ms", 3.5, 7.8)]


def test_a_busy_machine_keeps_only_what_is_counted():
    now = {"l_trips_to_postgresql open": 17.0, "b_commit_to_overview_ms": 3.5}
    assert keepable(now, load=0.4, cores=2) == now
    assert keepable(now, load=0.5, cores=2) == {"l_trips_to_postgresql open": 17.0}
