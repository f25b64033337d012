"""Engines for SQLite and PostgreSQL, and the one way to write: one transaction at a time per SQLite file, none blocked
for ever.

Long because how a transaction on PostgreSQL begins, what travels with it and how it ends is read from top to bottom.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from services.kernel import private, scope
from services.kernel.compiled import ON_POSTGRESQL, ON_SQLITE
from services.kernel.errors import Conflict, Outdated, Unavailable

POOL = (
    12  # connections a service may hold at once: its RPC workers, subscriptions, relay and timer share them
)

COUNTED_UP = 400  # rows of each index that are looked at: milliseconds, however large the file is

# One in-process writer per SQLite file: SQLite's own busy wait sleeps in C and would stop every greenlet of the
# process.
_writers: dict[str, RLock] = {}


Value = (
    str | int | float | bool | None | list[str] | list[int]
)  # of a column; a list is one of PostgreSQL's arrays


Parameters = Sequence[Value] | Mapping[str, Value]


class Statement(NamedTuple):
    """A statement with `?` placeholders and its values."""

    sql: str
    values: tuple[Any, ...] = ()


class Database:
    """One service's database. `write()` is a transaction that may write. A `read()` may not; on PostgreSQL it finds the
    rows that whoever is asking may see (kernel.scope), and each of its statements is a transaction that ends with it:
    nothing is locked in between, and nothing is left to be ended.

    What can be tried again is told apart from what is wrong: Conflict (somebody else was first: decide again) and
    Unavailable (no connection, a full disk: try later).
    """

    def __init__(self, url: str, pool: int = POOL) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = _writers.setdefault(str(self.url.database), RLock())
        if self.sqlite:
            if self.url.database:
                private.database(Path(self.url.database))
            self.engine = sqlite_engine(self.url, "BEGIN", pool)
            self._writer = sqlite_engine(self.url, "BEGIN IMMEDIATE", 1)
        else:
            self.engine = _postgres_engine(self.url, pool)  # for what is rare
            self._writer = _in_few_trips(self.url, pool)

    def make_if_missing(self) -> None:
        """On PostgreSQL, if the role may; SQLite files are made on first use. The connection that shows it to be there
        serves whoever comes next."""
        if self.sqlite:
            return
        try:
            self._writer.connect().close()
        except OperationalError:
            ensure_database(self.url.render_as_string(hide_password=False))

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Of an SQLite file, within this process: SQLite's own wait would stop every greenlet of it."""
        with self._lock:
            yield

    @contextmanager
    def write(self, read_models: str = "") -> Iterator[Connection]:
        """`read_models`: those that whoever moves a head fills, as the write fence wants it said (kernel.fence)."""
        with self.write_after(None, read_models) as (connection, _):
            yield connection

    @contextmanager
    def write_after(
        self, question: "Statement | None", read_models: str = ""
    ) -> Iterator[tuple[Connection, Sequence[Any] | None]]:
        """A `write()`, with the row that a first question finds."""
        with transaction():
            if self.sqlite:
                with self._lock, self._writer.begin() as connection:
                    yield (
                        connection,
                        self.row(connection, question.sql, *question.values) if question else None,
                    )
                return
            # Projecting touches rows of whatever centre a fact is of, and deciding looks at others by their key (is it
            # taken, what comes next). That opens nothing: a command answers what it decided, and every question goes
            # through `read()`.
            with self._begun(*scope.opening(scope.EVERYTHING, read_models)) as connection:
                yield (
                    connection,
                    self.row(connection, question.sql, *question.values) if question else None,
                )
                connection.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with transaction():
            if self.sqlite:
                with self.engine.connect() as connection:
                    yield connection
            else:
                with (
                    self._writer.connect() as connection,
                    each_after(connection, scope.READING, scope.current()),
                ):
                    yield connection

    def at_once(self, question: Statement) -> list[Any]:
        """The rows that one question finds, in a `read()` of its own; on PostgreSQL a transaction that begins and ends
        with it, in one trip, and may write."""
        if self.sqlite:
            with self.read() as connection:
                return self.rows(connection, question.sql, *question.values)
        with transaction(), self._writer.connect() as connection:
            sql = f"{scope.SETTINGS}; {question.sql}"
            return self.rows(connection, sql, *scope.current(), *question.values)

    @contextmanager
    def _begun(self, sql: str, values: Sequence[Value]) -> Iterator[Connection]:
        """A transaction on PostgreSQL that is rolled back if nobody commits it. What begins it travels with its first
        statement: where there is none, there is no trip either."""
        with self._writer.connect() as connection:
            connection.begin()
            later(connection, sql, values)
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A `read()` whose statements all see the same moment, and whose rows may be streamed."""
        with transaction(), self.engine.connect() as connection:
            if not self.sqlite:
                scope.apply(connection, scope.current())
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    def count_up(self) -> None:
        """Tell SQLite how many rows are alike, by which it finds the way to an answer. PostgreSQL does so by itself."""
        if not self.sqlite:
            return
        with self.write() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit = {COUNTED_UP}")
            connection.exec_driver_sql("ANALYZE")
        self.close()  # a connection reads it when it is made; those that are in use go when they are given back

    def close(self) -> None:
        self.engine.dispose()
        self._writer.dispose()

    # The log's own statements go straight to the driver: they are the hot path, and need no compiling.

    def run(self, db: Connection, sql: str, *values: Value) -> int:
        """Execute a statement with `?` placeholders; how many rows it touched."""
        return int(self._cursor(db, sql, values).rowcount)

    def run_later(self, db: Connection, sql: str, *values: Value) -> None:
        """The same for who does not ask how many: it may travel with the next statement."""
        later(db, sql if self.sqlite else sql.replace("?", "%s"), values)

    def row(self, db: Connection, sql: str, *values: Value) -> Any:
        return self._cursor(db, sql, values).fetchone()

    def rows(self, db: Connection, sql: str, *values: Value) -> list[Any]:
        return list(self._cursor(db, sql, values).fetchall())

    def insert(self, db: Connection, table: str, columns: str, rows: Sequence[Sequence[Value]]) -> None:
        """Several rows at once."""
        self._insert(db, table, columns, rows, ())

    def insert_and_commit(
        self, db: Connection, table: str, columns: str, rows: Sequence[Sequence[Value]], *then: Statement
    ) -> None:
        """Several rows and further statements, the last of their transaction: on PostgreSQL sent with its COMMIT in one
        round trip, because a lock is held meanwhile that everybody wants. On SQLite the commit follows when `write()`
        ends."""
        self._insert(db, table, columns, rows, then if self.sqlite else (*then, Statement("COMMIT")))

    def _insert(
        self,
        db: Connection,
        table: str,
        columns: str,
        rows: Sequence[Sequence[Value]],
        then: Sequence[Statement],
    ) -> None:
        marks = f"({', '.join('?' * len(rows[0]))})"
        if self.sqlite:
            db.connection.cursor().executemany(f"INSERT INTO {table} ({columns}) VALUES {marks}", rows)  # noqa: S608
            for statement in then:
                self.run(db, statement.sql, *statement.values)
            return
        every = rows_of(table, columns, rows), *then
        self.run(
            db, "; ".join(each.sql for each in every), *(value for each in every for value in each.values)
        )

    def _cursor(self, db: Connection, sql: str, values: Sequence[Any]) -> Any:
        cursor = db.connection.cursor()
        if self.sqlite:
            cursor.execute(sql, values)
        else:
            _send(db, cursor, sql.replace("?", "%s"), values)
        return cursor


def rows_of(table: str, columns: str, rows: Sequence[Sequence[Value]]) -> Statement:
    """Several rows in one statement. All names are ours."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    sql = f"INSERT INTO {table} ({columns}) VALUES {', '.join([marks] * len(rows))}"  # noqa: S608
    return Statement(sql, tuple(value for row in rows for value in row))


# -- statements that travel with the next ----------------------------------------------------------------------------

LATER = "later"  # in `info` of connections that can: those that wait, filled in
BEFORE = "before"  # in `info` of a connection: what is sent before each statement
# Bytes that go in a trip of their own: that costs less than to put them before what SQLAlchemy sends.
LARGE = 64 * 1024


def later(db: Connection, sql: str, values: Sequence[Value]) -> None:
    """A statement, with the driver's own placeholders, of which nobody wants to know anything. On PostgreSQL it is sent
    in the trip of whatever its transaction sends next, and before it; what is wrong with it shows there."""
    cursor, waiting = db.connection.cursor(), db.connection.info.get(LATER)
    if waiting is None:
        cursor.execute(sql, values)
    else:
        waiting.append(cursor.mogrify(sql, values) + b"; ")


@contextmanager
def each_after(db: Connection, sql: str, values: Sequence[Value]) -> Iterator[None]:
    """Within it each statement on PostgreSQL is sent behind these, and the transaction is theirs alone."""
    info = db.connection.info
    info[BEFORE] = db.connection.cursor().mogrify(f"{sql}; ", values)
    try:
        yield
    finally:
        info.pop(BEFORE, None)


def _waiting(db: Connection) -> bytes:
    """What is to be sent first, and is sent by whoever asks."""
    info = db.connection.info
    waiting: list[bytes] = info.get(LATER) or []
    before: bytes = info.get(BEFORE, b"")
    text = before + b"".join(waiting)
    waiting.clear()
    return text


def _send(db: Connection, cursor: Any, sql: str, values: Sequence[Any]) -> None:
    """A statement with the driver's own placeholders, and before it what waits."""
    if waiting := _waiting(db):
        cursor.execute(waiting + cursor.mogrify(sql, values))
    else:
        cursor.execute(sql, values)


def ask(db: Connection, sql: str, values: Sequence[Value]) -> list[Any]:
    """The rows that a statement with the driver's own placeholders finds; what waits to be sent goes before it."""
    cursor = db.connection.cursor()
    _send(db, cursor, sql, values)
    return list(cursor.fetchall())


def sqlite_engine(url: URL, begin: str, pool: int) -> Engine:
    """`begin`: how its transactions begin."""
    engine = create_engine(
        url,
        execution_options={"compiled_cache": ON_SQLITE},
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
        # Without it REPLACE would remove a fact unseen by the trigger that refuses its deletion.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA cache_size = -4096")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.connection.cursor().execute(begin)

    return engine


def _postgres_engine(url: URL, pool: int, own: bool = False) -> Engine:
    """`own`: its transactions are begun and ended here, not by the driver."""
    # No idle transaction may hold the head row, no statement may wait on a lock for ever. To compile a question takes
    # PostgreSQL longer (0.8 s for the figures as of an earlier moment) than any of ours takes to be answered.
    options = "-c lock_timeout=4s -c idle_in_transaction_session_timeout=30s -c timezone=UTC -c jit=off"
    return create_engine(
        url.set(drivername="postgresql+psycopg2"),
        execution_options={"compiled_cache": ON_POSTGRESQL},
        connect_args={"options": options, "connect_timeout": 5, "keepalives_idle": 10},
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=30,
        insertmanyvalues_page_size=1000,
        hide_parameters=True,
        use_native_hstore=False,  # we have none, and every new connection would ask for it
        isolation_level="AUTOCOMMIT" if own else "READ COMMITTED",
        pool_pre_ping=not own,
    )


def _in_few_trips(url: URL, pool: int) -> Engine:
    """Transactions that are begun and ended here instead of by the driver: a BEGIN travels with what narrows its
    transaction (kernel.scope) and with its first statement, and where a statement brought the COMMIT along no other is
    sent. Its connections are its own: one that is lent to the driver's way of transactions and back costs three
    trips."""
    direct = _postgres_engine(url, pool, own=True)

    @event.listens_for(direct, "checkout")
    def listen(driver: DBAPIConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        """Has the server closed it? Nobody asks: it has said so, with its last words first."""
        try:
            for _word in range(2):
                driver.poll()
        except psycopg2.Error as error:
            raise InvalidatePoolError from error  # the others are of the same age, and as dead

    @event.listens_for(direct, "connect")
    def mark(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[LATER] = []

    @event.listens_for(direct, "before_cursor_execute", retval=True)
    def bring_along(
        db: Connection,
        cursor: Cursor,
        statement: str,
        parameters: Parameters,
        _: ExecutionContext,
        many: bool,
    ) -> tuple[str, Parameters]:
        waiting = _waiting(db)
        if waiting and (many or len(waiting) > LARGE):
            cursor.execute(waiting)
            waiting = b""
        # What is filled in already is not to be filled in again.
        return waiting.decode().replace("%", "%%") + statement, parameters

    @event.listens_for(direct, "commit")
    def commit(db: Connection) -> None:
        try:
            _end(db, b"COMMIT", _waiting(db))
        except psycopg2.Error:
            rollback(db)  # what travelled with the COMMIT kept it from being said
            raise

    @event.listens_for(direct, "rollback")
    def rollback(db: Connection) -> None:
        try:
            if not db.invalidated:
                _waiting(db)
            _end(db, b"ROLLBACK")
        except psycopg2.Error:
            db.invalidate()  # its server has ended the transaction, or will

    return direct


def _end(db: Connection, statement: bytes, waiting: bytes = b"") -> None:
    driver = None if db.invalidated else db.connection.dbapi_connection
    if driver is None:
        return
    if driver.closed:
        db.invalidate()
    elif waiting or driver.info.transaction_status != TRANSACTION_STATUS_IDLE:
        driver.cursor().execute(waiting + statement)


OLDER = "SO001"  # the write fence's own (revision kernel_0005)
AGAIN = ("40001", "40P01", "55P03")  # PostgreSQL: serialization failure, deadlock, lock not available
TAKEN = ("23505", sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


# A count, because transactions on several databases need not end in the order in which they began.
_open: ContextVar[int] = ContextVar("open transactions", default=0)


def require_no_transaction() -> None:
    """RuntimeError while this greenlet holds a transaction: others would wait for its locks as long as it waits for an
    answer, and the answer may need them."""
    if _open.get():
        raise RuntimeError("No other service may be asked within a transaction.")


@contextmanager
def transaction() -> Iterator[None]:
    """A transaction of this greenlet. Database errors, the driver's or SQLAlchemy's, come as the kernel's; those that
    only a programmer can mend stay as they are."""
    _open.set(_open.get() + 1)
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg2.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "pgcode", None) or getattr(cause, "sqlite_errorcode", None)
        if code in TAKEN or code in AGAIN:
            raise Conflict(type(cause).__name__) from error
        if code == OLDER and isinstance(cause, psycopg2.Error):
            raise Outdated(cause.diag.message_primary) from error
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        transient = sqlite3.OperationalError, psycopg2.OperationalError, psycopg2.InterfaceError
        # SQLite says OperationalError for a wrong statement too, with its plainest code.
        if lost or (isinstance(cause, transient) and code != sqlite3.SQLITE_ERROR):
            raise Unavailable(
                f"The database of this service does not answer ({type(cause).__name__})."
            ) from error
        raise
    except PoolTimeout as error:
        raise Unavailable("Every connection to this service's database is in use.") from error
    finally:
        _open.set(_open.get() - 1)


def passing(conflict: Conflict) -> bool:
    """True if deciding again is bound to help in the end; a unique row may also be taken for good."""
    cause = getattr(conflict.__cause__, "orig", conflict.__cause__)
    return cause is None or getattr(cause, "pgcode", None) in AGAIN


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
