"""A backup is taken while others write, fits together, and comes back elsewhere; who was erased stays erased.

Long because every way in which a backup can be wrong is tried on the same one.
"""

import gzip
import os
import sqlite3
import stat
import subprocess
import sys
from contextvars import Context
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import orjson
import psycopg2
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.engine import make_url

from services.kernel import fence, schema, settings, tables
from services.kernel.backup import _copy, _load, backup, keys_folder, restore
from services.kernel.database import Database, ensure_database
from services.kernel.keys import KeyFileError, MasterKey
from services.kernel.manifest import BackupRefused, sign, signing
from services.kernel.vault import REDACTED, WrongMasterKey
from services.web.identity import accounts
from services.web.store import positions
from tests.kernel import balls
from tests.kernel.balls import MONDAY
from tests.support.databases import Original

BOTH = ("red", "blue")
THROWS = balls.THROWS.tables[0]
TOP = Path(__file__).parents[2]
NEWEST = max(revision.stem for revision in schema.LOG.glob("kernel_*.py"))


@pytest.fixture
def elsewhere(sites, kind):
    return settings.read(sites(kind))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups" / "monday"


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    """Gives databases in which two services threw three balls, the people who did, and when it was; played once for
    each kind."""
    known = {}
    with balls.sites(tmp_path_factory.mktemp("games")) as sites:

        def game(kind):
            if kind not in known:
                place = settings.read(sites(kind))
                net = balls.network(place)
                people = [balls.throw(net, ball, words=f"ลูกที่ {ball}") for ball in range(3)]
                net.settle()
                net.close()
                known[kind] = Original(place, (*BOTH, "vault")), people, net.clock()
            return known[kind]

        yield game


@pytest.fixture
def played(place, kind, games):
    """Two services that threw three balls; the people who did."""
    game, people, now = games(kind)
    game.copy(place)
    net = balls.network(place)
    net.clock.set(now)
    yield net, people
    net.close()


def model(net, service="red"):
    """The rows of a service's read model."""
    return sorted(tuple(row) for row in net.read(service, lambda db: db.execute(select(THROWS)).all()))


def words(net, person_id):
    """What red's first facts keep sealed of a person, as it can be read now."""
    [case_id] = {fact[2] for fact in _sealed(net) if fact[0] == person_id}
    sealed = {fact[1] for fact in _sealed(net) if fact[2] == case_id}
    return [net.runtimes["red"].vault.unseal(person_id, "words", text) for text in sorted(sealed)]


def _sealed(net):
    for body, sealed in net.read(
        "red", lambda db: db.exec_driver_sql("SELECT body, sealed FROM event").all()
    ):
        if sealed:
            data = orjson.loads(body)["data"]
            yield data["person_id"], orjson.loads(sealed)["words"], data["case_id"]


def empty(place, service):
    ensure_database(place.database(service))
    database = Database(place.database(service))
    with database.read() as db:
        names = inspect(db).get_table_names()
    database.close()
    return not names


def test_backups_made_while_both_write_hold_no_effect_without_its_cause(sites, kind, tmp_path):
    environ = sites(kind)
    place = settings.read(environ)
    balls.network(place).close()
    writer = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.kernel.balls"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=TOP,
        env={**os.environ, **environ},
    )
    manifests = []
    for number in range(8):
        thrown = writer.stdout.readline()
        assert thrown
        manifests.append(backup(place, BOTH, tmp_path / f"{number}", MONDAY))
    writer.communicate(b"\n", timeout=60)
    assert writer.returncode == 0

    positions = [manifest["services"]["red"]["position"] for manifest in manifests]
    assert positions == sorted(positions)
    assert positions[0] < positions[-1]
    for manifest in manifests:
        parts = manifest["services"]
        assert parts["red"]["cursors"].get("blue", 0) <= parts["blue"]["position"]
        assert parts["blue"]["cursors"].get("red", 0) <= parts["red"]["position"]
    for number in (0, 7):
        elsewhere = settings.read(sites(kind))
        restore(elsewhere, BOTH, tmp_path / f"{number}")
        net = balls.network(elsewhere)
        for name in BOTH:
            part = manifests[number]["services"][name]
            assert net.runtimes[name].log.head() == (part["position"], part["hash"], part["epoch"])
            assert net.runtimes[name].verify() == []
        net.settle()
        assert [runtime.verify() for runtime in net.runtimes.values()] == [[], []]
        counted = select(func.count()).select_from(THROWS).group_by(THROWS.c.case_id)
        assert set(net.read("red", lambda db, counted=counted: db.execute(counted).scalars().all())) == {6}
        assert {text for person, *_ in _sealed(net) for text in words(net, person)} == {"รับนะ", "คืนลูก"}
        net.close()


def test_nobody_can_append_or_hear_while_the_views_are_fixed(played, place, folder):
    tried = []

    def try_to_write(connection, cursor, statement, *_):
        if statement != "SELECT COUNT(*) FROM alembic_version":
            return
        for name in BOTH:
            for sql in ("UPDATE log_head SET position = position", "UPDATE inbox_cursor SET state = state"):
                tried.append(_refused(place, name, sql))

    event.listen(Engine, "before_cursor_execute", try_to_write)
    try:
        backup(place, BOTH, folder, MONDAY)
    finally:
        event.remove(Engine, "before_cursor_execute", try_to_write)
    assert tried == [True] * 12  # four at each of two logs, and at the vault
    assert not any(_refused(place, name, "UPDATE log_head SET position = position") for name in BOTH)


def _refused(place, service, sql):
    """Whether a connection of its own has to wait for others."""
    url = make_url(place.database(service))
    if url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(url.database, timeout=0)
    else:
        connection = psycopg2.connect(
            url.render_as_string(hide_password=False), options="-c lock_timeout=50ms"
        )
    try:
        with connection:
            connection.cursor().execute(sql)
    except (sqlite3.OperationalError, psycopg2.errors.LockNotAvailable):
        return True
    finally:
        connection.close()
    return False


def test_what_is_written_during_the_copying_is_not_in_it(played, place, elsewhere, folder):
    net, _ = played
    heads = {name: net.runtimes[name].log.head() for name in BOTH}
    before = model(net)
    balls_thrown = iter(range(10, 1000))

    def others():
        balls.throw(net, next(balls_thrown))
        net.settle()

    # Others work in a context of their own: the copying's transactions are not theirs.
    backup(place, BOTH, folder, MONDAY, pause=lambda seconds: Context().run(others))
    assert net.runtimes["red"].log.head()[0] > heads["red"][0] + 10
    restore(elsewhere, BOTH, folder)
    back = balls.network(elsewhere)
    assert {name: back.runtimes[name].log.head() for name in BOTH} == heads
    assert model(back) == before
    assert [runtime.verify() for runtime in (*net.runtimes.values(), *back.runtimes.values())] == [[]] * 4
    back.close()


def test_what_is_brought_back_is_what_was_there(played, elsewhere, folder, place):
    net, people = played
    manifest = backup(place, BOTH, folder, MONDAY)
    assert manifest["people"] == 3
    assert orjson.loads((folder / "manifest.json").read_bytes()) == manifest
    assert restore(elsewhere, BOTH, folder) == manifest
    back = balls.network(elsewhere)
    for name in BOTH:
        assert back.runtimes[name].log.head() == net.runtimes[name].log.head()
        assert back.runtimes[name].verify() == []
        assert model(back, name) == model(net, name) != []
        assert back.runtimes[name].status() == net.runtimes[name].status()
    assert words(back, people[1]) == words(net, people[1])
    assert "ลูกที่ 1" in words(back, people[1])
    for either in (net, back):
        either.clock.set(MONDAY + balls.WEEK)
        either.clock.advance(days=1)
        either.settle()
        assert [runtime.log.head()[0] for runtime in either.runtimes.values()] == [9, 12]
    assert balls.throw(back, ball=1) == people[1]
    assert back.runtimes["red"].log.head()[0] == 9  # the same command again
    back.close()


@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_backup_of_one_kind_of_database_fits_the_other(sites, source, target, folder):
    here, there = settings.read(sites(source)), settings.read(sites(target))
    net = balls.network(here)
    person_id = balls.throw(net, ball=1)
    net.settle()
    backup(here, BOTH, folder, MONDAY)
    restore(there, BOTH, folder)
    back = balls.network(there)
    assert model(back) == model(net)
    assert words(back, person_id) == words(net, person_id)
    assert [runtime.verify() for runtime in back.runtimes.values()] == [[], []]
    net.close()
    back.close()


def test_accounts_and_access_records_come_back_and_are_numbered_on(place, elsewhere, folder):
    names = ("intake", "web")
    wirings = {name: import_module(f"services.{name}.service").WIRING for name in names}
    log = tables.access_record
    read = {
        "at": "2026-11-02T02:00:00Z",
        "who": "worker-60",
        "what": "names",
        "subject": "case/c",
        "person_id": "p",
    }
    for name in names:
        database = Database(place.database(name))
        schema.prepare(database, wirings[name])
        with database.write() as db:
            if name == "web":
                accounts.add(db, "director-60", "director", ["60"], "2026-11-02T02:00:00Z")
                positions.record(db, "director-60", "intake", 7)
            else:
                db.execute(log.insert(), [read, read])
        database.close()
    manifest = backup(place, names, folder, MONDAY)
    assert manifest["services"]["intake"]["revisions"] == ["intake_0005", NEWEST]
    assert manifest["services"]["intake"]["rows"]["access_record"] == 2
    restore(elsewhere, names, folder)
    web, intake = (Database(elsewhere.database(name)) for name in ("web", "intake"))
    with web.read() as db:
        assert accounts.find(db, "director-60") == accounts.Account(
            "director-60", "director", ("60",), True, 1
        )
        assert positions.after(db, "director-60") == {"intake": 7}
    with intake.write() as db:
        db.execute(log.insert().values(read))
        assert db.execute(select(log.c.access_id)).scalars().all() == [1, 2, 3]
    web.close()
    intake.close()


@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_bytes_true_and_nothing_come_back_as_they_were(sites, source, target, tmp_path):
    kept = Table(
        "kept",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("content", LargeBinary),
        Column("good", Boolean),
    )
    written = [(1, bytes(range(256)), True), (2, b"", False), (3, None, None)]
    path = tmp_path / "kept.jsonl.gz"
    for number, kind in enumerate((source, target)):
        url = settings.read(sites(kind)).database("web")
        ensure_database(url)
        database = Database(url)
        with database.write() as db:
            kept.create(db)
            if number:
                _load(db, path)
                assert [tuple(row) for row in db.execute(select(kept).order_by(kept.c.id))] == written
            else:
                db.execute(
                    kept.insert(), [dict(zip(kept.columns.keys(), row, strict=True)) for row in written]
                )
        if not number:
            with database.snapshot() as db:
                assert _copy(db, path, lambda seconds: None)["rows"] == {"kept": 3}
        database.close()


def test_a_backup_of_an_older_database_is_brought_back_as_it_was_and_upgraded_at_the_start(
    place, elsewhere, folder
):
    ensure_database(place.database("red"))
    database = Database(place.database("red"))
    with database.write() as db:
        schema.migrate(db, [schema.LOG], ["kernel_0001"])
    database.close()
    backup(place, ("red",), folder, MONDAY)
    restore(elsewhere, ("red",), folder)
    database = Database(elsewhere.database("red"))
    with database.read() as db:
        assert schema.revisions(db) == {"kernel_0001"}
    schema.prepare(database, balls.RED)
    with database.read() as db:
        assert schema.revisions(db) == {NEWEST}
    database.close()


def test_a_log_of_newer_read_models_comes_back_in_the_program_of_before_which_makes_its_own(
    played, place, elsewhere, folder
):
    net, _ = played
    before = model(net)
    balls.newer(place).close()
    backup(place, BOTH, folder, MONDAY)
    restore(elsewhere, BOTH, folder)
    assert fences(elsewhere) == {None}
    back = balls.network(elsewhere)
    assert fences(elsewhere) == {fence.announcement(balls.RED)}
    assert model(back) == before
    balls.throw(back, ball=9)
    back.settle()
    assert [runtime.verify() for runtime in back.runtimes.values()] == [[], []]
    back.close()


def fences(place):
    """What red's and blue's heads ask of whoever writes."""
    asked = set()
    for name in BOTH:
        database = Database(place.database(name))
        with database.read() as db:
            for head in fence.HEADS:
                asked |= set(db.execute(select(head.c.read_models)).scalars())
        database.close()
    return asked


# ---- keys and erased people


def test_the_keys_are_apart_and_both_folders_are_closed_to_others(played, place, folder):
    backup(place, BOTH, folder, MONDAY)
    keys = keys_folder(folder)
    assert keys == folder.parent / "monday-keys"
    assert sorted(path.name for path in folder.iterdir()) == [
        "blue.jsonl.gz",
        "manifest.json",
        "red.jsonl.gz",
    ]
    assert sorted(path.name for path in keys.iterdir()) == ["manifest.json", "vault.jsonl.gz"]
    assert b"wrapped_dek" in gzip.decompress((keys / "vault.jsonl.gz").read_bytes())
    for path in folder.glob("*.gz"):
        text = gzip.decompress(path.read_bytes())
        assert b"wrapped_dek" not in text
        assert "ลูกที่".encode() not in text
    modes = {
        path: stat.S_IMODE(path.stat().st_mode)
        for place in (folder, keys)
        for path in (place, *place.iterdir())
    }
    assert set(modes.values()) == {0o700, 0o600}


def test_who_was_erased_before_the_backup_stays_erased(played, place, elsewhere, folder):
    net, people = played
    net.runtimes["red"].vault.shred(people[0], "2026-11-02T03:00:00.000000Z")
    backup(place, BOTH, folder, MONDAY)
    restore(elsewhere, BOTH, folder)
    back = balls.network(elsewhere)
    assert set(words(back, people[0])) == {REDACTED}
    assert "ลูกที่ 1" in words(back, people[1])
    assert model(back) == model(net)
    assert back.runtimes["red"].verify() == []
    back.close()


def test_who_was_erased_after_the_backup_stays_erased_where_the_vault_is_still_there(
    played, place, elsewhere, folder
):
    """The logs are lost, the vault is not: the backup's keys do not bring anybody back."""
    _, people = played
    backup(place, BOTH, folder, MONDAY)
    restore(elsewhere, BOTH, folder)
    there = balls.network(elsewhere)
    there.runtimes["red"].vault.shred(people[0], "2026-11-02T03:00:00.000000Z")
    there.runtimes["red"].vault.ensure("a person who came later")
    there.close()
    for name in BOTH:
        _drop_tables(elsewhere, name)
    restore(elsewhere, BOTH, folder)
    back = balls.network(elsewhere)
    assert set(words(back, people[0])) == {REDACTED}
    assert "ลูกที่ 1" in words(back, people[1])
    assert [gone.subject_id for gone in back.runtimes["red"].vault.shredded()] == [people[0]]
    back.runtimes["red"].vault.ensure("a person who came later")
    back.close()


def test_who_was_erased_in_newer_keys_is_erased_in_an_older_vault(played, place, elsewhere, folder, tmp_path):
    net, people = played
    backup(place, BOTH, folder, MONDAY)
    restore(elsewhere, BOTH, folder)
    net.runtimes["red"].vault.shred(people[0], "2026-11-03T03:00:00.000000Z")
    later = tmp_path / "later"
    backup(place, BOTH, later, MONDAY + balls.WEEK)
    for name in BOTH:
        _drop_tables(elsewhere, name)
    restore(elsewhere, BOTH, later)
    back = balls.network(elsewhere)
    assert set(words(back, people[0])) == {REDACTED}
    assert "ลูกที่ 2" in words(back, people[2])
    back.close()


def _drop_tables(place, name):
    database = Database(place.database(name))
    with database.write() as db:
        for table in inspect(db).get_table_names():
            db.exec_driver_sql(f"DROP TABLE {table}{'' if database.sqlite else ' CASCADE'}")
    database.close()


# ---- one log


def test_one_log_from_an_older_backup_gets_a_new_epoch_and_who_knows_more_of_it_halts(played, place, folder):
    net, _ = played
    backup(place, BOTH, folder, MONDAY)
    epochs = {name: net.runtimes[name].log.head()[2] for name in BOTH}
    balls.throw(net, ball=9)
    net.settle()
    net.close()
    _drop_tables(place, "red")
    restore(place, BOTH, folder, only=["red"])
    back = balls.network(place)
    assert back.runtimes["red"].log.head()[0] == 9
    assert back.runtimes["red"].log.head()[2] != epochs["red"]
    assert back.runtimes["blue"].log.head()[2] == epochs["blue"]
    back.runtimes["blue"].inbox.pull("red")
    assert [row["state"] for row in back.runtimes["blue"].status()["subscriptions"]] == ["diverged"]
    assert "the subscription to red is halted" in " ".join(back.runtimes["blue"].verify())
    back.close()


# ---- what is refused


def test_a_backup_goes_only_into_new_folders(played, place, folder):
    keys_folder(folder).mkdir(parents=True)
    with pytest.raises(BackupRefused, match="monday-keys is there already"):
        backup(place, BOTH, folder, MONDAY)
    keys_folder(folder).rmdir()
    backup(place, BOTH, folder, MONDAY)
    with pytest.raises(BackupRefused, match="monday is there already"):
        backup(place, BOTH, folder, MONDAY)


def test_a_service_without_a_log_cannot_be_backed_up_and_nothing_is_left_behind(played, place, folder):
    with pytest.raises(BackupRefused, match="green has no log yet"):
        backup(place, (*BOTH, "green"), folder, MONDAY) if not place.folder_is_shared else _green(
            place, folder
        )
    assert not folder.exists()
    assert not keys_folder(folder).exists()


def _green(place, folder):
    """PostgreSQL must have the database to say that it is empty."""
    ensure_database(place.database("green"))
    backup(place, (*BOTH, "green"), folder, MONDAY)


def test_only_empty_databases_are_written_to_and_one_that_is_not_leaves_all_alone(
    played, place, elsewhere, folder
):
    backup(place, BOTH, folder, MONDAY)
    database = Database(elsewhere.database("red"))
    schema.prepare(database, balls.RED)
    database.close()
    with pytest.raises(BackupRefused, match="database of red is not empty"):
        restore(elsewhere, BOTH, folder)
    assert empty(elsewhere, "blue")
    assert empty(elsewhere, "vault")


def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(played, place, elsewhere, folder):
    backup(place, BOTH, folder, MONDAY)
    keys = keys_folder(folder)

    def refused(text):
        with pytest.raises(BackupRefused, match=text):
            restore(elsewhere, BOTH, folder)

    changed = folder / "blue.jsonl.gz"
    whole = changed.read_bytes()
    changed.write_bytes(whole[:-1])
    refused("blue.jsonl.gz is missing or not as it was written")
    changed.write_bytes(whole)
    keys.rename(folder.parent / "lost")
    refused("monday-keys holds no whole backup")
    (folder.parent / "lost").rename(keys)
    manifest = orjson.loads((keys / "manifest.json").read_bytes())
    resigned(place, keys, lambda text: text.replace(manifest["made_at"], "2026-11-01T02:00:00.000000Z"))
    refused("older than the logs")
    (keys / "manifest.json").write_bytes(orjson.dumps({**manifest, "format": 99}))
    refused("written by another version")
    (keys / "manifest.json").write_bytes(orjson.dumps(manifest))
    (folder / "manifest.json").unlink()
    refused("monday holds no whole backup")
    assert all(empty(elsewhere, name) for name in (*BOTH, "vault"))


def test_names_that_the_backup_or_the_program_lacks_are_refused(played, place, elsewhere, folder):
    backup(place, BOTH, folder, MONDAY)
    with pytest.raises(BackupRefused, match="holds no log of green"):
        restore(elsewhere, (*BOTH, "green"), folder, only=["green"])
    with pytest.raises(BackupRefused, match="no service blue"):
        restore(elsewhere, ("red",), folder)


def test_a_backup_of_a_newer_program_is_refused(played, place, elsewhere, folder):
    backup(place, BOTH, folder, MONDAY)
    resigned(place, folder, lambda text: text.replace(NEWEST, "kernel_9999"))
    with pytest.raises(schema.NewerDatabase, match="kernel_9999"):
        restore(elsewhere, BOTH, folder)
    assert empty(elsewhere, "red")
    assert empty(elsewhere, "vault")


def test_keys_that_the_master_key_does_not_open_are_refused(played, place, sites, kind, folder, tmp_path):
    backup(place, BOTH, folder, MONDAY)
    other = tmp_path / "other.key"
    MasterKey.load(other, create=True)
    elsewhere = settings.read({**sites(kind), "SONGTOR_MASTER_KEY_FILE": str(other)})
    with pytest.raises(BackupRefused, match="signed with a key that is not here"):
        restore(elsewhere, BOTH, folder)
    for each in (folder, keys_folder(folder)):
        resigned(elsewhere, each, str)
    with pytest.raises(WrongMasterKey):
        restore(elsewhere, BOTH, folder)
    assert empty(elsewhere, "red")
    assert empty(elsewhere, "vault")


def resigned(place, folder, change):
    """The manifest as somebody who has the key would have written it."""
    path = folder / "manifest.json"
    manifest = orjson.loads(change(path.read_text()))
    manifest.pop("mac")
    path.write_bytes(orjson.dumps(sign(manifest, signing(place))))


def test_an_archive_that_was_edited_with_a_new_checksum_is_refused(played, place, elsewhere, folder):
    backup(place, BOTH, folder, MONDAY)
    path, archive = folder / "manifest.json", folder / "red.jsonl.gz"
    before = sha256(archive.read_bytes()).hexdigest()
    archive.write_bytes(
        gzip.compress(gzip.decompress(archive.read_bytes()).replace(b"worker-60", b"worker-99"))
    )
    path.write_text(path.read_text().replace(before, sha256(archive.read_bytes()).hexdigest()))
    with pytest.raises(BackupRefused, match="was changed after it was signed"):
        restore(elsewhere, BOTH, folder)
    unsigned = {key: value for key, value in orjson.loads(path.read_bytes()).items() if key != "mac"}
    path.write_bytes(orjson.dumps(unsigned))
    with pytest.raises(BackupRefused, match="is not signed"):
        restore(elsewhere, BOTH, folder)
    assert all(empty(elsewhere, name) for name in (*BOTH, "vault"))


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b"", b"7", b'{"format": 1}', b'{"format": 1, "mac": 5}'])
def test_a_manifest_that_is_none_is_refused_in_a_sentence(played, place, elsewhere, folder, manifest):
    backup(place, BOTH, folder, MONDAY)
    (folder / "manifest.json").write_bytes(manifest)
    with pytest.raises(BackupRefused, match="monday"):
        restore(elsewhere, BOTH, folder)
    assert all(empty(elsewhere, name) for name in (*BOTH, "vault"))


@pytest.mark.parametrize(
    "archive", [b"", b"no gzip", gzip.compress(b"no JSON"), gzip.compress(b'{"table": "x"}')]
)
def test_an_archive_that_is_none_is_refused_in_a_sentence_though_its_digest_fits(
    played, place, elsewhere, folder, archive
):
    backup(place, BOTH, folder, MONDAY)
    path = folder / "red.jsonl.gz"
    before = sha256(path.read_bytes()).hexdigest()
    path.write_bytes(archive)
    resigned(place, folder, lambda text: text.replace(before, sha256(archive).hexdigest()))
    with pytest.raises(BackupRefused, match="is no whole archive of red"):
        restore(elsewhere, BOTH, folder)
    assert all(empty(elsewhere, name) for name in (*BOTH, "vault"))


def test_without_the_master_key_nothing_is_brought_back_and_no_key_is_made(
    played, place, sites, kind, folder, tmp_path
):
    backup(place, BOTH, folder, MONDAY)
    environ = sites(kind)
    environ.pop("SONGTOR_MASTER_KEY_FILE")
    elsewhere = settings.read(environ)
    with pytest.raises(KeyFileError, match="cannot be read"):
        restore(elsewhere, BOTH, folder)
    assert not elsewhere.master_key_file.exists()
    assert all(empty(elsewhere, name) for name in (*BOTH, "vault"))


def test_where_something_was_sealed_a_lost_key_is_not_made_anew(tmp_path):
    assert settings.read({}, data=str(tmp_path)).make_master_key
    (tmp_path / "vault.db").touch()
    assert not settings.read({}, data=str(tmp_path)).make_master_key


def test_a_vault_with_other_keys_of_the_same_people_is_refused(played, place, elsewhere, folder):
    _, people = played
    backup(place, BOTH, folder, MONDAY)
    net = balls.network(elsewhere)
    net.runtimes["red"].vault.ensure(people[0])
    net.close()
    for name in BOTH:
        _drop_tables(elsewhere, name)
    with pytest.raises(BackupRefused, match="other keys of the same people"):
        restore(elsewhere, BOTH, folder)
    assert empty(elsewhere, "red")
