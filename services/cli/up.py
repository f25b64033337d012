"""`songtor up`: the services of this process, until stopped."""

import gc
import logging
import socket

import click

from services.cli import sample
from services.cli.folder import NAMES, owning, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.kernel import logs
from services.kernel.errors import Outdated
from services.kernel.settings import Settings


@songtor.command()
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
    settings = settings_of(context, data, http)
    chosen = names or NAMES
    if settings.embedded and set(chosen) != set(NAMES):
        raise Failed("Services in several processes need RabbitMQ: set SONGTOR_BROKER_URL.")
    serves = "web" in chosen
    if serves:
        _free(settings.http)
    logs.configure()
    with owning(settings):
        if demo:
            _load_sample(settings, serves)
        _run(settings, chosen, demo)


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


def _load_sample(settings: Settings, serves: bool) -> None:
    from services.hosting import Placeholder

    waiting = Placeholder(settings.http) if serves else None
    try:
        sample.load(settings)
    finally:
        if waiting is not None:
            waiting.close()


def _run(settings: Settings, names: tuple[str, ...], demo: bool) -> None:
    gc.disable()  # what is brought in stays
    from services.hosting import System

    system = System(settings, names)
    system.start()
    _look_no_more()
    if "web" in names:
        _greet(settings, demo)
        _invite(settings)
    try:
        system.wait()
    except Outdated:
        raise  # its sentence says all there is to say
    except Exception as error:
        logging.getLogger(__name__).error("a service ended by itself", exc_info=error)
        raise Failed(f"A service ended by itself ({type(error).__name__}).") from error
    finally:
        click.echo("Stopping.", err=True)
        system.stop()


def _look_no_more() -> None:
    """What is there by now is there to the end: nobody need look through it for garbage, while at work or at last."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(
        20_000, 20, 20
    )  # a page makes some thousand things, and nearly all of them go by themselves
    gc.enable()


def _greet(settings: Settings, demo: bool) -> None:
    click.echo(f"Songtor serves on http://{settings.http[0]}:{settings.http[1]}")
    where = "PostgreSQL" if settings.folder_is_shared else str(settings.data)
    click.echo(f"Data is kept in {where}; the master key is {settings.master_key_file}.")
    if demo:
        sample.greet(settings)


def _invite(settings: Settings) -> None:
    """While there is no administrator: the link that makes one. It is told here alone, never to a logger."""
    from services.web.identity import set_up

    with runtimes(settings, ["web"]) as opened:
        secret = set_up.issue(opened["web"])
    if secret is not None:
        site = settings.public_url or f"http://{settings.http[0]}:{settings.http[1]}"
        click.echo(
            f"There is no administrator yet. This link makes the first one, once, within {set_up.HOURS} hours:"
        )
        click.echo(f"  {site}/set-up/{secret}")
