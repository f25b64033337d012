"""What adopted rules call their labels, paths and facts, and the form in force: asked of screening once a minute, and
when somebody wrote there, so that a new word needs no new software."""

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask import has_request_context

from services.codes.words import ADOPTED, Words
from services.kernel.runtime import ServiceRuntime
from services.screening.answers import Text, Vocabulary
from services.screening.doors import VOCABULARY
from services.web.gateway import calls
from services.web.gateway.calls import THE_SYSTEM
from services.web.gateway.request import runtime

FRESH = 60.0  # seconds it is known, unless somebody adopted rules here since
PATIENCE, AGAIN = (
    2.0,
    15.0,
)  # seconds that it is waited for, and until it is asked for again if it could not be had
YES, NO = Words("ใช่", "Yes"), Words("ไม่ใช่", "No")


class Known(NamedTuple):
    until: float  # on the monotonic clock
    vocabulary: Vocabulary | None
    kinds: Mapping[str, Mapping[str, Words]]  # its words: {kind: {code: words}}


_known: WeakKeyDictionary[ServiceRuntime, Known] = WeakKeyDictionary()


def vocabulary() -> Vocabulary | None:
    """None: it is not to be had now, and never was; the software's own words are shown."""
    return _newest().vocabulary


def _newest() -> Known:
    known = _known.get(runtime())
    if known and time.monotonic() < known.until:
        return known
    question = VOCABULARY.of()
    found = calls.together(THE_SYSTEM, question, seconds=PATIENCE)[question]
    if found is None and known:
        found = known.vocabulary
    newest = Known(time.monotonic() + (FRESH if found else AGAIN), found, _in_kinds(found))
    _known[runtime()] = newest
    return newest


def forget() -> None:
    """Rules were adopted: whoever asks next asks anew."""
    _known.pop(runtime(), None)
    speak()


def speak() -> None:
    """From now on this request's words are those of the rules; they are asked for when the first is needed."""
    ADOPTED.set(OfRequest())


class OfRequest(Mapping[str, Mapping[str, Words]]):
    """{kind: {code: words}}, asked for once."""

    def __init__(self) -> None:
        self._words: Mapping[str, Mapping[str, Words]] | None = None

    @property
    def words(self) -> Mapping[str, Mapping[str, Words]]:
        if self._words is None:
            self._words = {}  # asking shows no words
            if has_request_context():
                self._words = _newest().kinds
        return self._words

    def __getitem__(self, kind: str) -> Mapping[str, Words]:
        return self.words[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self.words)


def _in_kinds(known: Vocabulary | None) -> dict[str, dict[str, Words]]:
    if known is None:
        return {}
    words = {
        "label": _words(known["labels"]),
        "path": _words(known["paths"]),
        "fact": {each["code"]: _of(each["name"]) for each in known["facts"]},
    }
    for each in known["facts"]:
        options = {str(option["code"]): _of(option) for option in each["options"]}
        if each["kind"] == "flag":
            options = {"true": YES, "false": NO}
        words[f"fact:{each['code']}"] = options
    return words


def _words(texts: Mapping[str, Text]) -> dict[str, Words]:
    return {code: _of(text) for code, text in texts.items()}


def _of(text: Text) -> Words:
    return Words(text["th"], text["en"] or text["th"])
