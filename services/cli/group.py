"""The command itself: its data folder, its settings, and how it says that something is missing or wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.progress import TaskProgressColumn as Percent

from services.codes.access import ROLES
from services.kernel import settings as settings_module
from services.kernel.rebuild import Progress
from services.kernel.settings import BadSetting, Settings


class Failed(click.ClickException):
    """Something is missing or wrong; said in plain words, exit code 1."""

    def format_message(self) -> str:
        return str(self.message)


@click.group(help="Songtor (ส่งต่อ): cases, partners and referrals of protection centres.")
@click.option("--data", type=click.Path(), help="The data folder (default: SONGTOR_DATA or ./var).")
@click.pass_context
def songtor(context: click.Context, data: str | None) -> None:
    context.obj = data


def settings_of(context: click.Context, data: str | None = None, http: str | None = None) -> Settings:
    try:
        settings = settings_module.read(data=data or context.obj, http=http)
    except BadSetting as error:
        raise Failed(str(error)) from error
    if not settings.second_factor <= {*ROLES}:
        raise Failed(f"SONGTOR_SECOND_FACTOR must be roles with commas between them, of {', '.join(ROLES)}.")
    return settings


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), Percent(), TimeRemainingColumn())
    with Bar(*columns, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
