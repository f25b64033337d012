"""A paper: where it is had, who may have it, and the function that fills it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from services.codes.access import STAFF
from services.web.documents import press
from services.web.documents.office import Desk
from services.web.documents.press import Data


class Printed(NamedTuple):
    """What stands on a paper, the layout that it stands in, and the name of its file without its ending."""

    layout: str
    data: Data
    name: str


@dataclass(frozen=True)
class Paper:
    """`code` of codes.papers; `path` in Flask's form, the same under /api/v1; `fill` is given the desk and the parts of
    the path. Which roles have it: whoever works on cases, if nothing else is said; the doors that it asks say more."""

    code: str
    path: str
    fill: Callable[..., Printed]
    roles: tuple[str, ...] = STAFF


def make(paper: Paper, desk: Desk, parts: dict[str, str]) -> tuple[str, bytes]:
    """(name of its file, PDF)"""
    filled = paper.fill(desk, **parts)
    return f"{filled.name}.pdf", press.printed(desk.runtime, filled.layout, filled.data)
