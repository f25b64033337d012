"""Ways to the provider and back: what belongs to one, kept sealed for the browser that set out and for ten minutes,
used once."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
from cryptography.fernet import Fernet
from sqlalchemy import Column, ColumnElement, Connection, Table, Text, delete, insert, select, update

from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime
from services.web.identity.sessions import hash_of
from services.web.store.tables import metadata

authorization_request = Table(
    "authorization_request",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("visit_hash", Text, nullable=False),  # of the cookie of the one browser that may come back
    Column("sealed", Text, nullable=False),
    Column("expires_at", Text, nullable=False, index=True),
    Column("outcome", Text),  # null: under way
)

LIFETIME = timedelta(minutes=10)
CAME_BACK = "came_back"


@dataclass(frozen=True)
class AuthorizationRequest:
    """`linking`: the signed-in user who wants to link their account, else somebody wants to sign in and then go on to
    `next`, or get the form in `keep` back (see `shell.give_back`)."""

    next: str = ""
    keep: str = ""
    linking: str | None = None
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))  # RFC 7636: 43 to 128 characters


def begin(runtime: ServiceRuntime, visit: str, request: AuthorizationRequest) -> str:
    """The state that the provider sends back."""
    state, now = secrets.token_urlsafe(32), runtime.now()
    row = {
        "state_hash": hash_of(state),
        "visit_hash": hash_of(visit),
        "sealed": _box(runtime).encrypt(orjson.dumps(request)).decode(),
        "expires_at": instant(now + LIFETIME),
    }
    with runtime.database.write() as db:
        over = authorization_request.c.expires_at <= instant(now)
        db.execute(delete(authorization_request).where(over))
        db.execute(insert(authorization_request).values(**row))
    return state


def come_back(runtime: ServiceRuntime, visit: str, state: str) -> AuthorizationRequest | None:
    """What the browser set out with, the first time it comes back; None for any other browser, time or state."""
    under_way = authorization_request.c.outcome.is_(None)
    with runtime.database.write() as db:
        taken = update(authorization_request).where(*_this(runtime, visit, state), under_way)
        if db.execute(taken.values(outcome=CAME_BACK)).rowcount != 1:
            return None
    found = find(runtime, visit, state)
    return found[0] if found else None


def find(runtime: ServiceRuntime, visit: str, state: str) -> tuple[AuthorizationRequest, str] | None:
    """A request that came back, and what became of it."""
    asked = select(authorization_request.c.sealed, authorization_request.c.outcome).where(
        *_this(runtime, visit, state), authorization_request.c.outcome.is_not(None)
    )
    row = runtime.read(lambda db: db.execute(asked).one_or_none())
    return (
        (AuthorizationRequest(**orjson.loads(_box(runtime).decrypt(row.sealed))), row.outcome)
        if row
        else None
    )


def end(runtime: ServiceRuntime, visit: str, state: str, outcome: str) -> None:
    with runtime.database.write() as db:
        this = update(authorization_request).where(*_this(runtime, visit, state))
        db.execute(this.values(outcome=outcome))


def hand_on(runtime: ServiceRuntime, visit: str, state: str, session: str) -> None:
    """The browser has another cookie now: that of its session."""
    with runtime.database.write() as db:
        this = update(authorization_request).where(*_this(runtime, visit, state))
        db.execute(this.values(visit_hash=hash_of(session)))


def _this(runtime: ServiceRuntime, visit: str, state: str) -> tuple[ColumnElement[bool], ...]:
    return (
        authorization_request.c.state_hash == hash_of(state),
        authorization_request.c.visit_hash == hash_of(visit),
        authorization_request.c.expires_at > instant(runtime.now()),
    )


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("authorization-request")))


def forget_kept(runtime: ServiceRuntime, db: Connection, about: Callable[[str], bool]) -> None:
    """Whoever set out with a form that is `about` something starts over, without it."""
    for row in db.execute(select(authorization_request)).all():
        if about(orjson.loads(_box(runtime).decrypt(row.sealed))["keep"]):
            theirs = authorization_request.c.state_hash == row.state_hash
            db.execute(delete(authorization_request).where(theirs))
