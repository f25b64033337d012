"""Settings from the environment, checked at start with a message that names the variable."""

import ipaddress
import os
import re
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, overload
from urllib.parse import quote, urlsplit

from services.kernel import senders
from services.kernel.senders import Senders

ClientAuth = Literal["client_secret_basic", "client_secret_post"]

OIDC = "SONGTOR_OIDC_"
OIDC_REQUIRED = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "NAME_TH", "NAME_EN")
OIDC_URLS = ("AUTHORIZE_URL", "TOKEN_URL", "JWKS_URL")  # required, but where discovery tells them
OIDC_OPTIONAL = ("DISCOVERY_URL", "USERINFO_URL", "SCOPES", "SUBJECT_CLAIM", "CLIENT_AUTH", "ALGORITHMS")
CLIENT_AUTHS: tuple[ClientAuth, ...] = ("client_secret_basic", "client_secret_post")
# Signatures by a key that only the provider has. With HS256 whoever knows a public key, or our secret, could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
NAME_MOST = 40  # characters of what a button calls the provider


class BadSetting(Exception):
    """A setting is missing or wrong; the text names the variable."""


@dataclass(frozen=True)
class Provider:
    """An organisation's own identity provider (OpenID Connect). A URL that is None comes from `discovery_url`; the one
    of userinfo may be None for good. `subject_claim`: the claim that says who somebody is."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    discovery_url: str | None
    authorize_url: str | None
    token_url: str | None
    jwks_url: str | None
    userinfo_url: str | None
    scopes: str
    subject_claim: str
    client_auth: ClientAuth
    algorithms: tuple[str, ...]
    name_th: str
    name_en: str


@dataclass(frozen=True)
class Outbound:
    """Where this system may send of itself besides public addresses over TLS: hosts by name, and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()


NO_SENDERS = Senders()


@dataclass(frozen=True)
class Settings:
    """`database_url` still carries `{service}`; `broker_url` is embedded:// or pyamqp://."""

    data: Path
    database_url: str
    broker_url: str
    http: tuple[str, int]
    processes: int  # 2: the front door is one of its own, beside that of its services
    master_key_file: Path
    erasure_ledger: Path  # who was erased (kernel.ledger); in no backup
    key_generation: int  # of the keys that are derived from it to seal and to sign (kernel.keys)
    make_master_key: (
        bool  # only where no file was named, and nothing was sealed yet: else a missing one is lost
    )
    public_url: str | None  # where people reach the pages; None: at one of `hosts`
    provider: Provider | None  # by which people may sign in besides their passwords
    second_factor: frozenset[str]  # roles that must sign in in two steps
    outbound: Outbound = Outbound()
    senders: Senders = NO_SENDERS  # by whom messages go to people

    def database(self, service: str) -> str:
        return self.database_url.replace("{service}", service)

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which this machine is asked while no public address is set."""
        return frozenset({"localhost", "127.0.0.1", "::1", self.http[0], socket.gethostname().lower()})

    @property
    def embedded(self) -> bool:
        return self.broker_url.startswith("embedded:")

    @property
    def folder_is_shared(self) -> bool:
        """False when the databases are files in the data folder: then only one process may use them."""
        return not self.database_url.startswith("sqlite")


def read(
    environ: Mapping[str, str] | None = None, data: str | None = None, http: str | None = None
) -> Settings:
    """Settings of `environ`; `data` and `http` are the command line's and win."""
    env = os.environ if environ is None else environ
    folder = Path(data or env.get("SONGTOR_DATA") or "var").resolve()
    database = env.get("SONGTOR_DATABASE_URL") or "sqlite:///{data}/{service}.db"
    if not re.match(r"^(sqlite|postgresql)(\+\w+)?://", database):
        raise BadSetting("SONGTOR_DATABASE_URL must start with sqlite:// or postgresql://.")
    if "{service}" not in database:
        raise BadSetting("SONGTOR_DATABASE_URL must contain {service}: every service has its own database.")
    broker = env.get("SONGTOR_BROKER_URL") or "embedded://"
    if not re.match(r"^(embedded|pyamqp|amqp)://", broker):
        raise BadSetting("SONGTOR_BROKER_URL must start with embedded:// or pyamqp://.")
    public = _public(env.get("SONGTOR_PUBLIC_URL") or "")
    return Settings(
        data=folder,
        database_url=_password(env, "SONGTOR_DATABASE_PASSWORD_FILE", database).replace(
            "{data}", str(folder)
        ),
        broker_url=_password(env, "SONGTOR_BROKER_PASSWORD_FILE", broker),
        http=_address(http or env.get("SONGTOR_HTTP") or "127.0.0.1:8000"),
        processes=_processes(env.get("SONGTOR_PROCESSES") or ""),
        master_key_file=Path(env.get("SONGTOR_MASTER_KEY_FILE") or folder / "master.key"),
        erasure_ledger=Path(env.get("SONGTOR_ERASURE_LEDGER") or folder / "erasures.jsonl"),
        key_generation=_generation(env.get("SONGTOR_KEY_GENERATION") or "1"),
        make_master_key=not env.get("SONGTOR_MASTER_KEY_FILE") and not any(folder.glob("*.db")),
        public_url=public,
        provider=_provider(env, public),
        second_factor=frozenset(re.findall(r"[^\s,]+", env.get("SONGTOR_SECOND_FACTOR") or "")),
        outbound=_outbound(env.get("SONGTOR_OUTBOUND_ALLOW") or ""),
        senders=_senders(env),
    )


def _processes(text: str) -> int:
    if not text:
        return min(2, len(os.sched_getaffinity(0)))
    if text not in ("1", "2"):
        raise BadSetting("SONGTOR_PROCESSES must be 1 or 2.")
    return int(text)


def _generation(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise BadSetting("SONGTOR_KEY_GENERATION must be a whole number from 1 to 9999.")
    return int(text)


def _outbound(text: str) -> Outbound:
    names, networks = set(), []
    for told in re.findall(r"[^\s,]+", text):
        try:
            networks.append(ipaddress.ip_network(told))
        except ValueError:
            if not re.fullmatch(r"(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", told):
                raise BadSetting(
                    f"SONGTOR_OUTBOUND_ALLOW: {told!r} is neither the name of a host nor a network such as 10.1.0.0/16."
                ) from None
            names.add(told)
    return Outbound(frozenset(names), tuple(networks))


def _senders(env: Mapping[str, str]) -> Senders:
    try:
        return senders.read(env, lambda variable, url: _password(env, variable, url), _secret)
    except senders.Wrong as wrong:
        raise BadSetting(str(wrong)) from None


def _public(text: str) -> str | None:
    if text and not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?/?", text):
        raise BadSetting(
            "SONGTOR_PUBLIC_URL must be an address without a path, such as https://songtor.example."
        )
    return text.rstrip("/") or None


def _password(env: Mapping[str, str], variable: str, url: str) -> str:
    """A URL with `{password}` filled in from the file that `variable` names."""
    if "{password}" not in url:
        return url
    path = env.get(variable)
    if not path:
        raise BadSetting(f"{variable} must name a file: the URL asks for a password.")
    try:
        return url.replace("{password}", quote(Path(path).read_text().strip(), safe=""))
    except OSError as error:
        raise BadSetting(f"{variable}: {error.strerror}.") from error


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(f"SONGTOR_HTTP must be HOST:PORT, not {text!r}.")
    return host or "127.0.0.1", int(port)


# -- the provider --------------------------------------------------------------------------------------------------


def _provider(env: Mapping[str, str], public: str | None) -> Provider | None:
    """None where nothing of it is set; what is set by halves, or under a name that we do not read, is a mistake."""
    told = {name.removeprefix(OIDC): text for name, text in env.items() if name.startswith(OIDC) and text}
    if not told:
        return None
    if unknown := sorted({*told} - {*OIDC_REQUIRED, *OIDC_URLS, *OIDC_OPTIONAL}):
        raise BadSetting(f"{OIDC}{unknown[0]} is no setting.")
    required = (*OIDC_REQUIRED, *(() if "DISCOVERY_URL" in told else OIDC_URLS))
    missing = [OIDC + name for name in required if name not in told]
    # A provider sends people back to one address only, which it was told before.
    missing += [] if public else ["SONGTOR_PUBLIC_URL"]
    if missing:
        raise BadSetting(f"Sign-in by your own provider also needs {', '.join(missing)}.")
    auth = told.get("CLIENT_AUTH", CLIENT_AUTHS[0])
    if auth not in CLIENT_AUTHS:
        raise BadSetting(f"{OIDC}CLIENT_AUTH must be {' or '.join(CLIENT_AUTHS)}.")
    return Provider(
        issuer=_provider_url("ISSUER", told["ISSUER"]),
        client_id=_word("CLIENT_ID", told["CLIENT_ID"]),
        client_secret=_secret(f"{OIDC}CLIENT_SECRET_FILE", told["CLIENT_SECRET_FILE"]),
        discovery_url=_provider_url("DISCOVERY_URL", told.get("DISCOVERY_URL")),
        authorize_url=_provider_url("AUTHORIZE_URL", told.get("AUTHORIZE_URL")),
        token_url=_provider_url("TOKEN_URL", told.get("TOKEN_URL")),
        jwks_url=_provider_url("JWKS_URL", told.get("JWKS_URL")),
        userinfo_url=_provider_url("USERINFO_URL", told.get("USERINFO_URL")),
        scopes=_scopes(told.get("SCOPES", "openid")),
        subject_claim=_word("SUBJECT_CLAIM", told.get("SUBJECT_CLAIM", "sub")),
        client_auth=auth,
        algorithms=_algorithms(told.get("ALGORITHMS", "RS256")),
        name_th=_name("NAME_TH", told["NAME_TH"]),
        name_en=_name("NAME_EN", told["NAME_EN"]),
    )


@overload
def _provider_url(name: str, text: str) -> str: ...
@overload
def _provider_url(name: str, text: None) -> None: ...
@overload
def _provider_url(name: str, text: str | None) -> str | None: ...
def _provider_url(name: str, text: str | None) -> str | None:
    if text is not None and not is_safe_url(text):
        raise BadSetting(
            f"{OIDC}{name} must be an address such as https://id.example/path; http is for this machine only."
        )
    return text


def is_safe_url(text: str) -> bool:
    """Whether secrets may go there: over TLS, or within this machine."""
    if not re.fullmatch(r"https?://[!-~]+", text) or "#" in text:
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        fine = bool(host) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # a port or an IPv6 address that is none
        return False
    return fine and (parts.scheme == "https" or _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _word(name: str, text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise BadSetting(f"{OIDC}{name} must be one word of ASCII characters.")
    return text


def _scopes(text: str) -> str:
    scopes = text.split()
    if "openid" not in scopes or not all(re.fullmatch(r"[!#-\[\]-~]+", scope) for scope in scopes):
        raise BadSetting(f"{OIDC}SCOPES must be words with spaces between them, openid among them.")
    return " ".join(scopes)


def _algorithms(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split())
    if not chosen or not {*chosen} <= {*ALGORITHMS}:
        raise BadSetting(f"{OIDC}ALGORITHMS must be of {' '.join(ALGORITHMS)}, with spaces between them.")
    return chosen


def _name(name: str, text: str) -> str:
    if not (text.isprintable() and 0 < len(text.strip()) <= NAME_MOST):
        raise BadSetting(f"{OIDC}{name} must be a name of at most {NAME_MOST} characters.")
    return text.strip()


def _secret(variable: str, path: str) -> str:
    """The text of a file that only its owner may read."""
    try:
        with open(path) as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not a text"
        raise BadSetting(f"{variable}: {said}.") from error
    if mode & 0o077:
        raise BadSetting(
            f"{variable} is open to others (mode {mode:o}); make it its owner's alone: chmod 600."
        )
    if not text:
        raise BadSetting(f"{variable} names an empty file.")
    return text
