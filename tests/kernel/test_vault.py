"""The vault on SQLite and on PostgreSQL, and the tokens by which sealed values are found."""

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool

from services.kernel.database import Database, ensure_database
from services.kernel.keys import MasterKey
from services.kernel.local import Network, SimulatedClock
from services.kernel.vault import (
    REDACTED,
    Blind,
    NoKey,
    SealBroken,
    Shredded,
    Shredding,
    Vault,
    WrongMasterKey,
    subject_key,
    vault_metadata,
)
from services.system import DOORS
from tests.support import databases

steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MASTER = MasterKey(bytes(range(32)))
MONDAY, TUESDAY = "2026-11-02T09:00:00.000000Z", "2026-11-03T09:00:00.000000Z"
SOMCHAI, MALEE = "person-somchai", "person-malee"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/vault.db"
        return
    mark = f"vault_test_{uuid4().hex}"
    made = databases.url(mark).format(service="vault")
    ensure_database(made)
    yield made
    databases.drop_databases(mark)


@pytest.fixture
def process(url, clock):
    """Makes a vault as one more process would: its own connections and its own cache."""
    databases = []

    def start(master=MASTER, cache_seconds=60):
        database = Database(url)
        databases.append(database)
        vault_metadata.create_all(database.engine)
        return Vault(
            database.engine,
            master,
            clock,
            cache_seconds,
            begin=database.write,
            read=database.read,
            wall=lambda: MONDAY,
        )

    yield start
    for database in databases:
        database.close()


@pytest.fixture
def vault(process):
    return process()


def rows(vault):
    with vault._engine.connect() as db:
        return db.execute(select(subject_key).order_by(subject_key.c.subject_id)).all()


def test_what_is_sealed_for_a_person_can_be_unsealed(vault):
    vault.ensure(SOMCHAI)
    sealed = vault.seal(SOMCHAI, "name", {"first": "สมชาย"})
    assert sealed.startswith("v1.") and "สมชาย" not in sealed
    assert vault.unseal(SOMCHAI, "name", sealed) == {"first": "สมชาย"}


def test_another_process_can_unseal_it(vault, process):
    vault.ensure(SOMCHAI)
    assert process().unseal(SOMCHAI, "name", vault.seal(SOMCHAI, "name", "สมชาย")) == "สมชาย"


def test_the_same_value_is_never_sealed_the_same_twice(vault):
    vault.ensure(SOMCHAI)
    assert vault.seal(SOMCHAI, "name", "สมชาย") != vault.seal(SOMCHAI, "name", "สมชาย")


def test_nothing_can_be_sealed_before_a_key_was_made(vault):
    with pytest.raises(NoKey, match=SOMCHAI):
        vault.seal(SOMCHAI, "name", "สมชาย")


def test_a_value_json_would_change_is_refused_without_being_shown(vault):
    vault.ensure(SOMCHAI)
    with pytest.raises(TypeError) as refusal:
        vault.seal(SOMCHAI, "name", ["สมชาย", uuid4()])
    assert "สมชาย" not in str(refusal.value)


def test_ensuring_again_keeps_the_key(vault, process):
    vault.ensure(SOMCHAI)
    before = rows(vault)
    vault.ensure(SOMCHAI)
    process().ensure_many([SOMCHAI, MALEE, SOMCHAI])
    after = rows(vault)
    assert [row.subject_id for row in after] == [MALEE, SOMCHAI]
    assert after[1] == before[0]
    assert after[1].created_at == MONDAY


def test_keys_are_stored_wrapped_and_open_under_their_master_key_only(vault, process):
    vault.ensure(SOMCHAI)
    sealed = vault.seal(SOMCHAI, "name", "สมชาย")
    with pytest.raises(WrongMasterKey) as refusal:
        process(MasterKey(bytes(32))).unseal(SOMCHAI, "name", sealed)
    assert rows(vault)[0].wrapped_dek not in str(refusal.value)


def test_processes_that_race_end_with_one_key_each(process):
    people = [f"person-{number}" for number in range(40)]
    vaults = [process() for _ in range(4)]
    start = threading.Barrier(len(vaults))

    def ensure(number):
        start.wait()
        for first in range(0, len(people), 5):
            vaults[number].ensure_many(
                people[first : first + 10] if number % 2 else people[first : first + 7]
            )
        return [vaults[number].seal(person, "name", person) for person in people]

    with ThreadPoolExecutor(len(vaults)) as pool:
        for sealed in pool.map(ensure, range(len(vaults))):
            for reader in vaults:
                assert [reader.unseal(p, "name", s) for p, s in zip(people, sealed, strict=True)] == people
    assert len(rows(vaults[0])) == len(people)


def test_more_people_than_one_question_takes_are_ensured_and_preloaded(vault, process):
    people = [f"person-{number}" for number in range(1203)]
    vault.ensure_many(people)
    sealed = [vault.seal(person, "name", person) for person in people]
    reader = process()
    reader.preload(people)
    vault_metadata.drop_all(vault._engine)
    assert [reader.unseal(p, "name", s) for p, s in zip(people, sealed, strict=True)] == people


def test_a_refusal_of_the_database_is_not_taken_for_a_race(vault):
    vault._wall = lambda: None
    with pytest.raises(IntegrityError):
        vault.ensure(SOMCHAI)


def test_a_destroyed_key_leaves_redacted_and_other_people_untouched(vault):
    vault.ensure_many([SOMCHAI, MALEE])
    his, hers = vault.seal(SOMCHAI, "name", "สมชาย"), vault.seal(MALEE, "name", "มาลี")
    vault.shred(SOMCHAI, MONDAY)
    assert vault.unseal(SOMCHAI, "name", his) is REDACTED
    assert vault.unseal(MALEE, "name", hers) == "มาลี"


def test_an_erased_person_gets_no_new_key_and_nothing_sealed(vault, process):
    vault.ensure(SOMCHAI)
    vault.shred(SOMCHAI, MONDAY)
    for one in (vault, process()):
        with pytest.raises(Shredded, match=SOMCHAI):
            one.ensure(SOMCHAI)
        with pytest.raises(Shredded, match=SOMCHAI):
            one.ensure_many([MALEE, SOMCHAI])
        with pytest.raises(Shredded, match=SOMCHAI):
            one.seal(SOMCHAI, "name", "สมชาย")
    assert [row.subject_id for row in rows(vault)] == [SOMCHAI]


def test_erasing_again_changes_nothing(vault):
    vault.ensure(SOMCHAI)
    vault.shred(SOMCHAI, MONDAY)
    vault.shred(SOMCHAI, TUESDAY)
    assert vault.shredded() == [Shredding(SOMCHAI, MONDAY)]


def test_a_vault_restored_from_an_older_backup_is_told_whom_to_erase_again(vault):
    vault.ensure(SOMCHAI)
    sealed = vault.seal(SOMCHAI, "name", "สมชาย")
    never_backed_up = "person-newer-than-the-backup"
    for erased in [Shredding(SOMCHAI, TUESDAY), Shredding(never_backed_up, MONDAY)]:
        vault.shred(erased.subject_id, erased.shredded_at)
    assert vault.shredded() == [(never_backed_up, MONDAY), (SOMCHAI, TUESDAY)]
    assert vault.unseal(SOMCHAI, "name", sealed) is REDACTED
    assert vault.unseal(never_backed_up, "name", sealed) is REDACTED
    with pytest.raises(Shredded):
        vault.ensure(never_backed_up)


def test_another_process_stops_reading_within_the_life_of_its_cache(vault, process, clock):
    vault.ensure(SOMCHAI)
    sealed, reader = vault.seal(SOMCHAI, "name", "สมชาย"), process()
    clock.now += 0.5
    assert reader.unseal(SOMCHAI, "name", sealed) == "สมชาย"
    vault.shred(SOMCHAI, MONDAY)
    clock.now += 59.9
    assert reader.unseal(SOMCHAI, "name", sealed) == "สมชาย"
    clock.now += 0.1
    assert reader.unseal(SOMCHAI, "name", sealed) is REDACTED


def test_reading_does_not_lengthen_the_life_of_a_key_in_the_cache(vault, process, clock):
    vault.ensure(SOMCHAI)
    sealed, reader = vault.seal(SOMCHAI, "name", "สมชาย"), process()
    reader.unseal(SOMCHAI, "name", sealed)
    vault.shred(SOMCHAI, MONDAY)
    for _ in range(3):
        clock.now += 20
        answer = reader.unseal(SOMCHAI, "name", sealed)
    assert answer is REDACTED


def test_keys_past_their_life_leave_the_memory_of_the_process(vault, clock):
    vault.ensure_many([f"person-{number}" for number in range(50)])
    clock.now += 61
    vault.ensure(SOMCHAI)
    assert list(vault._cache) == [SOMCHAI]


def test_without_a_cache_every_read_asks_the_vault(process):
    vault, reader = process(), process(cache_seconds=0)
    vault.ensure(SOMCHAI)
    sealed = vault.seal(SOMCHAI, "name", "สมชาย")
    assert reader.unseal(SOMCHAI, "name", sealed) == "สมชาย"
    vault.shred(SOMCHAI, MONDAY)
    assert reader.unseal(SOMCHAI, "name", sealed) is REDACTED


def test_a_text_moved_to_another_person_or_field_is_broken(vault):
    vault.ensure_many([SOMCHAI, MALEE])
    sealed = vault.seal(SOMCHAI, "name", "สมชาย")
    for subject_id, field in [(MALEE, "name"), (SOMCHAI, "alias"), ("person-unknown", "name")]:
        with pytest.raises(SealBroken, match=f"{field} of {subject_id}") as refusal:
            vault.unseal(subject_id, field, sealed)
        assert "สมชาย" not in str(refusal.value)


def test_person_and_field_are_bound_apart_even_under_one_key(vault):
    vault.ensure_many(["person-a", "person-ab"])
    sealed = vault.seal("person-a", "bc", "x")
    with vault._begin() as db:
        key = db.execute(select(subject_key).where(subject_key.c.subject_id == "person-a")).one()
        db.execute(subject_key.delete())
        db.execute(subject_key.insert().values({**key._mapping, "subject_id": "person-ab"}))
    vault._cache.clear()
    with pytest.raises(SealBroken, match="altered, or sealed for something else"):
        vault.unseal("person-ab", "c", sealed)


@pytest.mark.parametrize(
    "text", ["", "v1", "v1.a.b", "v1.a.ก", "v1.a.b.c", "v2.a." + "A" * 40, "v1.a." + "A" * 37]
)
def test_what_was_never_sealed_is_broken_even_for_the_erased(vault, text):
    vault.shred(SOMCHAI, MONDAY)
    with pytest.raises(SealBroken, match="not a sealed text"):
        vault.unseal(SOMCHAI, "name", text)


def test_of_all_services_only_intake_holds_the_means_to_erase(tmp_path):
    with closing(Network(DOORS, SimulatedClock(datetime(2026, 11, 2, tzinfo=UTC)), tmp_path)) as net:
        sealing = {name: runtime.vault for name, runtime in net.runtimes.items() if runtime.vault_database}
    assert set(sealing) == {"intake", "screening", "referral"}
    may_erase = {name for name, vault in sealing.items() if {"shred", "_destroy"} & set(dir(vault))}
    assert may_erase == {"intake"}


def test_erasing_leaves_no_trace_of_the_key_in_the_files_of_sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/vault.db")
    vault_metadata.create_all(database.engine)
    vault = Vault(database.engine, MASTER, begin=database.write, read=database.read)
    vault.ensure_many(["s", "m"])
    wrapped = {row.subject_id: row.wrapped_dek.encode() for row in rows(vault)}

    def holds(subject_id):
        key, files = wrapped[subject_id], [path.read_bytes() for path in tmp_path.iterdir()]
        return any(key[at : at + 8] in file for at in range(len(key) - 7) for file in files)

    assert holds("s") and holds("m")
    # Short texts: the new row must not happen to cover all of the old one.
    vault.shred("s", "2026-11-02")
    assert not holds("s") and holds("m")
    database.close()


@pytest.fixture(scope="module")
def memory_vault():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    vault_metadata.create_all(engine)
    yield Vault(engine, MASTER)
    engine.dispose()


@steadily
@given(subject_id=names, field=names, value=json_values)
def test_any_value_of_any_field_comes_back_equal(memory_vault, subject_id, field, value):
    memory_vault.ensure(subject_id)
    assert memory_vault.unseal(subject_id, field, memory_vault.seal(subject_id, field, value)) == value


@steadily
@given(st.data(), json_values)
def test_a_text_with_any_one_character_changed_is_broken(memory_vault, data, value):
    memory_vault.ensure(SOMCHAI)
    sealed = memory_vault.seal(SOMCHAI, "name", value)
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters().filter(lambda character: character != sealed[place]))
    for altered in (
        sealed[:place] + other + sealed[place + 1 :],
        sealed[:place] + sealed[place + 1 :],
        sealed + "A",
    ):
        with pytest.raises(SealBroken):
            memory_vault.unseal(SOMCHAI, "name", altered)


def test_one_seal_has_one_spelling(memory_vault):
    memory_vault.ensure(SOMCHAI)
    # 12 + 3 + 16 bytes: the last character of their base64 has four spare bits, which decoding ignores.
    sealed = memory_vault.seal(SOMCHAI, "name", "a")
    for spelling in (
        sealed[:-1] + chr(ord(sealed[-1]) + 1),
        sealed + "==",
        sealed + "\n",
        sealed[:-4] + "\n" + sealed[-4:],
    ):
        with pytest.raises(SealBroken):
            memory_vault.unseal(SOMCHAI, "name", spelling)


def test_redacted_is_one_false_thing_that_says_so():
    assert not REDACTED
    assert f"{REDACTED}" == str(REDACTED) == repr(REDACTED) == "redacted"
    assert copy.deepcopy(REDACTED) is REDACTED
    assert pickle.loads(pickle.dumps(REDACTED)) is REDACTED  # noqa: S301


def test_neither_vault_nor_keys_show_their_secrets(memory_vault):
    memory_vault.ensure(SOMCHAI)
    wrapping = MASTER.derive("vault")
    with memory_vault._read() as db:
        stored = db.scalar(select(subject_key.c.wrapped_dek).where(subject_key.c.subject_id == SOMCHAI))
    dek = memory_vault._unwrap(stored)
    for shown in map(repr, (memory_vault, memory_vault._cache)):
        assert repr(dek)[2:-1] not in shown and repr(wrapping)[2:-1] not in shown


def test_a_blind_token_is_equal_for_equal_values_of_a_kind_under_one_key():
    blind = Blind(MASTER)
    token = blind.token("number", "1103700000001")
    assert token == Blind(MASTER).token("number", "1103700000001")
    others = [
        blind.token("word", "1103700000001"),
        blind.token("number", "1103700000002"),
        blind.token("numbe", "r1103700000001"),
        Blind(MasterKey(bytes(32))).token("number", "1103700000001"),
    ]
    assert token not in others and len(set(others)) == 4
    assert len(token) == 22 and "1103700000001" not in token
