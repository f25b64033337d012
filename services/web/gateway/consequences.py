"""What the front door itself does once a door has done something, and what it adds to an answer: tables by door, for
pages and API alike.

What is done runs after the answer came, so whatever ends the process in between leaves it undone: each row says who
makes up for it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.codes.work import ESCALATED
from services.intake.answers import Work
from services.intake.doors import CONFIRM_ERASURE, WITHDRAW_CONSENT, WORK
from services.kernel.questions import Body, CommandDoor, QueryDoor
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import copies
from services.web.identity import accounts
from services.web.store import links


def _forget(web: ServiceRuntime, body: Body, answer: Any) -> None:
    copies.forget(web, str(body["case_id"]), answer["referral_ids"])


def _shut_links(web: ServiceRuntime, body: Body, answer: Any) -> None:
    with web.database.write() as db:
        links.withdraw(db, answer["referral_ids"], web.now())


# Each is given what was asked and what was answered; again it is nothing.
CONSEQUENCES: Mapping[CommandDoor[Any], Callable[[ServiceRuntime, Body, Any], None]] = {
    CONFIRM_ERASURE: _forget,  # made up for by erasing.catch_up
    WITHDRAW_CONSENT: _shut_links,  # made up for by referral, which ends the referral itself
}


def _name_directors(web: ServiceRuntime, answer: Work) -> None:
    """Whose a case is now that a deadline was missed: whom the procedure names; else the first of the centre's
    directors, and if the case is in that one's own hands, the next."""
    escalated = [item for item in answer["items"] if ESCALATED in item["flags"]]
    centres = {item["centre"] for item in escalated}
    if not centres:
        return
    directors = web.read(lambda db: {centre: accounts.list_directors(db, centre) for centre in centres})
    for item in escalated:
        if _is_there(web, item["escalated_to"], item["centre"]):
            continue
        known = directors[item["centre"]]
        others = [user for user in known if user != item["owner"]]
        item["escalated_to"] = next(iter(others or known), None)


def _is_there(web: ServiceRuntime, user: str | None, centre: str) -> bool:
    return user is not None and web.read(lambda db: accounts.may_answer(db, user, centre))


# Each is given what was answered, and adds to it.
ADDITIONS: Mapping[QueryDoor[Any], Callable[[ServiceRuntime, Any], None]] = {WORK: _name_directors}
