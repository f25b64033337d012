"""Goals of a plan in words."""

from services.screening.answers import Goal
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, word


def goal_text(goal: str | Goal) -> str:
    """What is to be reached; with the area of life, who sees to it and until when, as far as they were said."""
    if isinstance(goal, str):
        return goal
    area = word("life_area", goal["area"]) if goal["area"] else ""
    by = _("by %(day)s") % {"day": day(goal["due"])} if goal["due"] else ""
    more = " · ".join(part for part in (area, goal["owner"] or "", by) if part)
    return f"{goal['text']} ({more})" if more else goal["text"]
