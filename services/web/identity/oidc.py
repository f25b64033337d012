"""OpenID Connect, our side of it: where a browser is sent, and what the provider then says of who came back.

Core 1.0 section 3.1 (authorization code), RFC 7636 (PKCE), RFC 9207 (the issuer in the answer). Nothing is asked of the
provider before somebody presses the button; a `RelyingParty` remembers what it then learned.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from services.kernel.questions import Body, Json
from services.kernel.runtime import ServiceRuntime
from services.kernel.settings import Provider, is_safe_url
from services.web.identity.authorization_requests import AuthorizationRequest

SECONDS = 15.0  # for all that is asked of the provider while one person waits
CONNECT, READ = 5.0, 10.0  # seconds; of one connection, and until the next bytes of an answer
REMEMBERED = 3600.0  # seconds what the provider says of itself, and its keys, are taken for true
LEEWAY = 60  # seconds that the provider's clock may be off
SUBJECT_MOST = 255  # characters (Core 1.0 section 2)
# Codes of RFC 6749 and Core 1.0 that may stand in a log; anything else is the provider's own text.
ERRORS = (
    "access_denied", "account_selection_required", "consent_required", "interaction_required", "invalid_client",
    "invalid_grant",
    "invalid_request", "invalid_scope", "login_required", "server_error", "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type", "unsupported_response_type",
)  # fmt: skip
ENDPOINTS = {
    "authorize_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "jwks_url": "jwks_uri",
    "userinfo_url": "userinfo_endpoint",
}


class Failed(Exception):
    """Nobody is signed in. `why`: declined or refused by the provider, unreachable, untrusted, no_subject. `detail` is
    for the log: the kind of an error, or a code that the standard knows."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why, self.detail = why, detail


class Remembered:
    """What `fetch` found, for an hour."""

    def __init__(self, fetch: Callable[[], Any]) -> None:
        self._fetch, self._found, self._until = fetch, None, 0.0

    def __call__(self, anew: bool = False) -> Any:
        if anew or time.monotonic() >= self._until:
            self._found = self._fetch()
            self._until = time.monotonic() + REMEMBERED
        return self._found


class RelyingParty:
    """We, towards one provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._discovered = Remembered(self._discover)
        self._keys = Remembered(self._fetch_keys)

    def address(
        self, runtime: ServiceRuntime, request: AuthorizationRequest, state: str, redirect_uri: str
    ) -> str:
        """Where the browser goes to sign in; Failed."""
        # To link, not whoever used this browser before: the provider asks who is there now.
        prompt = {"prompt": "login"} if request.linking else {}
        url = self._in_time(runtime, lambda: self._needed("authorize_url"))
        with self._client(redirect_uri) as client:
            found: str = client.create_authorization_url(
                url, state=state, nonce=request.nonce, code_verifier=request.verifier, **prompt
            )[0]
        return found

    def subject(
        self,
        runtime: ServiceRuntime,
        request: AuthorizationRequest,
        answer: Mapping[str, str],
        redirect_uri: str,
    ) -> str:
        """Who came back, by the provider's `answer` in our address: the value of the claim that says so; Failed."""
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise Failed("untrusted", "the issuer of the answer")
        if "code" not in answer or "error" in answer:
            error = answer.get("error", "")
            raise Failed("declined" if error == "access_denied" else "refused", _error_code(error))
        subject = self._in_time(
            runtime, lambda: self._ask_who(request, answer["code"], redirect_uri, runtime.now())
        )
        if isinstance(subject, int) and not isinstance(subject, bool):
            subject = str(subject)
        if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MOST:
            raise Failed("no_subject")
        return subject

    def _in_time(self, runtime: ServiceRuntime, work: Callable[[], Any]) -> Any:
        with _asking():
            return runtime.ports.within(SECONDS, work)

    def _ask_who(self, request: AuthorizationRequest, code: str, redirect_uri: str, now: datetime) -> Any:
        """The claim of the ID token, or else of userinfo."""
        claim = self.provider.subject_claim
        with self._client(redirect_uri) as client:
            token = client.fetch_token(self._needed("token_url"), code=code, code_verifier=request.verifier)
            claims = self._read(token, request.nonce, now)
            if claim in claims or not (url := self._url("userinfo_url")):
                return claims.get(claim)
            told = _json(client.get(url))
        if told.get("sub") != claims["sub"]:  # Core 1.0 section 5.3.2
            raise Failed("untrusted", "the subject of userinfo")
        return told.get(claim)

    def _read(self, token: Body, nonce: str, now: datetime) -> Body:
        """The claims of the ID token, once it is known to be the provider's word to us, about this request, now."""
        client_id, issuer = self.provider.client_id, self.provider.issuer
        try:
            decoded = self._verified(str(token["id_token"]))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": issuer},
                    "aud": {"essential": True, "value": client_id},
                },
                {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")},
            )
            claims.validate(int(now.timestamp()), LEEWAY)
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Failed("untrusted", type(error).__name__) from error
        return claims  # type: ignore[no-any-return]

    def _verified(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._keys(), self.provider.algorithms)
        except InvalidKeyIdError:  # the provider may have new keys
            return jwt.decode(id_token, self._keys(anew=True), self.provider.algorithms)

    # -- what the provider says of itself --------------------------------------------------------------------------

    def _url(self, name: str) -> str | None:
        told: str | None = getattr(self.provider, name)
        if told or not self.provider.discovery_url:
            return told
        found: str | None = self._discovered()[ENDPOINTS[name]]
        return found

    def _needed(self, name: str) -> str:
        found = self._url(name)
        if found is None:
            raise Failed("unreachable", "no address of the discovery")
        return found

    def _discover(self) -> Body:
        found = self._fetch(self.provider.discovery_url or "")
        if found.get("issuer") != self.provider.issuer:
            raise Failed("untrusted", "the issuer of the discovery")
        urls = {name: found.get(name) for name in ENDPOINTS.values()}
        if not all(isinstance(url, str) and is_safe_url(url) for url in urls.values() if url is not None):
            raise Failed("untrusted", "an address of the discovery")
        return urls

    def _fetch_keys(self) -> KeySet:
        found = self._fetch(self._needed("jwks_url"))
        try:
            return KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Failed("unreachable", type(error).__name__) from error

    def _fetch(self, url: str) -> Body:
        with _asking(), self._client() as client:
            return _json(client.get(url, withhold_token=True))

    def _client(self, redirect_uri: str | None = None) -> OAuth2Session:
        client = OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret,
            token_endpoint_auth_method=self.provider.client_auth,
            scope=self.provider.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=(CONNECT, READ),
        )
        client.max_redirects = 0  # the secret goes where the settings say
        return client


@contextmanager
def _asking() -> Iterator[None]:
    """What goes wrong with a request to the provider, told apart."""
    try:
        yield
    except OAuthError as error:
        raise Failed("refused", _error_code(error.error)) from error
    except (RequestException, OSError, ValueError) as error:
        raise Failed("unreachable", type(error).__name__) from error


def _error_code(error: str) -> str:
    return error if error in ERRORS else "another error"


def _json(answer: Any) -> Body:
    answer.raise_for_status()
    found: Json = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


@cache
def relying_party(provider: Provider) -> RelyingParty:
    return RelyingParty(provider)
