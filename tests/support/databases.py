"""PostgreSQL databases for tests, owned by a role like the one that Songtor has in earnest: it may make databases, and
row-level security holds it. SONGTOR_TEST_DATABASE_URL is an administrator's, who makes that role and drops what the
tests leave."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from services.kernel.database import Database
from services.kernel.doors import Doors
from services.kernel.local import Network, SimulatedClock
from services.kernel.settings import Settings
from tests.support import absent

ADMINISTRATOR = make_url(
    os.environ.get("SONGTOR_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
)
ROLE = "songtor_test"
THERE = ("42710", "23505")  # PostgreSQL: duplicate object, unique violation
KEPT = {"alembic_version", "projection"}  # what belongs to the tables and not to what is in them
# But for what a read model has of the facts that the heads say are lacking: that goes with the heads.
REGAINED = "SELECT name, version, own_regained, heard_regained FROM projection"
REGAIN = (
    "UPDATE projection SET own_regained = :own_regained, heard_regained = :heard_regained "
    "WHERE name = :name AND version = :version"
)


@contextmanager
def administrator(url: URL = ADMINISTRATOR) -> Iterator[Any]:
    if url == ADMINISTRATOR:
        absent.need("PostgreSQL")
    engine = create_engine(url.set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()


@cache
def role(of: URL = ADMINISTRATOR) -> str:
    """The role's name on an administrator's server, made if it is missing, with the administrator's password if there
    is one. It may also do what `unprotected` does."""
    with administrator(of) as db:
        known = db.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": ROLE}).first()
        if known is None:
            try:
                db.exec_driver_sql(
                    f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD %s; "
                    f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}",
                    (of.password,),
                )
            except DBAPIError as error:  # another run was quicker?
                if getattr(error.orig, "pgcode", None) not in THERE:
                    raise
    return ROLE


def url(mark: str) -> str:
    """Of each service's database as SONGTOR_DATABASE_URL has it: `mark`_{service}."""
    made = ADMINISTRATOR.set(drivername="postgresql", username=role(), database=f"{mark}_SERVICE")
    return made.render_as_string(hide_password=False).replace("SERVICE", "{service}")


def cut_off(db: Any, name: str | None) -> None:
    """Until they are gone."""
    db.execute(
        text("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :name"),
        {"name": name},
    )


def drop_databases(prefix: str) -> None:
    if absent.why("PostgreSQL"):
        return  # none was made
    with administrator() as db:
        found = db.execute(
            text("SELECT datname FROM pg_database WHERE starts_with(datname, :p)"), {"p": prefix}
        )
        for (name,) in found.all():
            db.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


class Original:
    """Databases with what is in them, after those who made them have closed them: others begin with copies."""

    def __init__(self, place: Settings, names: Sequence[str]) -> None:
        self.urls = {name: make_url(place.database(name)) for name in names}

    def copy(self, to: Settings) -> None:
        for name, url in self.urls.items():
            target = make_url(to.database(name))
            if url.get_backend_name() == "sqlite":
                Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(url.database), str(target.database))
                continue
            with administrator() as db:
                made = f'CREATE DATABASE "{target.database}" TEMPLATE "{url.database}" OWNER {role()}'
                db.exec_driver_sql(made)


class Shelf:
    """Databases of services on PostgreSQL, one for each name: networks have them one after the other."""

    def __init__(self, data: Path) -> None:
        self.mark, self.data = f"songtor_test_{uuid4().hex[:8]}", data
        self._services: dict[str, type[Doors]] = {}
        self._new: dict[str, Copy] = {}

    def takes(self, services: Sequence[type[Doors]]) -> bool:
        """Whether none of them has the name, and so the database, of another that is here."""
        return all(self._services.get(each.name, each) is each for each in services)

    def network(self, services: Sequence[type[Doors]], clock: SimulatedClock) -> Network:
        """With databases as they were when they were new."""
        for name in ("vault", *(each.name for each in services)):
            if name in self._new:
                self._new[name].restore()
        made = Network(services, clock, self.data, url(self.mark))
        self._services |= {each.name: each for each in services}
        for name, runtime in made.runtimes.items():
            for kept, database in ((name, runtime.database), ("vault", runtime.vault_database)):
                if database and kept not in self._new:
                    self._new[kept] = Copy(database)
        return made

    def drop(self) -> None:
        for copy in self._new.values():
            copy.database.close()
        drop_databases(self.mark)


class Copy:
    """Every row of a database at one moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.read() as db:
            tables = inspect(db).get_table_names()
            everything = {name: text(f'SELECT * FROM "{name}"') for name in tables if name not in KEPT}  # noqa: S608
            self.rows = {name: list(db.execute(sql).mappings()) for name, sql in everything.items()}
            regained = db.execute(text(REGAINED)).mappings() if "projection" in tables else ()
            self.regained = [dict(row) for row in regained]

    def restore(self) -> None:
        with unprotected(self.database) as db:
            deletions = [f'DELETE FROM "{name}"' for name in self.rows]  # noqa: S608
            for statement in deletions if self.database.sqlite else ["; ".join(deletions)]:
                db.exec_driver_sql(statement)
            for name, rows in self.rows.items():
                if rows:
                    names = [str(column) for column in rows[0]]
                    marks = ", ".join(f":{column}" for column in names)
                    insertion = text(f'INSERT INTO "{name}" ({", ".join(names)}) VALUES ({marks})')  # noqa: S608
                    db.execute(insertion, [dict(row) for row in rows])
            if self.regained:
                db.execute(text(REGAIN), self.regained)


@contextmanager
def unprotected(database: Database) -> Iterator[Any]:
    """A transaction in which events may be changed."""
    with database.write() as db:
        if not database.sqlite:
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield db
            return
        found = db.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in found:
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        yield db
        for _, sql in found:
            db.exec_driver_sql(sql)
