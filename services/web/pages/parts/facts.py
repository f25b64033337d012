"""Facts of screening in words."""

from typing import Any

from services.codes import sentences
from services.screening.answers import Text
from services.web.pages.parts.language import current


def fact_text(fact: str, value: Any) -> str:
    """A fact's value in words."""
    return sentences.fact_value(fact, value, current())


def in_language(text: Text) -> str:
    return text[current()] or text["th"]
