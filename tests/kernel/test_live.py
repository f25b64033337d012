"""The toys in real nameko containers: facts flow, and go on flowing whatever breaks."""

import time
from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest
from kombu import Connection, Exchange, Queue

from services.kernel import parking, subscription
from services.kernel.broker import HEARTBEAT
from services.kernel.errors import Forbidden, Invalid, Stale, Unavailable
from services.kernel.rpc import LOOK_FIRST, Consumers
from tests.kernel.deeds import tallies
from tests.kernel.toys import uid

PATIENCE = 20.0


def call(role="worker", **more):
    return {
        "caller": {"user": "u", "role": role, "centres": ["60"]},
        "id": str(uuid4()),
        "fingerprint": "",
        **more,
    }


class Network:
    """Both containers, asked over the broker as the front door does."""

    def __init__(self, pair):
        self.pair = pair
        self.teller, self.listener = pair.start(pair.toys.Teller, pair.toys.Listener)
        self.ask = self.listener.ports.ask
        self.opened: list[str] = []

    def open(self, count=1):
        for _ in range(count):
            case = f"case {len(self.opened)}"
            body = {"case_id": case, "name": "Somying Jaidee", "note": "Bed by the window"}
            self.insist("open", call(id=uid(case)), body)
            self.opened.append(case)

    def insist(self, door, command, body):
        """Ask again, with the same command id, until there is an answer."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.ask(self.pair.toys.teller, door, command, body, 2)
            except Unavailable:
                assert time.monotonic() < end
                eventlet.sleep(0.1)

    def write(self, count=1):
        """As `open`, in the log itself: what commands do while no broker answers."""
        for _ in range(count):
            case = f"case {len(self.opened)}"
            service = self.pair.toys.Teller()
            service.runtime = self.teller
            body = {"case_id": case, "name": "Somying Jaidee", "note": None}
            type(service).open(service, call(id=uid(case)), body)
            self.opened.append(case)

    def heard_everything(self):
        end = time.monotonic() + PATIENCE
        while len(tallies(self.listener)) < len(self.opened) or self.teller.status()["published"] < len(
            self.opened
        ):
            assert time.monotonic() < end, (
                tallies(self.listener),
                self.teller.status(),
                self.listener.status(),
            )
            eventlet.sleep(0.02)
        assert tallies(self.listener) == {case: (1, 1, 0, 0) for case in self.opened}
        assert self.teller.verify() == self.listener.verify() == []


@pytest.fixture
def live(pair):
    return Network(pair)


def test_facts_flow_and_every_queue_may_vanish_or_connection_break(pair, live):
    live.open(5)
    live.heard_everything()
    pair.lose_queues()
    live.write(3)
    live.heard_everything()
    live.open(2)
    pair.cut()
    live.write(3)
    live.heard_everything()
    live.open(2)
    live.heard_everything()


def test_commands_go_on_while_the_broker_is_gone_and_hearing_resumes_when_it_is_back(pair, live):
    live.open(2)
    live.heard_everything()
    pair.unplug()
    live.write(4)
    eventlet.sleep(0.5)
    pair.mend()
    live.heard_everything()
    live.open(2)
    live.heard_everything()


def test_an_answer_that_cannot_be_sent_does_not_end_the_service_and_asking_again_gives_it(pair, live):
    live.open(1)
    command, body = call(id=uid("again")), {"case_id": "case 0", "amount": 1}
    with live.teller.database.write() as db:
        live.teller.log.row(db, "UPDATE log_head SET position = position WHERE id = 1 RETURNING position")
        asked = eventlet.spawn(live.ask, pair.toys.teller, "add", command, body, 3)
        eventlet.sleep(0.3)
        pair.unplug()
    with pytest.raises(Unavailable):
        asked.wait()
    pair.mend()
    assert live.insist("add", command, body)["answer"] == {"version": 2}
    assert live.teller.log.head()[0] == 2


def test_containers_stop_within_seconds_though_the_broker_is_gone(pair, live):
    live.open(1)
    pair.unplug()
    eventlet.sleep(0.2)
    started = time.monotonic()
    pair.stop()
    assert time.monotonic() - started < 8


def test_what_was_parked_for_a_reason_that_may_pass_is_tried_again_by_itself(pair, live, monkeypatch):
    monkeypatch.setattr(subscription, "HEAD_CHECK", 0.1)
    monkeypatch.setattr(parking, "AGAIN", (timedelta(seconds=0.1),) * 100)
    (reaction,) = live.listener.wiring.hears[pair.toys.teller]["CaseOpened"]
    start, failing = reaction.then, [True]

    def then(fact, **heard):
        if failing:
            raise RuntimeError
        return start(fact, **heard)

    monkeypatch.setitem(reaction.__dict__, "then", then)
    live.open(1)
    with eventlet.Timeout(PATIENCE):
        while not live.listener.status()["parked"]:
            eventlet.sleep(0.02)
    failing.clear()
    live.heard_everything()
    assert live.listener.status()["parked"] == []


def test_a_database_that_does_not_answer_is_unavailable_and_everything_resumes_when_it_does(pair, live):
    live.open(2)
    live.heard_everything()
    with pair.database_down(live.teller), pytest.raises(Unavailable):
        live.ask(pair.toys.teller, "open", call(), {"case_id": "x", "name": "y"}, 5)
    live.open(1)
    live.heard_everything()
    with pair.database_down(live.listener):
        live.open(2)
        eventlet.sleep(0.3)
    live.heard_everything()


def test_errors_of_a_door_are_the_same_errors_at_its_caller(pair, live):
    live.open(1)
    teller = pair.toys.teller
    with pytest.raises(Forbidden):
        live.ask(teller, "open", call("ministry"), {"case_id": "x", "name": "y"}, 5)
    with pytest.raises(Forbidden):
        live.ask(teller, "close", call("worker"), {"case_id": "case 0"}, 5)
    with pytest.raises(Forbidden):
        live.ask(teller, "page", call("admin"), {"after": 0}, 5)
    with pytest.raises(Invalid) as invalid:
        live.ask(teller, "open", call(), {"case_id": 3}, 5)
    assert sorted(invalid.value.errors) == ["case_id", "name"]
    with pytest.raises(Stale):
        live.ask(teller, "add", call(if_match=9), {"case_id": "case 0", "amount": 1}, 5)
    with pytest.raises(Invalid):
        live.ask(teller, "add", call(at="2999-01-01T00:00:00.000000Z"), {"case_id": "case 0", "amount": 1}, 5)


def test_a_question_that_nobody_answers_is_unavailable_in_time(pair, live):
    live.open(1)
    started = time.monotonic()
    with pytest.raises(Unavailable, match="not running"):
        live.ask(f"nobody{uuid4().hex}", "open", call(), {}, 5)
    assert time.monotonic() - started < 2
    dead = f"dead{uuid4().hex}"  # its queue is there, its process is not
    with Connection(pair.settings.broker_url) as connection:
        exchange = Exchange("nameko-rpc", "topic", durable=True)
        bound = Queue(f"rpc-{dead}", exchange, f"{dead}.*", expires=30)(connection.channel())
        bound.declare()
        started = time.monotonic()
        with pytest.raises(Unavailable, match="not running"):
            live.ask(dead, "open", call(), {}, 10)
        assert time.monotonic() - started < 5
        bound.delete()
    with live.teller.database.write() as db:  # it runs, and cannot answer
        live.teller.log.row(db, "UPDATE log_head SET position = position WHERE id = 1 RETURNING position")
        asked = eventlet.spawn(live.ask, pair.toys.teller, "open", call(), {"case_id": "x", "name": "y"}, 1)
        with pytest.raises(Unavailable, match="did not answer within"):
            asked.wait()
    pair.unplug()
    started = time.monotonic()
    with pytest.raises(Unavailable):
        live.ask(pair.toys.teller, "status", call("system"), {}, 1)
    assert time.monotonic() - started < 3


def test_a_stopped_service_is_known_not_to_run_long_before_the_deadline_and_answers_when_it_is_back(
    pair, live
):
    live.open(1)
    pair.stop_first()
    started = time.monotonic()
    with pytest.raises(Unavailable, match="not running"):
        live.ask(pair.toys.teller, "status", call("system"), {}, 20)
    assert time.monotonic() - started < 10
    (live.teller,) = pair.start(pair.toys.Teller)
    live.open(1)
    live.heard_everything()


def test_an_answer_that_takes_longer_than_a_look_is_waited_for(pair, live):
    with live.teller.database.write() as db:
        live.teller.log.row(db, "UPDATE log_head SET position = position WHERE id = 1 RETURNING position")
        asked = eventlet.spawn(live.ask, pair.toys.teller, "open", call(), {"case_id": "x", "name": "y"}, 20)
        eventlet.sleep(2 * LOOK_FIRST)
    assert asked.wait()["answer"]["case_id"] == "x"


def test_every_connection_that_takes_messages_has_a_heartbeat(pair, live):
    for container in pair.containers:
        taking = [extension for extension in container.extensions if isinstance(extension, Consumers)]
        assert taking
        assert {extension.connection.heartbeat for extension in taking} == {HEARTBEAT}


def test_whoever_taps_the_broker_reads_no_name(pair, live):
    with Connection(pair.settings.broker_url) as connection:
        channel = connection.channel()
        taps = []
        for name in ("nameko-rpc", "songtor.events"):
            exchange = Exchange(name, "topic", durable=True)
            tap = Queue(f"tap{uuid4().hex}", exchange, "#", expires=60)(channel)
            tap.declare()
            taps.append(tap)
        live.open(2)
        live.heard_everything()
        for tap, least in zip(taps, (4, 1), strict=True):
            seen = []
            while message := tap.get(no_ack=True):
                seen.append(
                    message.body if isinstance(message.body, bytes) else message.body.encode("latin-1")
                )
            tap.delete()
            assert len(seen) >= least
            for body in seen:
                assert b"Somying" not in body and b"window" not in body
                if tap is taps[0]:
                    assert not any(words in body for words in (b"case_", b"case 0", b"worker"))
