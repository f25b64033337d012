"""What reporting's doors get: requests as their schemas load them."""

from datetime import date
from typing import TypedDict


class Span(TypedDict):
    centre: str | None
    first: date | None
    last: date | None


class OwnCases(TypedDict):
    first: date | None
    last: date | None


class CameOf(TypedDict):
    outreach_ids: list[str]


class Overview(Span):
    """`as_of` is an RFC 3339 instant."""

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


class NoticesAfter(TypedDict):
    after: int | None
    since: str | None
    limit: int
