"""Events to plain data and back: what is a person's own parts from the rest, and old shapes are lifted to today's, step
by step."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from services.kernel.codec import Codec, personal
from services.kernel.decider import Aggregate, Decider


@dataclass(frozen=True)
class Weighed:
    """Version 1 said `pounds`, version 2 `grams`, version 3 says `milligrams` and who weighed."""

    VERSION: ClassVar[int] = 3
    case_id: str
    milligrams: int
    by: str = ""
    name: str | None = personal()
    note: str | None = personal()


def _decide(command: Weighed, state: None) -> list[Weighed]:
    return [command]


def _evolve(state: None, event: Weighed) -> None:
    return state


def to_grams(data):
    return {"case_id": data["case_id"], "grams": data["pounds"] * 454}


def to_milligrams(data):
    return {"case_id": data["case_id"], "milligrams": data["grams"] * 1000}


SCALES: Aggregate[Weighed, None, Weighed] = Aggregate(
    "scales",
    Decider(_decide, _evolve, None),
    (Weighed,),
    "case",
    {("Weighed", 1): to_grams, ("Weighed", 2): to_milligrams},
)


@pytest.fixture
def codec() -> Codec:
    return Codec((SCALES,))


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"case_id": "a", "pounds": 2}),
        (2, {"case_id": "a", "grams": 908}),
        (3, {"case_id": "a", "milligrams": 908_000}),
    ],
)
def test_a_shape_of_any_age_is_lifted_through_every_step_to_todays(codec, version, data):
    assert codec.lift("Weighed", version, data) == {"case_id": "a", "milligrams": 908_000}
    assert codec.join("Weighed", version, data, {}) == Weighed("a", 908_000)


def test_lifting_leaves_what_was_stored_as_it_is(codec):
    stored = {"case_id": "a", "pounds": 2}
    codec.lift("Weighed", 1, stored)
    assert stored == {"case_id": "a", "pounds": 2}


def test_personal_fields_part_from_the_open_ones_and_absent_ones_leave_no_trace(codec):
    assert codec.split(Weighed("a", 5, "me", name="Somying")) == (
        {"case_id": "a", "milligrams": 5, "by": "me"},
        {"name": "Somying"},
    )


def test_a_field_of_a_newer_shape_is_passed_over_and_a_missing_one_has_its_default(codec):
    newer = {"case_id": "a", "milligrams": 5, "height": 170}
    assert codec.join("Weighed", 3, newer, {"name": "sealed text"}) == Weighed("a", 5, name="sealed text")


def test_a_type_without_a_version_is_in_its_first(codec):
    @dataclass(frozen=True)
    class Plain:
        case_id: str

    plain: Aggregate[None, None, Plain] = Aggregate(
        "plain", Decider(lambda command, state: [], lambda state, event: state, None), (Plain,), "case"
    )
    both = Codec((SCALES, plain))
    assert (both.version("Plain"), both.version("Weighed")) == (1, 3)


def test_a_stream_is_named_after_its_kind_and_the_id_within_it():
    assert SCALES.stream("a") == "scales/a"
