"""The ways a request can fail. Each maps to one HTTP status at the front door. No personal data in any message."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class Refused(Exception):
    """The rules understood the command and said no (409); `code` is for machines, `errors` as of Invalid where it is
    about fields."""

    def __init__(self, code: str, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(code, message, dict(errors or {}))
        self.code, self.message, self.errors = code, message, dict(errors or {})


class Invalid(Exception):
    """Fields of the request are wrong (422); `errors` is {field: [message, ...]}."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(dict(errors))
        self.errors = dict(errors)


class NotFound(Exception):
    """Nothing is known under that id, or it is not the caller's to know (404). `field`: where the request's body says
    the id; None if its address does."""

    def __init__(self, what: str = "", field: str | None = None) -> None:
        # What an error is made with goes over the wire, where nothing would be the word "None".
        super().__init__(*((what,) if field is None else (what, field)))
        self.what, self.field = what, field


@contextmanager
def naming(field: str) -> Iterator[None]:
    """What is not found within is what this field of the body says."""
    try:
        yield
    except NotFound as error:
        raise NotFound(error.what, field) from None


class Forbidden(Exception):
    """The caller may not do this (403)."""


class Stale(Exception):
    """If-Match does not fit the stream's version (412)."""


class KeyReused(Exception):
    """The same command id came with another body (422)."""


class Unavailable(Exception):
    """A database, the broker or another service does not answer now (503); trying again may help."""


class Outdated(Unavailable):
    """This program is older than the read models of the database: it may write nothing more. One of the newer version
    can (503)."""


# What a caller must reckon with; it passes from service to service as what it is.
EXPECTED = (Forbidden, Invalid, KeyReused, NotFound, Refused, Stale, Unavailable, Outdated)


class Conflict(Exception):
    """Somebody else appended to the stream first. The command is decided again; after a few times it is Unavailable."""
