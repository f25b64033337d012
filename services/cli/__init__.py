"""The `songtor` command.

group      the command itself, its settings, and how it says that something is missing or wrong
folder     the data folder: its lock, the system that runs in it, the runtimes of its services
operator   what is asked of a system that runs, or stands still
precautions  what was done for the safety of the data, for the operator's page
up, sample, operate, users, backup, drill, upgrade, exchange     the commands by subject
"""

import gc
import sys
import warnings

# eventlet's and nameko's own notes to developers are not for whoever runs the system.
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", message="(?s).*[Ee]ventlet.*")
warnings.filterwarnings("ignore", message="(?s).*pkg_resources.*")

# The system's process is green, wherever the options stand; every other command is a plain one.
if "up" in sys.argv[1:]:
    import eventlet

    eventlet.monkey_patch()

import click

from services.cli import backup, drill, exchange, operate, sample, up, upgrade, users
from services.cli.group import songtor
from services.kernel import private
from services.kernel.anchor import BadAnchor
from services.kernel.errors import Outdated, Unavailable
from services.kernel.keys import KeyFileError
from services.kernel.manifest import BackupRefused
from services.kernel.private import OpenToOthers
from services.kernel.schema import NewerDatabase
from services.kernel.settings import BadSetting
from services.kernel.vault import WrongMasterKey

__all__ = ["backup", "drill", "exchange", "main", "operate", "sample", "songtor", "up", "upgrade", "users"]

SAID_PLAINLY = (
    BadAnchor,
    BackupRefused,
    BadSetting,
    KeyFileError,
    NewerDatabase,
    OpenToOthers,
    Unavailable,
    WrongMasterKey,
)
OLDER = 3  # the exit code of a program that is older than its databases: to start it again is of no use


def main() -> None:
    private.umask()
    gc.freeze()  # what was imported stays: a third of a short command's time went into looking through it as it ended
    try:
        songtor.main(standalone_mode=True)
    except SAID_PLAINLY as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(OLDER if isinstance(error, NewerDatabase | Outdated) else 1)
