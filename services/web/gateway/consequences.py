"""What the front door itself does once a door has done something: a table by door, for pages and API alike.

It runs after the answer came, so whatever ends the process in between leaves it undone: each row says who makes up
for it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.intake.doors import CONFIRM_ERASURE
from services.kernel.questions import Body, CommandDoor
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import copies


def _forget(web: ServiceRuntime, body: Body, answer: Any) -> None:
    copies.forget(web, str(body["case_id"]), answer["referral_ids"])


# Each is given what was asked and what was answered; again it is nothing.
CONSEQUENCES: Mapping[CommandDoor[Any], Callable[[ServiceRuntime, Body, Any], None]] = {
    CONFIRM_ERASURE: _forget,  # made up for by erasing.catch_up
}
