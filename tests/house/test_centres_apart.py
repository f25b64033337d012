"""PostgreSQL's own lock between centres, on every read model of every service and on what people are found by: each is
found here by itself."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Integer, Table, create_engine, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from services.kernel import scope, settings
from services.kernel.envelope import Caller
from services.kernel.local import Network, SimulatedClock
from services.kernel.scope import AUTHOR, OWNER, SHARED, Scope
from services.system import DOORS
from tests.partners.test_service import MONDAY
from tests.support import databases

TABLES = {
    f"{cls.name}.{table.name}": (cls.name, table)
    for cls in DOORS
    for projection in cls.runtime.wiring.projections
    for table in (*projection.tables, *cls.runtime.wiring.tables)
}
OWNED = {name: found for name, found in TABLES.items() if found[1].info != SHARED}
OF_PARTNERS = {name: found for name, found in OWNED.items() if "partner_id" in found[1].c}
NORTH, SOUTH = "60", "90"


def each(tables: dict[str, tuple[str, Table]]) -> Any:
    return pytest.mark.parametrize(("service", "table"), tables.values(), ids=tables)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    mark = f"songtor_test_{uuid4().hex[:8]}"
    with closing(
        Network(DOORS, SimulatedClock(MONDAY), tmp_path_factory.mktemp("data"), databases.url(mark))
    ) as made:
        yield made
    databases.drop_databases(mark)


def row(table: Table, centre: str) -> dict[str, Any]:
    """A row whose every word is the centre's code: also the partner's id."""
    made: dict[str, Any] = {}
    for column in table.columns:
        is_number = isinstance(column.type, Integer)
        made[column.name] = (
            False if isinstance(column.type, Boolean) else int(centre) if is_number else centre
        )
    return made


@pytest.fixture
def filled(net: Network, service: str, table: Table) -> Iterator[Any]:
    """The database with a row of each of two centres in the table."""
    database = net.runtimes[service].database
    with database.write() as db:
        db.execute(table.delete())
        db.execute(insert(table), [row(table, NORTH), row(table, SOUTH)])
    yield database
    with database.write() as db:
        db.execute(table.delete())


def centres(database: Any, table: Table, of: Scope) -> list[str]:
    """Of which centres a question without any condition finds rows."""
    with scope.narrow(of), database.read() as db:
        return sorted(found.centre for found in db.exec_driver_sql(f'SELECT * FROM "{table.name}"'))  # noqa: S608


def test_the_read_models_are_found():
    assert len(OWNED) >= 15 and len(TABLES) > len(OWNED)


@each(TABLES)
def test_every_read_model_says_whose_its_rows_are(service: str, table: Table):
    assert bool(scope.owners(table)) is not (table.info == SHARED)
    assert {column.name for column in table.columns if column.info} <= {
        "centre",
        "partner_id",
        "author",
        "receiver",
    }
    if "case_id" in table.c or "centre" in table.c:
        assert table.c.centre.info in (OWNER, AUTHOR) and not table.c.centre.nullable


@each(OWNED)
def test_whoever_asks_without_a_condition_finds_only_their_centres_rows(filled: Any, table: Table):
    assert centres(filled, table, Scope(NORTH)) == [NORTH]
    assert centres(filled, table, Scope(f"10,{SOUTH}")) == [SOUTH]
    assert centres(filled, table, Scope(f"{NORTH},{SOUTH}")) == [NORTH, SOUTH]
    assert centres(filled, table, scope.EVERYTHING) == [NORTH, SOUTH]
    for nobody in (Scope(""), Scope("6"), Scope("*,"), Scope("6090"), Scope("%")):
        assert centres(filled, table, nobody) == []


@each(OWNED)
def test_a_connection_that_does_not_say_who_asks_finds_nothing(filled: Any, table: Table):
    engine = create_engine(filled.url.set(drivername="postgresql+psycopg2"))
    with engine.connect() as db:
        assert db.execute(select(table)).all() == []
    engine.dispose()


@each(OWNED)
def test_what_is_seen_ends_with_the_transaction(filled: Any, table: Table):
    with filled.snapshot() as db:
        assert len(db.execute(select(table)).all()) == 2
        db.rollback()
        assert db.execute(select(table)).all() == []


@each(OWNED)
def test_what_a_reading_sees_ends_with_each_of_its_statements(filled: Any, table: Table):
    with filled.read() as db:
        assert len(db.execute(select(table)).all()) == 2
        own = db.connection.cursor()  # the driver's: nothing is sent before what it sends
        own.execute(f'SELECT * FROM "{table.name}"')  # noqa: S608
        assert own.fetchall() == []
        assert len(db.execute(select(table)).all()) == 2


@each(OWNED)
def test_whoever_may_only_read_a_centre_can_make_no_row_of_another(filled: Any, table: Table):
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        scope.narrow(Scope(NORTH)),
        filled.snapshot() as db,
    ):
        db.execute(insert(table), [row(table, "10")])
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        scope.narrow(Scope(NORTH)),
        filled.snapshot() as db,
    ):
        theirs = {name: "10" for name in scope.owners(table) if name != "partner_id"}
        db.execute(update(table).values(theirs))
    with scope.narrow(Scope(NORTH)), filled.snapshot() as db:
        assert db.execute(table.delete().where(table.c.centre == SOUTH)).rowcount == 0


@each(OWNED)
def test_a_reading_writes_nothing_whoever_it_is_of(filled: Any, table: Table):
    with pytest.raises(DBAPIError, match="read-only transaction"), filled.read() as db:
        db.execute(table.delete())
    assert centres(filled, table, scope.EVERYTHING) == [NORTH, SOUTH]


@each(OWNED)
def test_a_snapshot_is_as_limited_as_any_reading(filled: Any, table: Table):
    with scope.narrow(Scope(NORTH)), filled.snapshot() as db:
        assert db.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
        assert [found.centre for found in db.execute(select(table))] == [NORTH]


@each(OWNED)
def test_a_partner_finds_what_is_its_own_and_nothing_of_a_centre(filled: Any, table: Table):
    partner = scope.of(Caller("somebody", "partner", (NORTH, "*"), SOUTH))
    assert centres(filled, table, partner) == ([SOUTH] if "partner_id" in table.c else [])
    assert centres(filled, table, scope.of(Caller("somebody", "partner", ("*",)))) == []


def test_partners_have_their_referrals_with_their_history_and_their_interim_beds():
    assert {table.name.rpartition("_v")[0] for _, table in OF_PARTNERS.values()} == {
        "referral",
        "referral_history",
        "interim_stay",
    }


@each({name: found for name, found in TABLES.items() if found[1].info == SHARED})
def test_what_all_centres_share_is_not_protected(net: Network, service: str, table: Table):
    with scope.narrow(Scope("")), net.runtimes[service].database.read() as db:
        assert scope.unprotected(db, [table]) == []
        sql = "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(%s)"
        assert db.exec_driver_sql(sql, (table.name,)).scalar_one() is False


@pytest.mark.parametrize("service", [cls.name for cls in DOORS])
def test_the_index_on_centre_is_still_used(net: Network, service: str):
    """Of each read model that has one, when a question names a centre as the doors do."""
    owned = [table for name, table in OWNED.values() if name == service]
    indexed = [t for t in owned if any(index.columns.keys()[0] == "centre" for index in t.indexes)]
    with scope.narrow(Scope(NORTH)), net.runtimes[service].database.read() as db:
        db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for table in indexed:
            asked = f"EXPLAIN SELECT * FROM \"{table.name}\" WHERE centre IN ('{NORTH}')"  # noqa: S608
            plan = "\n".join(db.exec_driver_sql(asked).scalars())
            assert "Index Cond: (centre = '60'::text)" in plan
            assert "InitPlan" in plan


def test_settings_of_a_caller_are_of_their_role():
    assert scope.of(Caller("worker-60", "worker", ("60", "61"))) == Scope("60,61")
    assert scope.of(Caller("ministry", "ministry", ("*",))) == scope.EVERYTHING
    assert scope.of(Caller("admin", "admin", ())) == Scope("")
    assert scope.of(Caller("system", "system", ())) == scope.EVERYTHING


def test_files_have_no_such_lock_and_take_the_same_tables(tmp_path: Any):
    place = settings.read({}, data=str(tmp_path))
    with closing(Network(DOORS, SimulatedClock(MONDAY), settings=place)) as made:
        for service, table in TABLES.values():
            with made.runtimes[service].database.read() as db:
                assert inspect(db).has_table(table.name)
