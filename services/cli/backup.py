"""All logs copied at one cut, and brought back."""

import json
from pathlib import Path

import click

from services.cli.folder import NAMES, owning
from services.cli.group import settings_of, songtor
from services.kernel import backup as copies
from services.kernel.runtime import utc_now


@songtor.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, folder: Path) -> None:
    """Copy all logs at one cut into FOLDER, the keys apart into FOLDER-keys."""
    # Also beside a running system: the cut keeps every writer out for a moment, in whichever process it is.
    manifest = copies.backup(settings_of(context), NAMES, folder, utc_now())
    heads = {name: part["position"] for name, part in manifest["services"].items()}
    click.echo(f"{folder}: {json.dumps(heads)}")


@songtor.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
def restore(context: click.Context, folder: Path) -> None:
    """Bring a backup into empty databases; erasures made since are made again."""
    settings = settings_of(context)
    with owning(settings):
        copies.restore(settings, NAMES, folder)
    click.echo("Restored. Read models are replayed at the next start.")
