"""The master key: one file, from which every other secret of an installation is derived."""

import base64
import binascii
import hmac
import os
import secrets
import stat
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KID_BYTES = 8


class KeyFileError(Exception):
    """The master key file is absent, open to others or not a key. The message names the file, never what
    is in it."""


class MasterKey:
    """32 random bytes that never leave this object; only keys derived from them do."""

    __slots__ = ("_derived", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"A master key has {KEY_BYTES} bytes, not {len(secret)}")
        self._secret = secret
        self._derived: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return "<MasterKey>"

    def __reduce__(self) -> str:
        raise TypeError("A master key is neither copied nor pickled")

    @classmethod
    def load(cls, path: Path, create: bool) -> "MasterKey":
        """The key in the file (base64 text, mode 600). With `create` an absent file is made first; of
        several processes that start at once one makes it and all read the same. KeyFileError
        otherwise."""
        try:
            if create and not path.exists():
                _make(path)
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & 0o077:
                    raise KeyFileError(
                        f"Master key file {path} is open to others (mode {mode:o}); "
                        f"make it its owner's alone with: chmod 600 {path}"
                    )
                text = file.read(1024)
        except OSError as error:
            raise KeyFileError(f"Master key file {path} cannot be read: {error.strerror}") from error
        try:
            secret = base64.b64decode(text.strip(), validate=True)
        except binascii.Error:
            raise KeyFileError(f"Master key file {path} is not base64 text") from None
        if len(secret) != KEY_BYTES:
            raise KeyFileError(f"Master key file {path} holds {len(secret)} bytes; a key has {KEY_BYTES}")
        return cls(secret)

    @classmethod
    def of_nobody(cls) -> "MasterKey":
        """One that opens nothing, and is kept nowhere."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose: HKDF-SHA256 (RFC 5869). No purpose's key tells anything
        about another's."""
        key = self._derived.get(purpose)
        if key is None:
            key = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(self._secret)
            self._derived[purpose] = key
        return key

    def fingerprint(self, body: bytes) -> str:
        """Hex HMAC-SHA256: equal for equal bodies, and tells nothing about a body to who lacks the key."""
        return hmac.digest(self.derive("fingerprint"), body, "sha256").hex()


def key_id(key: bytes) -> bytes:
    """By which a key is found again; it tells nothing of the key."""
    return hmac.digest(key, b"kid", "sha256")[:KID_BYTES]


class Fit(StrEnum):
    """What a mac says of what it should cover."""

    FITS = "fits"
    ALTERED = "altered"
    OTHER_KEY = "of a key that is not here"
    NONE = "none"


class Keyring:
    """The keys of one purpose, told apart by their ids: that of the present generation is used, those of earlier ones
    still fit what they made; the next one is known as well, so that processes may change to it one after the other.

    A mac is text, `KEY ID:HMAC-SHA256`, both hex.
    """

    def __init__(self, master: MasterKey, purpose: str, generation: int = 1) -> None:
        keys = [master.derive(purpose if n == 1 else f"{purpose}/{n}") for n in range(1, generation + 2)]
        self.current = keys[generation - 1]
        self.neighbours = [*keys[max(0, generation - 2) : generation - 1], keys[generation]]
        self._kid = key_id(self.current).hex()
        self._keys = {key_id(key).hex(): key for key in keys}

    def __repr__(self) -> str:
        return "<Keyring>"

    def mac(self, *parts: str | int | None) -> str:
        """Over parts that hold no line break."""
        return f"{self._kid}:{_digest(self.current, parts)}"

    def check(self, mac: str | None, *parts: str | int | None) -> Fit:
        if not isinstance(mac, str):
            return Fit.NONE
        kid, _, digest = mac.partition(":")
        if (key := self._keys.get(kid)) is None:
            return Fit.OTHER_KEY
        same = hmac.compare_digest(digest.encode(), _digest(key, parts).encode())
        return Fit.FITS if same else Fit.ALTERED


def _digest(key: bytes, parts: tuple[str | int | None, ...]) -> str:
    text = "\n".join("" if part is None else str(part) for part in parts)
    return hmac.digest(key, text.encode(), "sha256").hex()


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, never replaces a key that another process has made in the meantime.
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            # What is sealed with a key that a power cut takes away is lost for good.
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KeyFileError(f"Master key file {path} cannot be made: {error.strerror}") from error
