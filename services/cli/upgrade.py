"""The databases brought to this version, with a backup of before."""

from pathlib import Path

import click

from services.cli.folder import LOGGED, NAMES, owning, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.cli.precautions import note
from services.kernel import backup as copies
from services.kernel.runtime import ServiceRuntime, utc_now
from services.kernel.settings import Settings


@songtor.command()
@click.option(
    "--backup",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder for the backup of before.",
)
@click.pass_context
def upgrade(context: click.Context, folder: Path) -> None:
    """Back up, bring every database to this version, make its read models, verify every log.

    Stop the system first. The way back: the earlier version of the program and its `songtor restore`, into a new data
    folder or empty databases.
    """
    settings = settings_of(context)
    with owning(settings):
        copies.backup(settings, NAMES, folder, utc_now())
        click.echo(f"{folder}: the backup of before")
        back = f"The way back: with the earlier version, songtor restore {folder} into a new data folder."
        try:
            problems = _bring_up(settings)
        except Exception as error:
            raise Failed(f"{error or type(error).__name__} {back}") from error
        note(settings, "backup", [])
        note(settings, "verify", problems)
    if problems:
        raise Failed(f"{problems[0]} {back}")
    click.echo("All databases are of this version, and every log is whole. songtor up starts it.")


def _bring_up(settings: Settings) -> list[str]:
    """What is wrong with the logs afterwards, in sentences."""
    with runtimes(settings) as opened:
        for name, runtime in opened.items():
            runtime.prepare()
            click.echo(f"{name:<10} {_standing(runtime)}")
        return [problem for name in LOGGED for problem in opened[name].verify()]


def _standing(runtime: ServiceRuntime) -> str:
    return f"{runtime.status()['sequence']:>8} events   is of this version"
