"""What reporting's doors get: requests as their schemas load them."""

from datetime import date
from typing import TypedDict


class Overview(TypedDict):
    """`as_of` is an RFC 3339 instant."""

    centre: str | None
    first: date | None
    last: date | None
    as_of: str | None


class Behind(Overview):
    figure: str
    value: str | None
    limit: int
    cursor: str | None


class Timeline(TypedDict):
    case_id: str


class Events(TypedDict):
    after: int
    limit: int
