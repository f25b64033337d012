"""The data folder: one process at a time, the address of the system that runs in it, and the services' runtimes without
their doors."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy.engine import make_url

from services.cli.group import Failed
from services.kernel import private
from services.kernel.errors import Unavailable
from services.kernel.keys import MasterKey
from services.kernel.runtime import Ports, ServiceRuntime, in_turn, utc_now
from services.kernel.settings import Settings
from services.named import wiring

NAMES = ("intake", "screening", "partners", "referral", "reporting", "web")
LOGGED = NAMES[:-1]  # the front door keeps no log
ENDING = 1.0  # seconds in which a front door ends that is a process of its own, when its parent was killed


@contextmanager
def owning(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock; where the databases are PostgreSQL's there is nothing to lock. A process that is
    forked meanwhile holds it too, to its own end."""
    if settings.folder_is_shared:
        yield
        return
    private.tighten(settings.data)
    with open(settings.data / "lock", "a+", opener=private.opener) as file:
        try:
            patiently(lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
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


def patiently(take: Callable[[], None]) -> None:
    """Take what is another's, if that one is just about to end: OSError while it is not, and after that."""
    until = time.monotonic() + ENDING
    while True:
        try:
            take()
            return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def running(settings: Settings) -> str | None:
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


@contextmanager
def runtimes(
    settings: Settings, names: Sequence[str] = NAMES, new: bool = False, keyed: bool = True
) -> Iterator[dict[str, ServiceRuntime]]:
    """Each service's logs and read models, without its doors. `new`: they may not be there yet. Not `keyed`: what needs
    no key."""
    if not new and not settings.folder_is_shared:
        for name in names:
            if not Path(str(make_url(settings.database(name)).database)).exists():
                raise Failed(
                    f"The data folder {settings.data} holds nothing of {name} yet: songtor up makes it."
                )
    opened: dict[str, ServiceRuntime] = {}
    try:
        for name in names:
            opened[name] = ServiceRuntime(settings, wiring(name), plain(), pool=2, keyed=keyed)
        yield opened
    finally:
        for runtime in opened.values():
            runtime.close()


def plain() -> Ports:
    """Of a process that serves nothing and asks nobody."""
    return Ports(now=utc_now, pause=time.sleep, ask=lambda service, *_: _nobody(service), together=in_turn)


def _nobody(service: str) -> NoReturn:
    raise Unavailable(f"The service {service} is not asked by this command.")


def master_key(settings: Settings) -> MasterKey:
    return MasterKey.load(settings.master_key_file, create=False)
