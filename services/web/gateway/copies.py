"""What the front door keeps of a case, and how it forgets it: drafts, what was typed when a session ended, and what a
partner's link shows."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable

import orjson
from cryptography.fernet import Fernet, InvalidToken

from services.kernel.runtime import ServiceRuntime
from services.web.identity import authorization_requests, pending_sessions
from services.web.store import drafts, links, looks

KEPT = "kept-form"  # the purpose of the key under which a form is sealed that was sent without a session


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
