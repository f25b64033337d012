"""The sample network: made once, and one case walked through it."""

import os
import time
from pathlib import Path

import click

from services.cli.folder import master_key, owning, plain, running
from services.cli.group import Failed, progress, settings_of, songtor
from services.cli.users import bearer
from services.kernel import logs, private
from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime, utc_now
from services.kernel.settings import Settings
from services.kernel.tokens import Tokens


@songtor.command("load-sample")
@click.option(
    "--factor", type=click.IntRange(1, 100), default=1, help="So many times its cases and partners."
)
@click.pass_context
def load_sample(context: click.Context, factor: int) -> None:
    """Make the databases and the sample network with its users, once."""
    settings = settings_of(context)
    logs.configure()
    with owning(settings):
        load(settings, factor)


@songtor.command()
@click.option("--url", help="The system's address (default: the one that runs in this data folder).")
@click.pass_context
def demo(context: click.Context, url: str | None) -> None:
    """Walk one new case through all services of the running system, printing each event as it happens."""
    from services import demo as walk

    settings = settings_of(context)
    address = url or running(settings) or f"http://{settings.http[0]}:{settings.http[1]}"
    tokens = Tokens(master_key(settings))
    by_user = {user: tokens.issue(bearer(settings, user)) for user in walk.USERS}
    context.exit(walk.walk(address, by_user))


def load(settings: Settings, factor: int = 1) -> None:
    """Make the sample network and its users, unless they are there already. The folder must be this process's."""
    from services import sample
    from services.web.identity import accounts
    from services.web.wiring import WIRING

    now = utc_now()
    web = ServiceRuntime(settings, WIRING, plain(), pool=2)
    web.prepare()
    try:
        if web.read(lambda db: accounts.find(db, sample.DONE)) is not None:
            return
        if web.read(accounts.everybody):
            raise Failed(
                f"{settings.data} has users of its own: a system that is used never becomes a sample. "
                "Choose another folder with --data."
            )
        partner_id = _make(settings, factor)
        _add_users(settings, web, instant(sample.begins(now)), partner_id)
    finally:
        web.close()


def _make(settings: Settings, factor: int) -> str:
    """The id of the partner that the partner's user belongs to."""
    from services import sample
    from services.kernel.local import Network, SimulatedClock
    from services.system import DOORS

    click.echo("Making the sample network (a minute or two, once).", err=True)
    now, started = utc_now(), time.monotonic()
    network = Network(DOORS, SimulatedClock(now), settings=settings)
    try:
        with progress("sample network") as report:
            made = sample.load(network, now, report, factor=factor)
    except ValueError as error:
        raise Failed(
            f"{error} An earlier load was interrupted, or these are your own data: "
            f"choose another folder with --data, or remove {settings.data}."
        ) from error
    finally:
        network.close()
    click.echo(f"Made in {time.monotonic() - started:.0f} s.", err=True)
    return made.partner_id


def _add_users(settings: Settings, web: ServiceRuntime, at: str, partner_id: str) -> None:
    """All with one password, kept in a file that only its owner reads; there since the sample's first day."""
    from services import sample
    from services.web.identity import accounts, passwords, people, sample_users
    from services.web.store import centres

    password = passwords.invented()
    hash = passwords.hashed(password)
    file = _password_file(settings)
    private.folder(file.parent)
    file.touch(mode=0o600)
    file.write_text(password + "\n")
    for centre in sample.CENTRES:
        centres.keep(web, centre, centres.Contact(phone=f"0-0000-60{centre}"), sample.DONE)
    with web.database.write() as db:
        for user in sample.USERS:
            accounts.add(db, user.name, user.role, user.centres, at, partner_id)
            passwords.keep(db, user.name, hash, temporary=False)
            people.keep(web, db, user.name, people.Person(*user.person))
        sample_users.mark(db, (user.name for user in sample.USERS))


def _password_file(settings: Settings) -> Path:
    return settings.data / "sample-password"


def greet(settings: Settings) -> None:
    """Say who the sample users are and how they sign in."""
    from services.sample import USERS

    click.echo("Sample users (buttons on the sign-in page): " + ", ".join(user.name for user in USERS))
    if _password_file(settings).exists():
        click.echo(f"Their password: {_password_file(settings).read_text().strip()}")
    songtor = ".venv/bin/songtor"
    if settings.data != Path(os.environ.get("SONGTOR_DATA") or "var").resolve():
        songtor += f" --data {settings.data}"
    click.echo(f"A token for one: {songtor} token worker-60 · one case through all services: {songtor} demo")
