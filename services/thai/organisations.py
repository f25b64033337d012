"""What organisations are called, and how a name is found that somebody types from memory: without its marks, spaces or
title, shortened, spelled by its sound, or with one letter wrong. Pure.

Names are held against what was typed as `names.fold` has them, spaces left out: that is what a read model keeps.
"""

import re
from collections.abc import Iterable

from services.thai import names

Forms = frozenset[str]

# Titles of organisations as they are written; those of one line say the same.
TITLES = (
    ("มูลนิธิ", "มูลนิธิฯ"),
    ("โรงพยาบาล", "รพ."),
    ("โรงพยาบาลส่งเสริมสุขภาพตำบล", "รพ.สต."),
    ("บริษัท", "บจก.", "บมจ.", "บ."),
    ("ห้างหุ้นส่วนจำกัด", "หจก."),
    ("องค์การบริหารส่วนตำบล", "อบต."),
    ("องค์การบริหารส่วนจังหวัด", "อบจ."),
    ("เทศบาลตำบล", "ทต."),
    ("เทศบาลเมือง", "ทม."),
    ("เทศบาลนคร", "ทน."),
)
LEAST_NEAR = 4  # letters of a word in which one may be wrong: of a shorter one too little is left
_FULL = {written: line[0] for line in TITLES for written in line}
_BEGINS = re.compile("|".join(rf"{re.escape(written)}" for written in sorted(_FULL, key=len, reverse=True)))
_SAME = {line[0]: line for line in TITLES}
# What a company's name ends with says nothing that finds it.
_ENDS = re.compile(r"\(มหาชน\)|(?<=\s)(?:จำกัด|มหาชน)(?=\s|$)")


def query(text: str) -> tuple[Forms, ...]:
    """For each word that was typed, and each title, the forms of which one is in a name that is meant, as `names.fold`
    has it without spaces. Empty where nothing but signs was typed."""
    found = []
    for word in _ENDS.sub(" ", names.without_title(text)).split() or names.normalise(text).split():
        written = word if word in _FULL else f"{word}."  # รพ by itself is said for รพ. too
        begins = written if written in _FULL else (_BEGINS.match(word) or [""])[0]
        if begins:
            found.append(frozenset(form for each in _SAME[_FULL[begins]] for form in _within(each)))
            word = word[len(begins) :]
        found.append(_within(word.replace("ฯ", "")))  # the rest of the name was left out
    return tuple(forms for forms in found if forms)


def pieces(form: str) -> tuple[str, ...]:
    """Parts of a form of which one at least is whole, whichever letter of it is wrong; () where it is too short."""
    if len(form) < LEAST_NEAR:
        return ()
    size = -(-len(form) // 3)
    return tuple(form[at : at + size] for at in range(0, len(form), size))


def nearly(words: Iterable[Forms], name: str) -> bool:
    """Whether a folded name has every word of a query in it, each with one letter wrong at most."""
    return all(any(form in name or _one_wrong(form, name) for form in forms) for forms in words)


def _within(word: str) -> Forms:
    """The folds that a word may have in the middle of a longer one: a letter beside it may change how it is read."""
    beside = "ด" if "ก" in word[:1] + word[-1:] else "ก"
    forms = (
        names.fold(word),
        names.fold(word + beside).removesuffix(beside),
        names.fold(beside + word).removeprefix(beside),
        names.fold(beside + word + beside).removeprefix(beside).removesuffix(beside),
    )
    return frozenset(form.replace(" ", "") for form in forms) - {""}


def _one_wrong(form: str, name: str) -> bool:
    """Whether a piece of the name is the form with a letter more, less or another, or with two neighbours changed over
    (Sellers' search by the distance of Damerau and Levenshtein)."""
    if len(form) < LEAST_NEAR:
        return False
    before, row, last = list[int](), list(range(len(form) + 1)), ""
    for letter in name:
        new = [0]
        for at, own in enumerate(form, start=1):
            best = min(row[at] + 1, new[-1] + 1, row[at - 1] + (own != letter))
            if before and at > 1 and own == last and form[at - 2] == letter:
                best = min(best, before[at - 2] + 1)
            new.append(best)
        if new[-1] <= 1:
            return True
        before, row, last = row, new, letter
    return False
