"""Whether a request comes from somebody who is known here: asked before anything is done for it, so it looks as little
as it can. Who may do what is decided later, and again."""

from werkzeug.wrappers import Request

from services.kernel.errors import Unavailable
from services.kernel.runtime import ServiceRuntime
from services.kernel.tokens import BadToken, Tokens
from services.web.identity import api_keys, sessions


def is_known(runtime: ServiceRuntime, request: Request, cookies: tuple[str, ...]) -> bool:
    """A token or a key that we made, or a session that we began; `cookies`: what the session's may be called."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = token.strip()
        return _is_key(runtime, token) if api_keys.looks_like(token) else _is_ours(runtime, token)
    return any(_is_session(runtime, request.cookies[name]) for name in cookies if name in request.cookies)


def _is_ours(runtime: ServiceRuntime, token: str) -> bool:
    try:
        Tokens(runtime.master).read(token)
    except BadToken:
        return False
    return True


def _is_key(runtime: ServiceRuntime, token: str) -> bool:
    try:
        return api_keys.is_ours(runtime, token)
    except Unavailable:
        return False


def _is_session(runtime: ServiceRuntime, cookie: str) -> bool:
    try:
        return runtime.read(lambda db: sessions.is_there(db, cookie))
    except Unavailable:
        return False
