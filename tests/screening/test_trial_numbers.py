"""What a trial tells of other centres: no number of one to four, and none from which one could be worked out."""

from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.trial import FEW, Cell, closed_of, empty, left_out, parts_for, sum_for

counts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 12), min_size=1)


def cell(of: int, **gained: int) -> Cell:
    return {**empty(), "of": of, "changed": sum(gained.values()), "gained": gained}


@given(counts)
def test_beside_their_sum_every_number_that_is_left_out_could_be_another(found):
    out = left_out(found)
    assert {value for value, count in found.items() if 0 < count < FEW} <= out
    if sum(found.values()) < FEW:
        return  # nor is the sum told
    for value in out:
        others = [
            {**found, value: found[value] + more, other: found[other] - more}
            for other in out - {value}
            for more in range(-FEW, FEW + 1)
            if more and min(found[value] + more, found[other] - more) >= 0
        ]
        assert any(left_out(each) == out for each in others), value


@given(counts, counts)
def test_ones_own_numbers_stand_as_they_are_and_no_sum_tells_the_others_few(own, others):
    told = parts_for(
        {value: [cell(count)] for value, count in own.items()},
        {value: [cell(count)] for value, count in others.items()},
    )
    for value, (shown, few) in told.items():
        theirs = shown["of"] - own.get(value, 0)
        assert theirs in (0, others.get(value, 0)) and not 0 < theirs < FEW
        assert few or theirs == others.get(value, 0)
    whole = sum_for([cell(sum(own.values()))], [cell(sum(others.values()))]).cell["of"]
    hidden = [value for value, (_, few) in told.items() if few]
    assert whole == sum(own.values()) or len(hidden) != 1


def test_who_is_told_of_open_cases_cannot_tell_the_few_that_are_closed():
    of = {
        "all": cell(8, child=6),
        "open": cell(6, child=6),
        "by": {},
        "decided": {},
        "reviewed": {},
        "cases": [],
    }
    assert closed_of(of) == cell(2) | {"gained": {"child": 0}}
    told = parts_for({}, {"open": [of["open"]], "closed": [closed_of(of)]})
    assert told["open"].cell == {**cell(0, child=6)} and told["open"].few
