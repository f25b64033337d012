"""An activity of a centre in one line."""

from services.partners.answers import Outreach
from services.web.pages.parts.words import day, word


def called(activity: Outreach) -> str:
    """Booth · market square · 12 ส.ค. 2569"""
    parts = (word("outreach_kind", activity["kind"]), activity["place"], day(activity["date"]))
    return " · ".join(filter(None, parts))
