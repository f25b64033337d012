"""What becomes of each case, dealt like cards, so that every course of a case is there in its share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import TypeVar

from services.sample.people import KINDS

T = TypeVar("T")

# Of a hundred past cases: what happens to their referrals, one after the other, before one simply goes well.
COURSES: Mapping[tuple[str, ...], int] = {
    (): 43,
    ("decline",): 13,
    ("decline", "decline"): 5,
    ("silence",): 5,
    ("waitlist",): 5,
    ("full",): 5,
    ("withdraw",): 4,
    ("fail",): 6,
    ("error",): 2,
    ("advice",): 5,
    ("gone",): 3,
    ("return",): 4,
}
# Of a hundred placements; "": it still holds.
ENDINGS: Mapping[str, int] = {
    "": 36, "stable": 30, "moved": 7, "died": 5, "left": 7, "lost": 6, "returned": 5, "other": 4,
}  # fmt: skip
# How far the cases of the last weeks have come.
NOW_AT = (
    "sent", "open", "declined", "acknowledged", "screened", "declined", "accepted", "planned", "travelling",
    "waitlisted", "declined", "admitted", "placed", "reopened", "in_review",
)  # fmt: skip
COURSE_NOW: Mapping[str, tuple[str, ...]] = {
    "waitlisted": ("waitlist",),
    "declined": ("decline",),
    "in_review": ("decline",),
}
RECENT = 0.12


@dataclass(frozen=True)
class Fate:
    """`kind` of person; `course` and `ending` as above; `now_at` is where a recent case stands today ("": a past case);
    `centre` its number among the centres."""

    kind: str
    course: tuple[str, ...]
    ending: str
    now_at: str
    centre: int


def fates(chance: Random, cases: int) -> Iterator[Fate]:
    """Past cases in random order, then the recent ones."""
    recent = min(cases, max(len(NOW_AT), round(cases * RECENT)))
    past = cases - recent
    kinds, courses, endings = (
        dealt(chance, KINDS, past),
        dealt(chance, COURSES, past),
        dealt(chance, ENDINGS, past),
    )
    centres = dealt(chance, {0: 50, 1: 24, 2: 26}, cases)
    for number in range(past):
        yield Fate(kinds[number], courses[number], endings[number], "", centres[number])
    for number, now_at in enumerate(islice(cycle(NOW_AT), recent)):
        kind = chance.choice(("older", "disabled", "adult", "older", "stateless"))
        yield Fate(kind, COURSE_NOW.get(now_at, ()), "", now_at, centres[past + number])


def dealt(chance: Random, shares: Mapping[T, int], count: int) -> Sequence[T]:
    """`count` cards in random order, each kind as near to its share of a hundred as whole cards allow."""
    whole = sum(shares.values())
    cards: list[T] = []
    passed = 0
    for card, share in shares.items():
        passed += share
        cards += [card] * (round(count * passed / whole) - len(cards))
    chance.shuffle(cards)
    return cards
