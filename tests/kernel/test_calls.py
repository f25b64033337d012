"""A call of a door is the same call whether the service runs in this process, in the one that started it, or is reached
over the broker.

Long because everything is tried on the same two services, in one process, over a socket and over the broker, with
strangers at it and while it is frozen.
"""

import socket
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from eventlet.event import Event
from kombu import Connection, Exchange, Queue
from marshmallow import Schema, fields
from prometheus_client import REGISTRY

from services.kernel import errors, extensions, logs, scope
from services.kernel.adjoining import Child, Parent
from services.kernel.direct import SLOTS, LocalServices
from services.kernel.doors import Call, Doors, Runtime, query
from services.kernel.runtime import SYSTEM_CALL
from tests.kernel.toys import uid

CASE = {"case_id": "case 0", "name": "Somying Jaidee"}
ERRORS = {
    "refused": errors.Refused("not_open", "The case is not open."),
    "invalid": errors.Invalid({"facts.age": ["Too old.", "Too young."]}),
    "not_found": errors.NotFound("case 0"),
    "nothing": errors.NotFound(),
    "forbidden": errors.Forbidden("The role worker may not."),
    "stale": errors.Stale("Version 3 is wanted."),
    "key_reused": errors.KeyReused("Used before."),
    "unavailable": errors.Unavailable("The database does not answer."),
}
OURS = {"conflict": errors.Conflict("case/0"), "fault": ZeroDivisionError("Somying Jaidee")}
of_caller: ContextVar[str] = ContextVar("of_caller", default="nothing")


def call(role="worker", **more):
    return {
        "caller": {"user": "u", "role": role, "centres": ["60"]},
        "id": str(uuid4()),
        "fingerprint": "",
        **more,
    }


class AnyBody(Schema):
    value = fields.Raw(load_default=None, allow_none=True)


@dataclass
class Witness:
    """What the doors under test saw, and the gate at which one of them waits."""

    gate: Event = field(default_factory=Event)
    entered: list[Any] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)


def asked_service(pair, witness):
    """The teller with doors that wait, fail and ask."""

    class Asked(pair.toys.Teller):
        @query("test.fail", ("worker",), AnyBody())
        def fail(self, call: Call, body: dict[str, Any]) -> Any:
            raise (ERRORS | OURS)[body["value"]]

        @query("test.echo", ("worker",), AnyBody())
        def echo(self, call: Call, body: dict[str, Any]) -> Any:
            witness.entered.append(body["value"])
            return {"value": body["value"], "pair": (1, 2)}

        @query("test.unfit", ("worker",), AnyBody())
        def unfit(self, call: Call, body: dict[str, Any]) -> Any:
            return {1: "no name of a field"}

        @query("test.context", ("worker",), AnyBody())
        def context(self, call: Call, body: dict[str, Any]) -> Any:
            return [of_caller.get(), list(scope.current()), logs._correlation.get()]

        @query("test.wait", ("worker",), AnyBody())
        def wait(self, call: Call, body: dict[str, Any]) -> Any:
            witness.entered.append(body["value"])
            witness.gate.wait()
            if body["value"] == "commit":
                self.open(call.as_dict(), CASE)
            witness.left.append(body["value"])
            return body["value"]

        @query("test.ask_back", ("worker",), AnyBody())
        def ask_back(self, call: Call, body: dict[str, Any]) -> Any:
            return ask_of(self)(pair.toys.listener, "ask_back", call.as_dict(), {}, 1.0)

    return Asked


def asking_service(pair):
    class Asking(Doors):
        name = pair.toys.listener
        runtime = Runtime(pair.toys.Listener.runtime.wiring)

        @query("test.heard", ("worker",), AnyBody())
        def heard(self, call: Call, body: dict[str, Any]) -> Any:
            return self.runtime.inbox.position(pair.toys.teller)

        @query("test.ask_back", ("worker",), AnyBody())
        def ask_back(self, call: Call, body: dict[str, Any]) -> Any:
            return ask_of(self)(pair.toys.teller, "ask_back", call.as_dict(), {}, 1.0)

    return Asking


def ask_of(service):
    return service.runtime.ports.ask


class Calls:
    """The two services: the asked one here, in the parent (of which this process plays both sides), or at the
    broker."""

    def __init__(self, pair, transport):
        self.pair, self.witness, self.waiting, self.line = pair, Witness(), [], None
        self.local = None if transport == "broker" else LocalServices()
        [self.runtime] = pair.start(asked_service(pair, self.witness), local=self.local)
        near = self.local if transport == "direct" else LocalServices()
        elsewhere = self._adjoin() if transport == "adjoining" else None
        [self.asking] = pair.start(asking_service(pair), local=near, elsewhere=elsewhere)

    def _adjoin(self):
        ends = socket.socketpair()
        child, parent = Child(ends[0], self.local), Parent(ends[1])
        self.line = [eventlet.spawn(child.answer), eventlet.spawn(parent.listen, child.close, parent.close)]
        parent.wait()
        return parent.ask

    def ask(self, door, value=None, seconds=5.0, service=None, **more):
        asked = self.asking.ports.ask
        return asked(service or self.pair.toys.teller, door, call(**more), {"value": value}, seconds)

    def open(self, seconds=5.0, **more):
        return self.asking.ports.ask(self.pair.toys.teller, "open", call(**more), CASE, seconds)

    def ask_asking(self, door, **more):
        """The other way round."""
        return self.runtime.ports.ask(self.pair.toys.listener, door, call(**more), {}, 5.0)

    def busy(self, count=SLOTS["doors"]):
        """So many calls, waiting at the gate."""
        waiting = [eventlet.spawn(self.ask, "wait", number, 20.0) for number in range(count)]
        until(lambda: len(self.witness.entered) >= min(count, SLOTS["doors"]))
        self.waiting += waiting
        return waiting

    def close(self):
        if not self.witness.gate.ready():
            self.witness.gate.send()
        for thread in self.waiting:
            with suppress(errors.Unavailable):
                thread.wait()
        for thread in self.line or ():
            thread.kill()


def until(good, seconds=10.0):
    with eventlet.Timeout(seconds):
        while not good():
            eventlet.sleep(0.01)


@pytest.fixture(params=["direct", "adjoining", "broker"])
def calls(request, pair):
    made = Calls(pair, request.param)
    yield made
    made.close()


@pytest.fixture
def direct(pair):
    made = Calls(pair, "direct")
    yield made
    made.close()


@pytest.fixture(params=["direct", "adjoining"])
def near(request, pair):
    made = Calls(pair, request.param)
    yield made
    made.close()


# -- answers -------------------------------------------------------------------------------------------------------


def test_a_command_answers_with_its_position_and_a_question_says_what_it_has_not_heard_yet(calls):
    opened = calls.open()
    assert opened == {
        "answer": {"case_id": "case 0", "version": 1},
        "position": 1,
        "stale": False,
    }
    teller = calls.pair.toys.teller
    assert calls.ask_asking("heard", wait={teller: 1}) == {"answer": 1, "position": None, "stale": False}
    assert calls.ask_asking("heard", wait={teller: 2}) == {"answer": 1, "position": None, "stale": True}


def test_nothing_is_shared_and_everything_is_as_json_makes_it(calls):
    sent = {"list": [1], "tuple": (1, 2), "number": 2**53, "ไทย": None}
    first = calls.ask("echo", sent)["answer"]
    assert first == {
        "value": {"list": [1], "tuple": [1, 2], "number": 2**53, "ไทย": None},
        "pair": [1, 2],
    }
    [seen] = calls.witness.entered
    sent["list"].append("the caller's")
    first["value"]["list"].append("the answer's")
    assert seen["list"] == [1]
    seen["list"].append("the door's")
    assert first["value"]["list"] == [1, "the answer's"]


def test_what_is_large_passes_as_a_whole_and_what_comes_after_it_too(calls):
    large = ["ก" * 1000] * 1000
    several = [eventlet.spawn(calls.ask, "echo", value) for value in (large, 1, large, 2)]
    assert [thread.wait()["answer"]["value"] for thread in several] == [large, 1, large, 2]


def test_what_is_not_json_is_an_error_on_either_side(calls):
    for wrong in ({1: "a key"}, uuid4(), {"set"}):
        with pytest.raises(TypeError):
            calls.ask("echo", wrong)
    assert calls.witness.entered == []
    with pytest.raises(Exception, match="UnserializableValueError in another service"):
        calls.ask("unfit")


def test_an_error_of_the_kernel_is_the_same_error_and_any_other_says_nothing(calls):
    for name, error in ERRORS.items():
        with pytest.raises(type(error)) as raised:
            calls.ask("fail", name)
        assert type(raised.value) is type(error) and raised.value.args == error.args
        assert raised.value.__cause__ is raised.value.__context__ is None
    for name, error in OURS.items():
        with pytest.raises(Exception) as raised:
            calls.ask("fail", name)
        assert type(raised.value) is Exception
        assert raised.value.args == (f"{type(error).__name__} in another service",)
        assert raised.value.__cause__ is raised.value.__context__ is None


def test_what_is_no_door_cannot_be_called(calls):
    for name in ("nothing", "runtime", "name", "__init__"):
        with pytest.raises(Exception) as raised:
            calls.ask(name)
        assert type(raised.value).__name__ == "MethodNotFound" and raised.value.args == (name,)


def test_a_door_knows_of_its_caller_what_the_call_says_and_no_more(calls):
    of_caller.set("mine")
    with logs.correlation("the caller's own"), scope.narrow(scope.Scope("77")):
        answer = calls.ask("context", correlation="of the call")["answer"]
        assert scope.current() == scope.Scope("77") and logs._correlation.get() == "the caller's own"
    assert answer == ["nothing", ["60", ""], "of the call"]


# -- waiting -------------------------------------------------------------------------------------------------------


def test_a_caller_waits_no_longer_than_its_deadline_and_the_door_goes_on_to_its_commit(calls):
    started = time.monotonic()
    with pytest.raises(errors.Unavailable, match="did not answer within"):
        calls.ask("wait", "commit", 0.5)
    assert 0.4 < time.monotonic() - started < 2
    assert calls.witness.entered == ["commit"] and calls.runtime.log.head()[0] == 0
    calls.witness.gate.send()
    until(lambda: calls.witness.left == ["commit"])
    assert calls.runtime.log.head()[0] == 1
    assert calls.open(id=uid("later"))["answer"]["version"] == 1


def test_ten_are_worked_on_at_a_time_and_waiting_for_a_turn_counts(calls):
    waiting = calls.busy(SLOTS["doors"] + 3)
    with pytest.raises(errors.Unavailable, match="did not answer within"):
        calls.ask("echo", "late", 0.5)
    assert len(calls.witness.entered) == SLOTS["doors"]
    calls.witness.gate.send()
    assert sorted(thread.wait()["answer"] for thread in waiting) == list(range(SLOTS["doors"] + 3))


def test_without_a_broker_whoever_gave_up_before_its_turn_is_not_answered_later(near):
    waiting = near.busy()
    with pytest.raises(errors.Unavailable):
        near.ask("echo", "late", 0.1)
    near.witness.gate.send()
    for thread in waiting:
        thread.wait()
    near.ask("echo", "next")
    assert near.witness.entered[len(waiting) :] == ["next"]


def test_without_a_broker_followers_and_watchers_have_their_answers_while_all_ten_are_taken(near):
    near.busy(SLOTS["doors"] + 5)
    teller, system = near.pair.toys.teller, near.asking.ports.ask
    for _ in range(2 * SLOTS["log"]):
        assert system(teller, "page", SYSTEM_CALL, {"after": 0}, 1.0)["answer"]["head"] == 0
        assert system(teller, "status", SYSTEM_CALL, {}, 1.0)["answer"]["service"] == teller
        assert system(teller, "figures", SYSTEM_CALL, {}, 1.0)["answer"]["process"]
    assert near.asking.inbox.pull(teller) == 0


def test_doors_that_wait_for_each_other_in_a_circle_are_free_again_at_the_deadline(calls):
    ways = (calls.ask, calls.ask_asking)
    many = [eventlet.spawn(failing, way, "ask_back") for way in ways * (SLOTS["doors"] + 2)]
    assert {type(thread.wait()) for thread in many} == {errors.Unavailable}
    until(lambda: calls.ask("echo", "again", 5.0)["answer"]["value"] == "again", 20.0)


def failing(ask, door):
    with pytest.raises(errors.Unavailable) as raised:
        ask(door)
    return raised.value


# -- never inside a transaction ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["write", "read", "snapshot"])
def test_nobody_is_asked_within_a_transaction(calls, kind):
    with getattr(calls.asking.database, kind)(), pytest.raises(RuntimeError, match="within a transaction"):
        calls.ask("echo", "x")
    with suppress(ZeroDivisionError), getattr(calls.asking.database, kind)():
        raise ZeroDivisionError
    assert calls.ask("echo", "x")["answer"]["value"] == "x"
    assert calls.witness.entered == ["x"]


# -- who serves ----------------------------------------------------------------------------------------------------


def test_a_service_that_was_stopped_does_not_run_and_is_asked_again_when_it_is_back(calls):
    calls.pair.stop_first()
    with pytest.raises(errors.Unavailable, match=f"^The service {calls.pair.toys.teller} is not running.$"):
        calls.ask("echo", "x", 10.0)
    calls.pair.start(asked_service(calls.pair, calls.witness), local=calls.local)
    assert calls.ask("echo", "x")["answer"]["value"] == "x"


def test_a_service_that_runs_in_another_process_too_is_asked_there_when_it_is_stopped_here(direct):
    direct.pair.start(asked_service(direct.pair, direct.witness))
    direct.pair.stop_first()
    assert direct.ask("echo", "x")["answer"]["value"] == "x"


def test_a_stop_lets_doors_end_and_takes_no_more(calls):
    (waiting,) = calls.busy(1)
    stopping = eventlet.spawn(calls.pair.stop_first)
    eventlet.sleep(0.1)
    calls.witness.gate.send()
    assert waiting.wait()["answer"] == 0
    stopping.wait()
    assert calls.witness.left == [0]


def test_without_a_broker_a_stop_ends_within_seconds_whatever_its_doors_do(near):
    waiting = near.busy(SLOTS["doors"] + 1)
    started = time.monotonic()
    near.pair.stop_first()
    assert time.monotonic() - started < 8
    for thread in waiting:
        with pytest.raises(errors.Unavailable, match="is not running"):
            thread.wait()
    assert near.witness.left == []


def test_what_is_called_without_the_broker_never_passes_it(near):
    with Connection(near.pair.settings.broker_url) as connection:
        exchange = Exchange("nameko-rpc", "topic", durable=True)
        tap = Queue(f"tap{uuid4().hex}", exchange, f"{near.pair.toys.teller}.#", expires=60)(
            connection.channel()
        )
        tap.declare()
        near.open()
        assert tap.get(no_ack=True) is None
        tap.delete()


# -- a broker that says nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)
def test_a_frozen_broker_is_given_up_within_the_deadline_and_serves_again_when_it_thaws(pair):
    calls = Calls(pair, "broker")
    assert calls.ask("echo", 1)["answer"]["value"] == 1
    pair.cable.silent = True
    started = time.monotonic()
    asked = [eventlet.spawn(given_up, calls, number) for number in range(12)]
    assert all(each.wait() for each in asked)
    assert given_up(calls, "later")
    assert time.monotonic() - started < 6  # twice the deadline, and what a slow machine adds
    pair.cable.silent = False
    until(lambda: not given_up(calls, "again"))
    assert calls.ask("echo", 2)["answer"]["value"] == 2


@pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)
def test_a_broker_that_freezes_while_a_door_is_at_work_keeps_nobody_waiting(pair):
    calls = Calls(pair, "broker")
    asked = eventlet.spawn(given_up, calls, "commit", "wait")
    until(lambda: calls.witness.entered == ["commit"])
    pair.cable.silent = True
    assert asked.wait()
    calls.witness.gate.send()
    until(lambda: calls.witness.left == ["commit"])
    pair.cable.silent = False
    until(lambda: not given_up(calls, "again"))


@pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)
def test_lines_that_never_thaw_are_left_for_new_ones(pair, monkeypatch):
    monkeypatch.setattr(extensions, "HEARTBEAT", 1)
    calls = Calls(pair, "broker")
    assert calls.ask("echo", 1)["answer"]["value"] == 1
    pair.cable.freeze()
    assert given_up(calls, "frozen")
    until(lambda: not given_up(calls, "again"), 30.0)
    assert calls.ask("echo", 2)["answer"]["value"] == 2


def given_up(calls, value, door="echo"):
    """Whether a call is not answered, within its deadline of a second."""
    started = time.monotonic()
    try:
        calls.ask(door, value, 1.0)
    except errors.Unavailable:
        assert time.monotonic() - started < 2.5
        return True
    return False


# -- whoever reaches the broker --------------------------------------------------------------------------------------


@pytest.fixture
def sealed(pair):
    made = Calls(pair, "sealed")
    yield made
    made.close()


class Tap:
    """A stranger at the broker: keeps what passes, and sends it again as it likes."""

    def __init__(self, url):
        self.connection = Connection(url)
        self.channel = self.connection.channel()
        exchange = Exchange("nameko-rpc", type="topic", durable=True)
        self.queue = Queue(f"tap-{uuid4()}", exchange, routing_key="#", auto_delete=True)(self.channel)
        self.queue.declare()

    def taken(self, count):
        kept = []
        with eventlet.Timeout(10):
            while len(kept) < count:
                message = self.queue.get(no_ack=True)
                kept.append(message) if message else eventlet.sleep(0.02)
        return kept

    def to(self, key):
        while True:
            for message in self.taken(1):
                if message.delivery_info["routing_key"] == key:
                    yield message

    def again(self, message, key, **change):
        kept = message.properties
        around = {"reply_to": kept.get("reply_to"), "correlation_id": kept["correlation_id"]} | change
        self.connection.Producer(self.channel).publish(
            bytes(message.body) if not isinstance(message.body, str) else message.body.encode("latin-1"),
            exchange="nameko-rpc",
            routing_key=key,
            content_type=message.content_type,
            content_encoding="binary",
            **around,
        )


def refused(direction):
    return REGISTRY.get_sample_value("songtor_refused_messages_total", {"direction": direction}) or 0


def test_what_was_sealed_for_one_door_caller_and_question_is_of_no_use_for_another(sealed):
    tap = Tap(sealed.pair.settings.broker_url)
    sealed.ask("echo", "mine")
    asked, answered = tap.taken(2)
    teller = sealed.pair.toys.teller
    before = refused("call"), refused("answer")
    tap.again(asked, f"{teller}.open")
    tap.again(asked, f"{teller}.echo", reply_to="the stranger")
    tap.again(asked, f"{teller}.echo", correlation_id=str(uuid4()))
    tap.again(answered, f"{teller}.echo", reply_to="the stranger")
    until(lambda: refused("call") == before[0] + 4)
    assert sealed.witness.entered == ["mine"] and sealed.runtime.log.head()[0] == 0

    (waiting,) = sealed.busy(1)
    theirs = next(tap.to(f"{teller}.wait"))
    replies = theirs.properties["reply_to"]
    for message in (
        answered,
        theirs,
    ):  # an answer of before, and the question itself, as the answer to this one
        tap.again(message, replies, correlation_id=theirs.properties["correlation_id"])
    until(lambda: refused("answer") == before[1] + 2)
    sealed.witness.gate.send()
    assert waiting.wait()["answer"] == 0
    tap.connection.release()


def test_bytes_that_nobody_sealed_are_let_go_and_the_service_goes_on(sealed):
    tap, before = Tap(sealed.pair.settings.broker_url), refused("unsealed")
    for kind in ("application/x-songtor-sealed", "application/json"):
        tap.connection.Producer(tap.channel).publish(
            b"{}",
            exchange="nameko-rpc",
            routing_key=f"{sealed.pair.toys.teller}.echo",
            content_type=kind,
            content_encoding="binary",
        )
    until(lambda: refused("unsealed") == before + 2)
    assert sealed.ask("echo", "x")["answer"]["value"] == "x"
    tap.connection.release()
