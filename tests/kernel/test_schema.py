"""Databases are made and upgraded by Alembic, on SQLite and on PostgreSQL, with facts in them; read models are made
again instead. Long because all that a start does to a database stands together."""

import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import eventlet
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from services.intake.projections import index
from services.intake.service import WIRING as INTAKE
from services.kernel import access, schema, settings, tables
from services.kernel.database import Database, ensure_database
from services.kernel.doors import Doors, Runtime
from services.kernel.eventlog import EventLog
from services.kernel.rebuild import rebuild
from services.kernel.vault import vault_metadata
from services.kernel.verify import log_problems
from services.kernel.wiring import Wiring
from services.screening.projections import sheet
from services.web.store.tables import metadata as web_metadata
from tests.kernel import balls
from tests.support.client import until

DATA = Path(__file__).parent / "data"
OLD = {"sqlite": DATA / "old-sqlite.db.sql", "postgresql": DATA / "old-postgresql.sql"}
NAMES = ("intake", "screening", "partners", "referral", "reporting", "web")
BROKEN = """
from alembic import op
import sqlalchemy as sa

revision = "toy_0001"
down_revision = None
branch_labels = ("toy",)

def upgrade():
    op.create_table("toy", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("SELECT 1 FROM nowhere")
"""


@pytest.fixture
def database(place):
    made = Database(place.database("red"))
    yield made
    made.close()


def shape(db: Connection, only: set[str]) -> dict[str, object]:
    """All that a database says of its tables but the order of columns and the names it made up itself."""
    found = inspect(db)
    return {
        table: (
            {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in found.get_columns(table)
            },
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(sorted(unique["column_names"]) for unique in found.get_unique_constraints(table)),
            sorted(check["sqltext"] for check in found.get_check_constraints(table)),
            sorted(
                (index["name"], index["column_names"])
                for index in found.get_indexes(table)
                if not index.get("duplicates_constraint")
            ),
        )
        for table in sorted(only)
    }


def triggers(db: Connection) -> list[tuple[object, ...]]:
    sql = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    }
    return [tuple(row) for row in db.exec_driver_sql(sql[db.dialect.name])]


def rows(database: Database, table: Table) -> list[tuple[object, ...]]:
    with database.read() as db:
        return sorted(tuple(row) for row in db.execute(select(table)))


def load(path: Path, place: settings.Settings, service: str) -> None:
    """Play a dump into the database of a service."""
    url = place.database(service)
    ensure_database(url)
    database = Database(url)
    raw = database.engine.raw_connection()
    if database.sqlite:
        raw.driver_connection.executescript(path.read_text())
    else:
        raw.cursor().execute(path.read_text())
        raw.commit()
    raw.detach()
    raw.close()
    database.close()


OWN_TABLES = {
    "web": [web_metadata],
    "intake": [index.metadata],
    "screening": [sheet.metadata],
}  # that are no read models


@pytest.mark.parametrize("service", NAMES)
def test_the_revisions_make_the_tables_that_the_code_uses(place, service):
    wiring = import_module(f"services.{service}.service").WIRING
    migrated, made = Database(place.database(service)), Database(place.database("made"))
    schema.prepare(migrated, wiring)
    ensure_database(place.database("made"))
    wanted = [tables.metadata, *OWN_TABLES.get(service, [])]
    with made.write() as db:
        for metadata in wanted:
            metadata.create_all(db)
    names = {table for metadata in wanted for table in metadata.tables}
    with migrated.read() as db, made.read() as other:
        assert compare_metadata(MigrationContext.configure(db), wanted) == []
        assert shape(db, names) == shape(other, names)
    migrated.close()
    made.close()


def test_the_revisions_of_the_vault_make_its_table(place):
    database = Database(place.database("vault"))
    schema.prepare_vault(database)
    with database.read() as db:
        assert compare_metadata(MigrationContext.configure(db), vault_metadata) == []
    database.close()


def test_a_revision_file_is_named_as_its_revision():
    for folders in ([schema.VAULT], *(schema.branches(name) for name in NAMES)):
        script = ScriptDirectory(schema.LOG, version_locations=[str(folder) for folder in folders])
        files = {file.stem for folder in folders for file in folder.glob("*.py")} - {"__init__"}
        assert {revision.revision for revision in script.walk_revisions()} == files
        assert all(Path(script.get_revision(name).path).stem == name for name in files)
        newest = {
            max(file.stem for file in folder.glob("*_*.py") if file.stem in files) for folder in folders
        }
        assert set(script.get_heads()) == newest


def test_a_new_log_is_empty_and_has_an_epoch_of_its_own(place):
    epochs = set()
    for service in ("red", "blue"):
        database = Database(place.database(service))
        schema.prepare(database, Wiring(service))
        head = EventLog(database, Wiring(service)).head()
        assert head[:2] == (0, "0" * 64)
        epochs.add(head[2])
        schema.prepare(database, Wiring(service))
        assert EventLog(database, Wiring(service)).head() == head
        database.close()
    assert len(epochs) == 2


def test_the_database_refuses_to_change_a_fact(place, kind):
    load(OLD[kind], place, "red")
    database = Database(place.database("red"))
    schema.prepare(database, balls.RED)
    changes = ["UPDATE event SET body = ''", "DELETE FROM event"]
    for sql in changes if database.sqlite else [*changes, "TRUNCATE event"]:
        with pytest.raises(DBAPIError, match="events are immutable"), database.write() as db:
            db.exec_driver_sql(sql)
    assert list(log_problems(EventLog(database, balls.RED), lambda seconds: None)) == []
    database.close()


def test_an_old_database_with_facts_in_it_is_brought_up(place, kind):
    load(OLD[kind], place, "red")
    database = Database(place.database("red"))
    log = EventLog(database, balls.RED)
    with database.read() as db:
        assert schema.revisions(db) == {"kernel_0001"}
        before = [tuple(row) for row in db.exec_driver_sql("SELECT * FROM event ORDER BY position")]
    head, model = log.head(), rows(database, balls.THROWS.tables[0])

    schema.prepare(database, balls.RED)

    with database.read() as db:
        assert schema.revisions(db) == {"kernel_0010"}
        assert [tuple(row) for row in db.exec_driver_sql("SELECT * FROM event ORDER BY position")] == before
        heard = log.database.rows(db, "SELECT body, case_id FROM source_event")
        assert len(heard) == 6
        assert all(f'"caseid":"{case_id}"' in body for body, case_id in heard)
        assert compare_metadata(MigrationContext.configure(db), [tables.metadata, throws_metadata()]) == []
    assert (len(before), head[0], log.head()) == (9, 9, head)
    assert list(log_problems(log, lambda seconds: None)) == []
    assert rebuild(log, balls.THROWS, lambda done, total: None, lambda seconds: None) == 15
    assert rows(database, balls.THROWS.tables[0]) == model != []
    database.close()


FORMER_ACCESS_LOGS = {
    "intake": ("case_id, what", "'c', 'names'", ("names", "case/c")),
    "screening": ("case_id, what", "'c', 'minutes'", ("minutes", "case/c")),
    "referral": ("referral_id", "'r'", ("history", "referral/r")),
}


@pytest.mark.parametrize("service", FORMER_ACCESS_LOGS)
def test_who_read_what_before_an_upgrade_stays_on_record(place, service):
    columns, values, (what, subject) = FORMER_ACCESS_LOGS[service]
    database = Database(place.database(service))
    ensure_database(place.database(service))
    with database.write() as db:
        schema.migrate(db, schema.branches(service), ["kernel_0002", f"{service}_0001"])
        for number in (1, 2):
            db.exec_driver_sql(
                f"INSERT INTO access_log (at, who, person_id, {columns}) "  # noqa: S608
                f"VALUES ('2026-11-0{number}T02:00:00.000000Z', 'worker-6{number}', 'p', {values})"
            )
    schema.prepare(database, Wiring(service))
    with database.write() as db:
        assert "access_log" not in inspect(db).get_table_names()
        access.record(db, "2026-11-03T02:00:00.000000Z", "worker-63", what, [(subject, "p")])
        assert access.of_person(db, "p") == [
            (f"2026-11-0{number}T02:00:00.000000Z", f"worker-6{number}", what, subject)
            for number in (1, 2, 3)
        ]
        assert access.of_person(db, "somebody else") == []
    database.close()


def test_the_index_of_names_is_kept_when_its_key_changes(place):
    rows = [("token-1", "61", "case-2"), ("token-1", "60", "case-1"), ("token-2", "60", "case-1")]
    database = Database(place.database("intake"))
    ensure_database(place.database("intake"))
    with database.write() as db:
        schema.migrate(db, schema.branches("intake"), ["kernel_0005", "intake_0004"])
        for row in rows:
            database.run(db, "INSERT INTO search_token (token, centre, case_id) VALUES (?, ?, ?)", *row)
    schema.prepare(database, INTAKE)
    with database.write() as db:
        assert {tuple(row) for row in db.execute(select(index.token))} == set(rows)
        known = inspect(db)
        assert known.get_pk_constraint("search_token")["constrained_columns"] == [
            "token",
            "centre",
            "case_id",
        ]
        assert [each["column_names"] for each in known.get_indexes("search_token")] == [["case_id"]]
    database.close()


def throws_metadata() -> MetaData:
    return balls.THROWS.tables[0].metadata


def test_an_old_database_works_on(place, kind):
    load(OLD[kind], place, "red")
    net = balls.network(place)
    balls.throw(net, ball=7)
    assert net.runtimes["red"].log.head()[0] == 10
    # The dump is of the log alone.
    assert net.runtimes["red"].verify() == ["red: the keys of 3 people are gone from the vault"]
    net.close()


def test_a_revision_that_fails_leaves_the_database_as_it_was(place, kind, tmp_path):
    load(OLD[kind], place, "red")
    database = Database(place.database("red"))
    toy = tmp_path / "migrations"
    toy.mkdir()
    (toy / "toy_0001.py").write_text(BROKEN)
    with database.read() as db:
        before = shape(db, set(inspect(db).get_table_names())), triggers(db)
    with pytest.raises(DBAPIError, match="nowhere"):
        schema.upgrade(database, [schema.LOG, toy])
    with database.read() as db:
        assert (shape(db, set(inspect(db).get_table_names())), triggers(db)) == before
        assert schema.revisions(db) == {"kernel_0001"}
    (toy / "toy_0001.py").write_text(BROKEN.replace("FROM nowhere", ""))
    schema.upgrade(database, [schema.LOG, toy])
    with database.read() as db:
        assert schema.revisions(db) == {"kernel_0010", "toy_0001"}
    database.close()


def test_a_database_of_a_newer_program_is_refused(database):
    schema.prepare(database, balls.RED)
    with database.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = 'kernel_9999'")
    with pytest.raises(schema.NewerDatabase, match="kernel_9999"):
        schema.prepare(database, balls.RED)


def test_a_database_that_is_up_to_date_is_opened_without_alembic(place):
    schema.prepare(first := Database(place.database("red")), balls.RED)
    first.close()
    program = (
        "import sys; from services.kernel import schema; from services.kernel.database import Database;"
        "from services.kernel.wiring import Wiring;"
        "schema.prepare(Database(sys.argv[1]), Wiring('red')); print('alembic' in sys.modules)"
    )
    run = [sys.executable, "-W", "ignore", "-c", program, place.database("red")]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "False\n"


def test_replicas_that_start_at_once_make_the_database_and_its_read_models_once(sites):
    place = settings.read(sites("postgresql"))
    nets = [eventlet.spawn(balls.network, place) for _ in range(4)]
    ready = [net.wait() for net in nets]
    balls.throw(ready[0], ball=1)
    assert {net.runtimes["red"].log.head() for net in ready} == {ready[3].runtimes["red"].log.head()}
    with ready[0].runtimes["red"].database.read() as db:
        assert db.execute(select(tables.projection.c.name, tables.projection.c.version)).all() == [
            ("throws", 1)
        ]
        assert db.execute(select(tables.log_head)).all()[0].position == 1
    for net in ready:
        net.close()


def test_a_database_is_upgraded_although_who_works_meanwhile_takes_its_locks_in_another_order(sites):
    """A deadlock ended the process of the newer program: it looked as if the upgrade never began."""
    place = settings.read(sites("postgresql"))
    load(OLD["postgresql"], place, "red")
    database = Database(place.database("red"))
    with database.engine.connect() as working, database.engine.connect() as looking:
        working.execute(text("SELECT position FROM log_head"))
        upgrade = eventlet.spawn(schema.prepare, database, balls.RED)
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'log_head'::regclass")
        until(lambda: looking.execute(waits).scalar_one(), bool, "the upgrade waits for the log's head")
        working.execute(text("SELECT position FROM inbox_cursor FOR UPDATE"))  # which the upgrade holds
        working.rollback()
    upgrade.wait()
    with database.read() as db:
        assert schema.revisions(db) == {"kernel_0010"}
    database.close()


# ---- read models


def with_throws(version: int, unit: int = 1) -> type[Doors]:
    wiring = replace(balls.RED, projections=(balls.throws(version, unit),))
    return type("Red", (Doors,), {"name": "red", "runtime": Runtime(wiring)})


@pytest.fixture
def played(place):
    """The settings of two services that threw three balls, and the rows of red's first read model."""
    net = balls.network(place)
    for ball in range(3):
        balls.throw(net, ball)
    net.settle()
    first = rows(net.runtimes["red"].database, balls.THROWS.tables[0])
    net.close()
    return place, first


def test_a_new_version_of_a_read_model_is_made_from_the_log_and_the_old_one_dropped(played):
    place, first = played
    net = balls.network(place, red=with_throws(2, unit=10))
    database = net.runtimes["red"].database
    second = balls.throws(2).tables[0]
    assert rows(database, second) == [
        (source, case_id, left * 10, words) for source, case_id, left, words in first
    ]
    with database.read() as db:
        assert "throws_v1" not in inspect(db).get_table_names()
        assert db.execute(select(tables.projection.c.name, tables.projection.c.version)).all() == [
            ("throws", 2)
        ]
    balls.throw(net, ball=9, left=0)
    assert len(rows(database, second)) == len(first) + 1
    assert net.runtimes["red"].verify() == []
    net.close()


def test_a_read_model_whose_making_was_cut_short_is_made_at_the_next_start(played):
    place, first = played

    def cut_short(db, facts):
        raise RuntimeError("the power went")

    broken = replace(balls.throws(2), project=cut_short)
    wiring = replace(balls.RED, projections=(broken,))
    with pytest.raises(RuntimeError, match="the power went"):
        balls.network(place, red=type("Red", (Doors,), {"name": "red", "runtime": Runtime(wiring)}))
    database = Database(place.database("red"))
    assert rows(database, balls.THROWS.tables[0]) == first
    database.close()
    net = balls.network(place, red=with_throws(2))
    assert rows(net.runtimes["red"].database, balls.throws(2).tables[0]) == first
    net.close()


def test_only_older_versions_of_the_same_read_model_are_dropped(played):
    place, _ = played
    database = Database(place.database("red"))
    with database.write() as db:
        for name in ("throws_v10", "throws_made_v1", "throws"):
            Table(name, MetaData(), Column("id", Integer)).create(db)
    database.close()
    net = balls.network(place, red=with_throws(2))
    with net.runtimes["red"].database.read() as db:
        left = {name for name in inspect(db).get_table_names() if name.startswith("throws")}
    assert left == {"throws_v2", "throws_v10", "throws_made_v1", "throws"}
    net.close()


def test_a_read_model_that_is_there_is_left_as_it_is(played):
    place, first = played
    database = Database(place.database("red"))
    with database.write() as db:
        db.execute(text("DELETE FROM throws_v1"))
    database.close()
    net = balls.network(place)
    assert rows(net.runtimes["red"].database, balls.THROWS.tables[0]) == []
    assert net.runtimes["red"].rebuild("throws", lambda done, total: None) == {"throws": len(first)}
    assert rows(net.runtimes["red"].database, balls.THROWS.tables[0]) == first
    net.close()
