"""Places beside each other: a row for all that can be compared, a cell for each place, and whether all places have the
same in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.codes.rules import DECLINED, PATH_CLOSED
from services.partners.answers import Candidate, Reason
from services.partners.schemas import RulesBody
from services.web.pages.parts import reasons
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.reasons import CriterionInWords, ReasonInWords
from services.web.pages.parts.words import province, word

RULES = (*RulesBody().fields, PATH_CLOSED, DECLINED)
SUBJECTS = {PATH_CLOSED: later("Path"), DECLINED: later("The answer before")}
OF_SEVERAL = ("labels_any", "documents")  # what is found for these depends on what the place asks


class Place(Candidate):
    """A candidate in words: its reasons by verdict, its criteria in the order of the rank, what would make it fit
    (`near`), its `free` places, when they were `stated`, and its distance."""

    told: Mapping[str, Sequence[ReasonInWords]]
    ranked: Sequence[CriterionInWords]
    near: Sequence[str]
    free: str
    stated: str
    distance: str


class Part(NamedTuple):
    """Part of a cell; `verdict` of what is a condition, `more` what is known of the person for it alone."""

    text: str
    verdict: str | None = None
    more: str | None = None


@dataclass(frozen=True)
class Row:
    """`cells` as the places are; one without parts says that the place does not ask for it. `known`: what is known of
    the person, `ask`: the question of the screening that is open."""

    title: str
    cells: Sequence[Sequence[Part]]
    known: str | None = None
    ask: str | None = None

    @property
    def same(self) -> bool:
        return len(self.cells) > 1 and all(cell == self.cells[0] for cell in self.cells)


class Section(NamedTuple):
    title: str
    rows: Sequence[Row]


def sections(places: Sequence[Place]) -> list[Section]:
    """The places themselves, their conditions, and the criteria of the rank. A section without rows is left out."""
    found = [
        Section(_("About the place"), list(_about(places))),
        Section(_("What the place asks"), list(_conditions(places))),
        Section(_("Why in this order"), list(_criteria(places))),
    ]
    return [section for section in found if section.rows]


def _about(places: Sequence[Place]) -> Iterable[Row]:
    if not places:
        return
    yield _row(_("Path"), (word("path", each["path"]) for each in places))
    yield _row(_("Kind"), (word("partner_kind", each["kind"]) for each in places))
    yield _row(_("Province"), (f"{province(each['province'])} ({each['distance']})" for each in places))
    ministry = {True: _("Outside the ministry"), False: _("Under the ministry")}
    yield _row(_("Ministry"), (ministry[each["outside_ministry"]] for each in places))
    yield _row(_("Places free"), (f"{each['free']}, {each['stated']}" for each in places))


def _row(title: str, texts: Iterable[str]) -> Row:
    return Row(title, [[Part(text)] for text in texts])


def _conditions(places: Sequence[Place]) -> Iterable[Row]:
    """A row for each fact that a place asks for, in the order of the rules; both ages are one."""
    asked = [row for each in places for row in each["reasons"]]
    asked.sort(key=lambda row: RULES.index(row["rule"]))
    for subject in dict.fromkeys(map(_subject, asked)):
        fact, other = subject
        about = [row for row in asked if _subject(row) == subject]
        cells = [[_condition(row) for row in each["reasons"] if _subject(row) == subject] for each in places]
        yield Row(
            word("fact", fact) if fact else _(SUBJECTS[other]) if other else _("Groups"),
            cells,
            known=fact_text(fact, about[0]["found"]) if fact else None,
            ask=reasons.question(fact) if any(row["verdict"] == "unknown" for row in about) else None,
        )


def _subject(row: Reason) -> tuple[str | None, str | None]:
    """The fact that a reason looks at, or what it is about that is no fact."""
    return row["fact"], row["rule"] if row["rule"] in SUBJECTS else None


def _condition(row: Reason) -> Part:
    told = reasons.reason(row)
    return Part(told.wants, row["verdict"], told.found if row["rule"] in OF_SEVERAL else None)


def _criteria(places: Sequence[Place]) -> Iterable[Row]:
    for told in zip(*(each["ranked"] for each in places), strict=True):
        yield _row(told[0].title, (each.found for each in told))
