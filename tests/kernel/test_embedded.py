"""The embedded broker keeps RabbitMQ's promises, for bare kombu and for real nameko containers.

Long because what the embedded broker promises is one list, held against one fixture.
"""

import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

import eventlet
import pytest
from amqp.exceptions import ConsumerCancelled, NotFound, PreconditionFailed, RecoverableConnectionError
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.exceptions import ChannelError
from kombu.mixins import ConsumerMixin
from kombu.transport import TRANSPORT_ALIASES
from nameko.containers import ServiceContainer
from nameko.exceptions import UnknownService
from nameko.messaging import consume
from nameko.rpc import RpcProxy, rpc
from nameko.standalone.rpc import ServiceRpcProxy
from nameko.web.handlers import http
from nameko.web.server import WebServer

from services.kernel import embedded

EVENTS = Exchange("events", "topic", durable=True)


@pytest.fixture
def url() -> Iterator[str]:
    embedded.register()
    name = f"test-{uuid4().hex}"
    yield f"embedded://{name}"
    embedded.forget(name)


@pytest.fixture
def connection(url) -> Iterator[Connection]:
    with Connection(url) as opened, eventlet.Timeout(20):
        yield opened


@pytest.fixture
def start(url):
    """Start nameko services on the broker of the test: start(Service, max_workers=2) -> container."""
    containers = []

    def started(service, **config):
        container = ServiceContainer(
            service, {"AMQP_URI": url, "WEB_SERVER_ADDRESS": "127.0.0.1:0", **config}
        )
        containers.append(container)
        container.start()
        return container

    with eventlet.Timeout(30):
        yield started
        for killing in [eventlet.spawn(container.kill) for container in containers]:
            killing.wait()


def declared(connection, name, routing_key="#", **arguments):
    queue = Queue(name, EVENTS, routing_key, queue_arguments=arguments)(connection.channel())
    queue.declare()
    return queue


def publish(connection, *bodies, routing_key="CaseOpened", **options):
    producer = Producer(connection)
    for body in bodies:
        producer.publish(body, exchange="events", routing_key=routing_key, **options)


def consuming(connection, queue, prefetch=0, ack=True):
    """A consumer on a channel of its own that keeps (and acknowledges) what it gets."""
    got = []

    def keep(body, message):
        got.append(message)
        if ack:
            message.ack()

    consumer = Consumer(connection.channel(), [queue], callbacks=[keep], prefetch_count=prefetch)
    consumer.consume()
    return got, consumer


def drain(connection, times=1000):
    for _ in range(times):
        try:
            connection.drain_events(timeout=0)
        except TimeoutError:
            return


def bodies(messages):
    return [message.payload for message in messages]


def depth(connection, name):
    return connection.channel().queue_declare(name, passive=True).message_count


# E1: what a message carries


def test_the_content_type_is_among_the_properties_where_nameko_looks_for_it(connection):
    queue = declared(connection, "log")
    publish(connection, {"case": 1}, correlation_id="c-1", headers={"actor": "u-1"})
    message = queue.get()
    assert message.properties["content_type"] == message.content_type == "application/json"
    assert message.properties["content_encoding"] == "utf-8"
    assert message.properties["correlation_id"] == "c-1"
    assert message.headers == {"actor": "u-1"}
    assert message.delivery_info["routing_key"] == "CaseOpened"
    assert message.payload == {"case": 1}


def test_bytes_arrive_as_they_were_sent_and_are_not_wrapped(connection):
    queue = declared(connection, "log")
    page = bytes(range(256))
    publish(connection, page, content_type="application/x-page", content_encoding="binary")
    assert queue.get().body is page


def test_a_reader_that_changes_its_headers_changes_nobody_elses(connection):
    first, second = declared(connection, "first"), declared(connection, "second")
    sent = {"path": ["door"]}
    publish(connection, "page", headers=sent)
    sent["path"].append("sender")
    first.get().headers["path"].append("reader")
    assert second.get().headers == {"path": ["door"]}


# E2: prefetch bounds a consumer, not its neighbours


def test_a_consumer_at_its_prefetch_does_not_stop_the_others_of_its_channel(connection):
    requests, replies = declared(connection, "requests", "request"), declared(connection, "replies", "reply")
    channel, held, answered = connection.channel(), [], []
    with (
        Consumer(channel, [requests], callbacks=[lambda _, m: held.append(m)], prefetch_count=2),
        Consumer(channel, [replies], callbacks=[lambda _, m: answered.append(m)], prefetch_count=2),
    ):
        publish(connection, 1, 2, 3, routing_key="request")
        publish(connection, "answer", routing_key="reply")
        drain(connection)
        assert (bodies(held), bodies(answered)) == ([1, 2], ["answer"])
        held[0].ack()
        drain(connection)
        assert bodies(held) == [1, 2, 3]


def test_one_acknowledgement_can_settle_all_before_it(connection):
    got, consumer = consuming(connection, declared(connection, "log"), prefetch=3, ack=False)
    publish(connection, 1, 2, 3, 4, 5)
    drain(connection)
    got[2].ack(multiple=True)
    drain(connection)
    assert bodies(got) == [1, 2, 3, 4, 5]
    with pytest.raises(PreconditionFailed, match="unknown delivery tag"):
        got[1].ack()
    consumer.channel.close()
    assert depth(connection, "log") == 2


# E3: nothing polls


def test_a_waiting_consumer_is_woken_at_once(connection):
    got, _ = consuming(connection, declared(connection, "log"))
    waiting = eventlet.spawn(connection.drain_events, timeout=5)
    eventlet.sleep(0)
    before = time.perf_counter()
    publish(connection, "page")
    waiting.wait()
    assert time.perf_counter() - before < 0.1
    assert bodies(got) == ["page"]


def test_waiting_ends_after_the_timeout_and_not_before(connection):
    consuming(connection, declared(connection, "log"))
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.05)
    assert 0.05 <= time.monotonic() - before < 0.5


def test_an_acknowledgement_wakes_a_consumer_that_was_at_its_prefetch(connection):
    got, _ = consuming(connection, declared(connection, "log"), prefetch=1, ack=False)
    publish(connection, 1, 2)
    drain(connection)
    waiting = eventlet.spawn(connection.drain_events, timeout=5)
    eventlet.sleep(0)
    got[0].ack()
    waiting.wait()
    assert bodies(got) == [1, 2]


def test_idle_consumers_cost_no_cpu(url, connection):
    others = [Connection(url) for _ in range(20)]
    for number, other in enumerate(others):
        consuming(other, declared(other, f"idle-{number}"))

    def idle(other):
        with pytest.raises(TimeoutError):
            other.drain_events(timeout=0.5)

    before = time.process_time()
    for waiting in [eventlet.spawn(idle, other) for other in others]:
        waiting.wait()
    assert time.process_time() - before < 0.1
    for other in others:
        other.release()


def test_a_backlog_lets_the_other_greenlets_run(connection):
    got, _ = consuming(connection, declared(connection, "log"))
    publish(connection, *range(10))
    seen = []
    eventlet.spawn(lambda: seen.append(len(got)))
    drain(connection)
    assert seen[0] < 10


# E4: what was not acknowledged comes back, first


@pytest.mark.parametrize("leave", ["channel", "connection"])
def test_unacknowledged_messages_of_who_leaves_return_to_the_head_in_order(url, connection, leave):
    queue = declared(connection, "log")
    publish(connection, 1, 2, 3, 4, 5)
    with Connection(url) as leaving:
        got, consumer = consuming(leaving, queue, prefetch=4, ack=False)
        drain(leaving)
        got[1].ack()
        if leave == "channel":
            consumer.channel.close()
        else:
            leaving.release()
        with pytest.raises(RecoverableConnectionError):
            got[0].ack()
    later, _ = consuming(connection, queue)
    drain(connection)
    assert [(m.payload, m.delivery_info["redelivered"]) for m in later] == [
        (1, True),
        (3, True),
        (4, True),
        (5, False),
    ]


def test_messages_held_by_two_consumers_return_to_one_order(url, connection):
    queue = declared(connection, "log")
    with Connection(url) as monday, Connection(url) as tuesday:
        held = [consuming(monday, queue, ack=False)[0], consuming(tuesday, queue, ack=False)[0]]
        publish(connection, 1, 2, 3, 4)
        for _ in range(2):
            monday.drain_events(timeout=0)
            tuesday.drain_events(timeout=0)
        assert [bodies(got) for got in held] == [[1, 3], [2, 4]]
    got, _ = consuming(connection, queue)
    drain(connection)
    assert bodies(got) == [1, 2, 3, 4]


def test_a_requeued_message_comes_again_and_a_rejected_one_does_not(connection):
    queue = declared(connection, "log")
    publish(connection, 1, 2)
    queue.get().requeue()
    again = queue.get()
    assert (again.payload, again.delivery_info["redelivered"]) == (1, True)
    again.reject()
    assert queue.get(no_ack=True).payload == 2
    assert queue.get() is None


# E5: nothing is lost unseen


def test_a_mandatory_publish_without_a_route_fails_and_leaves_nothing_behind(connection):
    queue = declared(connection, "log", "CaseOpened")
    with pytest.raises(ChannelError, match="NO_ROUTE") as refused:
        publish(connection, "page", routing_key="CaseClosed", mandatory=True, retry=True)
    assert refused.value.reply_code == 312
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        Producer(connection).publish("page", routing_key="no-such-queue", mandatory=True)
    publish(connection, "page", routing_key="CaseClosed")
    assert queue.get() is None
    assert set(connection.default_channel.state.queues) == {"log"}


def test_a_returned_message_goes_to_who_asked_for_it(connection):
    declared(connection, "log", "CaseOpened")
    returned = []
    producer = Producer(
        connection, on_return=lambda error, *details: returned.append((error.reply_code, *details))
    )
    producer.publish({"n": 1}, exchange="events", routing_key="CaseClosed", mandatory=True)
    (reply_code, exchange, routing_key, message) = returned[0]
    assert (reply_code, exchange, routing_key, message["body"]) == (312, "events", "CaseClosed", '{"n": 1}')


def test_an_exchange_or_queue_that_is_not_there_is_an_error(connection):
    channel = connection.channel()
    with pytest.raises(NotFound, match="no exchange 'events'"):
        publish(connection, "page")
    with pytest.raises(NotFound, match="no queue 'log'"):
        channel.queue_declare("log", passive=True)
    with pytest.raises(NotFound, match="no queue 'log'"):
        channel.queue_bind("log", "events", "#")


def test_a_publish_is_safe_when_it_returns_and_is_confirmed_to_who_waits_for_it(connection):
    declared(connection, "log")
    channel = connection.channel()
    assert channel.synchronous
    confirmed = []
    channel.confirm_select()
    channel.events["basic_ack"].add(lambda tag, multiple: confirmed.append((tag, multiple)))
    for body in (b"one", b"two"):
        channel.basic_publish(channel.prepare_message(body), "events", "CaseOpened", mandatory=True)
    assert confirmed == [(1, False), (2, False)]
    assert depth(connection, "log") == 2


# E6: the broker loses everything


class Listener(ConsumerMixin):
    def __init__(self, url):
        self.connection, self.heard, self.ready = Connection(url), [], eventlet.queue.Queue()

    def get_consumers(self, consumer, channel):
        return [consumer([Queue("log", EVENTS, "#")], callbacks=[self.hear])]

    def on_consume_ready(self, connection, channel, consumers, **kwargs):
        self.ready.put("ready")

    def hear(self, body, message):
        self.heard.append(body)
        message.ack()
        if body == "last":
            self.should_stop = True


def test_a_listener_finds_its_way_back_after_the_broker_lost_everything(url, connection):
    listener = Listener(url)
    running = eventlet.spawn(listener.run)
    listener.ready.get()
    publish(connection, "first")
    eventlet.sleep(0)
    embedded.forget(url.removeprefix("embedded://"))
    listener.ready.get()
    publish(connection, "last", retry=True)
    running.wait()
    assert listener.heard == ["first", "last"]


def test_a_listener_that_was_busy_when_the_broker_went_is_told_too(url, connection):
    queue = declared(connection, "log")
    consuming(connection, queue)
    embedded.forget(url.removeprefix("embedded://"))
    with pytest.raises(connection.connection_errors, match="CONNECTION_FORCED"):
        connection.drain_events(timeout=1)


def test_a_consumer_is_told_that_its_queue_was_deleted(url, connection):
    consuming(connection, declared(connection, "log"))
    waiting = eventlet.spawn(connection.drain_events, timeout=5)
    eventlet.sleep(0)
    with Connection(url) as operator:
        operator.channel().queue_delete("log")
        publish(operator, "page")
    with pytest.raises(ConsumerCancelled):
        waiting.wait()


# queues and exchanges as RabbitMQ has them


@pytest.mark.parametrize(
    ("pattern", "routing_key", "matches"),
    [
        ("#", "CaseOpened", True),
        ("referral.#", "referral", True),
        ("referral.#", "referral.sent.late", True),
        ("referral.*", "referral.sent", True),
        ("referral.*", "referral.sent.late", False),
        ("referral.*", "referral", False),
        ("#.late", "referral.sent.late", True),
        ("a+b.c", "a+b.c", True),
        ("a.c", "abc", False),
    ],
)
def test_topic_bindings_match_as_amqp_says(connection, pattern, routing_key, matches):
    queue = declared(connection, "log", pattern)
    publish(connection, "page", routing_key=routing_key)
    assert (queue.get() is not None) is matches


def test_every_bound_queue_gets_the_message_once(connection):
    queue = declared(connection, "log", "CaseOpened")
    queue.bind_to("events", "#")
    other = declared(connection, "other")
    publish(connection, "page")
    assert (depth(connection, queue.name), depth(connection, other.name)) == (1, 1)


def test_the_arguments_of_a_quorum_queue_are_accepted(connection):
    queue = declared(
        connection, "log", **{"x-queue-type": "quorum", "x-delivery-limit": 20, "x-expires": 300000}
    )
    publish(connection, "page")
    assert queue.get(no_ack=True).payload == "page"


def test_only_the_first_live_consumer_of_a_single_active_queue_gets_messages(url, connection):
    queue = declared(connection, "log", **{"x-single-active-consumer": True})
    with Connection(url) as monday, Connection(url) as tuesday:
        active, _ = consuming(monday, queue, ack=False)
        standby, _ = consuming(tuesday, queue)
        publish(connection, 1, 2)
        drain(tuesday)
        drain(monday, times=1)
        assert (bodies(active), standby) == ([1], [])
        waiting = eventlet.spawn(tuesday.drain_events, timeout=5)
        eventlet.sleep(0)
        monday.release()
        waiting.wait()
        drain(tuesday)
        assert [(m.payload, m.delivery_info["redelivered"]) for m in standby] == [(1, True), (2, False)]


def test_a_full_queue_drops_from_its_head(connection):
    queue = declared(connection, "log", **{"x-max-length": 2})
    publish(connection, 1, 2, 3)
    assert [queue.get(no_ack=True).payload for _ in range(2)] == [2, 3]
    assert queue.get() is None


def listen(connection):
    while True:
        connection.drain_events()


def test_two_consumers_of_a_queue_share_its_messages(url, connection):
    queue = declared(connection, "log")
    with Connection(url) as monday, Connection(url) as tuesday:
        shares = [consuming(each, queue)[0] for each in (monday, tuesday)]
        listening = [eventlet.spawn(listen, each) for each in (monday, tuesday)]
        eventlet.sleep(0)
        for day in range(10):
            eventlet.sleep(0)
            publish(connection, day)
            while sum(map(len, shares)) <= day:
                eventlet.sleep(0)
        for each in listening:
            each.kill()
    assert sorted(bodies(shares[0] + shares[1])) == list(range(10))
    assert [len(share) for share in shares] == [5, 5]


def test_a_temporary_queue_goes_with_its_last_consumer(url, connection):
    EVENTS(connection.channel()).declare()
    with Connection(url) as visitor:
        consuming(visitor, Queue("visitor", EVENTS, "#", auto_delete=True))
        publish(connection, "page", mandatory=True)
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        publish(connection, "page", mandatory=True)


def test_purging_and_deleting_say_how_many_messages_went(connection):
    queue = declared(connection, "log")
    publish(connection, 1, 2)
    assert queue.purge() == 2
    publish(connection, 3)
    with pytest.raises(PreconditionFailed, match="not empty"):
        queue.delete(if_empty=True)
    assert queue.delete() == 1
    publish(connection, 4)
    with pytest.raises(NotFound):
        queue.get()


def test_a_deleted_exchange_routes_nothing_and_comes_back_empty(connection):
    queue = declared(connection, "log")
    EVENTS(connection.channel()).delete()
    with pytest.raises(NotFound):
        publish(connection, "page")
    EVENTS(connection.channel()).declare()
    publish(connection, "page")
    assert queue.get() is None


def test_brokers_of_different_names_know_nothing_of_each_other(url, connection):
    declared(connection, "log")
    with Connection(f"{url}-other") as other, Connection(url.upper().replace("EMBEDDED", "embedded")) as same:
        with pytest.raises(NotFound):
            depth(other, "log")
        assert depth(same, "log") == 0
        assert depth(connection.clone(), "log") == 0
    embedded.forget(f"{url}-other".removeprefix("embedded://"))
    embedded.forget("never-there")


def test_the_broker_without_a_name_is_one_broker():
    embedded.register()
    with Connection("embedded://") as one, one.clone() as another:
        declared(one, "log")
        assert depth(another, "log") == 0
    embedded.forget()
    with Connection("embedded://") as later, pytest.raises(NotFound):
        depth(later, "log")
    embedded.forget()


def test_registering_twice_is_registering_once():
    embedded.register()
    before = dict(TRANSPORT_ALIASES)
    embedded.register()
    assert before == TRANSPORT_ALIASES


# nameko on top of it


class Ground:
    name = "ground"

    @rpc
    def floor(self, number):
        eventlet.sleep(0.001)
        return f"floor {number}"


class Stairs:
    name = "stairs"
    ground = RpcProxy("ground")

    @rpc
    def climb(self, number):
        return f"from {self.ground.floor(number)}"


class Door:
    name = "door"
    stairs = RpcProxy("stairs")
    nobody = RpcProxy("nobody")

    @http("GET", "/climb/<int:number>")
    def climb(self, request, number):
        return self.stairs.climb(number)

    @http("GET", "/nobody")
    def ask_nobody(self, request):
        try:
            return self.nobody.there()
        except UnknownService as unknown:
            return 503, str(unknown)


def address(container):
    (server,) = [extension for extension in container.subextensions if isinstance(extension, WebServer)]
    return f"http://127.0.0.1:{server._sock.getsockname()[1]}"


def fetch(address):
    with urlopen(address, timeout=20) as answer:  # noqa: S310
        return answer.read().decode()


def test_64_web_requests_at_once_that_call_a_service_that_calls_another_are_all_answered(start):
    start(Ground)
    start(Stairs)
    door = address(start(Door))
    calls = [eventlet.spawn(fetch, f"{door}/climb/{number}") for number in range(64)]
    assert [call.wait() for call in calls] == [f"from floor {number}" for number in range(64)]


def test_nested_calls_are_answered_with_two_workers_a_service(url, start):
    start(Ground, max_workers=2)
    start(Stairs, max_workers=2)
    with ServiceRpcProxy("stairs", {"AMQP_URI": url}) as stairs:
        calls = [stairs.climb.call_async(number) for number in range(6)]
        assert [call.result() for call in calls] == [f"from floor {number}" for number in range(6)]


def test_a_call_to_a_service_nobody_runs_fails_at_once(start):
    door = address(start(Door))
    with pytest.raises(HTTPError) as answer:
        fetch(f"{door}/nobody")
    assert (answer.value.code, answer.value.read()) == (503, b"Unknown service `nobody`")


heard: list[int] = []
hold = eventlet.event.Event()


class Stuck:
    name = "stuck"

    @consume(Queue("log", EVENTS, "#"))
    def hear(self, body):
        hold.wait()


class Steady:
    name = "steady"

    @consume(Queue("log", EVENTS, "#"))
    def hear(self, body):
        heard.append(body)


def test_the_messages_of_a_killed_service_are_redelivered_in_order(connection, start):
    heard.clear()
    stuck = start(Stuck, max_workers=3)
    publish(connection, 1, 2, 3, 4, 5)
    while depth(connection, "log") > 2:
        eventlet.sleep(0)
    stuck.kill()
    assert depth(connection, "log") == 5
    start(Steady, max_workers=1)
    while len(heard) < 5:
        eventlet.sleep(0)
    assert heard == [1, 2, 3, 4, 5]


def test_a_service_stops_within_its_turn_and_starts_again_on_the_same_queue(url, start):
    start(Ground).stop()
    start(Ground)
    with ServiceRpcProxy("ground", {"AMQP_URI": url}) as ground:
        assert ground.floor(2) == "floor 2"
