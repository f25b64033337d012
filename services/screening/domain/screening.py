"""One case's screening: due when the case is opened, completed as often as things change. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, assert_never

from services.codes.coarse import found_district
from services.codes.facts import ASKED_FOR
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.questions import Body, Json
from services.screening.domain.assessment import Assessment, assess
from services.screening.domain.facts import FORM, normalised
from services.screening.domain.gathering import authors
from services.screening.domain.rulebook import Rulebook
from services.screening.events import ClosedPath, Form, ScreeningCompleted, ScreeningEvent, ScreeningStarted


@dataclass(frozen=True)
class StartScreening:
    case_id: str
    person_id: str
    known: dict[str, Any]


@dataclass(frozen=True)
class CompleteScreening:
    """`facts` as told (facts.normalised), `day` of the answers (Asia/Bangkok), `book` in force on it; `closed`: the
    case is; `corrected`: facts of the person as intake has them since they were corrected; `form`: what was asked,
    `asked_declined`: what the person did not want to answer of it; `by`: who answered each question, `user`: who
    completes it."""

    screening_id: str
    case_id: str
    facts: dict[str, Any]
    day: date
    book: Rulebook
    closed: bool = False
    corrected: Mapping[str, Any] = field(default_factory=dict)
    form: Form = field(default_factory=lambda: FORM)
    asked_declined: Sequence[str] = ()
    by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    user: str = ""


@dataclass(frozen=True)
class NoteAnswers:
    """Answers for colleagues who fill the same screening: no fact yet (decision 62)."""

    closed: bool = False


Command = StartScreening | CompleteScreening | NoteAnswers


@dataclass(frozen=True)
class Screening:
    """`person_id` is None until a screening is due, `screening_id` until one was completed; of the latest: its
    `facts` and whose answers they are, the `paths` that it proposes, the best first, and those that it `closed`."""

    person_id: str | None = None
    screening_id: str | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)
    answered_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paths: Sequence[str] = ()
    closed: Sequence[ClosedPath] = ()

    def shut(self, path: str) -> ClosedPath | None:
        return next((each for each in self.closed if each["path"] == path), None)


def decide(command: Command, screening: Screening) -> list[ScreeningEvent]:
    match command:
        case StartScreening(case_id, person_id, known):
            return [] if screening.person_id else [ScreeningStarted(case_id, person_id, known)]
        case CompleteScreening() if command.screening_id == screening.screening_id:
            return []  # the same screening again
        case CompleteScreening() | NoteAnswers() if screening.person_id is None:
            raise Refused("wrong_state", "No screening is due for this case yet.")
        case CompleteScreening(closed=True) | NoteAnswers(closed=True):
            raise Refused("wrong_state", "The case is closed.")
        case NoteAnswers():
            return []
        case CompleteScreening():
            known = {**screening.known, **command.corrected}
            facts, found = assessed(command.book, command.facts, known, command.day)
            return [
                ScreeningCompleted(
                    command.screening_id, command.case_id, command.form, command.book.version, facts, found.labels,
                    found.paths, found.leads, found.closed, declined(command.asked_declined, facts) or None,
                    authors(command.by, facts, screening.facts, screening.answered_by, command.user) or None,
                )
            ]  # fmt: skip
    assert_never(command)


def assessed(
    book: Rulebook, answers: Mapping[str, Any], known: Mapping[str, Any], day: date
) -> tuple[dict[str, Any], Assessment]:
    """What was told and what the case knows as facts, and what they come to; see facts.normalised and
    assessment.assess."""
    facts = normalised(answers, known, day)
    return facts, assess(book, facts)


def declined(questions: Sequence[str], facts: Body) -> list[str]:
    """The facts that nobody learnt because the person did not want to say them, each once."""
    return sorted({ASKED_FOR.get(code, code) for code in questions} - facts.keys())


def corrected_since(facts: Body, known: Body, corrected: Body) -> dict[str, Json]:
    """The facts of a screening without what it only took over from the case and what was corrected there."""
    return {
        name: value
        for name, value in facts.items()
        if name not in corrected or name not in known or value != known[name]
    }


def evolve(screening: Screening, event: ScreeningEvent) -> Screening:
    match event:
        case ScreeningStarted():
            return Screening(event.person_id, known=event.known)
        case ScreeningCompleted():
            closed = event.closed or ()
            return replace(
                screening, screening_id=event.screening_id, facts=event.facts, paths=event.paths, closed=closed,
                answered_by=event.answered_by or {},
            )  # fmt: skip
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
