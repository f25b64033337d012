"""An activity by which a centre makes itself known: noted once, corrected with a reason, or taken out as an error."""

from dataclasses import dataclass, replace
from typing import Any, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.partners.events import (
    Activity,
    OutreachCorrected,
    OutreachEnteredInError,
    OutreachEvent,
    OutreachHeld,
)


@dataclass(frozen=True)
class HoldOutreach:
    outreach_id: str
    activity: Activity


@dataclass(frozen=True)
class CorrectOutreach:
    """`changes`: the fields that are otherwise; None of one that may be absent takes it out."""

    changes: Activity
    reason: str


@dataclass(frozen=True)
class EnterOutreachInError:
    reason: str


Command = HoldOutreach | CorrectOutreach | EnterOutreachInError


@dataclass(frozen=True)
class Outreach:
    """`activity` is None until it is noted; `void`: it should never have been."""

    outreach_id: str = ""
    activity: Activity | None = None
    void: bool = False


def decide(command: Command, outreach: Outreach) -> list[OutreachEvent]:
    if isinstance(command, HoldOutreach):
        return [] if outreach.activity else [OutreachHeld(command.outreach_id, **command.activity)]
    known = outreach.activity
    if known is None:
        raise Refused("unknown_outreach", "No such activity was noted.")
    match command:
        case EnterOutreachInError(reason):
            return [] if outreach.void else [OutreachEnteredInError(outreach.outreach_id, reason)]
        case CorrectOutreach() if outreach.void:
            raise Refused("wrong_state", "The activity was entered in error.")
        case CorrectOutreach(changes, reason):
            after: Activity = {**known, **changes}
            changed = sorted(name for name, value in after.items() if value != known.get(name))
            if not changed:
                return []
            stood: Any = {name: value for name, value in known.items() if name in changed}
            before: Activity = stood
            return [
                OutreachCorrected(
                    outreach.outreach_id, **after, changed=changed, before=before, reason=reason
                )
            ]
    assert_never(command)


def evolve(outreach: Outreach, event: OutreachEvent) -> Outreach:
    match event:
        case OutreachHeld() | OutreachCorrected():
            return replace(outreach, outreach_id=event.outreach_id, activity=activity_of(event))
        case OutreachEnteredInError():
            return replace(outreach, void=True)
    assert_never(event)


def activity_of(event: OutreachHeld | OutreachCorrected) -> Activity:
    return {
        "kind": event.kind,
        "date": event.date,
        "province": event.province,
        "place": event.place,
        "reached": event.reached,
        "partner_ids": event.partner_ids,
        "material": event.material,
        "note": event.note,
    }


OUTREACH: Aggregate[Command, Outreach, OutreachEvent] = Aggregate(
    "outreach",
    Decider(decide, evolve, initial=Outreach()),
    (OutreachHeld, OutreachCorrected, OutreachEnteredInError),
    "partner",
)
