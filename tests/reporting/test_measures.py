"""The catalogue of measures: each counts what is kept, and has its words in both languages."""

import re

import pytest

from services.codes.words import Words
from services.reporting.measures import MEASURES, MEDIANS, PARTS, of_part
from services.reporting.projections.milestones import COUNTED, counted

THAI = re.compile("[ก-๙]")


@pytest.mark.parametrize(
    "measure", [*MEASURES.values(), *MEDIANS], ids=lambda measure: measure.name or measure.code
)
def test_a_measure_counts_milestones_that_are_kept(measure):
    assert measure.counts in COUNTED


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.code)
def test_a_measure_belongs_to_a_part_and_reads_columns_that_are_there(measure):
    assert measure.part in PARTS and {*measure.where, *filter(None, [measure.by])} <= {*counted.c.keys()}
    assert (measure.by is None) == (measure.codes is None) == bool(measure.name)


def test_what_tells_of_kinds_of_people_says_so():
    assert all(measure.of_kind for measure in MEASURES.values() if measure.by)


def test_a_part_names_each_of_its_measures_once():
    for part in PARTS:
        names = [measure.name for measure in of_part(part)]
        assert len(names) == len({*names}), part


def test_the_tables_of_the_dashboard_keep_the_anchors_that_somebody_may_have_kept():
    shorter = {"median_days": "days", "by_path": "paths", "by_label": "labels"}
    assert {code: part.key for code, part in PARTS.items()} == {code: code for code in PARTS} | shorter


def test_every_word_is_there_in_both_languages():
    said = [each for part in PARTS.values() for each in (part.title, part.means) if each]
    said += [
        each
        for measure in MEASURES.values()
        for each in (measure.words, measure.title, measure.means)
        if each
    ]
    said += [median.words for median in MEDIANS]
    assert all(
        isinstance(words, Words) and THAI.search(words.th) and not THAI.search(words.en) for words in said
    )
