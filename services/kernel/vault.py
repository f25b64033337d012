"""The vault: one key per person, under which their personal fields are sealed. Destroying the key erases them
all."""

import base64
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from services.kernel.envelope import instant
from services.kernel.errors import Conflict
from services.kernel.keys import MasterKey
from services.kernel.sealing import strict_json

vault_metadata = MetaData()
subject_key = Table(
    "subject_key",
    vault_metadata,
    Column("subject_id", Text, primary_key=True),
    Column("kid", Text, nullable=False, unique=True),
    Column("wrapped_dek", Text),
    Column("created_at", Text, nullable=False),
    Column("shredded_at", Text),
    CheckConstraint("(wrapped_dek IS NULL) = (shredded_at IS NOT NULL)"),
)

VERSION = "v1"
DEK_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
READ_AT_ONCE = 500
SWEEP_SECONDS = 1.0


class Redacted(Enum):
    """What stands for a field whose key was destroyed: false, and prints as redacted."""

    REDACTED = "redacted"

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.value

    __repr__ = __str__


REDACTED: Final = Redacted.REDACTED


class SealBroken(Exception):
    """The text was altered, or was sealed for another person or field. Names both, never what was sealed."""


class Shredded(Exception):
    """This person was erased: nothing more can be sealed for them, and no new key made."""


class NoKey(Exception):
    """`ensure` was not called for this person before sealing."""


class WrongMasterKey(Exception):
    """The keys in this vault were wrapped under another master key."""


class Shredding(NamedTuple):
    subject_id: str
    shredded_at: str


class _Key(NamedTuple):
    kid: str
    cipher: AESGCM | None
    until: float


def _utc_now() -> str:
    return instant(datetime.now(UTC))


class SealingVault:
    """Seals and unseals fields of people (subjects); it has no means to destroy a key.

    `clock` (seconds, monotonic) bounds how long an unwrapped key is remembered, and so how long another
    process may go on reading after a key was destroyed. `begin` opens a transaction that may write, `read`
    one that may not (default: the engine's own); `wall` gives the RFC 3339 time at which a key is made.
    """

    def __init__(
        self,
        engine: Engine,
        master: MasterKey,
        clock: Callable[[], float] = time.monotonic,
        cache_seconds: float = 60,
        *,
        begin: Callable[[], AbstractContextManager[Connection]] | None = None,
        read: Callable[[], AbstractContextManager[Connection]] | None = None,
        wall: Callable[[], str] = _utc_now,
    ) -> None:
        self._engine, self._clock, self._cache_seconds, self._wall = engine, clock, cache_seconds, wall
        self._begin, self._read = begin or engine.begin, read or engine.connect
        self._wrapping = master.derive("vault")
        # In order of expiry. Only single dict operations touch it, so greenlets and threads need no lock.
        self._cache: dict[str, _Key] = {}
        self._next_sweep = 0.0

    def ensure(self, subject_id: str) -> None:
        """Make and commit the person's key unless it is there. Call it outside a transaction, before
        sealing: what is sealed under a key that was rolled back could never be read again. Shredded
        if the person was erased."""
        self.ensure_many([subject_id])

    def ensure_many(self, subject_ids: Iterable[str]) -> None:
        """`ensure` for all in one transaction; if one of them was erased, none is made."""
        # Sorted, so that two processes making overlapping sets never wait for each other.
        wanted = sorted(set(subject_ids))
        missing = self._missing(wanted)
        while missing:
            until = self._clock() + self._cache_seconds
            made = {subject_id: (_new_kid(), secrets.token_bytes(DEK_BYTES)) for subject_id in missing}
            rows = [
                {
                    "subject_id": subject_id,
                    "kid": kid,
                    "wrapped_dek": self._wrap(dek),
                    "created_at": self._wall(),
                }
                for subject_id, (kid, dek) in made.items()
            ]
            try:
                with self._begin() as db:
                    db.execute(insert(subject_key), rows)
            except (Conflict, IntegrityError):
                # Another process was first with some of them: theirs are the keys.
                left = self._missing(wanted)
                if left == missing:
                    raise
                missing = left
                continue
            for subject_id, (kid, dek) in made.items():
                self._remember(subject_id, _Key(kid, AESGCM(dek), until))
            return

    def preload(self, subject_ids: Iterable[str]) -> None:
        """Fetch the keys of many people at once, so that unsealing a list does not ask the database
        for each."""
        self._keys(subject_ids)

    def check(self) -> None:
        """Raise WrongMasterKey at start if this master key does not open the vault's keys."""
        with self._read() as db:
            query = select(subject_key.c.subject_id).where(subject_key.c.wrapped_dek.is_not(None)).limit(1)
            self.preload(db.execute(query).scalars().all())

    def seal(self, subject_id: str, field: str, value: Any) -> str:
        """A JSON-native value as text "v1.<kid>.<base64url of nonce and ciphertext>" (AES-256-GCM,
        bound to person and field). Shredded if the person was erased, NoKey before `ensure`."""
        key = self._key(subject_id)
        if key is None:
            raise NoKey(f"{subject_id} has no key: ensure() comes before seal()")
        if key.cipher is None:
            raise Shredded(f"{subject_id} was erased")
        nonce = os.urandom(NONCE_BYTES)
        box = nonce + key.cipher.encrypt(nonce, strict_json(value), _bound_to(subject_id, field))
        return f"{VERSION}.{key.kid}.{_text(box)}"

    def unseal(self, subject_id: str, field: str, sealed: str) -> Any:
        """The sealed value, or REDACTED if the person's key was destroyed. SealBroken if the text was
        altered or is another person's or field's."""
        kid, box = _parse(subject_id, field, sealed)
        key = self._key(subject_id)
        if key is None:
            raise SealBroken(f"{field} of {subject_id}: this vault never had a key of theirs")
        if key.cipher is None:
            return REDACTED
        if kid != key.kid:
            raise SealBroken(f"{field} of {subject_id}: sealed under another key than theirs")
        try:
            plain = key.cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _bound_to(subject_id, field))
        except InvalidTag:
            raise SealBroken(f"{field} of {subject_id}: altered, or sealed for something else") from None
        return orjson.loads(plain)

    def _missing(self, subject_ids: list[str]) -> list[str]:
        keys = self._keys(subject_ids)
        for subject_id, key in keys.items():
            if key.cipher is None:
                raise Shredded(f"{subject_id} was erased")
        return [subject_id for subject_id in subject_ids if subject_id not in keys]

    def _key(self, subject_id: str) -> _Key | None:
        key = self._cache.get(subject_id)
        return key if key and key.until > self._clock() else self._keys([subject_id]).get(subject_id)

    def _keys(self, subject_ids: Iterable[str]) -> dict[str, _Key]:
        # The time is taken before reading: a key destroyed just after the read is not remembered any longer
        # for it.
        now = self._clock()
        self._sweep(now)
        keys: dict[str, _Key] = {}
        unread: list[str] = []
        for subject_id in subject_ids:
            key = self._cache.get(subject_id)
            if key and key.until > now:
                keys[subject_id] = key
            else:
                unread.append(subject_id)
        for start in range(0, len(unread), READ_AT_ONCE):
            some = unread[start : start + READ_AT_ONCE]
            with self._read() as db:
                rows = db.execute(
                    select(subject_key.c.subject_id, subject_key.c.kid, subject_key.c.wrapped_dek).where(
                        subject_key.c.subject_id.in_(some)
                    )
                ).all()
            for row in rows:
                cipher = None if row.wrapped_dek is None else AESGCM(self._unwrap(row.wrapped_dek))
                keys[row.subject_id] = self._remember(
                    row.subject_id, _Key(row.kid, cipher, now + self._cache_seconds)
                )
        return keys

    def _remember(self, subject_id: str, key: _Key) -> _Key:
        self._cache.pop(subject_id, None)
        self._cache[subject_id] = key
        return key

    def _sweep(self, now: float) -> None:
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_SECONDS
        for subject_id, key in list(self._cache.items()):
            if key.until > now:
                break
            self._cache.pop(subject_id, None)

    def _wrap(self, dek: bytes) -> str:
        return _text(aes_key_wrap(self._wrapping, dek))

    def _unwrap(self, wrapped: str) -> bytes:
        try:
            return aes_key_unwrap(self._wrapping, _bytes(wrapped))
        except InvalidUnwrap:
            raise WrongMasterKey("The keys in this vault were wrapped under another master key") from None


class Vault(SealingVault):
    """The vault with the power to destroy a person's key, for the one service that erases people."""

    def shred(self, subject_id: str, at: str) -> None:
        """Destroy the person's key, for good; again is nothing. `at` is RFC 3339. A person this vault
        does not know (restored from before their key was made) is marked as erased too. Other
        processes forget the key within `cache_seconds`; backups of the vault hold it until they
        expire."""
        try:
            self._destroy(subject_id, at)
        except (Conflict, IntegrityError):
            # Their key was made in the meantime: now there is a row to destroy.
            self._destroy(subject_id, at)
        self._cache.pop(subject_id, None)
        if self._engine.dialect.name == "sqlite":
            # Not through a Connection: that would begin a transaction, inside which no checkpoint can run.
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    def shredded(self) -> list[Shredding]:
        """Everyone erased, oldest first. Kept outside the vault's backups, it lets a restore `shred`
        them again."""
        erased = select(subject_key.c.subject_id, subject_key.c.shredded_at).where(
            subject_key.c.shredded_at.is_not(None)
        )
        with self._read() as db:
            rows = db.execute(erased.order_by(subject_key.c.shredded_at, subject_key.c.subject_id)).all()
        return [Shredding(row.subject_id, row.shredded_at) for row in rows]

    def _destroy(self, subject_id: str, at: str) -> None:
        with self._begin() as db:
            if self._engine.dialect.name == "sqlite":
                # Overwrite the key in the file instead of leaving it in a free corner of its page.
                db.exec_driver_sql("PRAGMA secure_delete=ON")
            mark_shredded(db, subject_id, at)


def mark_shredded(db: Connection, subject_id: str, at: str) -> None:
    """Somebody has no key from now on, whether they had one or not; who has none already keeps the time of its end."""
    theirs = subject_key.c.subject_id == subject_id
    done = db.execute(
        update(subject_key)
        .where(theirs, subject_key.c.shredded_at.is_(None))
        .values(wrapped_dek=None, shredded_at=at)
    )
    if not done.rowcount and db.scalar(select(subject_key.c.kid).where(theirs)) is None:
        db.execute(
            insert(subject_key).values(subject_id=subject_id, kid=_new_kid(), created_at=at, shredded_at=at)
        )


class Blind:
    """Keyed tokens of values, by which what is sealed can be found again: equal for equal values of a
    kind, and without the master key neither readable nor guessable."""

    def __init__(self, master: MasterKey) -> None:
        self._key = master.derive("search")

    def token(self, kind: str, value: str) -> str:
        """22 characters of base64url: HMAC-SHA256, cut to 128 bits. The caller normalises the value."""
        return _text(hmac.digest(self._key, _joined(kind, value), "sha256")[:16])


def _new_kid() -> str:
    return secrets.token_urlsafe(9)


def _bound_to(subject_id: str, field: str) -> bytes:
    return _joined(VERSION, subject_id, field)


def _joined(*parts: str) -> bytes:
    """Each part with its length before it, so that no two different lists of parts give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _parse(subject_id: str, field: str, sealed: str) -> tuple[str, bytes]:
    try:
        version, kid, text = sealed.split(".")
        box = _bytes(text)
    except ValueError:
        raise SealBroken(f"{field} of {subject_id}: not a sealed text") from None
    # base64 decoding forgives stray characters and spare bits; a seal does not.
    if version != VERSION or len(box) < NONCE_BYTES + TAG_BYTES or _text(box) != text:
        raise SealBroken(f"{field} of {subject_id}: not a sealed text")
    return kid, box
