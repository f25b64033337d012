"""A match is noted for the record: at a screening, and when a plan chooses a programme."""

from dataclasses import dataclass

from services.kernel.decider import Aggregate, Decider
from services.partners.events import Candidate, Counts, Inputs, PartnerMatched

NOTED = 50


@dataclass(frozen=True)
class NoteMatch:
    match_id: str
    case_id: str
    screening_id: str | None
    plan_id: str | None
    rules_version: str
    counts: Counts
    candidates: list[Candidate]
    inputs: Inputs


Noted = frozenset[str]


def decide(command: NoteMatch, noted: Noted) -> list[PartnerMatched]:
    return [] if command.match_id in noted else [PartnerMatched(**vars(command))]


def evolve(noted: Noted, event: PartnerMatched) -> Noted:
    return noted | {event.match_id}


MATCH: Aggregate[NoteMatch, Noted, PartnerMatched] = Aggregate(
    "match", Decider(decide, evolve, initial=frozenset()), (PartnerMatched,), "case"
)
