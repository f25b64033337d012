"""Lists are answered a page at a time: how long a page is, and the cursor that says where the next begins."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson

from services.kernel.errors import Invalid

LIMIT_DEFAULT, LIMIT_MOST = 50, 500


def make_cursor(values: Sequence[Any]) -> str:
    """An opaque list cursor from the sort values of the last row shown."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def page_cursor(text: str, length: int) -> list[Any]:
    """The values of `make_cursor`; a broken one is Invalid on `cursor`."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Invalid({"cursor": ["Not a cursor of this list."]}) from error
    if not isinstance(values, list) or len(values) != length or b"\\u0000" in orjson.dumps(values):
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    return values
