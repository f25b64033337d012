"""What the address of a page asks for. One place reads it, so that nothing which was asked for is passed over: a value
that is none is refused with its name, as the API does, and never answered with other data."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from flask import request

from services.kernel.errors import Invalid
from services.web.pages.parts.language import later

NO_VALUE = later("There is no such value here.")  # it may stand in a link that somebody made by hand
ID, NUMBER, ADDRESS = 36, 15, 2000  # characters at most


def text(name: str, most: int) -> str:
    """Free words; "" if the address has none."""
    return request.args.get(name, "").strip()[:most]


def code(name: str, codes: Collection[str], usual: str = "") -> str:
    """One of the codes; `usual` if the address has none."""
    value = request.args.get(name, "").strip()
    if value and value not in codes:
        raise unknown(name)
    return value or usual


def codes(lists: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Those of several that the address has."""
    values = {name: code(name, known) for name, known in lists.items()}
    return {name: value for name, value in values.items() if value}


def flag(name: str) -> bool:
    """Whether it is asked for; "1" is what older links say."""
    return bool(code(name, ("yes", "1")))


def cursor() -> str | None:
    """Where a list goes on, as its door gave it; the door says if it is none."""
    return request.args.get("cursor") or None


def number(name: str) -> int | None:
    value = request.args.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) <= NUMBER):
        raise unknown(name)
    return int(value) if value else None


def day(name: str) -> str:
    """An ISO day, as our own links have it; "" if the address has none."""
    value = request.args.get(name, "").strip()
    try:
        if value and date.fromisoformat(value).isoformat() != value:
            raise ValueError
    except ValueError:
        raise unknown(name) from None
    return value


def id(name: str) -> str:
    """ "" if the address has none."""
    value = request.args.get(name, "")
    try:
        return str(UUID(value)) if value else ""
    except ValueError:
        raise unknown(name) from None


def texts(name: str) -> list[str]:
    """Ids, each once, in their order; the page says of those that are none."""
    return list(dict.fromkeys(each[:ID] for each in request.args.getlist(name) if each))


def asks() -> bool:
    """Whether the address asks for anything, if only for what is empty."""
    return bool(request.args)


def names(name: str) -> bool:
    """Whether the address says anything of it, if only that it is none."""
    return name in request.args


def unknown(name: str) -> Invalid:
    return Invalid({name: [NO_VALUE]})
