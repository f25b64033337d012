"""Who asks the API: the user of a bearer token, or a partner's system by its key."""

from collections.abc import Sequence

from flask import request
from sqlalchemy import Connection

from services.codes.access import STAFF
from services.kernel.envelope import ALL_CENTRES, Caller, Delegation
from services.kernel.tokens import OPERATOR, BadToken, Bearer, Tokens
from services.thai.dates import bangkok_day
from services.web import gateway
from services.web.gateway.problems import Problem
from services.web.identity import accounts, api_keys, delegations, throttle
from services.web.identity.accounts import Account

ANY_KEY = ""  # a call that is open to every key that works


def signed_in(*scopes: str | None) -> Caller:
    """The caller of the bearer token; its account must still be active and unchanged since the token was made.
    `scopes`: what a key needs for this call; without one, or with None, no key opens it."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "Send a bearer token: Authorization: Bearer TOKEN.")
    token = token.strip()
    return _by_key(token, scopes) if api_keys.looks_like(token) else caller_of(token)


def _by_key(token: str, needs: Sequence[str | None]) -> Caller:
    try:
        caller, scopes = api_keys.caller(gateway.runtime(), token)
    except api_keys.BadKey as bad:
        raise Problem(401, f"This key is {bad.reason}.") from None
    except throttle.Locked as locked:
        raise Problem(429, "Too many wrong keys.", retry_after=60 * locked.minutes) from None
    if not needs or None in needs:
        raise Problem(403, "No key opens this call: a person signs in for it.")
    for scope in needs:
        if scope not in (ANY_KEY, *scopes):
            raise Problem(403, f"This key lacks the scope {scope}.")
    return caller


def caller_of(token: str) -> Caller:
    try:
        bearer: Bearer = Tokens(gateway.runtime().master).read(token)
    except BadToken as bad:
        raise Problem(401, f"This token is {bad.reason}.") from None
    if bearer == OPERATOR:
        return Caller(bearer.user, bearer.role, (ALL_CENTRES,))
    runtime = gateway.runtime()
    today = bangkok_day(runtime.now())

    def find(db: Connection) -> tuple[Account | None, tuple[Delegation, ...]]:
        found = accounts.find(db, bearer.user)
        return found, delegations.of_delegate(db, found, today) if found and found.role in STAFF else ()

    account, delegated = runtime.read(find)
    if account is None or not account.active or account.token_version != bearer.version:
        raise Problem(401, "This token is no longer valid.")
    return Caller(bearer.user, bearer.role, tuple(bearer.centres), account.partner_id or "", delegated)
