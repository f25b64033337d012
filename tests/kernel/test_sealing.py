"""The serializer that seals RPC messages, alone and inside kombu and nameko."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from uuid import UUID

import kombu
import kombu.serialization
import nameko.serialization
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kombu.exceptions import ContentDisallowed, DecodeError, EncodeError

from services.kernel import sealing
from services.kernel.keys import Keyring, MasterKey
from services.kernel.sealing import (
    CONTENT_TYPE,
    NAMEKO_CONFIG,
    SKEW,
    Binding,
    SealingError,
    bind,
    configure,
    dumps,
    loads,
    unfit,
    use,
)

steadily = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEY, OLDER_KEY = bytes(range(32)), bytes(32)
REQUEST = {"args": [], "kwargs": {"person": {"first": "สมชาย", "age": 67, "alias": None}}}
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Code(StrEnum):
    OPEN = "open"


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    ONE = 1


@dataclass
class Point:
    x: int


@pytest.fixture(autouse=True)
def only_this_key():
    before = dict(sealing._ciphers), list(sealing._current), list(sealing._bound_only)
    sealing._ciphers.clear()
    configure(KEY)
    yield
    sealing._ciphers.clear()
    sealing._ciphers.update(before[0])
    sealing._current[:] = before[1]
    sealing._bound_only[:] = before[2]


@pytest.fixture
def registry():
    nameko.serialization.setup(NAMEKO_CONFIG)
    yield kombu.serialization.registry
    kombu.serialization.unregister("sealed")


@steadily
@given(json_values)
def test_what_is_sealed_comes_back_equal(value):
    assert loads(dumps(value)) == value


def test_the_sealed_bytes_show_nothing_and_are_never_the_same_twice():
    sealed = dumps(REQUEST)
    assert "สมชาย".encode() not in sealed and b"person" not in sealed
    assert dumps(REQUEST) != sealed


def test_a_tuple_comes_back_as_a_list_and_a_text_code_as_its_text():
    assert loads(dumps({"args": (1, Code.OPEN)})) == {"args": [1, "open"]}


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 11, 2, tzinfo=UTC),
        date(2026, 11, 2),
        UUID(int=1),
        Decimal("1.5"),
        Colour.RED,
        Level.ONE,
        Point(1),
        b"bytes",
        {1, 2},
        float("nan"),
        float("inf"),
        {1: "a"},
        {Code.OPEN: 1},
        2**64,
        "\ud800",
        object(),
    ],
    ids=repr,
)
def test_what_json_would_change_is_refused_however_deep_it_lies(value):
    for data in (value, {"result": [value]}):
        with pytest.raises(TypeError):
            dumps(data)


def test_a_value_that_contains_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(TypeError):
        dumps(value)


def test_a_refusal_names_the_type_and_not_the_value():
    with pytest.raises(TypeError) as refusal:
        dumps({"first": "สมชาย", "id": UUID(int=5)})
    assert str(refusal.value) == "JSON has no type UUID"


@steadily
@given(st.data())
def test_a_message_with_any_one_bit_changed_is_refused(data):
    sealed = bytearray(dumps(REQUEST))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealingError):
        loads(bytes(sealed))


@steadily
@given(st.binary(max_size=80) | st.text(max_size=80))
def test_what_was_never_sealed_is_refused(body):
    with pytest.raises(SealingError):
        loads(body)


def test_every_form_a_transport_may_hand_over_is_opened():
    sealed = dumps(REQUEST)
    for body in (sealed, bytearray(sealed), memoryview(sealed), sealed.decode("latin-1")):
        assert loads(body) == REQUEST


def test_messages_under_the_key_before_can_still_be_opened_after_a_change_of_keys():
    configure(OLDER_KEY)
    older = dumps(REQUEST)
    configure(KEY)
    assert loads(older) == REQUEST
    assert dumps(REQUEST)[:9] != older[:9]


def test_a_message_under_a_key_of_others_says_which_key_is_missing():
    configure(OLDER_KEY)
    older = dumps(REQUEST)
    del sealing._ciphers[older[1:9]]
    with pytest.raises(
        SealingError, match=f"sealed with key {older[1:9].hex()}, which this process does not"
    ):
        loads(older)


def test_without_a_key_nothing_leaves_in_plain_text():
    sealing._current.clear()
    with pytest.raises(SealingError, match="configure"):
        dumps(REQUEST)


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(SealingError, match="32 bytes, not 16"):
        configure(bytes(16))


def test_kombus_registry_seals_and_opens(registry):
    content_type, encoding, body = registry.dumps(REQUEST, "sealed")
    assert (content_type, encoding, type(body)) == (CONTENT_TYPE, "binary", bytes)
    for form in (body, memoryview(body)):
        assert registry.loads(form, content_type, encoding, accept={CONTENT_TYPE}) == REQUEST
    assert registry.type_to_name[CONTENT_TYPE] == "sealed"  # how nameko chooses the serializer of an answer


def test_kombu_refuses_plain_messages_where_only_sealed_ones_are_accepted(registry):
    with pytest.raises(ContentDisallowed):
        registry.loads(b"{}", "application/json", "utf-8", accept={CONTENT_TYPE})


def test_kombus_own_errors_show_nothing_of_a_message(registry):
    with pytest.raises(DecodeError, match="not sealed"):
        registry.loads("สมชาย".encode(), CONTENT_TYPE, "binary", accept={CONTENT_TYPE})
    with pytest.raises(EncodeError) as refusal:
        registry.dumps({"first": "สมชาย", "at": UUID(int=1)}, "sealed")
    assert "สมชาย" not in str(refusal.value)


def test_nameko_accepts_sealed_messages_and_no_others(registry):
    assert nameko.serialization.setup(NAMEKO_CONFIG) == ("sealed", ["sealed"])


@pytest.mark.parametrize("body_encoding", ["base64", None])
def test_a_message_goes_through_a_kombu_broker_and_back(registry, body_encoding):
    heard = []
    options = {"body_encoding": body_encoding}
    with kombu.Connection("memory://sealing", transport_options=options) as connection:
        queue = kombu.Queue("sealing", kombu.Exchange("sealing"), "sealing")
        channel = connection.channel()
        consumer = kombu.Consumer(channel, [queue], accept=["sealed"], no_ack=True)
        consumer.register_callback(lambda body, message: heard.append((body, message)))
        producer = kombu.Producer(channel, queue.exchange, "sealing", serializer="sealed")
        with consumer:
            producer.publish(REQUEST)
            connection.drain_events(timeout=5)
    ((body, message),) = heard
    assert body == REQUEST
    assert message.content_type == CONTENT_TYPE
    assert "สมชาย".encode() not in bytes(message.body)


# -- what a message is bound to


CALL = Binding("call", "intake.case", "replies of web", "question 1")


def opened(to=CALL, until=60.0):
    return loads(dumps(bind(REQUEST, to, time.time() + until)))


def test_a_message_fits_what_it_is_bound_to_and_nothing_else():
    message = opened()
    assert {key: message[key] for key in REQUEST} == REQUEST
    assert unfit(message, CALL) is None
    for field in Binding._fields:
        assert unfit(message, CALL._replace(**{field: "other"})) == f"it is for another {field}"


def test_a_message_is_of_no_use_when_its_time_is_over_though_clocks_may_differ():
    assert unfit(opened(until=-SKEW / 2), CALL) is None
    assert unfit(opened(until=-SKEW - 1), CALL) == "its time is over"


def test_what_a_program_of_before_sealed_is_opened_until_the_keys_change():
    of_before = dumps(REQUEST)
    assert of_before[:1] == b"\x01" and unfit(loads(of_before), CALL) is None
    second = Keyring(MasterKey(KEY), "rpc", 2)
    use(second, 2)
    assert dumps(bind(REQUEST, CALL, 0))[:1] == b"\x02"
    with pytest.raises(SealingError, match="bound to nothing"):
        loads(of_before)
    with pytest.raises(SealingError, match="bound to nothing"):
        loads(dumps(REQUEST))


def test_processes_change_to_the_next_keys_one_after_the_other():
    message = bind(REQUEST, CALL, time.time() + 60)
    sealed = {}
    for generation in (1, 2):
        use(Keyring(MasterKey(KEY), "rpc", generation), generation)
        sealed[generation] = dumps(message)
    for generation in (1, 2):
        sealing._ciphers.clear()
        use(Keyring(MasterKey(KEY), "rpc", generation), generation)
        assert loads(sealed[1]) == loads(sealed[2]) == message
    sealing._ciphers.clear()
    use(Keyring(MasterKey(KEY), "rpc", 3), 3)
    with pytest.raises(SealingError, match="which this process does not have"):
        loads(sealed[1])
