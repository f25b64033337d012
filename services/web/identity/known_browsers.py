"""Browsers in which a user has signed in before: a signed cookie tells them from strangers' (OWASP: "device cookies").

The cookie of a browser holds a token for each of the users who signed in there last: a random name of the browser, signed with a key
that belongs to the user and the version of their account. So whatever ends the user's sessions everywhere ends the token too, nothing is
stored, and nobody can read from it whose it is.
"""

import hashlib
import secrets

from itsdangerous import BadSignature, TimestampSigner

from services.kernel.runtime import ServiceRuntime
from services.web.identity.accounts import Account

COOKIE = "songtor-known"
SECONDS = 365 * 24 * 3600
MOST = 16  # users of one shared computer; some 75 bytes each
BETWEEN = "~"


def find(runtime: ServiceRuntime, cookie: str, account: Account | None) -> str | None:
    """What this browser is called for the user of the account; None for a stranger's."""
    if account is None:
        return None
    found = (_name(_signer(runtime, account), token) for token in _tokens(cookie))
    return next(filter(None, found), None)


def add(runtime: ServiceRuntime, cookie: str, account: Account) -> str:
    """The cookie with a new token for this user, in place of theirs that stands there."""
    signer = _signer(runtime, account)
    others = [token for token in _tokens(cookie) if _name(signer, token) is None]
    return BETWEEN.join([signer.sign(secrets.token_urlsafe(16)).decode(), *others[: MOST - 1]])


def _tokens(cookie: str) -> list[str]:
    return [token for token in cookie.split(BETWEEN)[:MOST] if token]


def _name(signer: TimestampSigner, token: str) -> str | None:
    try:
        return signer.unsign(token, max_age=SECONDS).decode()
    except (BadSignature, ValueError):
        return None


def _signer(runtime: ServiceRuntime, account: Account) -> TimestampSigner:
    return TimestampSigner(
        runtime.key("known-browser"),
        salt=f"{account.user}\n{account.token_version}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
