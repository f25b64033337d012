"""A service's database made ready: the kernel's tables and the service's own by Alembic, its read models from the
log."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import sleep

from sqlalchemy import Connection, Table, inspect

from services.kernel import building, fence, replicas, scope
from services.kernel.database import Database
from services.kernel.envelope import instant
from services.kernel.errors import Conflict, Unavailable
from services.kernel.eventlog import EventLog
from services.kernel.wiring import Wiring

logger = logging.getLogger(__name__)

SERVICES = Path(__file__).parents[1]
LOG = SERVICES / "kernel" / "migrations" / "log"
VAULT = SERVICES / "kernel" / "migrations" / "vault"
REPLICAS = 7305  # the advisory lock under which one of several replicas changes a database
TRIES, PAUSE = 30, 0.1  # seconds before the next

_one_upgrade = Lock()  # alembic's `op` is one for the whole process
_told: set[str] = set()  # roles that this process has warned of


class NewerDatabase(Exception):
    """The database was changed by a newer program than this one."""


def prepare(database: Database, wiring: Wiring) -> None:
    """Make or upgrade everything but the read models."""
    upgrade(database, branches(wiring.service))


def prepare_vault(database: Database) -> None:
    upgrade(database, [VAULT])


def branches(service: str) -> list[Path]:
    """The folders of the kernel's revisions and of the service's own, if it has any."""
    own = SERVICES / service / "migrations"
    return [LOG, own] if own.is_dir() else [LOG]


def revisions(db: Connection) -> set[str]:
    """The revisions a database stands at; empty for a new one."""
    if not inspect(db).has_table("alembic_version"):
        return set()
    return set(db.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def upgrade(database: Database, folders: list[Path]) -> None:
    """Bring a database to the newest revisions, making it if the role may. One that is up to date is left without
    loading Alembic. Replicas of before may go on working meanwhile: who asks for their locks in another order than the
    revisions do is met by trying again. Unavailable if they are in the way for all of about a minute."""
    database.make_if_missing()
    newest = {_known(folder)[-1] for folder in folders}
    with database.read() as db:
        if revisions(db) == newest:
            return
    for _ in range(TRIES):
        try:
            with database.write() as db:
                _alone(db)
                migrate(db, folders, newest)
            return
        except Conflict:
            sleep(PAUSE)
    raise Unavailable("Somebody holds the tables of this service; its database cannot be upgraded now.")


def migrate(db: Connection, folders: list[Path], target: Iterable[str]) -> None:
    """Run the revisions from where the database stands to `target`, in the caller's transaction: folder by folder,
    because a service's own may use the kernel's tables."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

    known = {name for folder in folders for name in _known(folder)}
    newer = sorted(revisions(db).union(target) - known)
    if newer:
        raise NewerDatabase(f"A newer version of this program is needed: it has no revision {newer[0]}.")
    script = ScriptDirectory(LOG, version_locations=[str(folder) for folder in folders])

    def steps(heads: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
        newest_first = script.iterate_revisions(tuple(target), heads, implicit_base=True)
        wanted = sorted(reversed(list(newest_first)), key=lambda step: folders.index(Path(step.path).parent))
        return [MigrationStep.upgrade_from_script(script.revision_map, revision) for revision in wanted]

    with _one_upgrade:
        context = MigrationContext.configure(db, opts={"fn": steps, "transactional_ddl": True})
        with Operations.context(context):
            context.run_migrations()


def _known(folder: Path) -> list[str]:
    """The revisions in a folder, oldest first."""
    return sorted(file.stem for file in folder.glob("*_[0-9][0-9][0-9][0-9].py"))


def _alone(db: Connection) -> None:
    """Keep other replicas from changing this database until the transaction ends, and what moves a head from beginning:
    whoever has begun has ended. (SQLite has one writer anyway.)"""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({REPLICAS})")
        db.exec_driver_sql(f"SET LOCAL lock_timeout = '{building.WAIT}'")
        if inspect(db).has_table("log_head"):
            fence.hold_heads(db)


def prepare_read_models(log: EventLog, now: Callable[[], datetime], pause: Callable[[float], None]) -> None:
    """Make the read models that are new or have a new version, from the log; drop those of older versions that nobody
    reads. On PostgreSQL all that are not everybody's are then protected (kernel.scope). Outdated if the database's are
    newer than this program's."""
    if not _stands(log):
        with building.one_builder(log.database):
            if not _stands(log):
                building.bring_up(log, lambda: instant(now()), pause)
                replicas.drop_older(log)
    if not log.database.sqlite:
        with log.database.write() as db:
            building.protect(db, _tables(log))
    _warn_of_role(log)


def _stands(log: EventLog) -> bool:
    with log.database.read() as db:
        return fence.stands(db, log.wiring)


def missing(log: EventLog) -> set[str]:
    """The names of the read models that were not made yet in their present version."""
    with log.database.read() as db:
        return fence.missing(db, log.wiring)


def _tables(log: EventLog) -> list[Table]:
    read_models = [table for projection in log.wiring.projections for table in projection.tables]
    return [*read_models, *log.wiring.tables]


def _warn_of_role(log: EventLog) -> None:
    """Once in a process: what is protected is open to such a role."""
    owned = any(scope.owners(table) for table in _tables(log))
    if log.database.sqlite or not owned:
        return
    with log.database.read() as db:
        role = scope.unbound_role(db)
    if role is not None and role not in _told:
        _told.add(role)
        logger.warning(
            "the database role %s is a superuser or has BYPASSRLS, so row-level security does not hold it: "
            "centres are kept "
            "apart by the program alone; give Songtor a role of its own (docs/operations.md)",
            role,
        )
