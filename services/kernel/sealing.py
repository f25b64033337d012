"""The serializer that seals every RPC message: the broker and whoever taps it see only ciphertext."""

import hmac
import math
import os
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

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
# authenticated too.
VERSION = b"\x01"
KID_BYTES, NONCE_BYTES, TAG_BYTES = 8, 12, 16
HEADER_BYTES = len(VERSION) + KID_BYTES
PLAIN = frozenset({str, int, bool, type(None)})

# Module state, because kombu takes a serializer as two plain functions.
_ciphers: dict[bytes, AESGCM] = {}
_current: list[bytes] = []


class SealingError(Exception):
    """A message cannot be sealed or opened. The text never holds anything of the message."""


def configure(key: bytes) -> None:
    """Seal with this 32-byte key from now on. Messages under keys configured before can still be opened."""
    if len(key) != 32:
        raise SealingError(f"A sealing key has 32 bytes, not {len(key)}")
    kid = hmac.digest(key, b"kid", "sha256")[:KID_BYTES]
    _ciphers[kid] = AESGCM(key)
    _current[:] = [kid]


def dumps(data: Any) -> bytes:
    """Sealed bytes of a JSON-native value. TypeError for anything else, SealingError before `configure`."""
    if not _current:
        raise SealingError("No sealing key: configure() comes first")
    (kid,) = _current
    header, nonce = VERSION + kid, os.urandom(NONCE_BYTES)
    return header + nonce + _ciphers[kid].encrypt(nonce, strict_json(data), header)


def loads(body: bytes | bytearray | memoryview | str) -> Any:
    """The value sealed in a message body, in whichever form a kombu transport hands it over (text is
    Latin-1)."""
    try:
        raw = body.encode("latin-1") if isinstance(body, str) else bytes(body)
    except UnicodeEncodeError:
        raise SealingError("The message is not sealed") from None
    if len(raw) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or not raw.startswith(VERSION):
        raise SealingError("The message is not sealed")
    header, nonce = raw[:HEADER_BYTES], raw[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    kid = header[len(VERSION) :]
    if kid not in _ciphers:
        raise SealingError(f"The message is sealed with key {kid.hex()}, which this process does not have")
    try:
        plain = _ciphers[kid].decrypt(nonce, raw[HEADER_BYTES + NONCE_BYTES :], header)
    except InvalidTag:
        raise SealingError("The message was altered after it was sealed") from None
    return orjson.loads(plain)


def strict_json(value: Any) -> bytes:
    """JSON of a value that comes back equal (tuples as lists). TypeError names the type that would not,
    never the value."""
    # orjson goes first: it ends on a value that contains itself, and takes UUID, enum, date and NaN, which
    # change on the way.
    encoded = orjson.dumps(value)
    waiting = [value]
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
    return encoded
