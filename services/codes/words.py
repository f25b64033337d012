"""Words in both languages, and lists of codes that carry them."""

from collections.abc import Mapping
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
