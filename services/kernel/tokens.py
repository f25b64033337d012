"""Bearer tokens: who calls, signed, valid for twelve hours and across restarts."""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from itsdangerous import BadPayload, BadSignature, URLSafeSerializer

from services.kernel.keys import MasterKey

LIFETIME_SECONDS = 12 * 3600
CLOCK_SKEW_SECONDS = 60

Reason = Literal["expired", "malformed", "forged"]


class BadToken(Exception):
    """The token is not to be trusted; `reason` is expired, malformed or forged."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a token says. `version` is the account's token version when it was issued: a later one revokes
    it."""

    user: str
    role: str
    centres: tuple[str, ...]
    version: int


# Whoever holds the master key operates the system; this bearer needs no account.
OPERATOR = Bearer("operator", "admin", (), 0)


class Tokens:
    """Issues and reads tokens under a key derived from the master key."""

    def __init__(self, master: MasterKey, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._serializer = URLSafeSerializer(
            master.derive("token"),
            salt="bearer",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def issue(self, bearer: Bearer) -> str:
        """A URL-safe token, valid from the clock's now on."""
        return self._write(
            {
                "user": bearer.user,
                "role": bearer.role,
                "centres": bearer.centres,
                "v": bearer.version,
                "iat": int(self._clock()),
            }
        )

    def read(self, token: str, now: float | None = None) -> Bearer:
        """Who the token speaks for, at `now` (Unix seconds, default the clock's). BadToken if it
        cannot be trusted."""
        if not token.isascii() or "." not in token:
            raise BadToken("malformed")
        try:
            payload = self._serializer.loads(token)
        except BadPayload:
            raise BadToken("malformed") from None
        except BadSignature:
            raise BadToken("forged") from None
        # The spare bits of base64's last character would give one token several spellings.
        if not hmac.compare_digest(self._write(payload), token):
            raise BadToken("forged")
        match payload:
            case {
                "user": str(user),
                "role": str(role),
                "centres": [*centres],
                "v": int(version),
                "iat": int(issued),
            }:
                age = (self._clock() if now is None else now) - issued
                if not -CLOCK_SKEW_SECONDS <= age <= LIFETIME_SECONDS:
                    raise BadToken("expired")
                return Bearer(user, role, tuple(str(centre) for centre in centres), version)
        raise BadToken("malformed")

    def _write(self, payload: Any) -> str:
        written = self._serializer.dumps(payload)
        return written if isinstance(written, str) else written.decode()
