"""One case's screening: due when the case is opened, completed as often as things change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, assert_never

from services.codes.coarse import found_district
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.questions import Body, Json
from services.screening.domain.facts import FORM, normalised
from services.screening.domain.rulebook import Rulebook, assess
from services.screening.events import Label, ScreeningCompleted, ScreeningEvent, ScreeningStarted


@dataclass(frozen=True)
class StartScreening:
    case_id: str
    person_id: str
    known: dict[str, Any]


@dataclass(frozen=True)
class CompleteScreening:
    """`facts` as told (facts.normalised), `day` of the answers (Asia/Bangkok), `book` in force on it; `closed`: the
    case is; `corrected`: facts of the person as intake has them since they were corrected."""

    screening_id: str
    case_id: str
    facts: dict[str, Any]
    day: date
    book: Rulebook
    closed: bool = False
    corrected: Mapping[str, Any] = field(default_factory=dict)


Command = StartScreening | CompleteScreening


@dataclass(frozen=True)
class Screening:
    """`person_id` is None until a screening is due, `screening_id` until one was completed."""

    person_id: str | None = None
    screening_id: str | None = None
    known: Mapping[str, Any] = field(default_factory=dict)


def decide(command: Command, screening: Screening) -> list[ScreeningEvent]:
    match command:
        case StartScreening(case_id, person_id, known):
            return [] if screening.person_id else [ScreeningStarted(case_id, person_id, known)]
        case CompleteScreening() if command.screening_id == screening.screening_id:
            return []  # the same screening again
        case CompleteScreening() if screening.person_id is None:
            raise Refused("wrong_state", "No screening is due for this case yet.")
        case CompleteScreening(closed=True):
            raise Refused("wrong_state", "The case is closed.")
        case CompleteScreening():
            known = {**screening.known, **command.corrected}
            facts, labels, paths = assessed(command.book, command.facts, known, command.day)
            version = command.book.version
            return [
                ScreeningCompleted(command.screening_id, command.case_id, FORM, version, facts, labels, paths)
            ]
    assert_never(command)


def assessed(
    book: Rulebook, answers: Mapping[str, Any], known: Mapping[str, Any], day: date
) -> tuple[dict[str, Any], list[Label], list[str]]:
    """(facts, labels, paths) of what was told and what the case knows; see facts.normalised and rulebook.assess."""
    facts = normalised(answers, known, day)
    return facts, *assess(book, facts)


def evolve(screening: Screening, event: ScreeningEvent) -> Screening:
    match event:
        case ScreeningStarted():
            return Screening(event.person_id, known=event.known)
        case ScreeningCompleted():
            return replace(screening, screening_id=event.screening_id)
    assert_never(event)


def with_district(known: Body) -> dict[str, Json]:
    """What is known of a case, whatever the shape in which intake's fact said where the person was found."""
    return {**known, "found": {"district": found_district(known.get("found"))}}


SCREENING: Aggregate[Command, Screening, ScreeningEvent] = Aggregate(
    "screening",
    Decider(decide, evolve, Screening()),
    (ScreeningStarted, ScreeningCompleted),
    "case",
    {("ScreeningStarted", 1): lambda data: {**data, "known": with_district(data["known"])}},
)
