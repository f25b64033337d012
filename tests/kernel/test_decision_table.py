import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel import decision_table
from services.kernel.decision_table import Probe, Table, TableImpossible
from services.kernel.rules import MET, NOT_MET, UNKNOWN, evaluate

OLD = {"fact": "age", "op": "at_least", "value": 60}
THAI = {"fact": "nationality", "op": "is", "value": "thai"}
ILL = {"fact": "ill", "op": "is", "value": True}
WELL = {"fact": "ill", "op": "is", "value": False}
NORTH = {"fact": "domicile", "op": "includes_where", "value": {"province": ["60", "61"]}}

leaves = st.sampled_from(
    [OLD, THAI, ILL, WELL, NORTH, {"fact": "housing", "op": "in", "value": ["street", "other"]}]
)
conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)
people = st.fixed_dictionaries(
    {},
    optional={
        "age": st.sampled_from([{"min": 70, "max": 70}, {"min": 20, "max": 20}, {"min": 50, "max": 70}]),
        "nationality": st.sampled_from(["thai", "foreign", "unknown"]),
        "ill": st.booleans(),
        "domicile": st.sampled_from([[], [{"province": "60"}], [{"province": "10"}]]),
        "housing": st.sampled_from(["street", "own"]),
    },
)
tests = st.lists(leaves.filter(lambda leaf: leaf is not WELL), min_size=1, max_size=5, unique_by=id)


@st.composite
def tables(draw):
    asked = [Probe(**leaf) for leaf in draw(tests)]
    cells = st.tuples(*(st.sampled_from([True, False, None]) for _ in asked))
    return Table(tuple(asked), tuple(draw(st.lists(cells, min_size=1, max_size=6))))


def test_a_condition_is_read_as_ways_side_by_side():
    table = decision_table.read({"all": [OLD, {"any": [THAI, WELL]}]})
    assert [test.fact for test in table.tests] == ["age", "nationality", "ill"]
    assert table.ways == ((True, True, None), (True, None, False))


def test_a_way_that_asks_for_nothing_is_left_out_and_a_table_without_any_is_no_condition():
    test = Probe(**THAI)
    assert decision_table.write(Table((test,), ((None,),))) is None
    assert decision_table.write(Table((test,), ((None,), (False,)))) == {"not": THAI}
    assert decision_table.write(Table((Probe(**ILL),), ((False,),))) == WELL


@given(tables())
def test_what_a_table_writes_reads_back_as_the_same_condition(table):
    condition = decision_table.write(table)
    if condition is not None:
        assert decision_table.write(decision_table.read(condition)) == condition


@given(conditions, people)
def test_a_table_says_what_its_condition_says_of_everybody_also_of_what_is_not_known(condition, person):
    try:
        table = decision_table.read(condition)
    except TableImpossible:
        return
    same = decision_table.write(table)
    assert evaluate(same, person).verdict is evaluate(condition, person).verdict
    assert decision_table.best(decision_table.verdicts(table, person)) is evaluate(condition, person).verdict


def test_each_way_and_each_test_is_weighed_for_a_person():
    table = decision_table.read({"any": [OLD, {"all": [THAI, ILL]}]})
    person = {"age": {"min": 20, "max": 20}, "nationality": "thai"}
    assert decision_table.verdicts(table, person) == [NOT_MET, UNKNOWN]
    assert [decision_table.verdict(test, person) for test in table.tests] == [NOT_MET, MET, UNKNOWN]


def test_what_a_table_cannot_say_is_told_with_the_reason():
    many = [{"any": [OLD, THAI]}] * 4
    with pytest.raises(TableImpossible, match="too_many"):
        decision_table.read({"all": many})
    with pytest.raises(TableImpossible, match="contradiction"):
        decision_table.read({"all": [ILL, WELL]})
