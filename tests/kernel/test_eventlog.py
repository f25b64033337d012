"""The log: one dense order, each command once, facts that nobody changes, pages that anybody can verify.

Long because the promises of the log are one list, in the order of the kernel's own page.
"""

import hashlib
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import eventlet
import orjson
import psycopg2
import pytest
from eventlet.green import subprocess
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from services.kernel.cloudevents import GENESIS, STRICT, require_canonical
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Conflict, KeyReused, Refused, Stale, Unavailable
from services.kernel.eventlog import EventLog
from services.kernel.vault import REDACTED
from services.kernel.verify import BATCH, cursor_problems, log_problems
from services.kernel.wiring import Wiring
from tests.kernel import writers
from tests.kernel.deeds import added, as_restarted, facts, opened
from tests.kernel.places import GivenUp, troubled_commits
from tests.kernel.toys import CASE, Add, Case, Open, envelope, uid

ROOT = Path(__file__).parents[2]
OWN_PROCESS = "import eventlet; eventlet.monkey_patch(); from tests.kernel.writers import main; main()"


# -- order -----------------------------------------------------------------------------------------------------------


def poll(log, seen, stop):
    """Read on from the last position seen, as a follower does that trusts it."""
    while True:
        done = stop()
        with log.database.read() as db:
            rows = log.rows(db, "SELECT position FROM event WHERE position > ? ORDER BY position", len(seen))
        for (position,) in rows:
            assert position == len(seen) + 1
            seen.append(position)
        if done and not rows:
            return
        eventlet.sleep(0)


def test_readers_see_every_position_in_order_while_32_writers_append_slowly_and_give_up_at_times(
    pair, teller
):
    log, seen, done = teller.log, [], []
    reader = eventlet.spawn(poll, log, seen, lambda: bool(done))
    with troubled_commits(log.database, failing=20, slow=0.00001):
        if pair.sqlite:
            commands = writers.write(log.database, teller.service, "all", 32, 6)
        else:
            url = log.database.url.render_as_string(hide_password=False)
            processes = [
                subprocess.Popen(
                    [sys.executable, "-c", OWN_PROCESS, url, teller.service, name, "16", "8"],
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONWARNINGS": "ignore"},
                )
                for name in ("one", "other")
            ]
            commands = sum(int(process.communicate()[0]) for process in processes)
    done.append(True)
    reader.wait()
    with log.database.read() as db:
        remembered = log.row(db, "SELECT COUNT(*) FROM command_done")[0]
    assert commands == remembered > 80
    assert len(seen) == log.head()[0]
    # The writers set no deadlines and have no vault, as the teller would.
    assert [*log_problems(log, lambda seconds: None), *cursor_problems(log)] == []


def test_a_rollback_returns_its_numbers(teller):
    opened(teller, "a")
    with troubled_commits(teller.database), pytest.raises((GivenUp, DBAPIError, psycopg2.Error)):
        added(teller, "a")
    assert teller.log.head()[0] == 1
    assert added(teller, "a") == {"version": 2}
    assert teller.verify() == []


# -- commands --------------------------------------------------------------------------------------------------------


def test_the_same_command_id_gives_the_same_answer_and_no_new_fact(teller):
    opened(teller, "a")
    first = added(teller, "a", 5)
    added(teller, "a", 6)
    assert added(teller, "a", 5) == first == {"version": 2}
    assert teller.log.head()[0] == 3


def test_a_command_without_facts_is_remembered_too(teller):
    assert teller.execute(envelope("x"), lambda unit: {"n": 1}).answer == {"n": 1}
    assert teller.execute(envelope("x"), lambda unit: {"n": 2}).answer == {"n": 1}


def test_the_same_command_id_with_another_request_is_refused(teller):
    teller.execute(envelope("x", "one"), lambda unit: 1)
    with pytest.raises(KeyReused):
        teller.execute(envelope("x", "another"), lambda unit: 1)


def test_a_refusal_is_not_stored_so_the_same_command_may_succeed_later(teller):
    with pytest.raises(Refused):
        added(teller, "a")
    opened(teller, "a")
    assert added(teller, "a") == {"version": 2}


def test_the_same_command_from_many_at_once_happens_once(teller):
    opened(teller, "a")
    at_once = [eventlet.spawn(added, teller, "a", 9) for _ in range(8)]
    assert {thread.wait()["version"] for thread in at_once} == {2}
    assert teller.log.head()[0] == 2


def test_an_append_to_an_older_version_is_stale(teller):
    opened(teller, "a")
    added(teller, "a", 1, expected=1)
    with pytest.raises(Stale):
        added(teller, "a", 2, expected=1)
    assert teller.log.head()[0] == 2


def test_if_match_reaches_the_log_through_a_door(net, pair, teller):
    opened(teller, "a")
    with pytest.raises(Stale):
        net.call(pair.toys.teller, "add", {"case_id": "a", "amount": 1}, if_match=7)
    assert net.call(pair.toys.teller, "add", {"case_id": "a", "amount": 1}, if_match=1) == {"version": 2}


def test_when_another_appended_first_the_command_is_decided_again(pair, teller):
    opened(teller, "a")
    seen = []

    def work(unit):
        seen.append(unit.state(CASE, "a").total)
        if len(seen) == 1:
            raise Conflict("case/a") if pair.sqlite else _overtake(teller)
        unit.handle(CASE, "a", Add("a", 10))
        return unit.version(CASE, "a")

    assert teller.execute(envelope("slow"), work).answer == (2 if pair.sqlite else 3)
    assert seen == ([0, 0] if pair.sqlite else [0, 5])


def _overtake(teller):
    """Another connection appends between the load and the append."""
    added(teller, "a", 5)
    return Conflict("case/a")


def test_a_decision_on_an_old_state_never_reaches_the_log(pair, teller):
    """Load, let another append, then append: only PostgreSQL lets two get that far."""
    opened(teller, "a")
    totals = []

    def work(unit):
        totals.append(unit.state(CASE, "a").total)
        if len(totals) == 1 and not pair.sqlite:
            added(teller, "a", 5)
        unit.handle(CASE, "a", Add("a", 10))

    teller.execute(envelope("slow"), work)
    assert totals == ([0] if pair.sqlite else [0, 5])
    assert teller.verify() == []


def test_who_never_wins_is_told_to_try_again(teller):
    def work(unit):
        raise Conflict("case/a")

    with pytest.raises(Unavailable):
        teller.execute(envelope("x"), work)


def test_eight_who_write_to_one_record_all_get_through(teller):
    opened(teller, "a")
    at_once = [eventlet.spawn(added, teller, "a", writer, f"writer {writer}") for writer in range(1, 9)]
    assert sorted(thread.wait()["version"] for thread in at_once) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_whoever_is_overtaken_reads_only_what_is_new_of_any_record(pair, teller):
    opened(teller, "a", "b")
    for amount in range(1, 20):
        added(teller, "b", amount)
    folded: list[str] = []

    def evolve(state, event):
        folded.append(event.case_id)
        return CASE.decider.evolve(state, event)

    watched = replace(CASE, decider=replace(CASE.decider, evolve=evolve))
    tries: list[int] = []

    def work(unit):
        tries.append(unit.state(watched, "b").total)
        if len(tries) == 1:
            raise Conflict("case/a")

    teller.execute(envelope("overtaken"), work)
    assert tries == [190, 190]
    assert folded == []


def test_two_streams_are_appended_together_or_not_at_all(teller):
    opened(teller, "a")
    teller.vault.ensure(uid("person of b"))

    def work(unit):
        unit.handle(CASE, "b", Open("b"))
        unit.handle(CASE, "c", Add("c"))

    with pytest.raises(Refused):
        teller.execute(envelope("x"), work)
    assert teller.log.head()[0] == 1
    assert facts(teller, "case/b") == []


def test_a_fact_with_a_float_is_refused(teller):
    opened(teller, "a")
    with pytest.raises(TypeError, match="float"):
        added(teller, "a", 0.5)
    assert teller.log.head()[0] == 1


# -- immutability ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET hash = 'x' WHERE position = 1",
        "DELETE FROM event WHERE position = 2",
        "DELETE FROM event",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_a_fact(teller, statement):
    opened(teller, "a", "b")
    with pytest.raises(DBAPIError, match="immutable"), teller.database.write() as db:
        db.exec_driver_sql(statement)
    assert teller.verify() == []


def test_no_other_way_around_replaces_a_fact(pair, teller):
    opened(teller, "a")
    row = "SELECT position, event_id, stream_id, version, event_type, 'x', sealed, hash FROM event"
    statement = f"INSERT OR REPLACE INTO event {row}" if pair.sqlite else "TRUNCATE event"
    with pytest.raises(DBAPIError, match="immutable"), teller.database.write() as db:
        db.exec_driver_sql(statement)
    assert teller.verify() == []


# -- pages -----------------------------------------------------------------------------------------------------------


def canonical(value) -> str:
    """RFC 8785 for what events hold (no floats), written independently of the log."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case str():
            short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
            return (
                '"' + "".join(short.get(ord(c), c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'
            )
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case dict():
            pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
            return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in pairs) + "}"
    raise TypeError(type(value))


def pages(log, limit=100):
    after, found = 0, []
    while body := log.page(after, limit):
        found.append(json.loads(body))
        after = found[-1]["to"]
    return found


def test_pages_are_contiguous_and_chained_as_the_contract_says(teller):
    opened(teller, *"abcde", note='"\\\u0001\n\x7fที่พัก🏠')
    for case in "abcde":
        added(teller, case, 2**53 - 1)
    epoch = teller.log.head()[2]
    previous, sequence = GENESIS, 0
    for page in pages(teller.log, 3):
        assert (page["source"], page["epoch"]) == (f"/songtor/{teller.service}", epoch)
        assert (page["from"], page["prev_hash"]) == (sequence + 1, previous)
        assert len(page["events"]) <= 3
        for event in page["events"]:
            sequence += 1
            stated = event.pop("hash")
            previous = hashlib.sha256((previous + canonical(event)).encode()).hexdigest()
            assert (event["sequence"], stated) == (sequence, previous)
        assert (page["to"], page["hash"]) == (sequence, previous)
    assert (sequence, previous) == teller.log.head()[:2] == (10, previous)


def test_events_carry_the_attributes_of_the_contract(teller):
    opened(teller, "a")
    (page,) = pages(teller.log)
    (event,) = page["events"]
    made = envelope("open a")
    assert event | {"hash": "", "sealedhash": "", "id": ""} == {
        "specversion": "1.0",
        "id": "",
        "source": f"/songtor/{teller.service}",
        "type": "CaseOpened",
        "subject": "case/a",
        "time": made.time,
        "datacontenttype": "application/json",
        "recordedtime": made.recorded,
        "sequence": 1,
        "streamid": "case/a",
        "streamversion": 1,
        "caseid": "a",
        "centre": "60",
        "actor": "worker-60",
        "correlationid": made.correlation,
        "causationid": made.command_id,
        "dataversion": 1,
        "hash": "",
        "sealedhash": "",
        "data": {"case_id": "a", "person_id": uid("person of a")},
    }


def test_a_page_ends_at_its_size_or_its_number_of_events(teller):
    opened(teller, "a")
    for amount in range(9):
        added(teller, "a", amount)
    assert [page["to"] for page in pages(teller.log, 4)] == [4, 8, 10]
    size = len(json.dumps(pages(teller.log)[0]["events"][0]))
    page = json.loads(teller.log.page(0, 100, size * 3))
    assert 1 < page["to"] < 10
    assert json.loads(teller.log.page(0, 100, 1))["to"] == 1
    assert teller.log.page(10) is None


def test_no_personal_field_is_in_a_page_and_its_hash_is_that_of_the_sealed_part(teller):
    opened(teller, "a", name="Somying Jaidee", note="Bed by the window")
    added(teller, "a")
    with teller.database.read() as db:
        sealed = teller.log.row(db, "SELECT sealed FROM event WHERE position = 1")[0]
    body = teller.log.page(0)
    assert sorted(json.loads(sealed)) == ["name", "note"]
    assert b"Somying" not in body and b"name" not in body and b"note" not in body
    for ciphertext in json.loads(sealed).values():
        assert ciphertext.encode() not in body
    first, second = json.loads(body)["events"]
    assert first["sealedhash"] == hashlib.sha256(sealed.encode()).hexdigest()
    assert second["sealedhash"] == ""


NATIVE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(NATIVE)
@example({"\ue000": 1, "\U0001f600": 2, "ก": 3})
def test_what_the_log_takes_it_writes_as_rfc_8785(value):
    try:
        require_canonical("Any", value)
    except TypeError:
        return  # keys that RFC 8785 orders in another way are refused
    assert orjson.dumps(value, option=STRICT).decode() == canonical(value)


# -- old shapes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AmountAddedBefore:
    """AmountAdded as its first version was stored."""

    case_id: str
    baht: int


AmountAddedBefore.__name__ = "AmountAdded"
BEFORE = Aggregate(
    "case", Decider(lambda baht, state: [AmountAddedBefore("a", baht)], lambda state, event: state, Case("open")),
    (AmountAddedBefore,), "case",
)  # fmt: skip


def test_a_fact_stored_in_an_old_shape_is_read_in_todays(teller):
    opened(teller, "a")
    old = EventLog(teller.database, Wiring(teller.service, (BEFORE,)))
    old.fold = lambda db, streams: dict.fromkeys(
        streams, (Case("open"), 1)
    )  # it cannot read what is newer than itself
    old.execute(envelope("old"), lambda unit: unit.handle(BEFORE, "a", 3) and None)
    added(teller, "a", 5)
    as_restarted(teller)
    totals = teller.execute(
        envelope("look"), lambda unit: [unit.state(CASE, "a").total, unit.version(CASE, "a")]
    )
    assert totals.answer == [305, 3]
    fact = facts(teller, "case/a")[1]
    assert (fact.data, fact.event.amount) == ({"case_id": "a", "baht": 3}, 300)
    assert teller.verify() == []


# -- erasure ---------------------------------------------------------------------------------------------------------


def test_erasing_a_person_leaves_the_log_whole_and_their_fields_unreadable(net, pair, teller, listener):
    opened(teller, "a", "b", name="Somying")
    net.settle()
    fact = facts(teller, "case/a")[0]
    person, sealed = uid("person of a"), fact.event.name
    assert teller.vault.unseal(person, "name", sealed) == "Somying"
    before = teller.log.page(0)
    teller.vault.shred(person, "2026-01-06T00:00:00.000000Z")
    assert teller.vault.unseal(person, "name", sealed) is REDACTED
    other = facts(teller, "case/b")[0].event.name
    assert teller.vault.unseal(uid("person of b"), "name", other) == "Somying"
    assert teller.log.page(0) == before
    as_restarted(teller)
    assert added(teller, "a") == {"version": 2}
    net.settle()
    assert teller.verify() == listener.verify() == []


# -- damage ----------------------------------------------------------------------------------------------------------


def rechained(event, previous):
    """A body changed by somebody who also computes its hash anew."""
    body = canonical(event)
    return {"body": body, "hash": hashlib.sha256((previous + body).encode()).hexdigest()}


DAMAGE = {
    "a changed body": (
        "UPDATE event SET body = replace(body, 'worker-60', 'worker-61') WHERE position = 3",
        3,
    ),
    "a body that is no JSON": ("UPDATE event SET body = 'x' WHERE position = 3", 3),
    "a changed hash": ("UPDATE event SET hash = 'x' WHERE position = 3", 3),
    "a changed sealed part": ("UPDATE event SET sealed = '{}' WHERE position = 1", 1),
    "a removed sealed part": ("UPDATE event SET sealed = NULL WHERE position = 1", 1),
    "an added sealed part": ("UPDATE event SET sealed = '{}' WHERE position = 3", 3),
    "a removed fact": ("DELETE FROM event WHERE position = 3", 4),
    "a removed last fact": ("DELETE FROM event WHERE position = 6", None),
    "a moved fact": ("UPDATE event SET position = 9 WHERE position = 3", 4),
    "another type": ("UPDATE event SET event_type = 'CaseClosed' WHERE position = 3", 3),
    "another stream": ("UPDATE event SET stream_id = 'case/z', version = 1 WHERE position = 3", 3),
    "another version": ("UPDATE event SET version = 9 WHERE position = 3", 3),
    "another id": ("UPDATE event SET event_id = 'x' WHERE position = 3", 3),
    "a head that says more": ("UPDATE log_head SET position = position + 1", None),
    "a head with another hash": ("UPDATE log_head SET hash = 'x'", None),
    "a stream at another version": ("UPDATE stream SET version = 9 WHERE stream_id = 'case/a'", "case/a"),
    "a stream that is missing": ("DELETE FROM stream WHERE stream_id = 'case/a'", "case/a"),
}


def test_verify_names_the_first_bad_fact_for_every_kind_of_damage(pair, teller):
    opened(teller, "a", "b")
    for amount in range(4):
        added(teller, "a", amount)
    assert teller.verify() == []
    whole = pair.copy(teller.database)
    for damage, (statement, where) in DAMAGE.items():
        pair.tamper(teller.database, statement)
        (sentence, *more) = teller.verify() or [""]
        named = {None: "the head", "case/a": "stream case/a"}.get(where, f"event {where}:")
        assert sentence.startswith(f"{teller.service}: {named}"), damage
        assert not more or where is None, damage
        whole.restore()
    assert teller.verify() == []


def test_verify_finds_a_fact_rewritten_together_with_its_hash(pair, teller):
    opened(teller, "a", "b")
    added(teller, "a")
    (page,) = pages(teller.log)
    event = page["events"][1]
    event.pop("hash")
    event["actor"] = "somebody-else"
    forged = rechained(event, page["events"][0]["hash"])
    pair.tamper(teller.database, "UPDATE event SET body = :body, hash = :hash WHERE position = 2", **forged)
    assert [sentence.partition(": ")[2][:7] for sentence in teller.verify()] == ["event 3"]


def test_verify_finds_nothing_wrong_while_others_append(teller):
    opened(teller, "a")

    def append():
        for amount in range(30):
            added(teller, "a", amount)
            eventlet.sleep(0)

    writing = eventlet.spawn(append)
    while not writing.dead:
        assert teller.verify() == []
        eventlet.sleep(0)
    writing.wait()


def test_while_a_long_log_is_verified_others_have_their_turn(teller):
    turns = []
    opened(teller, *(f"case {number}" for number in range(3 * BATCH)))
    teller.ports = replace(teller.ports, pause=turns.append)
    assert teller.verify() == []
    assert len(turns) >= 6  # three for the events, three for their streams
