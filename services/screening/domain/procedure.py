"""How decisions are made, as data: the quorum of working groups, and within which bounds a centre may have its own; the
days within which something is due. Pure but for reading its own data file, once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

NAME = "procedure"


class Quorum(NamedTuple):
    """So many votes, abstentions included, and whether a chair must be among them."""

    votes: int
    chair: bool


@dataclass(frozen=True)
class Procedure:
    """One version. `quorum` of every centre that has none of its own in `centres`; `votes` {min, max}: the bounds of
    those. A document may name by centre the noes that its director reviews (`decline_review`), which referral reads of
    the log. `deadlines` and `follow_up`: {what: whole numbers of days or hours, as their names say}."""

    version: str
    quorum: Quorum
    centres: Mapping[str, Quorum]
    votes: Mapping[str, int]
    deadlines: Mapping[str, int]
    follow_up: Mapping[str, list[int]]

    def quorum_of(self, centre: str) -> Quorum:
        """What a centre's working group needs: its own, else everybody's."""
        return self.centres.get(centre, self.quorum)


@lru_cache(maxsize=64)
def read(document: str) -> Procedure:
    content = json.loads(document)
    return Procedure(
        version=content["version"],
        quorum=Quorum(**content["quorum"]),
        centres={centre: Quorum(**own) for centre, own in content["centres"].items()},
        votes=content["bounds"]["votes"],
        deadlines=content["deadlines"],
        follow_up=content["follow_up"],
    )


SHIPPED_DOCUMENT = (files("services.screening") / "procedure.json").read_text("utf-8")
SHIPPED = read(SHIPPED_DOCUMENT)
