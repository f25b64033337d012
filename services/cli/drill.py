"""A backup brought back for trial: whoever never did it does not know whether they have one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from services.cli.folder import LOGGED, NAMES, runtimes
from services.cli.group import Failed, settings_of, songtor
from services.cli.precautions import note
from services.kernel import backup as copies
from services.kernel import ledger
from services.kernel.manifest import BackupRefused
from services.kernel.settings import Settings


@songtor.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--scratch",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where there is room for it.",
)
@click.option("--unsigned", is_flag=True, help="A version of before made it, which signed nothing.")
@click.pass_context
def drill(context: click.Context, folder: Path, scratch: Path | None, unsigned: bool) -> None:
    """Bring the backup in FOLDER back into scratch databases, replay all read models, verify it, and throw it away.

    The databases in use are not touched. Exit 1 and name the first problem if the backup is not whole.
    """
    settings = settings_of(context)
    try:
        with _scratch(settings, scratch) as aside:
            problems = _bring_back(aside, folder, unsigned)
    except Exception as error:
        # Whatever it was, last night's backup is not known to be one.
        note(
            settings,
            "drill",
            [str(error) if isinstance(error, BackupRefused) else type(error).__name__],
        )
        raise
    note(settings, "drill", problems)
    if problems:
        raise Failed(problems[0])
    click.echo(f"{folder} was brought back, replayed and verified: ok")


@contextmanager
def _scratch(settings: Settings, place: Path | None) -> Iterator[Settings]:
    """The same system with files of its own, which hold people's sealed data and are gone afterwards."""
    with TemporaryDirectory(prefix="songtor-drill-", dir=place) as made:
        aside = Path(made)
        erased = ledger.read(settings.erasure_ledger)
        if erased is not None:
            ledger.add(aside / "erasures.jsonl", erased)
        yield replace(
            settings,
            data=aside,
            database_url=f"sqlite:///{aside}/{{service}}.db",
            erasure_ledger=aside / "erasures.jsonl",
            make_master_key=False,
        )


def _bring_back(aside: Settings, folder: Path, unsigned: bool) -> Sequence[str]:
    copies.restore(aside, NAMES, folder, erased=ledger.read(aside.erasure_ledger), unsigned=unsigned)
    with runtimes(aside, NAMES) as opened:
        for runtime in opened.values():
            runtime.prepare()
        return [problem for name in LOGGED for problem in opened[name].verify()]
