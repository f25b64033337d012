"""Settings from the environment, checked at start with a message that names the variable."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


class BadSetting(Exception):
    """A setting is missing or wrong; the text names the variable."""


@dataclass(frozen=True)
class Settings:
    """`database_url` still carries `{service}`; `broker_url` is embedded:// or pyamqp://."""

    data: Path
    database_url: str
    broker_url: str
    http: tuple[str, int]
    master_key_file: Path
    make_master_key: bool  # only where no file was named: a named one that is missing is a mistake
    public_url: str | None  # where people reach the pages; None: wherever they asked

    def database(self, service: str) -> str:
        return self.database_url.replace("{service}", service)

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
    return Settings(
        data=folder,
        database_url=_password(env, "SONGTOR_DATABASE_PASSWORD_FILE", database).replace(
            "{data}", str(folder)
        ),
        broker_url=_password(env, "SONGTOR_BROKER_PASSWORD_FILE", broker),
        http=_address(http or env.get("SONGTOR_HTTP") or "127.0.0.1:8000"),
        master_key_file=Path(env.get("SONGTOR_MASTER_KEY_FILE") or folder / "master.key"),
        make_master_key=not env.get("SONGTOR_MASTER_KEY_FILE"),
        public_url=_public(env.get("SONGTOR_PUBLIC_URL") or ""),
    )


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
