"""Publishing: pages in order, each confirmed before the cursor moves, whatever dies on the way."""

import time
from collections.abc import Iterator
from contextlib import suppress

import eventlet
import pytest
from kombu import Connection, Consumer

from services.kernel import relay as relay_module
from services.kernel.inbox import Receipt
from services.kernel.relay import BrokerPublisher, NotConfirmed, Relay, follow, last_position, queue
from services.kernel.rpc import within
from tests.kernel.deeds import added, bodies, opened, tallies

RABBIT = pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)


@pytest.fixture
def publisher(pair) -> Iterator[BrokerPublisher]:
    made = BrokerPublisher(pair.settings.broker_url, pair.toys.teller, within)
    yield made
    made.close()


@pytest.fixture
def relay(teller, publisher):
    return Relay(teller.log, publisher)


@pytest.fixture
def mailbox(pair):
    """The listener's queue; calling it takes what has come: [message, ...]."""

    def take():
        with Connection(pair.settings.broker_url) as connection:
            bound = queue(pair.toys.teller, pair.toys.listener)(connection.channel())
            bound.declare()
            found = []
            with Consumer(connection, [bound], on_message=found.append, no_ack=True):
                with suppress(TimeoutError):
                    while True:
                        connection.drain_events(timeout=0.2)
            return found

    return take


def body(message) -> bytes:
    return message.body if isinstance(message.body, bytes) else message.body.encode()


def published(teller) -> int:
    return teller.status()["published"]


def test_pages_are_published_persistent_in_order_and_the_cursor_follows(pair, relay, mailbox, teller):
    mailbox()
    opened(teller, "a")
    for amount in range(250):
        added(teller, "a", amount)
    assert relay.run_once() == 251
    assert published(teller) == 251
    messages = mailbox()
    assert [body(message) for message in messages] == bodies(teller, 100)
    for message in messages:
        assert message.properties["delivery_mode"] == 2
        assert message.content_type == "application/json"
        assert message.delivery_info["routing_key"] == pair.toys.teller
    assert relay.run_once() == 0
    assert [last_position(body(message)) for message in messages] == [100, 200, 251]


def test_without_a_subscriber_nothing_counts_as_published(relay, mailbox, teller):
    opened(teller, "a")
    with pytest.raises(NotConfirmed):
        relay.run_once()
    assert published(teller) == 0
    mailbox()
    assert relay.run_once() == 1
    assert published(teller) == 1


def test_killed_after_publishing_it_publishes_again_and_listeners_drop_what_they_have(
    pair, publisher, relay, mailbox, teller, listener
):
    def dies(pages):
        publisher(pages)
        raise SystemError("kill -9 before the cursor moved")

    mailbox()
    opened(teller, "a", "b")
    with pytest.raises(SystemError):
        Relay(teller.log, dies).run_once()
    assert published(teller) == 0
    assert relay.run_once() == 2
    outcomes = [listener.inbox.receive(pair.toys.teller, body(message)) for message in mailbox()]
    assert outcomes == [Receipt.HANDLED, Receipt.DUPLICATE]
    assert tallies(listener) == {"a": (1, 1, 0, 0), "b": (1, 1, 0, 0)}


def test_two_relays_at_once_are_harmless(pair, relay, mailbox, teller, listener):
    mailbox()
    other = Relay(teller.log, BrokerPublisher(pair.settings.broker_url, pair.toys.teller, within))
    opened(teller, "a")

    def run(one):
        for _ in range(6):
            one.run_once()
            eventlet.sleep(0)

    running = [eventlet.spawn(run, one) for one in (relay, other)]
    for amount in range(20):
        added(teller, "a", amount)
        eventlet.sleep(0)
    for thread in running:
        thread.wait()
    relay.run_once()
    other.publish.close()
    for message in mailbox():
        assert listener.inbox.receive(pair.toys.teller, body(message)) != Receipt.GAP
    assert published(teller) == 21
    assert tallies(listener) == {"a": (21, 21, 190, 0)}


def test_a_slow_relay_does_not_move_the_cursor_back_behind_a_quick_one(teller):
    opened(teller, "a")

    def slowly(pages):
        added(teller, "a")
        let_the_lease_end(teller)
        Relay(teller.log, lambda more: None).run_once()

    Relay(teller.log, slowly).run_once()
    assert published(teller) == 2


@RABBIT
def test_of_several_replicas_one_publishes_at_a_time_and_another_takes_over(teller):
    opened(teller, "a")
    sent: list[str] = []
    other = Relay(teller.log, lambda pages: sent.append("other"))

    def slowly(pages):
        sent.append("first")
        assert other.run_once() == 0 and other.others_turn

    assert Relay(teller.log, slowly).run_once() == 1
    added(teller, "a", 1)
    assert other.run_once() == 1  # at once: nobody holds what is done
    assert other.run_once() == 0 and not other.others_turn
    assert sent == ["first", "other"]

    def frozen(pages):
        added(teller, "a", 2)
        assert other.run_once() == 0
        let_the_lease_end(teller)
        assert other.run_once() == 2
        raise NotConfirmed("woken too late")

    added(teller, "a", 3)
    with pytest.raises(NotConfirmed):
        Relay(teller.log, frozen).run_once()
    assert published(teller) == 4
    added(teller, "a", 4)
    assert other.run_once() == 1


def let_the_lease_end(teller):
    """As if its time had passed."""
    with teller.database.write() as db:
        teller.log.run(db, "UPDATE relay_cursor SET lease_until = '2026' WHERE owner IS NOT NULL")


def test_it_keeps_trying_while_the_broker_is_gone_and_goes_on_when_it_is_back(pair, relay, mailbox, teller):
    mailbox()
    stop = []
    following = eventlet.spawn(follow, relay, lambda: bool(stop), lambda _: eventlet.sleep(0.02), 0.05)
    opened(teller, "a")
    while published(teller) < 1:
        eventlet.sleep(0.01)
    pair.unplug()
    opened(teller, "b", "c")
    eventlet.sleep(0.3)
    assert (published(teller), following.dead) == (1, False)
    pair.mend()
    mailbox()
    while published(teller) < 3:
        eventlet.sleep(0.01)
    stop.append(True)
    following.wait()


@RABBIT
def test_a_broker_that_says_nothing_is_given_up_in_time(pair, publisher, relay, mailbox, teller, monkeypatch):
    monkeypatch.setattr(relay_module, "CONFIRM_SECONDS", 0.4)
    monkeypatch.setattr("services.kernel.broker.CLOSE_SECONDS", 0.2)
    mailbox()
    opened(teller, "a")
    relay.run_once()
    opened(teller, "b")
    pair.cable.silent = True
    started = time.monotonic()
    for _ in range(2):  # once on the open connection, once on a new one
        with pytest.raises((NotConfirmed, OSError)):
            relay.run_once()
    assert time.monotonic() - started < 3
    assert published(teller) == 1
    pair.mend()
    monkeypatch.setattr(relay_module, "CONFIRM_SECONDS", 10)
    assert relay.run_once() == 1
