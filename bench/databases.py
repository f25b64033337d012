"""A PostgreSQL database for one measurement, gone afterwards; None where SQLite is measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg2
from sqlalchemy.engine import make_url

ADMIN = os.environ.get("SONGTOR_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def fresh_postgres(database: str, *services: str) -> Iterator[str | None]:
    """Its URL; with `services` a database for each, `_{service}` at the end of the URL. None where SQLite is
    measured."""
    if database != "postgresql":
        yield None
        return
    name = f"songtor_bench_{uuid4().hex[:12]}"
    names = [f"{name}_{service}" for service in services] or [name]
    for each in names:
        _admin(f"CREATE DATABASE {each}")
    try:
        yield make_url(ADMIN).set(database=name).render_as_string(hide_password=False)
    finally:
        for each in names:
            _admin(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


def _admin(statement: str) -> None:
    connection = psycopg2.connect(ADMIN)
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
