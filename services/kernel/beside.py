"""Where a read model is made anew while the old one answers: tables of the same names beside the old ones, which
whoever fills them finds first, and which take the old ones' place in a moment.

On PostgreSQL they stand in a schema of their own, first on the path of the transactions that fill them; then they move
into the old ones' schema. An SQLite file is attached to a scratch file in which they stand; then their rows are copied
in one transaction. What a crash leaves of either is removed by the next one.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Table, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateSchema, DropSchema

from services.kernel import building, fence, private
from services.kernel.database import Database, later, sqlite_engine, transaction
from services.kernel.readmodels import DERIVED

SCHEMA = "made_anew"
WAIT = "200ms"  # for the old tables and the heads: whoever wants them meanwhile waits behind us


class Beside(Protocol):
    def finish(self) -> None:
        """The keys and indexes of what is derived, once its rows are there."""

    def filling(self) -> AbstractContextManager[Connection]:
        """A transaction in which the tables' names are those of the new ones; all others are as ever."""

    def swapping(self) -> AbstractContextManager[Connection]:
        """The same while no head moves and nobody reads the old tables; at its end the new ones are in their place.
        Conflict if somebody has held one of them for too long: try again."""


@contextmanager
def beside(database: Database, tables: Sequence[Table]) -> Iterator[Beside]:
    """The new tables, empty; what is left of them at the end goes."""
    made = InFile(database, tables) if database.sqlite else InSchema(database, tables)
    try:
        made.begin()
        yield made
    finally:
        made.remove()


class InSchema:
    def __init__(self, database: Database, tables: Sequence[Table]) -> None:
        self.database, self.tables = database, tables

    def begin(self) -> None:
        self.remove()
        with self.database.write() as db:
            db.execute(CreateSchema(SCHEMA))
        with self.filling() as db:
            for table in self.tables:
                if table.info == DERIVED:
                    db.exec_driver_sql(f'CREATE TABLE "{table.name}" (LIKE "{table.name}")')  # the old one
                else:
                    table.create(db, checkfirst=False)
            building.protect(db, self.tables)

    def finish(self) -> None:
        with self.filling() as db:
            for table in self.tables:
                if table.info == DERIVED:
                    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
                    db.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD PRIMARY KEY ({key})')
                    for index in table.indexes:
                        index.create(db)

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        with self.database.write() as db:
            # What is lost with the server is thrown away. The swap waits for the disk, and with it all before it.
            later(db, "SET LOCAL synchronous_commit TO off", ())
            self._look_here_first(db)
            yield db

    @contextmanager
    def swapping(self) -> Iterator[Connection]:
        with self.database.write() as db:
            place = db.exec_driver_sql("SELECT current_schema()").scalar_one()
            db.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}'")
            fence.hold_heads(db, self.tables)
            self._look_here_first(db)
            yield db
            for table in reversed(self.tables):
                db.exec_driver_sql(f'DROP TABLE "{place}"."{table.name}"')
            for table in self.tables:
                db.exec_driver_sql(f'ALTER TABLE {SCHEMA}."{table.name}" SET SCHEMA "{place}"')

    def remove(self) -> None:
        with self.database.write() as db:
            db.execute(DropSchema(SCHEMA, cascade=True, if_exists=True))

    def _look_here_first(self, db: Connection) -> None:
        path = f"'{SCHEMA},' || current_setting('search_path')"
        later(db, f"SELECT set_config('search_path', {path}, true)", ())


class InFile:
    def __init__(self, database: Database, tables: Sequence[Table]) -> None:
        self.database, self.tables = database, tables
        self.path = Path(f"{database.url.database}.anew")
        self.engine = sqlite_engine(database.url.set(database=str(self.path)), "BEGIN", 1)

        @event.listens_for(self.engine, "connect")
        def attach(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = OFF")  # of what is thrown away
            cursor.execute("ATTACH DATABASE ? AS live", (str(database.url.database),))

    def begin(self) -> None:
        self.remove()
        private.database(self.path)
        with self.filling() as db:
            for table in self.tables:
                table.create(db, checkfirst=False)

    def finish(self) -> None:
        """Nothing: the rows go over into tables that have theirs."""

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        with transaction(), self.engine.begin() as db:
            yield db

    @contextmanager
    def swapping(self) -> Iterator[Connection]:
        with self.database.only_writer(), self.filling() as db:
            for table in reversed(
                self.tables
            ):  # the first statement takes the file's write lock, before it is read
                db.exec_driver_sql(f'DELETE FROM live."{table.name}"')  # noqa: S608
            yield db
            for table in self.tables:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                db.exec_driver_sql(
                    f'INSERT INTO live."{table.name}" ({columns}) SELECT {columns} FROM main."{table.name}"'  # noqa: S608
                )

    def remove(self) -> None:
        self.engine.dispose()
        for end in ("", *private.BESIDE):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
