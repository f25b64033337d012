"""The serializer that seals every RPC message: the broker and whoever taps it see only ciphertext; and what a message
is bound to, within the seal, so that it is of no use anywhere else (docs/decisions)."""

import math
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.keys import KID_BYTES, Keyring, key_id
from services.kernel.questions import Json

T = TypeVar("T")

CONTENT_TYPE = "application/x-songtor-sealed"
CONTENT_ENCODING = "binary"
NAMEKO_CONFIG: dict[str, Any] = {
    "SERIALIZERS": {
        "sealed": {
            "encoder": "services.kernel.sealing.dumps",
            "decoder": "services.kernel.sealing.loads",
            "content_type": CONTENT_TYPE,
            "content_encoding": CONTENT_ENCODING,
        }
    },
    "serializer": "sealed",
    "ACCEPT": ["sealed"],
}

# A message is: version (1 byte), kid (8), nonce (12), ciphertext with its tag (16). The first two are
# authenticated too. Programs of before bound nothing and read version 1 alone, so the first generation of keys still
# writes that, bound all the same; a message of version 2 is refused if it is not bound.
UNBOUND, VERSION = b"\x01", b"\x02"
NONCE_BYTES, TAG_BYTES = 12, 16
HEADER_BYTES = len(VERSION) + KID_BYTES
BOUND = "bound"  # the member of a message that says to what
SKEW = 30.0  # seconds by which clocks of two machines may differ
PLAIN = frozenset({str, int, bool, type(None)})

# Module state, because kombu takes a serializer as two plain functions.
_ciphers: dict[bytes, AESGCM] = {}
_current: list[bytes] = []  # version and key id of what is sealed
_bound_only: list[bool] = []


class SealingError(Exception):
    """A message cannot be sealed or opened. The text never holds anything of the message."""


class Binding(NamedTuple):
    """What a message is for. `door` is SERVICE.DOOR, `caller` where whoever asks takes answers."""

    direction: Literal["call", "answer"]
    door: str
    caller: str
    correlation: str


def bind(message: Mapping[str, Any], to: Binding, until: float) -> dict[str, Any]:
    """The message, of use for nothing else, and no longer than `until` (seconds of the clock)."""
    return {**message, BOUND: [*to, until]}


def unfit(message: Json, to: Binding) -> str | None:
    """Why a message that was opened is not for this; None if it is. One that is bound to nothing was let in by
    `loads`."""
    if not isinstance(message, dict):
        return "it is no message"
    bound = message.get(BOUND)
    if bound is None:
        return None
    *about, until = bound
    for name, said, wanted in zip(Binding._fields, about, to, strict=True):
        if said != wanted:
            return f"it is for another {name}"
    return None if time.time() <= until + SKEW else "its time is over"


def configure(key: bytes, neighbours: Sequence[bytes] = (), bound_only: bool = False) -> None:
    """Seal with this 32-byte key from now on. Messages under keys configured before, and under `neighbours`, can still
    be opened. `bound_only`: every process of the installation binds, so that what is not bound is no message of
    ours."""
    for each in (*neighbours, key):
        if len(each) != 32:
            raise SealingError(f"A sealing key has 32 bytes, not {len(each)}")
        _ciphers[key_id(each)] = AESGCM(each)
    _current[:] = [(VERSION if bound_only else UNBOUND) + key_id(key)]
    _bound_only[:] = [bound_only]


def use(keys: Keyring, generation: int) -> None:
    """Seal with the keys of an installation."""
    configure(keys.current, keys.neighbours, bound_only=generation > 1)


def dumps(data: Any) -> bytes:
    """Sealed bytes of a JSON-native value. TypeError for anything else, SealingError before `configure`."""
    if not _current:
        raise SealingError("No sealing key: configure() comes first")
    (header,) = _current
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + _ciphers[header[len(VERSION) :]].encrypt(nonce, strict_json(data), header)


def loads(body: bytes | bytearray | memoryview | str) -> Any:
    """The value sealed in a message body, in whichever form a kombu transport hands it over (text is
    Latin-1)."""
    try:
        raw = body.encode("latin-1") if isinstance(body, str) else bytes(body)
    except UnicodeEncodeError:
        raise SealingError("The message is not sealed") from None
    if len(raw) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or not raw.startswith((UNBOUND, VERSION)):
        raise SealingError("The message is not sealed")
    header, nonce = raw[:HEADER_BYTES], raw[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    kid = header[len(VERSION) :]
    if kid not in _ciphers:
        raise SealingError(f"The message is sealed with key {kid.hex()}, which this process does not have")
    try:
        plain = _ciphers[kid].decrypt(nonce, raw[HEADER_BYTES + NONCE_BYTES :], header)
    except InvalidTag:
        raise SealingError("The message was altered after it was sealed") from None
    data = orjson.loads(plain)
    bound_only = raw.startswith(VERSION) or True in _bound_only
    if bound_only and not (isinstance(data, dict) and BOUND in data):
        raise SealingError("The message is bound to nothing")
    return data


def strict_json(value: Any) -> bytes:
    """JSON of a value that comes back equal (tuples as lists). TypeError names the type that would not,
    never the value."""
    # orjson goes first: it ends on a value that contains itself, and takes UUID, enum, date and NaN, which
    # change on the way.
    encoded = orjson.dumps(value)
    require_json(value)
    return encoded


def require_json(value: T) -> T:
    """The value itself; TypeError as `strict_json`, of one that does not contain itself."""
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind in PLAIN:
            continue
        if kind is dict:
            waiting.extend(item.values())
        elif kind is list or kind is tuple:
            waiting.extend(item)
        elif kind is float:
            if not math.isfinite(item):
                raise TypeError("JSON has no infinite number and no NaN")
        elif not isinstance(item, str):
            raise TypeError(f"JSON has no type {kind.__name__}")
    return value
