"""What a service hears: once, in order, none skipped, and one bad fact keeps only its own stream waiting.

Long because every way in which a page can be wrong is tried on the same two services.
"""

import json
import logging
from uuid import uuid4

import eventlet
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event as driver_event
from sqlalchemy.engine import Engine

from services.kernel.cloudevents import chain, damage
from services.kernel.errors import Conflict, NotFound, Refused, Unavailable
from services.kernel.inbox import Receipt
from services.kernel.parking import AGAIN, BYTES_KEPT
from services.kernel.status import SHOWN
from tests.kernel import toys
from tests.kernel.deeds import added, as_restarted, bodies, closed, facts, opened, parked, tallies, told

GARBAGE = {
    "no JSON": b"\xff\x00garbage",
    "no page": b"[]",
    "a page without events": b'{"source":"x","epoch":"e","from":1,"to":1,"prev_hash":"","hash":"","events":3}',
    "an event that is none": b'{"source":"x","epoch":"e","from":1,"to":1,"prev_hash":"","hash":"","events":[{}]}',
    "nothing": b"",
}


@pytest.fixture
def hear(pair, listener):
    return lambda body: listener.inbox.receive(pair.toys.teller, body)


@pytest.fixture
def state(pair, listener):
    return lambda: listener.status()["subscriptions"][0]


def test_pages_in_order_are_handled_once_each(hear, teller, listener):
    opened(teller, "a", "b")
    added(teller, "a", 5)
    first, second = bodies(teller, 2)
    assert [hear(first), hear(second)] == [Receipt.HANDLED] * 2
    assert tallies(listener) == {"a": (2, 2, 5, 0), "b": (1, 1, 0, 0)}
    before = listener.log.head()
    assert [hear(first), hear(second), hear(first)] == [Receipt.DUPLICATE] * 3
    assert listener.log.head() == before
    assert listener.verify() == []


def test_a_gap_is_left_to_be_pulled_and_nothing_is_handled_out_of_order(pair, hear, teller, listener):
    opened(teller, "a", "b", "c")
    first, _, third = bodies(teller)
    assert hear(third) == Receipt.GAP
    assert told(listener) == []
    hear(first)
    assert hear(third) == Receipt.GAP
    assert listener.inbox.pull(pair.toys.teller) == 3
    assert told(listener) == [1, 2, 3]


def test_pages_that_overlap_or_come_in_any_order_end_in_the_same_state(pair, hear, teller, listener):
    opened(teller, "a", "b", "c")
    for amount in range(5):
        added(teller, "b", amount)
    for body in (*reversed(bodies(teller, 3)), *bodies(teller, 2), *bodies(teller, 3), bodies(teller, 8)[0]):
        hear(body)
    listener.inbox.pull(pair.toys.teller)
    assert told(listener) == list(range(1, 9))
    assert tallies(listener)["b"] == (6, 6, 10, 0)
    assert listener.verify() == []


@pytest.mark.parametrize("garbage", GARBAGE)
def test_bytes_that_are_no_page_are_kept_and_the_log_is_pulled(pair, hear, teller, listener, garbage):
    opened(teller, "a")
    assert hear(GARBAGE[garbage]) == Receipt.UNREADABLE
    assert parked(listener) == [(-1, "Unreadable", "parked")]
    assert listener.inbox.pull(pair.toys.teller) == 1
    assert listener.inbox.retry() == {"released": 1, "parked": 0}
    assert listener.verify() == []


def test_a_page_changed_on_the_way_is_kept_aside_and_pulled_whole(pair, hear, teller, listener, state):
    opened(teller, "a")
    added(teller, "a", 5)
    assert hear(bodies(teller, 2)[0].replace(b'"amount":5', b'"amount":6')) == Receipt.UNREADABLE
    assert state()["state"] == "running"
    listener.inbox.pull(pair.toys.teller)
    assert tallies(listener)["a"] == (2, 2, 5, 0)
    assert parked(listener) == [(-1, "Unreadable", "parked")]


def test_every_way_in_which_a_page_is_broken_is_seen(teller):
    opened(teller, "a", "b", "c")
    page = json.loads(bodies(teller, 3)[0])
    assert damage(page) is None
    for change in (
        {"events": page["events"][:2]},
        {"events": [*page["events"], page["events"][0]]},
        {"events": page["events"][::-1]},
        {"events": []},
        {"from": 2},
        {"to": 4},
        {"to": "3"},
        {"from": None},
        {"hash": "0" * 64},
        {"prev_hash": "1" * 64},
        {"prev_hash": 7},
        {"events": [{**page["events"][0], "data": {"number": 2**60}}]},
        {"source": None},
        {"epoch": 1},
    ):
        assert damage({**page, **change}) is not None, change


def test_a_fact_that_cannot_be_handled_is_parked_with_its_followers_while_others_go_on(
    hear, teller, listener
):
    toys.unable.add("b")
    opened(teller, "a", "b")  # 1, 2
    added(teller, "b", 1)  # 3
    added(teller, "a", 2)  # 4
    added(teller, "b", 4)  # 5
    for body in bodies(teller, 3):
        assert hear(body) == Receipt.HANDLED
    assert tallies(listener) == {"a": (2, 2, 2, 0)}
    assert parked(listener) == [
        (2, "ValueError", "parked"),
        (3, "Waiting", "parked"),
        (5, "Waiting", "parked"),
    ]
    assert listener.status()["subscriptions"][0]["cursor"] == 5
    assert listener.verify() == []


def test_a_parked_stream_is_released_in_order_when_the_fault_is_mended(hear, teller, listener):
    toys.unable.add("b")
    opened(teller, "a", "b")
    added(teller, "b", 1)
    added(teller, "a", 2)
    added(teller, "b", 4)
    hear(bodies(teller, 5)[0])
    assert listener.inbox.retry() == {"released": 0, "parked": 3}
    assert listener.status()["parked"][0]["attempts"] == 2
    toys.unable.clear()
    assert listener.inbox.retry() == {"released": 3, "parked": 0}
    assert told(listener) == [1, 4, 2, 3, 5]
    assert tallies(listener) == {"a": (2, 2, 2, 0), "b": (3, 3, 5, 0)}
    added(teller, "b", 8)
    hear(bodies(teller)[5])
    assert tallies(listener)["b"] == (4, 4, 13, 0)
    assert listener.verify() == []


def test_what_cannot_pass_is_parked_at_once_and_keeps_nobody_waiting(hear, teller, listener, monkeypatch):
    toys.unable.update("bd")
    opened(teller, *"abcdef")
    waits = []
    monkeypatch.setattr(listener.inbox, "pause", waits.append)
    assert hear(bodies(teller, 6)[0]) == Receipt.HANDLED
    assert waits == []
    assert [row[:2] for row in parked(listener)] == [(2, "ValueError"), (4, "ValueError")]
    assert told(listener) == [1, 3, 5, 6]
    assert listener.inbox.try_again("teller") == 0
    assert listener.verify() == []


def test_what_may_pass_is_tried_again_beside_the_others_when_its_time_comes(
    pair, hear, teller, listener, clock, monkeypatch
):
    opened(teller, "a", "b")
    added(teller, "b", 1)
    source = pair.toys.teller
    (reaction,) = listener.wiring.hears[source]["CaseOpened"]
    monkeypatch.setitem(reaction.__dict__, "then", lambda fact, case_id: fails(case_id))
    failing, tried = {"b"}, []

    def fails(case_id):
        tried.append(case_id)
        if case_id in failing:
            raise RuntimeError(case_id)
        return toys.start(None, case_id)

    hear(bodies(teller, 3)[0])
    assert [row[:2] for row in parked(listener)] == [(2, "RuntimeError"), (3, "Waiting")]
    tried.clear()
    assert listener.inbox.try_again(source) == 0 and tried == []
    for wait in AGAIN:
        clock.advance(seconds=wait.total_seconds())
        assert listener.inbox.try_again(source) == 0
    assert tried == ["b"] * len(AGAIN)
    clock.advance(days=1)
    assert listener.inbox.try_again(source) == 0 and len(tried) == len(AGAIN)
    failing.clear()
    assert listener.inbox.retry() == {"released": 2, "parked": 0}
    assert tallies(listener)["b"] == (2, 2, 1, 0)


def test_a_parked_fact_is_skipped_by_somebody_for_a_reason_and_those_behind_it_are_handled(
    hear, teller, listener
):
    toys.unable.add("b")
    opened(teller, "a", "b")
    added(teller, "a", 2)
    added(teller, "b", 4)
    hear(bodies(teller, 4)[0])
    first, behind = listener.status()["parked"]
    toys.unable.clear()
    with pytest.raises(NotFound):
        listener.inbox.skip("nothing", "somchai", "no use")
    with pytest.raises(Refused, match="waits behind an earlier event"):
        listener.inbox.skip(behind["id"], "somchai", "no use")
    assert listener.inbox.skip(first["id"], "somchai", "opened twice") == {"released": 2, "parked": 0}
    assert told(listener) == [1, 3, 4]
    [given_up] = listener.status()["skipped"]
    assert (given_up["position"], given_up["by"], given_up["why"]) == (2, "somchai", "opened twice")
    with pytest.raises(NotFound):
        listener.inbox.skip(first["id"], "somchai", "again")
    before = tallies(listener)
    listener.rebuild(None, lambda done, total: None)
    assert tallies(listener) == before
    assert listener.verify() == []


def test_what_is_parked_already_makes_no_step_dearer(hear, teller, listener):
    def fails():
        toys.unable.add(name := uuid4().hex)
        opened(teller, name)
        return bodies(teller, 1)[-1]

    def take_up():
        id = listener.status()["parked"][0]["id"]
        toys.unable.clear()
        assert listener.inbox.retry(id)["released"] == 1

    def costs():
        page = fails()
        return [statements(step) for step in (lambda: hear(page), listener.status, take_up)]

    hear(fails())
    alone = costs()
    for _ in range(SHOWN + 20):
        hear(fails())
    assert len(listener.status()["parked"]) == SHOWN
    assert costs() == alone


def statements(work):
    """How many statements it asks of the databases."""
    said = []
    note = lambda *_: said.append(1)  # noqa: E731
    driver_event.listen(Engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        driver_event.remove(Engine, "before_cursor_execute", note)
    return len(said)


def test_one_stream_may_be_retried_by_the_id_of_a_parked_fact(hear, teller, listener):
    toys.unable.update("ab")
    opened(teller, "a", "b")
    hear(bodies(teller, 2)[0])
    ids = {row["stream"]: row["id"] for row in listener.status()["parked"]}
    toys.unable.clear()
    assert listener.inbox.retry(ids["case/b"]) == {"released": 1, "parked": 1}
    assert tallies(listener) == {"b": (1, 1, 0, 0)}


def test_the_error_of_a_parked_fact_tells_where_and_never_what(hear, teller, listener):
    toys.unable.add("secret-value")
    opened(teller, "secret-value")
    hear(bodies(teller)[0])
    (row,) = listener.status()["parked"]
    assert row["error"].startswith("ValueError in start:")


def test_a_refusal_of_a_reaction_is_an_answer(hear, teller, listener):
    opened(teller, "a")
    added(teller, "a", toys.LIMIT + 1)
    added(teller, "a", 3)
    assert [hear(body) for body in bodies(teller)] == [Receipt.HANDLED] * 3
    assert parked(listener) == []
    assert tallies(listener)["a"] == (3, 2, toys.LIMIT + 4, 0)


def test_unknown_types_pass_and_are_not_kept(pair, clock, net, teller, listener):
    net.call(pair.toys.teller, "open", {"case_id": "a", "name": "x"})
    clock.advance(days=3)
    teller.fire_timers()
    net.settle()
    assert [json.loads(body)["events"][0]["type"] for body in bodies(teller)] == ["CaseOpened", "CaseLapsed"]
    assert listener.inbox.position(pair.toys.teller) == 2
    assert told(listener) == [1]
    assert listener.verify() == []


def test_a_reactions_facts_say_because_of_what(hear, teller, listener):
    opened(teller, "a")
    hear(bodies(teller)[0])
    (fact,) = facts(listener, "tally/a")
    cause = json.loads(bodies(teller)[0])["events"][0]
    assert (fact.actor, fact.centre, fact.causation) == ("system", "60", cause["id"])
    assert fact.correlation == cause["correlationid"]


# -- a log that is another -------------------------------------------------------------------------------------------


def halted(listener, caplog):
    return listener.status()["subscriptions"][0]["state"] == "diverged" and any(
        record.levelno == logging.ERROR and "halted" in record.message for record in caplog.records
    )


@pytest.fixture
def shortened(pair, net, teller):
    """The teller's log was brought back from a backup that lacks the last fact the listener has heard."""
    opened(teller, "a")
    backup = pair.copy(teller.database)
    added(teller, "a", 1)
    net.settle()
    backup.restore()
    as_restarted(teller)


@pytest.mark.parametrize("change", ["epoch", "prev_hash"])
def test_a_log_that_is_another_one_halts_with_an_alarm_and_skips_nothing(
    pair, hear, teller, listener, caplog, change
):
    opened(teller, "a", "b", "c")
    first, second, third = bodies(teller)
    hear(first)
    if change == "epoch":
        pair.tamper(teller.database, "UPDATE log_head SET epoch = :epoch", epoch=str(uuid4()))
    else:
        pair.tamper(teller.database, "UPDATE event SET hash = :h WHERE position = 1", h="f" * 64)
        pair.tamper(teller.database, "DELETE FROM event WHERE position > 1")
        pair.tamper(teller.database, "DELETE FROM stream WHERE stream_id <> 'case/a'")
        pair.tamper(teller.database, "DELETE FROM command_done WHERE position > 1")
        pair.tamper(teller.database, "UPDATE log_head SET position = 1, hash = :h", h="f" * 64)
        as_restarted(teller)
        opened(teller, "b")
    # The broker alone is not believed: it may bring pages of long ago.
    assert hear(bodies(teller)[1]) == Receipt.STRANGE
    assert not halted(listener, caplog)
    listener.inbox.pull(pair.toys.teller)
    assert halted(listener, caplog)
    assert [hear(second), hear(third)] == [Receipt.DIVERGED] * 2
    listener.inbox.pull(pair.toys.teller)
    assert (told(listener), listener.inbox.position(pair.toys.teller)) == ([1], 1)
    assert any("halted" in sentence for sentence in listener.verify())


def forged(page, **change):
    """A page as a stranger writes it who knows the log and not the key: its hashes are right."""
    made = json.loads(page) | change
    previous = made["prev_hash"]
    for event in made["events"]:
        body = {key: value for key, value in event.items() if key != "hash"}
        event["hash"] = previous = chain(previous, json.dumps(body, sort_keys=True, separators=(",", ":")))
    return json.dumps(made | {"hash": previous}).encode()


def test_a_forged_page_is_dropped_and_counted_and_its_follower_stays_well(pair, hear, teller, listener):
    opened(teller, "a", "b")
    added(teller, "a", 5)
    first, second, third = bodies(teller)
    assert hear(first) == Receipt.HANDLED
    lie = forged(second.replace(b'"case/b"', b'"case/x"'))
    assert json.loads(lie)["hash"] != json.loads(second)["hash"]
    strangers = (
        lie,
        forged(second, mac=json.loads(third)["mac"]),
        forged(second, epoch=str(uuid4())),
        forged(second, source="/songtor/other"),
        json.dumps({key: value for key, value in json.loads(second).items() if key != "mac"}).encode(),
    )
    name = "songtor_dropped_pages_total"
    labels = {"service": pair.toys.listener, "source": pair.toys.teller}
    before = REGISTRY.get_sample_value(name, labels) or 0
    assert [hear(each) for each in strangers] == [Receipt.STRANGE] * len(strangers)
    assert REGISTRY.get_sample_value(name, labels) == before + len(strangers)
    assert listener.status()["subscriptions"][0]["state"] == "running"
    assert parked(listener) == []
    assert hear(json.dumps(json.loads(second) | {"head": "far"}).encode()) == Receipt.HANDLED
    assert listener.status()["subscriptions"][0]["behind"] == 0
    assert listener.inbox.pull(pair.toys.teller) == 3
    assert hear(third) == Receipt.DUPLICATE
    assert tallies(listener)["a"] == (2, 2, 5, 0)
    assert listener.verify() == []


def test_bytes_of_strangers_do_not_fill_the_database(hear, listener):
    for _ in range(BYTES_KEPT + 3):
        assert hear(b"no page") == Receipt.UNREADABLE
    assert len(parked(listener)) == BYTES_KEPT


def test_a_source_restored_from_an_older_backup_halts_its_subscribers(
    shortened, pair, teller, listener, caplog
):
    pair.tamper(teller.database, "UPDATE log_head SET epoch = :epoch", epoch=str(uuid4()))
    listener.inbox.pull(pair.toys.teller)
    assert halted(listener, caplog)
    added(teller, "a", 7)
    added(teller, "a", 8)
    listener.inbox.pull(pair.toys.teller)
    assert tallies(listener)["a"] == (2, 2, 1, 0)


def test_a_source_restored_without_a_new_epoch_is_found_by_its_hashes(
    shortened, pair, teller, listener, caplog
):
    added(teller, "a", 7)
    added(teller, "a", 8)
    listener.inbox.pull(pair.toys.teller)
    assert halted(listener, caplog)
    assert tallies(listener)["a"] == (2, 2, 1, 0)


def test_a_source_that_ends_before_what_was_heard_halts_too(shortened, pair, listener, caplog):
    listener.inbox.pull(pair.toys.teller)
    assert halted(listener, caplog)


def test_a_log_of_the_same_length_with_another_end_halts_at_once(shortened, pair, teller, listener, caplog):
    added(teller, "a", 7)
    listener.inbox.pull(pair.toys.teller)
    assert halted(listener, caplog)


def test_a_halted_subscription_resumes_when_the_right_log_is_back_and_only_then(
    pair, net, teller, listener, caplog
):
    opened(teller, "a")
    older = pair.copy(teller.database)
    added(teller, "a", 1)
    net.settle()
    right = pair.copy(teller.database)
    assert listener.inbox.resume() == []
    older.restore()
    for _ in range(2):
        caplog.clear()
        listener.inbox.pull(pair.toys.teller)
        listener.inbox.pull(pair.toys.teller)
        assert halted(listener, caplog)
        assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
        assert listener.inbox.resume() == [pair.toys.teller]
    right.restore()
    as_restarted(teller)
    added(teller, "a", 2, command="more")
    net.settle()
    assert tallies(listener)["a"] == (3, 3, 3, 0)
    assert listener.verify() == []


def test_a_subscriber_restored_from_a_backup_catches_up_to_the_same_state(pair, net, teller, listener):
    opened(teller, "a", "b")
    net.settle()
    backup = pair.copy(listener.database)
    added(teller, "a", 1)
    closed(teller, "b")
    net.settle()
    live, facts = tallies(listener), listener.log.head()[0]
    backup.restore()
    as_restarted(listener)
    assert tallies(listener) != live
    net.settle()
    assert (tallies(listener), listener.log.head()[0]) == (live, facts)
    assert listener.verify() == []


# -- others at the same time -----------------------------------------------------------------------------------------


def test_two_replicas_that_hear_the_same_pages_handle_each_once(pair, net, teller, listener):
    opened(teller, *"abcdef")
    for case in "abcdef":
        added(teller, case, 2)
    replica = pair.runtime(pair.toys.Listener, listener.ports)
    pages = bodies(teller)

    def run(runtime):
        for body in pages:
            while runtime.inbox.receive(pair.toys.teller, body) == Receipt.GAP:
                eventlet.sleep(0)
            eventlet.sleep(0)

    for thread in [eventlet.spawn(run, runtime) for runtime in (listener, replica)]:
        thread.wait()
    assert told(listener) == list(range(1, 13))
    assert tallies(listener) == {case: (2, 2, 2, 0) for case in "abcdef"}
    assert listener.verify() == []


def test_a_command_that_overtakes_a_reaction_makes_it_decide_again_and_parks_nothing(
    pair, hear, teller, listener, monkeypatch
):
    opened(teller, "a")
    added(teller, "a", 1)
    hear(bodies(teller)[0])
    tries = []

    def look_up(db, heard):
        tries.append(heard)
        if len(tries) < 4:
            raise Conflict("tally/a")
        return {}

    (reaction,) = listener.wiring.hears[pair.toys.teller]["AmountAdded"]
    monkeypatch.setitem(reaction.__dict__, "look_up", look_up)
    assert hear(bodies(teller)[1]) == Receipt.HANDLED
    assert (len(tries), parked(listener)) == (4, [])
    assert listener.verify() == []


def test_nothing_is_parked_when_the_database_does_not_answer(pair, hear, teller, listener):
    opened(teller, "a")
    with pair.database_down(listener), pytest.raises(Unavailable):
        hear(bodies(teller)[0])
    assert hear(bodies(teller)[0]) == Receipt.HANDLED
    assert parked(listener) == []


def test_a_projection_whose_statement_is_wrong_is_parked_on_both_databases(
    pair, hear, teller, listener, monkeypatch
):
    def project(db, facts):
        db.exec_driver_sql("SELECT nothing FROM nowhere")

    opened(teller, "a")
    broken, _ = listener.wiring.projections
    monkeypatch.setitem(broken.__dict__, "project", project)
    assert hear(bodies(teller)[0]) == Receipt.HANDLED
    assert [row[::2] for row in parked(listener)] == [(1, "parked")]


def test_a_service_without_the_log_of_its_source_goes_on(pair, net, teller, listener):
    net.down.add(pair.toys.teller)
    with pytest.raises(Unavailable):
        listener.inbox.pull(pair.toys.teller)
    listener.catch_up(pair.toys.teller)
    net.down.clear()
