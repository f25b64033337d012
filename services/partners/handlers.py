"""Whenever a case is screened or planned, a match is noted; whenever a referral moves, its place does. Pure: facts in,
commands out."""

from collections.abc import Iterable
from datetime import datetime

from services.codes.problems import SIGNS
from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import Recorded, derived_id, instant, moment
from services.kernel.questions import Json
from services.partners.domain.asked import DoubtPlaces, ReleasePlace, ReservePlace, StateNoPlaces, TakePlace
from services.partners.domain.evidence import Known, propose, weigh
from services.partners.domain.matching import MATCH, NOTED, NoteMatch
from services.partners.domain.offers import Registry
from services.partners.domain.places import NO_PLACE, PROGRAMME
from services.partners.domain.problems import PROBLEM, LapseProblem, WeighProblem, problem_of
from services.partners.domain.ranking import Ranking, Screened, rank
from services.partners.events import (
    Answered,
    Candidate,
    Inputs,
    ProblemAccepted,
    ProblemDismissed,
    ProblemFound,
    ProblemSettled,
    ProblemWeighed,
)


def when_screened(
    fact: Recorded, case_id: str, registry: Registry, screened: Screened | None
) -> Iterable[Do]:
    yield from _match(fact, registry, screened)


def when_planned(
    fact: Recorded,
    case_id: str,
    plan_id: str,
    programme_id: str | None,
    registry: Registry,
    screened: Screened | None,
) -> Iterable[Do]:
    """Only a plan that chooses a programme used a match."""
    if programme_id:
        yield from _match(fact, registry, screened, plan_id, programme_id)


def _match(
    fact: Recorded,
    registry: Registry,
    screened: Screened | None,
    plan_id: str | None = None,
    chosen: str | None = None,
) -> Iterable[Do]:
    if screened is None:
        return
    ranking = rank(registry, screened, moment(fact.recorded))
    command = NoteMatch(
        match_id=derived_id(fact.id, "match"),
        case_id=screened.case_id,
        screening_id=screened.screening_id,
        plan_id=plan_id,
        rules_version=screened.rules_version,
        counts=ranking.counts,
        candidates=_best(ranking, chosen),
        inputs=Inputs(
            registry=registry.version,
            programmes=len(ranking.order),
            programme_id=chosen,
            draw=screened.draw,
            at=fact.recorded,
            district=screened.district,
            past=_past(screened),
        ),
    )
    yield Do(MATCH, screened.case_id, command)


def _past(screened: Screened) -> list[Answered]:
    return [
        Answered(programme_id=programme_id, **each, stands=each == screened.declined.get(programme_id))
        for programme_id, answers in screened.past.items()
        for each in answers
    ]


def _best(ranking: Ranking, chosen: str | None) -> list[Candidate]:
    """The first of the ranking; a chosen programme that is not among them takes the last line."""
    best = [_candidate(ranking, position) for position in range(min(NOTED, len(ranking.order)))]
    position = ranking.position(chosen) if chosen else None
    if position is not None and position >= len(best):
        best[NOTED - 1 :] = [_candidate(ranking, position)]
    return best


def _candidate(ranking: Ranking, position: int) -> Candidate:
    row, verdict, rank = ranking.standing(position)
    return Candidate(
        programme_id=row["programme_id"], partner_id=row["partner_id"], verdict=verdict, rank=rank
    )


def when_sent(
    fact: Recorded, referral_id: str, case_id: str, programme_id: str | None, waitlist: bool, who: str | None
) -> Iterable[Do]:
    """`who`: the group of the person, as far as the screening knows it."""
    if programme_id is not None:
        asked = ReservePlace(referral_id, case_id, fact.centre, waitlist, who=who)
        yield Do(PROGRAMME, programme_id, asked)


def when_stay_asked(
    fact: Recorded, stay_id: str, case_id: str, programme_id: str, who: str | None
) -> Iterable[Do]:
    asked = ReservePlace(stay_id, case_id, fact.centre, waitlist=False, stay=True, who=who)
    yield Do(PROGRAMME, programme_id, asked)


def when_stay_begun(fact: Recorded, stay_id: str, case_id: str, programme_id: str) -> Iterable[Do]:
    yield Do(PROGRAMME, programme_id, TakePlace(stay_id, case_id))


def when_stay_ended(fact: Recorded, stay_id: str, case_id: str, programme_id: str) -> Iterable[Do]:
    yield Do(PROGRAMME, programme_id, ReleasePlace(stay_id, case_id))


def when_accepted(fact: Recorded, referral_id: str, case_id: str, programme_id: str | None) -> Iterable[Do]:
    if programme_id is not None:
        yield Do(PROGRAMME, programme_id, TakePlace(referral_id, case_id))


def when_declined(
    fact: Recorded,
    referral_id: str,
    case_id: str,
    programme_id: str | None,
    no_more_places: bool,
    reason: str | None,
    whose: str | None,
    final_at: str | None = None,
) -> Iterable[Do]:
    """The place this referral held comes back first: stated before that, the programme would seem to have one free.
    What the partner may still take back (`final_at`) frees nothing yet: it is heard of again once it is settled. A
    partner that has no place for one speaks against the places that are shown."""
    if final_at is not None or programme_id is None:
        return
    yield from when_over(fact, referral_id, case_id, programme_id)
    yield from when_waitlisted(fact, referral_id, case_id, programme_id, no_more_places)
    if (reason, whose) == (NO_PLACE, "partner") and not no_more_places:
        yield Do(PROGRAMME, programme_id, DoubtPlaces(fact.time))


def when_waitlisted(
    fact: Recorded, referral_id: str, case_id: str, programme_id: str | None, no_more_places: bool
) -> Iterable[Do]:
    if no_more_places and programme_id is not None:
        yield Do(PROGRAMME, programme_id, StateNoPlaces(fact.time))


def when_answered(
    fact: Recorded,
    referral_id: str,
    case_id: str,
    programme_id: str | None,
    no_more_places: bool,
    known: Known | None,
) -> Iterable[Do]:
    """What the programme's answers amount to now. Who said with this one that no place is left has corrected the places
    by it."""
    if known is not None and programme_id is not None:
        yield from _weighed(fact, known, no_more_places)


def when_reviewed(fact: Recorded, referral_id: str | None, known: Known | None) -> Iterable[Do]:
    """What was found when a working group looked back on somebody who was placed with the programme."""
    if known is not None:
        yield from _weighed(fact, known, no_more_places=False)


def _weighed(fact: Recorded, known: Known, no_more_places: bool) -> Iterable[Do]:
    programme_id = known.standing.programme_id
    weighed = weigh(
        known.answers, known.stated, known.standing.stood, known.decided, moment(fact.recorded), known.reviews
    )
    for evidence in weighed:
        about = SIGNS[evidence.reason].about
        if (no_more_places and about == "capacity") or not (
            evidence.is_enough or evidence.reason in known.open
        ):
            continue
        problem_id = problem_of(programme_id, evidence.reason)
        proposal = propose(evidence.reason, known.standing)
        command = WeighProblem(problem_id, programme_id, evidence, known.standing.stood[about], proposal)
        yield Do(PROBLEM, problem_id, command)


def when_over(fact: Recorded, referral_id: str, case_id: str, programme_id: str | None) -> Iterable[Do]:
    """Declined, withdrawn, expired, failed, ended or entered in error: the place is free again."""
    if programme_id is not None:
        yield Do(PROGRAMME, programme_id, ReleasePlace(referral_id, case_id))


def timers(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    """A problem is one until the answers that speak for it have grown old."""
    match fact.event:
        case ProblemFound(until=until) | ProblemWeighed(until=until) as event if until:
            yield SetTimer(event.problem_id, until, {"problem_id": event.problem_id})
        case ProblemSettled() | ProblemAccepted() | ProblemDismissed() as event:
            yield ClearTimer(event.problem_id)


def when_due(command: dict[str, Json], now: datetime) -> Do:
    return Do(PROBLEM, str(command["problem_id"]), LapseProblem(instant(now)))
