"""Hand-overs that an earlier version kept in the front door's own database: each goes to intake once, and is then
forgotten here."""

import logging
from collections.abc import Callable

from sqlalchemy import Column, PrimaryKeyConstraint, RowMapping, Table, Text, delete, select

from services.intake.doors import CARRY_OVER
from services.kernel.errors import NotFound
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import calls
from services.web.gateway.calls import Command, command_id
from services.web.gateway.chores import until_done
from services.web.store.tables import metadata

logger = logging.getLogger(__name__)

hand_over = Table(
    "hand_over",
    metadata,
    Column("case_id", Text),
    Column("from_user", Text),
    Column("to_user", Text, index=True),  # None: the centre's directors
    Column("centre", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("taken_at", Text),
    PrimaryKeyConstraint("case_id", "from_user"),
)


def carry_over(web: ServiceRuntime) -> int:
    """Tell intake of every hand-over that is still here, the oldest first; how many there were. Unavailable if intake
    does not answer: then it is asked again, and what it has heard already changes nothing."""
    oldest_first = select(hand_over).order_by(hand_over.c.at, hand_over.c.from_user)
    rows = web.read(lambda db: list(db.execute(oldest_first).mappings()))
    for row in rows:
        _tell(web, row)
        theirs = (hand_over.c.case_id == row["case_id"]) & (hand_over.c.from_user == row["from_user"])
        with web.database.write() as db:
            db.execute(delete(hand_over).where(theirs))
    return len(rows)


def _tell(web: ServiceRuntime, row: RowMapping) -> None:
    names = ("case_id", "from_user", "to_user", "at", "taken_at")
    case_id, from_user, to_user, at, taken_at = (row[name] for name in names)
    body = {"case_id": case_id, "from_user": from_user, "to_user": to_user, "taken": taken_at is not None}
    command = Command(command_id("hand-over", case_id, from_user, to_user or "", at, taken_at or ""), at)
    try:
        calls.tell_as_system(web, CARRY_OVER, body, command)
    except NotFound:
        logger.warning("a hand-over was about a case that intake does not know")


def keep_trying(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """Carry over what there is as soon as intake answers."""
    count = until_done(lambda: carry_over(web), "hand-overs of an earlier version", stopping, pause)
    if count:
        logger.info("%d hand-overs of an earlier version were carried over", count)
