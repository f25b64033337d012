"""The doors that every service has for who runs the system (kernel.doors), by name. The log's own is asked by followers
alone."""

from services.kernel.doors import DoorRow
from services.kernel.questions import CommandDoor, QueryDoor, Question
from services.kernel.sizes import Room
from services.kernel.status import Status


def status(service: str) -> Question[Status]:
    return Question(QueryDoor(service, "status"), {})


def room(service: str) -> Question[Room]:
    return Question(QueryDoor(service, "room"), {})


def doors(service: str) -> Question[list[DoorRow]]:
    return Question(QueryDoor(service, "doors"), {})


def figures(service: str, told_to: str) -> Question[dict[str, str]]:
    return Question(QueryDoor(service, "figures"), {"told_to": told_to})


def verify(service: str) -> Question[list[str]]:
    return Question(QueryDoor(service, "verify"), {})


def retry(service: str) -> CommandDoor[dict[str, int]]:
    return CommandDoor(service, "retry")


def skip(service: str) -> CommandDoor[dict[str, int]]:
    return CommandDoor(service, "skip")


def resume(service: str) -> CommandDoor[list[str]]:
    return CommandDoor(service, "resume")


def rebuild(service: str) -> CommandDoor[dict[str, int]]:
    return CommandDoor(service, "rebuild")
