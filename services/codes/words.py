"""Words in both languages, and lists of codes that carry them."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Generic, NamedTuple, Self, TypeVar

Code = TypeVar("Code", bound=str | int)


class Words(NamedTuple):
    """What something is called."""

    th: str
    en: str

    def in_language(self, language: str) -> str:
        """`language` is "th" or "en"."""
        return self.en if language == "en" else self.th


class CodeList(tuple[Code, ...], Generic[Code]):
    """Codes in the order in which people see them. `kind` names the list, `words` says what each code is called."""

    kind: str
    words: Mapping[Code, Words]

    def __new__(cls, kind: str, words: Mapping[Code, Words]) -> Self:
        made = super().__new__(cls, words)
        made.kind, made.words = kind, words
        return made

    def word(self, code: Any, language: str) -> str:
        """What a code is called; one that is newer than this program is shown as it is."""
        known = self.words.get(code)
        return known.in_language(language) if known else str(code)

    @property
    def everyone(self) -> tuple[Code, ...]:
        """With those that adopted rules add."""
        return self


# {kind: {code: what it is called}} of what adopted rules add to the lists that are open, or call otherwise. Whoever
# writes for a reader sets it first; where nobody did, a new code is shown as it is.
ADOPTED: ContextVar[Mapping[str, Mapping[str, Words]]] = ContextVar("adopted words")


def adopted_words(kind: str) -> Mapping[str, Words]:
    """What adopted rules call the codes of a list: those that they add, and those that they call otherwise."""
    return ADOPTED.get({}).get(kind, {})


class OpenList(CodeList[str]):
    """The codes that come with the software, in the order in which people see them. Rules that are adopted may add
    more: whoever judges codes knows them of the rules."""

    def word(self, code: Any, language: str) -> str:
        known = adopted_words(self.kind).get(code)
        return known.in_language(language) if known else super().word(code, language)

    @property
    def everyone(self) -> tuple[str, ...]:
        """With those that adopted rules add, in the order of the rules."""
        return (*self, *(code for code in adopted_words(self.kind) if code not in self))
