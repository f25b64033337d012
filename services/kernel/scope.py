"""Whose rows a question sees: the second lock between centres, PostgreSQL's own, beside the code of the doors.

A read model says of each table whose its rows are: columns marked `OWNER` name a row's centre, or the partner it is
about as well, those marked `AUTHOR` whose doing it is; a table marked `SHARED` is everybody's. On PostgreSQL whoever
asks finds of an owned table only the rows of whom the transaction's settings name, and may write no others; without
settings there is no row. SQLite has nothing of the kind: there the doors' own conditions are all there is.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from sqlalchemy import Connection, Table

from services.kernel.envelope import ALL_CENTRES, Caller

OWNER = {"owner": True}  # for `info` of a column `centre` or `partner_id`
# Of a column `centre` that stays when the case goes to another centre (kernel.owners), or of `author` or `receiver`
# beside `centre`: whose doing the row is, and whom else it is for.
AUTHOR = {"owner": True, "author": True}
SHARED = {"shared": True}  # for `info` of a table
POLICY = "owners"

# Each is worked out once for a statement, not for each row, because it stands in a scalar subselect.
ALL = "(SELECT current_setting('songtor.centres', true) = '*')"
CENTRES = "(SELECT string_to_array(current_setting('songtor.centres', true), ','))::text[]"
ROWS = {
    **{name: f"{name} = ANY ({CENTRES})" for name in ("centre", "author", "receiver")},
    "partner_id": "partner_id = (SELECT nullif(current_setting('songtor.partner', true), ''))",
}


class Scope(NamedTuple):
    """The two settings of a transaction: codes of centres with commas between, "*" for all; and the id of a partner or
    ""."""

    centres: str
    partner: str = ""


EVERYTHING = Scope(ALL_CENTRES)

# Of this greenlet. Whoever is not asked by a door (relay, inbox, deadlines, start, loader) works for all centres.
_scope: ContextVar[Scope] = ContextVar("scope", default=EVERYTHING)


def current() -> Scope:
    return _scope.get()


def of(caller: Caller) -> Scope:
    """What a caller's questions may find: a partner's are about its own referrals, whatever centres it has."""
    if caller.partner_id is not None:
        return Scope("", caller.partner_id)
    if caller.role == "system" or ALL_CENTRES in caller.centres:
        return EVERYTHING
    return Scope(",".join(caller.centres))


@contextmanager
def narrow(to: Scope) -> Iterator[None]:
    """Within it, what this greenlet reads are the rows that `to` names."""
    token = _scope.set(to)
    try:
        yield
    finally:
        _scope.reset(token)


SETTINGS = "SET LOCAL songtor.centres = %s; SET LOCAL songtor.partner = %s"
READING = f"{SETTINGS}; SET LOCAL transaction_read_only = on"


def apply(db: Connection, scope: Scope) -> None:
    """Let a transaction on PostgreSQL that has just begun see no more than this, until it ends."""
    # Straight to the driver: SET, unlike a SELECT, leaves the isolation level open.
    db.connection.cursor().execute(SETTINGS, scope)


def opening(scope: Scope, read_models: str = "") -> tuple[str, tuple[str, ...]]:
    """What begins a transaction on PostgreSQL that sees no more than this, and says which read models it fills
    (kernel.fence): statements that go in one trip, because every transaction pays for it."""
    if read_models:
        return f"BEGIN; {SETTINGS}; SET LOCAL songtor.read_models = %s", (*scope, read_models)
    return f"BEGIN; {SETTINGS}", tuple(scope)


def owners(table: Table) -> list[str]:
    """The columns that say whose a row is; none: everybody's."""
    return [column.name for column in table.columns if column.info.get("owner")]


def unprotected(db: Connection, tables: Iterable[Table]) -> list[Table]:
    """Those of some tables on PostgreSQL that should be protected and are not: made by a version that did not, or
    opened by hand."""
    sql = (
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname = %s "
        "AND c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity"
    )
    names = set(db.exec_driver_sql(sql, (POLICY,)).scalars())
    return [table for table in tables if owners(table) and table.name not in names]


def protect(db: Connection, table: Table) -> None:
    """Let PostgreSQL show and take of an owned table only rows that the transaction may see, also to the table's own
    owner (FORCE)."""
    rows = " OR ".join((ALL, *(ROWS[name] for name in owners(table))))
    for statement in (
        f'DROP POLICY IF EXISTS {POLICY} ON "{table.name}"',
        # And WITH CHECK, which is the same if nothing else is said.
        f'CREATE POLICY {POLICY} ON "{table.name}" USING ({rows})',
        f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table.name}" FORCE ROW LEVEL SECURITY',
    ):
        db.exec_driver_sql(statement)


def unbound_role(db: Connection) -> str | None:
    """The connected role's name if row-level security does not hold it: a superuser, or one with BYPASSRLS."""
    sql = "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
    return db.exec_driver_sql(sql).scalar_one_or_none()
