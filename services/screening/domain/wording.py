"""Whether a document says the same as another in other words: what is asked, in which order and of whom, and what is
decided by which law, stays as it was. Pure.

Of a form the words are those of its groups and questions; of a rulebook the names of labels, paths and new facts, the
reasons beside them, and what it says of itself. The law a label stands on is no wording: it says by what is decided.
"""

import json
from typing import Any

from services.screening.domain import form, rulebook

OF_DOCUMENT = ("version", "valid_from")
OF_RULEBOOK = ("rationale", "sources")
OF_ROW = ("name", "because")


def same_but_for_words(name: str, before: str, after: str) -> bool:
    """Of two documents of one kind, both written with all their fields. What is the same throughout has no other
    words."""
    first, second = (_without_words(name, json.loads(document)) for document in (before, after))
    return before != after and bool(first == second)


def _without_words(name: str, document: Any) -> Any:
    bare = _without(document, OF_DOCUMENT)
    match name:
        case form.NAME:
            questions = {
                fact: _without(each, ("text", "hint")) for fact, each in document["questions"].items()
            }
            groups = [_without(group, ("title", "why", "law")) for group in document["groups"]]
            return {**bare, "groups": groups, "questions": questions}
        case rulebook.NAME:
            rows = {
                part: [_without(row, OF_ROW) for row in document.get(part, ())]
                for part in ("labels", "paths", "dangers")
            }
            return {
                **_without(bare, OF_RULEBOOK),
                **rows,
                "facts": [*map(_of_fact, document.get("facts", ()))],
            }
    return bare


def _of_fact(fact: Any) -> Any:
    options = [each["code"] for each in fact.get("options") or ()]
    return {**_without(fact, ("name", "question")), "options": options}


def _without(row: Any, names: tuple[str, ...]) -> Any:
    return {key: value for key, value in row.items() if key not in names and value is not None}
