"""`songtor up`: the services of this process, until stopped."""

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from services.cli import sample
from services.cli.folder import NAMES, owning, patiently, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.kernel import logs
from services.kernel.errors import Outdated
from services.kernel.keys import MasterKey
from services.kernel.settings import Settings

if TYPE_CHECKING:
    from services.front_door import FrontDoor
    from services.hosting import System
    from services.kernel.adjoining import Parent


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
            patiently(lambda: probe.bind(address))
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


def _run(settings: Settings, names: Sequence[str], demo: bool) -> None:
    """The services, and the front door with them: on a core of its own where there are two."""
    gc.disable()  # what is brought in stays
    from services.hosting import System
    from services.kernel.adjoining import Parent

    apart = "web" in names and len(names) > 1 and settings.processes > 1
    front = _front_door(settings, names) if apart else None
    if isinstance(front, Parent):
        _serve_with(front, settings, demo)
        sys.exit()  # the folder is the parent's
    system = System(settings, [name for name in names if front is None or name != "web"])
    try:
        system.start()
        _look_no_more()
        if front is not None:
            system.open_for(front)
        elif "web" in names:
            _greet(settings, demo)
        _wait(system)
    finally:
        click.echo("Stopping.", err=True)
        system.stop()


def _front_door(settings: Settings, names: Sequence[str]) -> "FrontDoor | Parent":
    """From here on there are two processes, which share what is brought in, and the key."""
    from services import front_door
    from services.named import service

    for name in names:
        service(name)
    MasterKey.load(settings.master_key_file, create=settings.make_master_key)
    gc.collect()
    gc.freeze()
    return front_door.fork()


def _serve_with(parent: "Parent", settings: Settings, demo: bool) -> None:
    """The front door, to the end of the process that has its services."""
    import eventlet

    from services.hosting import System

    system = System(settings, ["web"], parent.ask)
    eventlet.spawn(parent.listen, stop=system.ask_to_end, lost=lambda: os._exit(1))
    parent.wait()
    try:
        system.start()
        _look_no_more()
        _greet(settings, demo)
        _wait(system, signals=())
    finally:
        system.stop()


def _wait(system: "System", signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> None:
    from services.front_door import Ended

    try:
        system.wait(signals)
    except Outdated:
        raise  # its sentence says all there is to say
    except Ended as ended:
        sys.exit(max(ended.code, 1))
    except Exception as error:
        logging.getLogger(__name__).error("a service ended by itself", exc_info=error)
        raise Failed(f"A service ended by itself ({type(error).__name__}).") from error


def _look_no_more() -> None:
    """What is there by now is there to the end: nobody need look through it for garbage, while at work or at last."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(
        20_000, 20, 20
    )  # a page makes some thousand things, and nearly all of them go by themselves
    gc.enable()


def _greet(settings: Settings, demo: bool) -> None:
    """Say where it serves, and to whom it is open."""
    click.echo(f"Songtor serves on http://{settings.http[0]}:{settings.http[1]}")
    where = "PostgreSQL" if settings.folder_is_shared else str(settings.data)
    click.echo(f"Data is kept in {where}; the master key is {settings.master_key_file}.")
    if demo:
        sample.greet(settings)
    _invite(settings)


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
