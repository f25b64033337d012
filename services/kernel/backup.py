"""All logs copied at one cut, the keys of people apart from them, and both brought back into empty databases.

One cut: for a moment nobody can append anywhere, and in that moment a view of every database is fixed. So no log in a
backup holds an effect whose cause the others lack, and no sealed field lacks its key. The copying itself, which takes
long, is done from those views while everybody goes on writing.

A backup is a folder of a `manifest.json` and one `NAME.jsonl.gz` per service: for each table a line {table, columns},
then a line per row. It fits both databases. Read models are not in it, nor which there were: they are replayed at the
next start, which says what it made.
"""

import base64
import gzip
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Integer, MetaData, Table, delete, func, insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from services.kernel import schema, tables
from services.kernel.database import Database, ensure_database
from services.kernel.envelope import instant
from services.kernel.keys import MasterKey
from services.kernel.manifest import (
    FORMAT,
    MANIFEST,
    About,
    BackupRefused,
    KeysManifest,
    LogPart,
    Manifest,
    Part,
    Standing,
    private_file,
    sha256,
    sign,
    signed,
    signing,
    unchanged,
    write,
)
from services.kernel.replicas import is_read_model
from services.kernel.settings import Settings
from services.kernel.vault import SealingVault, Shredding, mark_shredded, subject_key

BATCH = 1000
LEFT_OUT = {
    "alembic_version",
    *(table.name for table in (tables.projection, tables.building, tables.replica)),
}  # the schema is made anew, the read models too
FENCE = tables.log_head.c.read_models.name  # and the heads say again which ones (kernel.fence)


def keys_folder(folder: Path) -> Path:
    """Where the keys of a backup are kept: beside it, so that it can be kept elsewhere, and for a shorter time."""
    return folder.with_name(f"{folder.name}-keys")


def backup(
    settings: Settings,
    services: Sequence[str],
    folder: Path,
    now: datetime,
    pause: Callable[[float], None] = lambda seconds: None,
) -> Manifest:
    """Copy the logs of `services` to `folder` and people's wrapped keys to `keys_folder(folder)`; neither may exist
    yet.

    Returns the manifest, which is signed, as is that of the keys. The master key is in neither folder. `pause(0)` lets
    others run while it copies; Unavailable if some writer does not end within seconds.
    """
    keys, signs = keys_folder(folder), signing(settings)
    for place in (folder, keys):
        if place.exists():
            raise BackupRefused(f"{place} is there already; a backup goes into a new folder.")
    with ExitStack() as stack:
        logs, vault = _cut(stack, settings, sorted(services))
        try:
            for place in (folder, keys):
                place.mkdir(mode=0o700, parents=True)
            about: About = {"format": FORMAT, "version": version("songtor"), "made_at": instant(now)}
            people = _copy(vault, keys / "vault.jsonl.gz", pause)
            write(keys / MANIFEST, sign(KeysManifest(**about, **people), signs))
            parts = {
                name: LogPart(**_standing(db), **_copy(db, folder / f"{name}.jsonl.gz", pause))
                for name, db in logs.items()
            }
            manifest = Manifest(**about, people=people["rows"]["subject_key"], services=parts)
            sign(manifest, signs)
            write(folder / MANIFEST, manifest)
        except BaseException:
            for place in (folder, keys):
                shutil.rmtree(place, ignore_errors=True)
            raise
    return manifest


def _cut(
    stack: ExitStack, settings: Settings, names: Sequence[str]
) -> tuple[dict[str, Connection], Connection]:
    """A view of every database as it is at one moment, and of the vault at the same moment or a little later."""
    databases = {name: _existing(stack, settings, name) for name in names}
    vault = stack.enter_context(closing(Database(settings.database("vault"), 2)))
    schema.prepare_vault(vault)
    with ExitStack() as held:
        for database in databases.values():
            db = held.enter_context(database.write())
            if not database.sqlite:
                # In the order in which a subscription takes them: its cursor first, the head last.
                db.exec_driver_sql("LOCK TABLE inbox_cursor, log_head IN SHARE MODE")
        views = {name: stack.enter_context(_view(database)) for name, database in databases.items()}
        return views, stack.enter_context(_view(vault))


def _existing(stack: ExitStack, settings: Settings, name: str) -> Database:
    database = stack.enter_context(closing(Database(settings.database(name), 2)))
    if not database.sqlite or Path(str(database.url.database)).exists():
        with database.read() as db:
            if inspect(db).has_table("log_head"):
                return database
    raise BackupRefused(f"The service {name} has no log yet.")


@contextmanager
def _view(database: Database) -> Iterator[Connection]:
    with database.snapshot() as db:
        if not database.sqlite:
            db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        db.exec_driver_sql("SELECT COUNT(*) FROM alembic_version")  # the first look fixes the view
        yield db


def _standing(db: Connection) -> Standing:
    own = tables.log_head.c
    head = db.execute(select(own.position, own.hash, own.epoch)).one()  # columns that every revision has
    cursors = db.execute(select(tables.inbox_cursor.c.source, tables.inbox_cursor.c.position)).all()
    return {
        "position": head.position,
        "hash": head.hash,
        "epoch": head.epoch,
        "cursors": {source: position for source, position in cursors},
    }


def _copy(db: Connection, path: Path, pause: Callable[[float], None]) -> Part:
    """Every table but the read models, to a file."""
    counts = {}
    with private_file(path) as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as out:
        for table in _tables(db):
            columns = [column for column in table.columns if column.name != FENCE]
            out.write(_line({"table": table.name, "columns": [column.name for column in columns]}))
            rows = db.execute(
                select(*columns).order_by(*table.primary_key), execution_options={"yield_per": BATCH}
            )
            count = 0
            for batch in rows.partitions():
                out.write(b"".join(_line(list(row)) for row in batch))
                count += len(batch)
                pause(0)
            counts[str(table.name)] = count
    revisions = sorted(schema.revisions(db))
    return {"file": path.name, "sha256": sha256(path), "revisions": revisions, "rows": counts}


def _tables(db: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(db, only=lambda name, _: name not in LEFT_OUT and not is_read_model(name))
    return metadata.sorted_tables


def _line(value: Any) -> bytes:
    return orjson.dumps(
        value, default=_bytes_as_text, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
    )


def _bytes_as_text(value: Any) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"A backup cannot hold a {type(value).__name__}.")
    return {"base64": base64.b64encode(value).decode()}


def restore(
    settings: Settings,
    services: Sequence[str],
    folder: Path,
    only: Sequence[str] = (),
    erased: Sequence[Shredding] | None = None,
    unsigned: bool = False,
) -> Manifest:
    """Bring the logs in `folder` and the keys in `keys_folder(folder)` into empty databases; all of it, or nothing.
    Returns the manifest.

    Nothing may run meanwhile, and before a full restore the broker's queues must be emptied: they may hold pages that
    the logs no longer have. A full restore keeps the epochs. With `only`, those logs alone come back, each with a new
    epoch, so that whoever has already heard more of it halts instead of skipping. Keys go into the vault as it is:
    nobody erased there or in the backup comes back. The newest `-keys` folder is always the one to use, whichever
    backup the logs are from. `erased`: the ledger of erasures, which are made again; None: there is none. What this
    installation has not signed is refused before anything is written; `unsigned` takes what a version of before made,
    which signed nothing.
    """
    signs = signing(settings)
    manifest = signed(Manifest, folder, signs, unsigned)
    names = sorted(only or manifest["services"])
    for name in names:
        if name not in manifest["services"]:
            raise BackupRefused(f"This backup holds no log of {name}.")
        if name not in services:
            raise BackupRefused(f"This program has no service {name}.")
        unchanged(folder, manifest["services"][name])
    if manifest["people"]:
        keys = signed(KeysManifest, keys_folder(folder), signs, unsigned)
        unchanged(keys_folder(folder), keys)
        if keys["made_at"] < manifest["made_at"]:
            raise BackupRefused(
                f"The keys in {keys_folder(folder)} are older than the logs they should open."
            )
    with ExitStack() as stack:
        if manifest["people"]:
            _restore_keys(stack, settings, keys_folder(folder), keys, erased)
        for name in names:
            db = _empty(stack, settings, name)
            part = manifest["services"][name]
            try:
                schema.migrate(db, schema.branches(name), part["revisions"])
                if _load(db, folder / part["file"]) != sum(part["rows"].values()):
                    raise ValueError("rows are missing")
            except (EOFError, OSError, LookupError, TypeError, ValueError, SQLAlchemyError) as error:
                raise BackupRefused(
                    f"{folder / part['file']} is no whole archive of {name} ({type(error).__name__}). "
                    "Nothing was brought back."
                ) from error
            if only:
                db.execute(update(tables.log_head).values(epoch=str(uuid4())))
    return manifest


def _writing(stack: ExitStack, settings: Settings, name: str) -> Connection:
    """One transaction in the named database, committed when the stack ends well."""
    url = settings.database(name)
    ensure_database(url)
    database = stack.enter_context(closing(Database(url, 2)))
    db = stack.enter_context(database.write())
    if not database.sqlite:
        db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    return db


def _empty(stack: ExitStack, settings: Settings, name: str) -> Connection:
    db = _writing(stack, settings, name)
    if inspect(db).get_table_names():
        raise BackupRefused(f"The database of {name} is not empty; a backup goes only into empty databases.")
    return db


def _restore_keys(
    stack: ExitStack,
    settings: Settings,
    folder: Path,
    keys: KeysManifest,
    erased: Sequence[Shredding] | None,
) -> None:
    """Add the keys that the vault lacks and repeat the erasures that it lacks; a key once destroyed stays destroyed."""
    master = MasterKey.load(settings.master_key_file, create=False)
    db = _writing(stack, settings, "vault")
    schema.migrate(db, [schema.VAULT], schema.revisions(db) or keys["revisions"])
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete = ON")
    for _, rows in _read(folder / keys["file"]):
        ids = [row["subject_id"] for row in rows]
        found = db.execute(select(subject_key).where(subject_key.c.subject_id.in_(ids)))
        present = {row.subject_id: row for row in found}
        missing = [row for row in rows if row["subject_id"] not in present]
        if missing:
            db.execute(insert(subject_key), missing)
        for row in rows:
            mine = present.get(row["subject_id"])
            if mine is None or mine.shredded_at:
                continue
            if row["shredded_at"]:
                gone = {"wrapped_dek": None, "shredded_at": row["shredded_at"]}
                db.execute(
                    update(subject_key).where(subject_key.c.subject_id == mine.subject_id).values(gone)
                )
            elif row["kid"] != mine.kid:
                raise BackupRefused("The vault holds other keys of the same people: it is not this backup's.")
    if erased is not None:
        _erase_again(db, erased)
    SealingVault(db.engine, master, read=lambda: nullcontext(db)).check()


def _erase_again(db: Connection, erased: Sequence[Shredding]) -> None:
    gone = select(subject_key.c.subject_id).where(subject_key.c.shredded_at.is_not(None))
    if {*db.execute(gone).scalars()} - {each.subject_id for each in erased}:
        raise BackupRefused(
            "The ledger of erasures is older than this backup: somebody erased in it is not in the ledger. "
            "Bring the newest ledger."
        )
    for each in erased:
        mark_shredded(db, each.subject_id, each.shredded_at)


def _load(db: Connection, path: Path) -> int:
    """How many rows it brought."""
    count = 0
    metadata = MetaData()
    metadata.reflect(db)
    filled = set()
    for name, rows in _read(path):
        table = metadata.tables[name]
        if name not in filled and db.execute(select(table).limit(1)).first() is not None:
            db.execute(delete(table))  # the first rows of an empty log
        filled.add(name)
        count += len(rows)
        db.execute(insert(table), rows)
    if db.dialect.name == "postgresql":
        for table in metadata.tables.values():
            for column in table.primary_key:
                if isinstance(column.type, Integer):
                    sequence = func.pg_get_serial_sequence(table.name, column.name)
                    db.execute(select(func.setval(sequence, func.max(column))))
    return count


def _read(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(table, up to BATCH rows) again and again."""
    table, columns = "", []
    rows: list[dict[str, Any]] = []
    with gzip.open(path, "rb") as lines:
        for line in lines:
            value = orjson.loads(line)
            if rows and (isinstance(value, dict) or len(rows) == BATCH):
                yield table, rows
                rows = []
            if isinstance(value, dict):
                table, columns = value["table"], value["columns"]
            else:
                rows.append(dict(zip(columns, map(_text_as_bytes, value), strict=True)))
    if rows:
        yield table, rows


def _text_as_bytes(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
