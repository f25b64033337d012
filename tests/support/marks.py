"""What is sent, made ready to look for texts in."""

import re

MARK = re.compile('<span class="app-word">([^<]*)</span>')
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z")


def plain(html: str) -> str:
    """A page as it was before its words were held together (services/thai/lines.py)."""
    found = 1
    while found:  # marks may stand in each other
        html, found = MARK.subn(r"\1", html)
    return html


def lasting(text: str) -> str:
    """Without ids and instants, in which any few digits stand by chance, once in many thousand: '1-6099' in
    '3f2a91c1-6099-4b7e-8c55-0a6d2e9b7f10'."""
    return INSTANT.sub("", ID.sub("", text))
