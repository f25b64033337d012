"""How much room each table of a database takes, its indexes with it."""

from typing import NamedTuple, TypedDict

from services.kernel.database import Database

ON_POSTGRESQL = (
    "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c "
    "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
)
ON_SQLITE = "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name"
WHOLE = "SELECT 'whole file', page_count * page_size FROM pragma_page_count(), pragma_page_size()"
HAS_DBSTAT = "SELECT 1 FROM pragma_module_list() WHERE name = 'dbstat'"


class Size(NamedTuple):
    """Of a table; of the whole file where this SQLite cannot tell tables apart."""

    table: str
    bytes: int


class Room(TypedDict):
    bytes: int


def whole(database: Database) -> int:
    """Bytes of all of it, indexes included; told at once, however large it is."""
    sql = WHOLE if database.sqlite else "SELECT current_database(), pg_database_size(current_database())"
    with database.read() as db:
        return int(database.row(db, sql)[1])


def sizes(database: Database) -> list[Size]:
    """The largest first. On SQLite every page of the file is looked at, which takes a while where it is large."""
    with database.read() as db:
        sql = ON_POSTGRESQL
        if database.sqlite:
            sql = ON_SQLITE if database.row(db, HAS_DBSTAT) else WHOLE
        found = [Size(str(name), int(size)) for name, size in database.rows(db, sql)]
    return sorted(found, key=lambda each: (-each.bytes, each.table))
