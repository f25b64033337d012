"""A change that another centre proposes to the one that keeps the partner: it waits, and is decided once."""

from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.partners.events import ChangeProposed, ProposalAccepted, ProposalDismissed, ProposalEvent, Told


@dataclass(frozen=True)
class Change:
    """What is done to a partner, or with `programme_id` to one of its programmes. `action`: codes.registry.CHANGES;
    `after` is what it says, `at` when that was so."""

    partner_id: str
    programme_id: str | None
    action: str
    after: Told
    reason: str | None
    at: str


@dataclass(frozen=True)
class ProposeChange:
    proposal_id: str
    change: Change
    before: Told
    waiting_for: str


@dataclass(frozen=True)
class AcceptProposal:
    reason: str | None = None


@dataclass(frozen=True)
class DismissProposal:
    reason: str | None = None


Command = ProposeChange | AcceptProposal | DismissProposal


@dataclass(frozen=True)
class Proposal:
    proposal_id: str = ""
    status: Literal["", "open", "accepted", "dismissed"] = ""
    change: Change = field(default_factory=lambda: Change("", None, "", {}, None, ""))
    waiting_for: str = ""


def decide(command: Command, proposal: Proposal) -> list[ProposalEvent]:
    if isinstance(command, ProposeChange):
        return [] if proposal.status else [_proposed(command)]
    if not proposal.status:
        raise Refused("unknown_proposal", "No such change was proposed.")
    ids = proposal.proposal_id, proposal.change.partner_id
    match command, proposal.status:
        case AcceptProposal(reason), "open":
            return [ProposalAccepted(*ids, reason)]
        case DismissProposal(reason), "open":
            return [ProposalDismissed(*ids, reason)]
        case (AcceptProposal(), "accepted") | (DismissProposal(), "dismissed"):
            return []
    raise Refused("wrong_state", f"The proposal is {proposal.status} already.")


def _proposed(command: ProposeChange) -> ChangeProposed:
    change = command.change
    return ChangeProposed(
        command.proposal_id, change.partner_id, change.programme_id, change.action, command.before,
        change.after, change.reason, change.at, command.waiting_for,
    )  # fmt: skip


def evolve(proposal: Proposal, event: ProposalEvent) -> Proposal:
    match event:
        case ChangeProposed():
            change = Change(
                event.partner_id, event.programme_id, event.action, event.after, event.reason, event.stated_at
            )
            return Proposal(event.proposal_id, "open", change, event.waiting_for)
        case ProposalAccepted():
            return replace(proposal, status="accepted")
        case ProposalDismissed():
            return replace(proposal, status="dismissed")
    assert_never(event)


PROPOSAL: Aggregate[Command, Proposal, ProposalEvent] = Aggregate(
    "proposal",
    Decider(decide, evolve, initial=Proposal()),
    (ChangeProposed, ProposalAccepted, ProposalDismissed),
    "partner",
)
