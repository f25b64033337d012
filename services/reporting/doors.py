"""Reporting's doors by name, each with what it answers."""

from services.kernel.questions import QueryDoor
from services.reporting.answers import (
    CameOfEach,
    Events,
    NoticeFacts,
    OutreachFigures,
    Overview,
    OwnCases,
    PlacementsSpread,
    RowsBehind,
    Timeline,
    Waits,
)

OVERVIEW: QueryDoor[Overview] = QueryDoor("reporting", "overview")
PLACEMENTS: QueryDoor[PlacementsSpread] = QueryDoor("reporting", "placements")
WAITS: QueryDoor[Waits] = QueryDoor("reporting", "waits")
OWN_CASES: QueryDoor[OwnCases] = QueryDoor("reporting", "own_cases")
BEHIND: QueryDoor[RowsBehind] = QueryDoor("reporting", "behind")
TIMELINE: QueryDoor[Timeline] = QueryDoor("reporting", "timeline")
NOTICES: QueryDoor[NoticeFacts] = QueryDoor("reporting", "notices")
EVENTS: QueryDoor[Events] = QueryDoor("reporting", "events")
OUTREACH_FIGURES: QueryDoor[OutreachFigures] = QueryDoor("reporting", "outreach_figures")
CAME_OF: QueryDoor[CameOfEach] = QueryDoor("reporting", "came_of")
