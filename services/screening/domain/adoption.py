"""Which documents count from which day. A document of one of three kinds (NAMES) stands whole in the fact that it was
adopted; what counted before such facts held documents is lifted by its hash. Pure.

screening   facts, labels, laws, conditions, paths, dangers (domain.rulebook)
form        what is asked, in which words and order (domain.form)
procedure   quorum, deadlines, follow-ups, and what a centre may set for itself (codes.procedure)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, assert_never

from services.codes import procedure
from services.codes.procedure import Procedure
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.questions import Body, Json
from services.screening.domain import form, rulebook
from services.screening.domain.form import FormBook
from services.screening.domain.rulebook import LIFTED, Rulebook
from services.screening.events import RulesAdopted

NAMES = (rulebook.NAME, form.NAME, procedure.NAME)


@dataclass(frozen=True)
class AdoptRules:
    """`reason`, `draft_id`, `with_user`: of a document that two people adopted, the other of whom gives the command."""

    name: str
    version: str
    valid_from: str
    content: str
    reason: str | None = None
    draft_id: str | None = None
    with_user: str | None = None

    @property
    def sha256(self) -> str:
        return rulebook.hash_of(self.content)


class Adoption(NamedTuple):
    valid_from: str
    sha256: str
    content: str


@dataclass(frozen=True)
class Adopted:
    """Of one kind: {version: its adoption}, in the order in which they were adopted."""

    versions: Mapping[str, Adoption]


def lifted(version: str) -> Adoption:
    """What counted before it stood in the log, or comes with the software."""
    text = rulebook.document(version)
    return Adoption(rulebook.read(text).valid_from, rulebook.hash_of(text), text)


def documents(adopted: Adopted) -> dict[str, Adoption]:
    """All rulebooks there are, in force or not yet: {version: ...}, the lifted ones first."""
    return {version: lifted(version) for version in LIFTED} | dict(adopted.versions)


def in_force(adopted: Adopted, day: date) -> Rulebook:
    """The rulebook that counts on a day: the one that begun last, of those of one day the one adopted last; before any
    did, the earliest."""
    found = documents(adopted)
    begun = [
        (each.valid_from, place, each.content)
        for place, each in enumerate(found.values())
        if each.valid_from <= day.isoformat()
    ]
    return rulebook.read(max(begun)[2] if begun else min(found.values()).content)


def form_in_force(adopted: Adopted, day: date) -> FormBook:
    text = _latest(adopted, day)
    return form.read(text) if text else form.SHIPPED


def procedure_in_force(adopted: Adopted, day: date) -> Procedure:
    return procedure.in_force(
        (procedure.Adoption(each.valid_from, each.content) for each in adopted.versions.values()), day
    )


def text_in_force(name: str, adopted: Adopted, day: date) -> str:
    """The rulebook's or the form's document that counts on a day."""
    if name == form.NAME:
        return _latest(adopted, day) or form.SHIPPED_DOCUMENT
    return documents(adopted)[in_force(adopted, day).version].content


def _latest(adopted: Adopted, day: date) -> str | None:
    begun = [
        (each.valid_from, place, each.content)
        for place, each in enumerate(adopted.versions.values())
        if each.valid_from <= day.isoformat()
    ]
    return max(begun)[2] if begun else None


def decide(command: AdoptRules, adopted: Adopted) -> list[RulesAdopted]:
    before = adopted.versions.get(command.version)
    if before is None:
        return [
            RulesAdopted(
                command.name, command.version, command.valid_from, command.sha256, command.content, command.reason,
                command.draft_id, command.with_user,
            )
        ]  # fmt: skip
    if before.sha256 != command.sha256:
        raise Refused(
            "wrong_state", f"Version {command.version} was adopted with other content; give a new version."
        )
    return []


def evolve(adopted: Adopted, event: RulesAdopted) -> Adopted:
    match event:
        case RulesAdopted():
            adoption = Adoption(event.valid_from, event.sha256, event.content)
            return Adopted({**adopted.versions, event.version: adoption})
    assert_never(event)


def with_content(data: Body) -> dict[str, Json]:
    """A fact of before documents stood in it, with the document that has its hash; "" if that is not to be had."""
    [text] = [rulebook.document(each) for each, hash in LIFTED.items() if hash == data["sha256"]] or [""]
    return {**data, "content": text}


RULES: Aggregate[AdoptRules, Adopted, RulesAdopted] = Aggregate(
    "rules",
    Decider(decide, evolve, Adopted({})),
    (RulesAdopted,),
    "case",
    {("RulesAdopted", 1): with_content},
)
