"""Engines for SQLite and PostgreSQL, and the one way to write: one transaction at a time per SQLite file, none blocked for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from services.kernel.errors import Unavailable

POOL = (
    12  # connections a service may hold at once: its RPC workers, subscriptions, relay and timer share them
)


class Database:
    """One service's database. `write()` is a transaction that may write, `read()` one that may not."""

    def __init__(self, url: str, pool: int = POOL) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        # One in-process writer per SQLite file: SQLite's own busy wait sleeps in C and would stop every greenlet of the process.
        self._lock = RLock()
        self.engine = self._sqlite_engine(pool) if self.sqlite else self._postgres_engine(pool)

    def _sqlite_engine(self, pool: int) -> Engine:
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            connect_args={"timeout": 5},
            hide_parameters=True,
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=30,
        )

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # transactions are begun here, not by the driver
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -4096")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            immediate = connection.get_execution_options().get("songtor_write")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

        return engine

    def _postgres_engine(self, pool: int) -> Engine:
        # No idle transaction may hold the head row, no statement may wait on a lock for ever.
        options = "-c lock_timeout=4s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
        return create_engine(
            self.url.set(drivername="postgresql+psycopg2"),
            connect_args={"options": options, "connect_timeout": 5, "keepalives_idle": 10},
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=30,
            pool_pre_ping=True,
            insertmanyvalues_page_size=1000,
            hide_parameters=True,
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._errors():
            if not self.sqlite:
                with self.engine.begin() as connection:
                    yield connection
                return
            with self._lock, self.engine.connect() as connection:
                connection = connection.execution_options(songtor_write=True)
                with connection.begin():
                    yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if unavailable(error):
                raise Unavailable(
                    f"The database of this service does not answer ({type(error.orig).__name__})."
                ) from error
            raise

    def close(self) -> None:
        self.engine.dispose()


def unavailable(error: DBAPIError) -> bool:
    """True if trying again later may help: no connection, a lock not given, a deadlock, a full disk."""
    return error.connection_invalidated or isinstance(error, OperationalError)


def ensure_database(url: str) -> None:
    """Create the PostgreSQL database of `url` if it is missing and the role may; SQLite files are made on first use."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        return
    target = target.set(drivername="postgresql+psycopg2")
    engine = create_engine(target)
    try:
        with engine.connect():
            return
    except OperationalError as error:
        if "does not exist" not in str(error.orig):
            raise Unavailable(
                f"PostgreSQL at {target.host}:{target.port or 5432} does not answer."
            ) from error
    finally:
        engine.dispose()
    _create(target)


def _create(target: URL) -> None:
    admin = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    name = admin.dialect.identifier_preparer.quote(str(target.database))
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except ProgrammingError as error:  # another replica was quicker
        if "already exists" not in str(error.orig):
            raise
    except DBAPIError as error:
        if "already exists" not in str(error.orig) and "pg_database_datname_index" not in str(error.orig):
            raise
    finally:
        admin.dispose()
