"""Who belongs to a centre's working group, as what, from which day until which. Pure.

The name of each is sealed (events.MemberAppointed); who has an account is known by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, assert_never, get_args

from services.codes.decisions import CHAIR
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.events import GroupEvent, MemberAppointed, MembershipEnded

BEFORE = "It lies before the first day."


@dataclass(frozen=True)
class AppointMember:
    """`since`, `until`: first and last day, ISO; `until` None: until somebody ends it."""

    member_id: str
    centre: str
    user: str | None
    name: str
    role: str
    since: str
    until: str | None


@dataclass(frozen=True)
class EndMembership:
    member_id: str
    until: str


Command = AppointMember | EndMembership


class Membership(NamedTuple):
    user: str | None
    role: str
    since: str
    until: str | None

    def meets(self, since: str, until: str | None) -> bool:
        """Whether a day is in both."""
        return (until is None or self.since <= until) and (self.until is None or since <= self.until)


@dataclass(frozen=True)
class Group:
    """The working group of a centre, with whoever was in it."""

    centre: str = ""
    members: Mapping[str, Membership] = field(default_factory=dict)


def decide(command: Command, group: Group) -> list[GroupEvent]:
    match command:
        case AppointMember():
            return [] if command.member_id in group.members else [_appointed(command, group)]
        case EndMembership(member_id, until):
            member = group.members.get(member_id)
            if member is None:
                raise Refused("wrong_state", "Nobody of this id is a member.")
            if member.until == until:
                return []
            if until < member.since:
                raise Invalid({"until": [BEFORE]})
            return [MembershipEnded(group.centre, member_id, until)]
    assert_never(command)


def _appointed(command: AppointMember, group: Group) -> MemberAppointed:
    if command.until is not None and command.until < command.since:
        raise Invalid({"until": [BEFORE]})
    meanwhile = [each for each in group.members.values() if each.meets(command.since, command.until)]
    if command.user and any(each.user == command.user for each in meanwhile):
        raise Invalid({"user": ["This account is a member in these days already."]})
    if command.role == CHAIR and any(each.role == CHAIR for each in meanwhile):
        raise Invalid({"role": ["The group has a chair in these days already."]})
    return MemberAppointed(
        command.centre,
        command.member_id,
        command.user,
        command.role,
        command.since,
        command.until,
        command.name,
    )


def evolve(group: Group, event: GroupEvent) -> Group:
    match event:
        case MemberAppointed():
            member = Membership(event.user, event.role, event.since, event.until)
            return replace(group, centre=event.centre, members={**group.members, event.member_id: member})
        case MembershipEnded():
            ended = group.members[event.member_id]._replace(until=event.until)
            return replace(group, members={**group.members, event.member_id: ended})
    assert_never(event)


GROUP: Aggregate[Command, Group, GroupEvent] = Aggregate(
    "group", Decider(decide, evolve, Group()), get_args(GroupEvent), "case"
)
