"""Telephone numbers that can be tapped."""

import re

from markupsafe import Markup, escape

# Hotlines as they stand in words; a year or a section number is no hotline.
_HOTLINES = re.compile(r"(?<![0-9])(1669|1300|1191|191)(?![0-9])")


def with_calls(words: str) -> Markup:
    """Words with their hotlines as links that dial."""
    parts = _HOTLINES.split(words)
    return Markup("").join(
        Markup('<a class="govuk-link" href="tel:{0}">{0}</a>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
