"""Who voted how in a meeting, as its minutes have it. Pure."""

from collections.abc import Mapping

from services.screening.domain.meeting import DecideCase, Meeting
from services.screening.domain.plan import Member


def voters(
    meeting: Meeting, command: DecideCase, names: Mapping[str, str], reasons: Mapping[str, str | None]
) -> list[Member]:
    """Everybody who votes on the option, as the minutes have them: own votes (their `reasons` opened), and those that
    somebody wrote down, in the order in which the members were called."""
    item = meeting.agenda[command.case_id]
    out = item.conflicts | {*command.conflicts}
    own = {member: cast for member, cast in item.own(command.path, command.programme_ids).items()}
    written = {vote.member: vote for vote in command.votes}
    members: list[Member] = []
    for number, seat in meeting.seats.items():
        if number in out:
            continue
        if number in own:
            vote, reason = own[number].vote, reasons.get(number)
        elif number in written:
            vote, reason = written[number].vote, written[number].reason
        else:
            continue  # was not there
        members.append(
            {
                "name": names[number],
                "role": seat["role"],
                "vote": vote,
                "reason": reason,
                "own": number in own,
            }
        )
    return members
