"""Ties are drawn by lot, and anybody can draw again."""

from collections import Counter
from dataclasses import replace

import numpy as np

from services.partners.domain import draw
from services.partners.domain.offers import Registry
from services.partners.domain.ranking import rank
from tests.partners.test_ranking import BEST, NOW, PERSON, programmes, slow_lot

IDS = [f"id {number}" for number in range(1000)]


def test_a_lot_is_what_the_formula_says():
    numbers = np.array([draw.number(each) for each in IDS], np.uint64)
    assert draw.lots("seed", numbers).tolist() == [slow_lot("seed", each) for each in IDS]


def test_equals_are_drawn_by_lot_again_at_every_screening_and_nobody_is_always_last():
    registry = Registry().updated(1, programmes([BEST] * 5))
    last = Counter(
        rank(registry, replace(PERSON, screening_id=f"screening {number}"), NOW).standing(4)[0][
            "programme_id"
        ]
        for number in range(400)
    )
    assert len(last) == 5 and min(last.values()) > 400 / 5 / 2
    again = [rank(registry, PERSON, NOW).order.tolist() for _ in range(2)]
    assert again[0] == again[1]


def test_pages_follow_each_other_where_even_the_lots_are_equal():
    ranked = rank(Registry().updated(1, programmes([BEST] * 3)), PERSON, NOW)
    same = replace(ranked, keys=ranked.keys * 0, order=ranked.order * 0 + [0, 1, 2])
    assert [same.after(0, place) for place in (-1, 0, 1, 2)] == [0, 1, 2, 3]
