"""What somebody is found by, and how well a name fits the words that were typed. Pure.

What a person is found by are (kind, value) pairs; the index keeps only keyed tokens of them. Whoever changes how they
are made counts EDITION up: then everybody is indexed anew at the next start.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from services.intake.domain.person import Description
from services.intake.events import Name
from services.thai import idcard, names

EDITION = 1
LEAST = 2  # typed characters from which a beginning is found
WORD, PIECE, IDENTIFIER, BORN = "word", "piece", "identifier", "born"
WHOLE, SAME, BEGINS, NEAR = 40, 30, 20, 10

Key = tuple[str, str]


class Likeness(NamedTuple):
    """`matched`: codes of search.MATCHED, `reasons` of search.SEARCH_REASONS."""

    score: int
    matched: list[str]
    reasons: list[str]


def identifier(text: str) -> str:
    """An identity or passport number as it is compared: no spaces or signs, one case of letters."""
    return re.sub(r"[\W_]", "", idcard.clean(text)).casefold()


def keys(person: Description) -> set[Key]:
    """All that somebody is found by."""
    name = person.name or {}
    found: set[Key] = {*exact(person)}
    for part in (_full(name), name.get("alias", "")):
        found |= {(WORD, word) for word in names.prefixes(part, LEAST)}
        found |= {(WORD, _joined(part))} if part else set()
        found |= {(PIECE, piece) for piece in names.trigrams(part)}
    return {(kind, value) for kind, value in found if value}


def exact(person: Description) -> dict[Key, str]:
    """By what two descriptions are probably one person's, each with its code of search.KNOWN_BY."""
    known: dict[Key, str] = {}
    if person.national_id and (number := identifier(person.national_id)):
        known[IDENTIFIER, number] = "same_identifier"
    whole = _joined(_full(person.name or {}))
    if whole and person.birth_date:
        known[BORN, f"{whole} {person.birth_date}"] = "same_name_and_birth"
    return known


def query_keys(text: str) -> dict[Key, int]:
    """What the index is asked for some typed words, each with its weight among candidates."""
    wanted: dict[Key, int] = {(WORD, _joined(text)): 40}
    for forms in names.query_forms(text):
        for form in forms:
            wanted.setdefault((WORD, form), 20)
            wanted |= {(PIECE, piece): 1 for piece in _pieces(form)}
    return {key: weight for key, weight in wanted.items() if key[1]}


def likenesses(text: str, known: Sequence[Name]) -> list[Likeness | None]:
    """How well each of some names fits what was typed: every word of it must be in there somehow. None: it does not."""
    whole, words = _joined(text), names.query_forms(text)
    bare = names.without_title(text)
    spellings = f"{text} {bare} {names.without_address(bare)}".split()
    written = {names.fold(word): names.as_written(word) for word in spellings}
    written[whole] = names.as_written(text)
    parts = [{"name": _full(name), "alias": name.get("alias", "")} for name in known]
    spelled = _spelled({part for each in parts for part in each.values() if part})
    return [
        _likeness(whole, words, written, {code: spelled.get(part) for code, part in each.items()})
        for each in parts
    ]


class _Spelled(NamedTuple):
    """A name as typed words are held against it: as it is called, and folded all of it together, its words, and what
    they begin with."""

    text: str
    whole: str
    words: frozenset[str]
    beginnings: frozenset[str]

    def fit(self, forms: Iterable[str], written: Mapping[str, str]) -> tuple[int, str]:
        """The best that one typed word has in common with it; `written`: forms as they were typed."""
        best = (0, "")
        for form in forms:
            if form in self.words:
                own = {names.as_written(word) for word in self.text.split()}
                return SAME, "same_word" if written.get(form) in own else "same_sound"
            if form in self.beginnings:
                best = max(best, (BEGINS, "word_begins"))
            elif len(form) > 2 and any(one_letter_apart(form, word) for word in self.words):
                best = max(best, (NEAR, "one_letter"))
        return best


def _spelled(texts: Collection[str]) -> dict[str, _Spelled]:
    """Folded all in one go: a search looks at hundreds of names, and this is what it costs."""
    bare = {text: names.without_title(text) for text in texts}
    glued = {text: bare[text].replace(" ", "") for text in texts}
    begun = {text: names.beginnings(text, LEAST) for text in texts}
    every = list({*bare, *bare.values(), *glued.values()}.union(*begun.values()))
    folded = dict(zip(every, names.fold_each(every), strict=True))
    found = {}
    for text in texts:
        whole = folded[glued[text]].replace(" ", "")
        words = {*folded[bare[text]].split(), *folded[text].split(), whole}
        found[text] = _Spelled(
            text, whole, frozenset(words - {""}), frozenset(folded[each] for each in begun[text]) - {""}
        )
    return found


def _likeness(
    typed: str,
    words: Sequence[frozenset[str]],
    written: Mapping[str, str],
    parts: Mapping[str, _Spelled | None],
) -> Likeness | None:
    known = {code: part for code, part in parts.items() if part is not None}
    whole = [code for code, part in known.items() if part.whole and part.whole == typed]
    if whole:
        same = names.as_written(known[whole[0]].text) == written[typed]
        return Likeness(WHOLE, whole[:1], ["whole_name" if same else "whole_sound"])
    if not words or not known:
        return None
    total, matched, reasons = 0, set(), set()
    for forms in words:
        (score, reason), code = max((part.fit(forms, written), code) for code, part in known.items())
        if not score:
            return None
        total += score
        matched.add(code)
        reasons.add((-score, reason))
    return Likeness(
        total // len(words),
        [code for code in known if code in matched],
        [reason for _, reason in sorted(reasons)],
    )


def one_letter_apart(one: str, other: str) -> bool:
    """One letter more, less or another, or two neighbours changed over."""
    shorter, longer = sorted((one, other), key=len)
    at = next((n for n, letter in enumerate(shorter) if letter != longer[n]), len(shorter))
    if len(longer) - len(shorter) == 1:
        return shorter[at:] == longer[at + 1 :]
    if len(longer) != len(shorter):
        return False
    swapped = shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
    return swapped or shorter[at + 1 :] == longer[at + 1 :]


def _full(name: Name) -> str:
    return f"{name.get('first', '')} {name.get('last', '')}".strip()


def _joined(text: str) -> str:
    """A name without its title and spaces, folded: first and last name are often written together."""
    return names.fold(names.without_title(text).replace(" ", "")).replace(" ", "")


def _pieces(form: str) -> set[str]:
    padded = f"  {form} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
