"""A draft of rules: saved as often as it changes, adopted by two people, or by one and the rule keeper; by one alone if
it only says the same in other words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Invalid, Refused
from services.screening.events import AdoptionAsked, DraftAdopted, DraftTried, RulesDrafted

KEEPER = "rule_keeper"


@dataclass(frozen=True)
class SaveDraft:
    """`documents`: {name: document}, whole; `based_on` the version of the rulebook that it began from."""

    draft_id: str
    based_on: str
    documents: Mapping[str, str]


class Adopter(NamedTuple):
    """Who adopts: a director, for their centres, or the rule keeper."""

    user: str
    role: str
    centres: tuple[str, ...]


@dataclass(frozen=True)
class AdoptDraft:
    """`versions`: {name: version} under which its documents would count; `tomorrow`: the first day there may be;
    `only_words`: it says the same as what counts on its first day (domain.wording), so that one is enough."""

    draft_id: str
    adopter: Adopter
    valid_from: str
    reason: str
    versions: Mapping[str, str]
    tomorrow: str
    only_words: bool = False


class Ask(NamedTuple):
    by: Adopter
    valid_from: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """`asked`: the first of two people adopted what it says now; `adopted`: both did."""

    based_on: str | None = None
    documents: Mapping[str, str] | None = None
    asked: Ask | None = None
    adopted: bool = False
    trials: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TryDraft:
    """See DraftTried; `version`: of the draft's stream, as it was saved."""

    trial_id: str
    draft_id: str
    version: int
    since: str | None
    until: str | None
    of_centre: str | None


Command = SaveDraft | AdoptDraft | TryDraft
DraftEvent = RulesDrafted | AdoptionAsked | DraftTried | DraftAdopted


def decide(command: Command, draft: Draft) -> list[DraftEvent]:
    match command:
        case SaveDraft() if draft.adopted:
            raise Refused("wrong_state", "This draft was adopted: begin a new one.")
        case SaveDraft(draft_id, based_on, documents):
            same = draft.based_on == based_on and draft.documents == documents
            return [] if same else [RulesDrafted(draft_id, based_on, dict(documents))]
        case AdoptDraft() | TryDraft() if draft.documents is None:
            raise Refused("wrong_state", "There is no such draft.")
        case TryDraft() if command.trial_id in draft.trials:
            return []
        case TryDraft(trial_id, draft_id, version, since, until, of_centre):
            return [DraftTried(trial_id, draft_id, version, since, until, of_centre)]
        case AdoptDraft():
            return _adopt(command, draft)
    assert_never(command)


def _adopt(command: AdoptDraft, draft: Draft) -> list[DraftEvent]:
    if draft.adopted:
        raise Refused("wrong_state", "This draft was adopted already.")
    if command.valid_from < command.tomorrow:
        raise Invalid({"valid_from": [f"Must be {command.tomorrow} or later."]})
    first, second = draft.asked, command.adopter
    if first is None or first.by.user == second.user or first.valid_from != command.valid_from:
        asked = Ask(second, command.valid_from, command.reason)
        said: list[DraftEvent] = [
            AdoptionAsked(
                command.draft_id, second.user, second.role, [*second.centres], command.valid_from, command.reason
            )
        ]  # fmt: skip
        said = [] if first == asked else said
        return [*said, _adopted(command)] if command.only_words else said
    if not command.only_words and not _are_two(first.by, second):
        raise Refused(
            "two_centres",
            "Two directors of different centres adopt rules, or one of them and the rule keeper.",
        )
    return [_adopted(command)]


def _adopted(command: AdoptDraft) -> DraftAdopted:
    return DraftAdopted(command.draft_id, dict(command.versions), command.valid_from)


def _are_two(first: Adopter, second: Adopter) -> bool:
    if KEEPER in (first.role, second.role):
        return first.role != second.role
    return ALL_CENTRES not in (*first.centres, *second.centres) and not {*first.centres} & {*second.centres}


def evolve(draft: Draft, event: DraftEvent) -> Draft:
    match event:
        case RulesDrafted():
            return replace(draft, based_on=event.based_on, documents=event.documents, asked=None)
        case DraftTried():
            return replace(draft, trials=draft.trials | {event.trial_id})
        case AdoptionAsked():
            by = Adopter(event.user, event.role, tuple(event.centres))
            return replace(draft, asked=Ask(by, event.valid_from, event.reason))
        case DraftAdopted():
            return replace(draft, adopted=True)
    assert_never(event)


DRAFT: Aggregate[Command, Draft, DraftEvent] = Aggregate(
    "rules_draft",
    Decider(decide, evolve, Draft()),
    (RulesDrafted, AdoptionAsked, DraftTried, DraftAdopted),
    "case",
)
