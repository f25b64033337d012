"""What of a plan's minutes stays when the person is erased: the names, roles and votes of the working group as they
were, and the words as a director left them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import NotRequired, TypedDict

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.domain.plan import Goal, Member, Override
from services.screening.events import MinutesKept


class Minutes(TypedDict):
    """Of a plan; `override` where the working group took a path that the screening had closed; `conflicts`: names of
    who did not vote for an interest of their own."""

    members: list[Member]
    why: str
    goals: list[str | Goal]
    override: NotRequired[Override]
    conflicts: NotRequired[list[str]]
    urgency: NotRequired[str]


class Reason(TypedDict):
    reason: str | None


class Redaction(TypedDict):
    """The words that may stay; `members`: each one's reason, in the order of the minutes."""

    why: str
    goals: list[str]
    members: Sequence[Reason]
    override: Reason | None


@dataclass(frozen=True)
class KeepMinutes:
    """`request_id`: the erasure that was asked for and waits to be confirmed; None: there is none."""

    kept_id: str
    plan_id: str
    case_id: str
    centre: str
    request_id: str | None
    minutes: Minutes


@dataclass(frozen=True)
class Kept:
    """{plan: the version that was kept last}."""

    last: Mapping[str, str] = field(default_factory=dict)


def decide(command: KeepMinutes, state: Kept) -> list[MinutesKept]:
    if state.last.get(command.plan_id) == command.kept_id:
        return []  # the same version again
    if command.request_id is None:
        raise Refused("no_erasure", "No erasure of this case's person waits to be confirmed.")
    return [
        MinutesKept(
            command.kept_id, command.plan_id, command.case_id, command.centre, command.request_id, command.minutes
        )
    ]  # fmt: skip


def evolve(state: Kept, event: MinutesKept) -> Kept:
    return replace(state, last={**state.last, event.plan_id: event.kept_id})


MINUTES: Aggregate[KeepMinutes, Kept, MinutesKept] = Aggregate(
    "minutes", Decider(decide, evolve, Kept()), (MinutesKept,), "case"
)


def redacted(minutes: Minutes, words: Redaction) -> Minutes:
    """The minutes with other words. Who decided and how they voted is not anybody's to write anew."""
    if len(words["members"]) > len(minutes["members"]):
        raise Invalid({"members": [f"The minutes have {len(minutes['members'])}."]})
    members: list[Member] = [
        {**member, "reason": other["reason"] if other else None}
        for member, other in zip_longest(minutes["members"], words["members"])
    ]
    kept: Minutes = {"members": members, "why": words["why"], "goals": [*words["goals"]]}
    if conflicts := minutes.get("conflicts"):
        kept["conflicts"] = conflicts
    reason = words["override"]["reason"] if words["override"] else None
    if reason and (override := minutes.get("override")):
        kept["override"] = {**override, "reason": reason}
    return kept


def texts(words: Redaction) -> dict[str, str]:
    """{field: what was written there}, of every text in words."""
    found = {"why": words["why"], **{f"goals.{n}": goal for n, goal in enumerate(words["goals"])}}
    reasons = {f"members.{n}.reason": each["reason"] for n, each in enumerate(words["members"])}
    reasons["override.reason"] = words["override"]["reason"] if words["override"] else None
    return found | {name: reason for name, reason in reasons.items() if reason}
