"""All logs copied at one cut, and brought back."""

import json
from pathlib import Path

import click

from services.cli.folder import NAMES, owning
from services.cli.group import Failed, settings_of, songtor
from services.cli.precautions import note
from services.kernel import backup as copies
from services.kernel import ledger
from services.kernel.runtime import utc_now


@songtor.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, folder: Path) -> None:
    """Copy all logs at one cut into FOLDER, the keys apart into FOLDER-keys."""
    # Also beside a running system: the cut keeps every writer out for a moment, in whichever process it is.
    manifest = copies.backup(settings_of(context), NAMES, folder, utc_now())
    note(settings_of(context), "backup", [])
    heads = {name: part["position"] for name, part in manifest["services"].items()}
    click.echo(f"{folder}: {json.dumps(heads)}")


@songtor.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--without-ledger", is_flag=True, help="The ledger of erasures is lost for good.")
@click.option("--unsigned", is_flag=True, help="A version of before made it, which signed nothing.")
@click.pass_context
def restore(context: click.Context, folder: Path, without_ledger: bool, unsigned: bool) -> None:
    """Bring a backup into empty databases; erasures made since are made again, by the ledger of erasures."""
    settings = settings_of(context)
    erased = ledger.read(settings.erasure_ledger)
    if erased is None and not without_ledger:
        raise Failed(
            f"The ledger of erasures {settings.erasure_ledger} is not there. It is in no backup, so that a backup from "
            "before an erasure revives nobody: bring the newest copy of it there first. If it is lost for good, say "
            "--without-ledger; whoever was erased after the keys were copied can then be read again, and must be "
            "erased again."
        )
    with owning(settings):
        copies.restore(settings, NAMES, folder, erased=erased, unsigned=unsigned)
    click.echo("Restored. Read models are replayed at the next start.")
