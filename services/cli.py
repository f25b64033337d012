"""The `songtor` command."""

import sys
import warnings

# eventlet's and nameko's own notes to developers are not for whoever runs the system.
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", message="(?s).*[Ee]ventlet.*")
warnings.filterwarnings("ignore", message="(?s).*pkg_resources.*")

import eventlet

# The system's process is green, wherever the options stand; every other command is a plain one.
if "up" in sys.argv[1:]:
    eventlet.monkey_patch()

import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import requests
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy.engine import make_url

from services.codes.access import ROLES
from services.kernel import access, logs
from services.kernel import settings as settings_module
from services.kernel.envelope import instant
from services.kernel.errors import Unavailable
from services.kernel.keys import KeyFileError, MasterKey
from services.kernel.runtime import Ports, ServiceRuntime, in_turn, utc_now
from services.kernel.settings import BadSetting, Settings
from services.kernel.tokens import OPERATOR, Bearer, Tokens
from services.kernel.vault import WrongMasterKey

NAMES = ("intake", "screening", "partners", "referral", "reporting", "web")


class Failed(click.ClickException):
    """Something is missing or wrong; said in plain words, exit code 1."""

    def format_message(self) -> str:
        return str(self.message)


@click.group(help="Songtor (ส่งต่อ): cases, partners and referrals of protection centres.")
@click.option("--data", type=click.Path(), help="The data folder (default: SONGTOR_DATA or ./var).")
@click.pass_context
def cli(context: click.Context, data: str | None) -> None:
    context.obj = data


def _settings(context: click.Context, data: str | None = None, http: str | None = None) -> Settings:
    try:
        settings = settings_module.read(data=data or context.obj, http=http)
    except BadSetting as error:
        raise Failed(str(error)) from error
    if not settings.second_factor <= {*ROLES}:
        raise Failed(f"SONGTOR_SECOND_FACTOR must be roles with commas between them, of {', '.join(ROLES)}.")
    return settings


# -- one process per data folder -----------------------------------------------------------------------------------


@contextmanager
def _owning(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock; where the databases are PostgreSQL's there is nothing to lock."""
    if settings.folder_is_shared:
        yield
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Failed(
                f"The data folder {settings.data} is in use by another songtor ({file.read().strip()})."
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, http://{settings.http[0]}:{settings.http[1]}")
        file.flush()
        yield
        file.truncate(0)


def _running(settings: Settings) -> str | None:
    """The address of the system that runs in this data folder, if one does."""
    try:
        with (settings.data / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            except OSError:
                return file.read().rpartition(", ")[2] or None
    except OSError:
        return None


def _plain() -> Ports:
    def nobody(service: str, *_: Any) -> Any:
        raise Unavailable(f"The service {service} is not asked by this command.")

    return Ports(now=utc_now, pause=time.sleep, ask=nobody, together=in_turn)


@contextmanager
def _runtimes(
    settings: Settings, names: Sequence[str] = NAMES, new: bool = False
) -> Iterator[dict[str, ServiceRuntime]]:
    """Each service's logs and read models, without its doors. `new`: they may not be there yet."""
    from services.system import SERVICES

    if not new and not settings.folder_is_shared:
        for name in names:
            if not Path(str(make_url(settings.database(name)).database)).exists():
                raise Failed(
                    f"The data folder {settings.data} holds nothing of {name} yet: songtor up makes it."
                )
    opened: dict[str, ServiceRuntime] = {}
    try:
        for name in names:
            opened[name] = ServiceRuntime(settings, SERVICES[name].runtime.wiring, _plain(), pool=2)
        yield opened
    finally:
        for runtime in opened.values():
            runtime.close()


def _ask(settings: Settings, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The admin API of the system that runs in this folder."""
    address = _running(settings)
    token = Tokens(_master(settings)).issue(OPERATOR)
    answer = requests.request(
        method, f"{address}{path}", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=3600
    )
    if not answer.ok:
        raise Failed(answer.json().get("detail", answer.reason))
    return answer.json()


def _master(settings: Settings) -> MasterKey:
    return MasterKey.load(settings.master_key_file, create=False)


def _bearer(settings: Settings, user: str) -> Bearer:
    from services.web.identity import accounts

    with _runtimes(settings, ["web"]) as opened:
        account = opened["web"].read(lambda db: accounts.find(db, user))
    if account is None or not account.active:
        raise Failed(f"There is no user {user}.")
    return Bearer(account.user, account.role, account.centres, account.token_version)


# -- commands ------------------------------------------------------------------------------------------------------


@cli.command()
@click.option(
    "--service",
    "names",
    multiple=True,
    type=click.Choice(NAMES),
    help="Only this service (may be given again).",
)
@click.option("--demo", is_flag=True, help="First make the sample network, once.")
@click.option("--http", help="HOST:PORT (default: SONGTOR_HTTP or 127.0.0.1:8000).")
@click.option("--data", type=click.Path(), help="The data folder.")
@click.pass_context
def up(
    context: click.Context, names: tuple[str, ...], demo: bool, http: str | None, data: str | None
) -> None:
    """Run all services, or the named ones, until stopped."""
    from services.system import Placeholder, System

    settings = _settings(context, data, http)
    chosen = names or NAMES
    serves = "web" in chosen
    if settings.embedded and set(chosen) != set(NAMES):
        raise Failed("Services in several processes need RabbitMQ: set SONGTOR_BROKER_URL.")
    if serves:
        _free(settings.http)
    logs.configure()
    with _owning(settings):
        if demo:
            waiting = Placeholder(settings.http) if serves else None
            try:
                _load(settings)
            finally:
                if waiting is not None:
                    waiting.close()
        system = System(settings, chosen)
        system.start()
        if serves:
            _greet(settings, demo)
        try:
            system.wait()
        except Exception as error:
            logging.getLogger(__name__).error("a service ended by itself", exc_info=error)
            raise Failed(f"A service ended by itself ({type(error).__name__}).") from error
        finally:
            click.echo("Stopping.", err=True)
            system.stop()


def _free(address: tuple[str, int]) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            where = f"{address[0]}:{address[1]}"
            raise Failed(
                f"{where} is not free ({error.strerror}). Stop what uses it, or choose: --http HOST:PORT"
            ) from error


def _greet(settings: Settings, demo: bool) -> None:
    click.echo(f"Songtor serves on http://{settings.http[0]}:{settings.http[1]}")
    where = "PostgreSQL" if settings.folder_is_shared else str(settings.data)
    click.echo(f"Data is kept in {where}; the master key is {settings.master_key_file}.")
    if demo:
        from services.sample import USERS

        click.echo("Sample users: " + ", ".join(user.name for user in USERS))
        if _sample_password(settings).exists():
            click.echo(f"Their password: {_sample_password(settings).read_text().strip()}")
        click.echo(
            "A token for one: .venv/bin/songtor token worker-60 · one case through all services: .venv/bin/songtor demo"
        )


@cli.command("load-sample")
@click.option(
    "--factor", type=click.IntRange(1, 100), default=1, help="So many times its cases and partners."
)
@click.pass_context
def load_sample(context: click.Context, factor: int) -> None:
    """Make the databases and the sample network with its users, once."""
    settings = _settings(context)
    logs.configure()
    with _owning(settings):
        _load(settings, factor)


def _sample_password(settings: Settings) -> Path:
    """The file with the password that all sample users share; made with the sample network."""
    return settings.data / "sample-password"


def _load(settings: Settings, factor: int = 1) -> None:
    from services import sample
    from services.kernel.local import Network, SimulatedClock
    from services.system import DOORS
    from services.web.identity import accounts, passwords
    from services.web.service import WIRING

    now = utc_now()
    web = ServiceRuntime(settings, WIRING, _plain(), pool=2)
    web.prepare()
    try:
        if web.read(lambda db: accounts.find(db, sample.DONE)) is not None:
            return
        click.echo("Making the sample network (some seconds, once).", err=True)
        network = Network(DOORS, SimulatedClock(now), settings=settings)
        try:
            started = time.monotonic()
            with _progress("sample network") as report:
                sample.load(network, now, report, factor=factor)
            click.echo(f"Made in {time.monotonic() - started:.0f} s.", err=True)
        except ValueError as error:
            raise Failed(
                f"{error} An earlier load was interrupted, or these are your own data: "
                f"choose another folder with --data, or remove {settings.data}."
            ) from error
        finally:
            network.close()
        password = passwords.invented()
        hash = passwords.hashed(password)
        file = _sample_password(settings)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(password + "\n")
        with web.database.write() as db:
            for user in sample.USERS:
                accounts.add(db, user.name, user.role, user.centres, instant(now))
                passwords.keep(db, user.name, hash, temporary=False)
    finally:
        web.close()


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@cli.command()
@click.argument("user")
@click.pass_context
def token(context: click.Context, user: str) -> None:
    """Print a bearer token for USER, valid 12 hours."""
    settings = _settings(context)
    click.echo(Tokens(_master(settings)).issue(_bearer(settings, user)))


@cli.command()
@click.option("--url", help="The system's address (default: the one that runs in this data folder).")
@click.pass_context
def demo(context: click.Context, url: str | None) -> None:
    """Walk one new case through all services of the running system, printing each event as it happens."""
    from services import demo as walk
    from services import sample

    settings = _settings(context)
    address = url or _running(settings) or f"http://{settings.http[0]}:{settings.http[1]}"
    tokens = Tokens(_master(settings))
    found = {user.name: tokens.issue(_bearer(settings, user.name)) for user in sample.USERS}
    context.exit(walk.walk(address, found))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Per service: last sequence, published up to; per subscription: cursor, behind by, parked."""
    settings = _settings(context)
    with _runtimes(settings, NAMES[:-1]) as opened:
        rows = [runtime.status() for runtime in opened.values()]
    heads = {row["service"]: row["sequence"] for row in rows}
    for row in rows:
        for heard in row["subscriptions"]:
            heard["behind"] = heads[heard["source"]] - heard["cursor"]
    if as_json:
        click.echo(json.dumps({"services": rows}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['service']:<10} sequence {row['sequence']:>8}   published {row['published']:>8}")
        for heard in row["subscriptions"]:
            halted = "" if heard["state"] == "running" else f"   {heard['state'].upper()}"
            click.echo(
                f"   hears {heard['source']:<10} cursor {heard['cursor']:>8}   behind {heard['behind']:>5}"
                f"   parked {heard['parked']:>3}{halted}"
            )
        for event in row["parked"]:
            click.echo(
                f"   parked {event['id']} of {event['source']} at {event['position']}: {event['error']}"
            )


@cli.command()
@click.argument("projection", required=False)
@click.pass_context
def rebuild(context: click.Context, projection: str | None) -> None:
    """Make read models anew from the log: all, or PROJECTION (its name, or service.name)."""
    settings = _settings(context)
    from services.system import DOORS

    known = [(cls.name, p.name) for cls in DOORS for p in cls.runtime.wiring.projections]
    chosen = [row for row in known if projection in (None, row[1], f"{row[0]}.{row[1]}")]
    if not chosen:
        raise Failed(
            f"There is no read model {projection}. Known: " + ", ".join(f"{s}.{n}" for s, n in known)
        )
    running = _running(settings)
    for service, name in chosen:
        started = time.monotonic()
        if running:
            counts = _ask(settings, "POST", "/api/v1/admin/rebuild", {"service": service, "projection": name})
        else:
            with (
                _owning(settings),
                _runtimes(settings, [service]) as opened,
                _progress(f"{service}.{name}") as report,
            ):
                counts = opened[service].rebuild(name, report)
        click.echo(f"{service}.{name}: {counts[name]} facts in {time.monotonic() - started:.1f} s")


@cli.command()
@click.argument("person_id")
@click.pass_context
def readers(context: click.Context, person_id: str) -> None:
    """Who read personal fields of PERSON_ID: when, who, which, and of which case or referral, oldest first."""
    with _runtimes(_settings(context), NAMES[:-1]) as opened:
        found = [
            seen
            for runtime in opened.values()
            for seen in runtime.read(lambda db: access.of_person(db, person_id))
        ]
    for seen in sorted(found):
        click.echo(f"{seen.at}  {seen.who:<16}  {seen.what:<12}  {seen.subject}")


@cli.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Check every log: dense order, versions, hash chain, the kernel's invariants. Exit 1 and name the first bad event."""
    settings = _settings(context)
    with _runtimes(settings, NAMES[:-1]) as opened:
        problems = {name: runtime.verify() for name, runtime in opened.items()}
        heads = {name: runtime.log.head()[0] for name, runtime in opened.items()}
    for name, found in problems.items():
        click.echo(f"{name:<10} {heads[name]:>8} events   " + ("ok" if not found else "; ".join(found)))
    if any(problems.values()):
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("event_id", required=False)
@click.pass_context
def retry(context: click.Context, event_id: str | None) -> None:
    """Handle parked events again: all, or the stream of EVENT_ID."""
    settings = _settings(context)
    if _running(settings):
        results = _ask(settings, "POST", "/api/v1/admin/retry", {"event_id": event_id})
    else:
        with _owning(settings), _runtimes(settings, NAMES[:-1]) as opened:
            results = {name: runtime.inbox.retry(event_id) for name, runtime in opened.items()}
    for name, result in results.items():
        click.echo(f"{name:<10} released {result['released']}, still parked {result['parked']}")


@cli.command()
@click.argument("service", type=click.Choice(NAMES[:-1]))
@click.pass_context
def resume(context: click.Context, service: str) -> None:
    """Follow again the logs that SERVICE has halted at; one that still is another log halts it again."""
    settings = _settings(context)
    if _running(settings):
        sources = _ask(settings, "POST", "/api/v1/admin/resume", {"service": service})["resumed"]
    else:
        with _owning(settings), _runtimes(settings, [service]) as opened:
            sources = opened[service].inbox.resume()
    click.echo(f"{service} follows {', '.join(sources)} again." if sources else f"{service} is not halted.")


@cli.command()
@click.argument("service", required=False, type=click.Choice(NAMES))
@click.pass_context
def health(context: click.Context, service: str | None) -> None:
    """Exit 0 if SERVICE (or all) can work: its database answers, its broker takes connections."""
    from kombu import Connection

    settings = _settings(context)
    try:
        with _runtimes(settings, [service] if service else NAMES) as opened:
            for runtime in opened.values():
                runtime.status()
    except Unavailable as error:
        raise Failed(str(error)) from error
    if not settings.embedded:
        try:
            with Connection(settings.broker_url, connect_timeout=3) as connection:
                connection.ensure_connection(max_retries=1, timeout=3)
        except OSError as error:
            raise Failed(f"The broker does not answer ({type(error).__name__}).") from error
    elif _running(settings) is None:
        raise Failed("The system does not run in this data folder.")
    click.echo("ok")


@cli.group()
def users() -> None:
    """Users of the system."""


@users.command("add")
@click.argument("user")
@click.option(
    "--role",
    required=True,
    type=click.Choice(ROLES),
)
@click.option("--centre", "centres", multiple=True, help="Province code, or * for all (may be given again).")
@click.pass_context
def add_user(context: click.Context, user: str, role: str, centres: tuple[str, ...]) -> None:
    """Add USER, or give an existing one this role and these centres."""
    from services.web.identity import accounts

    settings = _settings(context)
    if _running(settings):
        _ask(settings, "POST", "/api/v1/admin/users", {"user": user, "role": role, "centres": list(centres)})
    else:
        with _owning(settings), _runtimes(settings, ["web"], new=True) as opened:
            opened["web"].prepare()
            with opened["web"].database.write() as db:
                accounts.add(db, user, role, centres, instant(utc_now()))
    click.echo(f"{user}: {role}, centres {', '.join(centres) or 'none'}")


@users.command("password")
@click.argument("user")
@click.pass_context
def give_password(context: click.Context, user: str) -> None:
    """Give USER a new password and print it; they must choose another at the first sign-in."""
    from services.web.identity import accounts, passwords

    settings = _settings(context)
    if _running(settings):
        given = _ask(settings, "POST", f"/api/v1/admin/users/{quote(user, safe='')}/password")["password"]
    else:
        with _owning(settings), _runtimes(settings, ["web"]) as opened:
            opened["web"].prepare()
            if opened["web"].read(lambda db: accounts.find(db, user)) is None:
                raise Failed(f"There is no user {user}.")
            given = passwords.give(opened["web"], user)
    click.echo(given)


@users.command("second-factor-off")
@click.argument("user")
@click.pass_context
def take_off_second_factor(context: click.Context, user: str) -> None:
    """Take the second step of signing in off USER's account, whose phone is lost; they are told at the next sign-in."""
    from services.web.identity import accounts, second_factor

    settings = _settings(context)
    if _running(settings):
        _ask(settings, "POST", f"/api/v1/admin/users/{quote(user, safe='')}/second-factor/off")
    else:
        with _owning(settings), _runtimes(settings, ["web"]) as opened:
            opened["web"].prepare()
            if opened["web"].read(lambda db: accounts.find(db, user)) is None:
                raise Failed(f"There is no user {user}.")
            second_factor.take_off(opened["web"], user, by=OPERATOR.user)
    click.echo(f"{user}: the password alone is asked for at the next sign-in")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, folder: Path) -> None:
    """Copy all logs at one cut into FOLDER, the keys apart into FOLDER-keys."""
    from services.kernel import backup as copies

    manifest = copies.backup(_settings(context), NAMES, folder, utc_now())
    click.echo(f"{folder}: {json.dumps(manifest.get('heads', {}))}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, folder: Path) -> None:
    """Bring a backup into empty databases; erasures made since are made again."""
    from services.kernel import backup as copies

    settings = _settings(context)
    with _owning(settings):
        copies.restore(settings, NAMES, folder)
    click.echo("Restored. Read models are replayed at the next start.")


def main() -> None:
    try:
        cli.main(standalone_mode=True)
    except (BadSetting, KeyFileError, WrongMasterKey, Unavailable) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
