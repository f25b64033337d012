"""Which words of a page are in the wrong language."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from babel.messages.pofile import read_po

from services.web.pages.parts.language import TRANSLATIONS
from tests.support.spoken import every_word

THAI = re.compile(r"[\u0e00-\u0e7f]{2,}")
LATIN = re.compile(r"[A-Za-z]{2,}")
SPOKEN = ("alt", "aria-label", "placeholder", "title")
# What Thai offices write in Latin letters: names of things and of accounts, versions, addresses, hidden digits, seeds
# of lots.
LATIN_NAMES = re.compile(
    r"CSV|XLSX|PDF|JSON|HSDS|HL7 FHIR R4|zip|MB\b|MoU|Excel|LINE|ESS( Help Me)?|\S+@\S+|https?://\S*|x{2,}"
    r"|(worker|director|deputy|member|partner|nurse)-\d\d|ministry|admin|rules"
    r"|(form|procedure)-\d{4}-\d+"
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def texts(tree: Any, without: str) -> Iterator[str]:
    """What a reader sees or hears, except inside elements marked to be in the language `without`."""
    languages: dict[Any, str | None] = {}
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        languages[element] = element.get("lang", languages.get(element.getparent()))
        if languages[element] == without:
            continue
        yield from (element.get(name) for name in SPOKEN if element.get(name))
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                yield " ".join(text.split())


def english_in_thai(tree: Any) -> list[str]:
    """Texts of a Thai page with a Latin word that is no name."""
    return [text for text in texts(tree, "en") if LATIN.search(LATIN_NAMES.sub("", text))]


def thai_in_english(tree: Any) -> list[str]:
    """Texts of an English page that Songtor itself says in Thai: what is told of people and places may be Thai."""
    found = []
    for text in texts(tree, "th"):
        found += [text] if text in translations() else []
    return found


@cache
def translations() -> frozenset[str]:
    """Everything the code says in Thai, sentences and words of codes, without what it fills in."""
    with (TRANSLATIONS / "th" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        said = [message.string for message in read_po(file, locale="th") if message.id]
    said += [words.th for words in every_word()]
    return frozenset(text for text in said if isinstance(text, str) and THAI.search(text))
