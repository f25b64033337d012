"""A provider that answers as it is told to, also as no right one ever would."""

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import eventlet
from eventlet import wsgi
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Request, Response

from services.kernel.runtime import utc_now
from services.kernel.settings import Provider

CLIENT, SECRET = "songtor", "the-secret-of-the-client"
Change = Callable[[dict[str, Any]], Any]


def new_key(kid: str = "first") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class Pretender:
    def __init__(self) -> None:
        listening = eventlet.listen(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._own = new_key()
        self._server = eventlet.spawn(wsgi.server, listening, self._serve, log_output=False)
        self.behave()

    def behave(self) -> None:
        """As a right provider, from now on."""
        self.key = self.published = self._own
        self.asked: list[str] = []  # paths
        self.subject = "somebody"
        self.sent_back: dict[str, str] = {}  # parameters of the answer in the browser, beside code and state
        self.claims: Change = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: signed(claims, self.key)
        self.answers: dict[str, Callable[[], Response]] = {}  # instead of the right one, by path
        self.token: Change = lambda token: token
        self.userinfo: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}

    def stop(self) -> None:
        self._server.kill()

    def settings(self, **more: Any) -> Provider:
        told: dict[str, Any] = {
            "issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET, "discovery_url": None,
            "authorize_url": f"{self.issuer}/auth/", "token_url": f"{self.issuer}/token/",
            "jwks_url": f"{self.issuer}/jwks/",
            "userinfo_url": None, "scopes": "openid", "subject_claim": "sub", "client_auth": "client_secret_basic",
            "algorithms": ("RS256",), "name_th": "ไทยดี", "name_en": "ThaiD",
        }  # fmt: skip
        return Provider(**told | more)

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        name = request.path.strip("/")
        other = self.answers.get(name)
        return (other() if other else getattr(self, f"_{name}")(request))(environ, start_response)

    def _auth(self, request: Request) -> Response:
        asked = request.args
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        self.nonce, self.challenge, self.prompt = asked["nonce"], asked["code_challenge"], asked.get("prompt")
        back = {"code": "the-code", "state": asked["state"], **self.sent_back}
        sent = {name: text for name, text in back.items() if text}
        return Response(status=303, headers={"Location": f"{asked['redirect_uri']}?{urlencode(sent)}"})

    def _token(self, request: Request) -> Response:
        sent = request.form
        basic = request.headers.get("Authorization", "").removeprefix("Basic ")
        given = b64decode(basic).decode() or f"{sent.get('client_id')}:{sent.get('client_secret')}"
        challenge = _base64(hashlib.sha256(sent["code_verifier"].encode()).digest())
        right = (given, sent["code"], challenge) == (
            f"{CLIENT}:{SECRET}",
            "the-code",
            self.challenge,
        )
        if not right:
            return _json({"error": "invalid_grant"}, 400)
        now = int(utc_now().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300, "nonce": self.nonce,
        }  # fmt: skip
        token = {
            "access_token": "the-access-token", "token_type": "Bearer", "expires_in": 300,
            "id_token": self.sign(self.claims(claims)),
        }  # fmt: skip
        return _json(self.token(token))

    def _jwks(self, request: Request) -> Response:
        return _json({"keys": [self.published.as_dict(private=False)]})

    def _userinfo(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer the-access-token"
        return _json({"sub": self.subject, **self.userinfo})

    def _discovery(self, request: Request) -> Response:
        told = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth/",
            "token_endpoint": f"{self.issuer}/token/",
            "jwks_uri": f"{self.issuer}/jwks/", "userinfo_endpoint": f"{self.issuer}/userinfo/",
        }  # fmt: skip
        return _json({**told, **self.discovery})


def signed(claims: dict[str, Any], key: RSAKey, alg: str = "RS256", **header: str) -> str:
    kid = {"kid": key.kid} if key.kid else {}
    return jwt.encode({"alg": alg, **kid, **header}, claims, key, algorithms=[alg])


def unsigned(claims: dict[str, Any]) -> str:
    return f"{_written({'alg': 'none'}, claims)}."


def signed_with(secret: bytes, claims: dict[str, Any]) -> str:
    """By HMAC, with whatever a forger may know."""
    text = _written({"alg": "HS256", "kid": "first"}, claims)
    return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def _written(*parts: dict[str, Any]) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def half_hash(text: str) -> str:
    return _base64(hashlib.sha256(text.encode()).digest()[:16])


def _json(value: Any, status: int = 200) -> Response:

    return Response(json.dumps(value), status=status, content_type="application/json")
