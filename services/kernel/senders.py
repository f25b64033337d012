"""By whom this system sends messages to people: the operator's mail server, a LINE account, a gateway for SMS. Who runs
the system names them, so they may stand in its own network."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Tls = Literal["always", "offered"]
ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
LINE_URL = "https://api.line.me"


class Wrong(ValueError):
    """A setting is wrong; the text names the variable."""


@dataclass(frozen=True)
class Mail:
    """`tls`: from the first byte, or as soon as the server offers it (which it must where there is a user)."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Line:
    """A LINE Official Account: the token sends, the secret proves that LINE asks."""

    url: str
    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Sms:
    url: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Senders:
    mail: Mail | None = None
    line: Line | None = None
    sms: Sms | None = None


def read(
    env: Mapping[str, str], password: Callable[[str, str], str], secret: Callable[[str, str], str]
) -> Senders:
    """`password` fills one into a URL from the file that a variable names, `secret` reads such a file."""
    return Senders(_mail(env, password), _line(env, secret), _sms(env, secret))


def _mail(env: Mapping[str, str], password: Callable[[str, str], str]) -> Mail | None:
    url, sender = env.get("SONGTOR_SMTP_URL") or "", env.get("SONGTOR_SMTP_FROM") or ""
    if not url and not sender:
        return None
    if not url or not re.fullmatch(ADDRESS, sender):
        raise Wrong("Mail needs SONGTOR_SMTP_URL, and SONGTOR_SMTP_FROM with the address that it comes from.")
    try:
        parts = urlsplit(password("SONGTOR_SMTP_PASSWORD_FILE", url))
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not host or port == 0 or parts.path.strip("/") or parts.query:
        raise Wrong(
            "SONGTOR_SMTP_URL must be such as smtps://user:{password}@mail.example:465 or smtp://mail:25."
        )
    always = parts.scheme == "smtps"
    return Mail(
        host, port or (465 if always else 25), "always" if always else "offered",
        unquote(parts.username or ""), unquote(parts.password or ""), sender,
    )  # fmt: skip


def _line(env: Mapping[str, str], secret: Callable[[str, str], str]) -> Line | None:
    token, proof = env.get("SONGTOR_LINE_TOKEN_FILE") or "", env.get("SONGTOR_LINE_SECRET_FILE") or ""
    if not token and not proof:
        return None
    if not token or not proof:
        raise Wrong("LINE needs both SONGTOR_LINE_TOKEN_FILE and SONGTOR_LINE_SECRET_FILE.")
    url = _url("SONGTOR_LINE_URL", env.get("SONGTOR_LINE_URL") or LINE_URL).rstrip("/")
    return Line(url, secret("SONGTOR_LINE_TOKEN_FILE", token), secret("SONGTOR_LINE_SECRET_FILE", proof))


def _sms(env: Mapping[str, str], secret: Callable[[str, str], str]) -> Sms | None:
    url, token = env.get("SONGTOR_SMS_URL") or "", env.get("SONGTOR_SMS_TOKEN_FILE") or ""
    if not url and not token:
        return None
    if not url or not token:
        raise Wrong("SMS needs both SONGTOR_SMS_URL and SONGTOR_SMS_TOKEN_FILE.")
    return Sms(_url("SONGTOR_SMS_URL", url), secret("SONGTOR_SMS_TOKEN_FILE", token))


def _url(variable: str, text: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", text) or "@" in text or "#" in text:
        raise Wrong(f"{variable} must be an address such as https://gateway.example/send.")
    return text
