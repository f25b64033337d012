"""What the front door keeps of a case goes when its person is erased: drafts, what was typed when a session ended, and
what a partner's link shows."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import timedelta

import orjson
from cryptography.fernet import Fernet, InvalidToken

from services.intake.doors import ERASED
from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import calls
from services.web.gateway.chores import until_done
from services.web.identity import authorization_requests, pending_sessions
from services.web.store import drafts, links, looks

KEPT = "kept-form"  # the purpose of the key under which a form is sealed that was sent without a session
LOOKS_BACK = timedelta(days=30)  # nothing here is kept longer


def forget(web: ServiceRuntime, case_id: str, referral_ids: Iterable[str]) -> None:
    """Every copy of what was typed about the case, or told of it; again is nothing."""
    ids = (case_id, *referral_ids)
    drafts.forget_about(web, ids)
    box = kept_box(web)
    with web.database.write() as db:
        links.forget(db, ids, web.now())
        looks.forget(db, case_id)
        for store in (pending_sessions, authorization_requests):
            store.forget_kept(web, db, lambda sealed: _is_about(box, sealed, ids))


def kept_box(web: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(web.key(KEPT)))


def _is_about(box: Fernet, sealed: str, ids: Iterable[str]) -> bool:
    try:
        kept = orjson.loads(box.decrypt(sealed.encode())) if sealed else None
    except InvalidToken:
        return False
    return kept is not None and any(id in kept["path"] for id in ids)


def catch_up(web: ServiceRuntime) -> int:
    """Forget whatever was erased while no front door ran, or as one ended; how many cases that were."""
    since = instant(web.now() - LOOKS_BACK)
    cases = calls.ask_as_system(web, ERASED.of(since=since)).answer["items"]
    for case in cases:
        forget(web, case["case_id"], case["referral_ids"])
    return len(cases)


def keep_trying(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """As soon as intake answers."""
    until_done(lambda: catch_up(web), "copies of what was erased", stopping, pause)
