"""Who asks the API: the user of a bearer token."""

from flask import request
from sqlalchemy import Connection

from services.codes.access import STAFF
from services.kernel.envelope import ALL_CENTRES, Caller, Delegation
from services.kernel.tokens import OPERATOR, BadToken, Bearer, Tokens
from services.thai.dates import bangkok_day
from services.web import gateway
from services.web.gateway.problems import Problem
from services.web.identity import accounts, delegations
from services.web.identity.accounts import Account


def signed_in() -> Caller:
    """The caller of the bearer token; its account must still be active and unchanged since the token was made."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "Send a bearer token: Authorization: Bearer TOKEN.")
    return caller_of(token.strip())


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
