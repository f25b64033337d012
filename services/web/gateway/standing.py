"""How each service says it is."""

from collections.abc import Sequence

from services.codes.access import SERVICES
from services.kernel import own_doors
from services.kernel.status import Status
from services.web.gateway import calls
from services.web.gateway.calls import THE_SYSTEM

LAG_MOST = 1000  # events a subscription may be behind before it is said


def statuses() -> tuple[list[Status], list[str]]:
    """Each service's status, and sentences about those that do not answer."""
    asked = {service: own_doors.status(service) for service in SERVICES}
    replies = calls.together(THE_SYSTEM, *asked.values(), seconds=2.0)
    found = [replies[question] for question in asked.values()]
    return [status for status in found if status is not None], [
        str(replies.error(question)) for question in asked.values() if replies.error(question) is not None
    ]


def rooms() -> dict[str, int]:
    """{service: bytes that its database takes} of those that answer."""
    asked = {service: own_doors.room(service) for service in SERVICES}
    replies = calls.together(THE_SYSTEM, *asked.values(), seconds=2.0)
    found = {service: replies[question] for service, question in asked.items()}
    return {service: room["bytes"] for service, room in found.items() if room is not None}


def heard(rows: Sequence[Status]) -> dict[tuple[str, str], int]:
    """{(service, source): how many events of the source's log, as it is now, it has not handled}."""
    heads = {row["service"]: row["sequence"] for row in rows}
    return {
        (row["service"], each["source"]): max(0, heads.get(each["source"], 0) - each["cursor"])
        for row in rows
        for each in row["subscriptions"]
    }
