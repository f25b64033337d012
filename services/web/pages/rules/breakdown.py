"""What a trial came to for each kind of people, in words; and the cases behind a number."""

from collections.abc import Sequence
from typing import NamedTuple

from services.codes.waits import UNKNOWN
from services.screening.answers import Trial, TrialCell, TriedCase
from services.web.pages.frame import query
from services.web.pages.parts.language import _
from services.web.pages.parts.words import centre, word

KINDS = ("centre", "sex", "age_band", "nationality", "domicile")  # as they are shown
OPEN_END = "80-120"  # the last band of ages


class Line(NamedTuple):
    text: str
    cell: TrialCell


class Table(NamedTuple):
    title: str
    lines: Sequence[Line]


def tables(outcome: Trial) -> list[Table]:
    """Those of which something is told."""
    every = [Table(_title(kind), [Line(_named(kind, each), cell) for each, cell in outcome["by"][kind].items()])
             for kind in KINDS]  # fmt: skip
    return [each for each in every if each.lines]


def _title(kind: str) -> str:
    return _("Centre") if kind == "centre" else word("wait_kind", "age" if kind == "age_band" else kind)


def _named(kind: str, value: str) -> str:
    match kind:
        case "centre":
            return centre(value)
        case "age_band" if value == UNKNOWN:
            return word("wait_age", UNKNOWN)
        case "age_band" if value == OPEN_END:
            return word("wait_age", "80-")
        case "age_band":
            return " ".join([value.replace("-", "–"), _("years")])
        case "domicile":
            return word("wait_home", value)
        case _:
            return word(kind, value)


def leaves_out(outcome: Trial) -> bool:
    """Whether a number is without some of other centres'."""
    cells = [cell for of_kind in outcome["by"].values() for cell in of_kind.values()]
    return any(each["few"] for each in (outcome, outcome["open"], *cells))


class Behind(NamedTuple):
    """The reader's own cases of one number: of a `label` that they gain or lose, of a `way` from one first path to
    another, of cases that are `open`; of all, if none is asked for."""

    label: str
    way: str
    open: bool
    cases: Sequence[TriedCase]

    @property
    def narrowed(self) -> bool:
        return bool(self.label or self.way or self.open)


def behind(outcome: Trial) -> Behind:
    """As the address asks."""
    ways = [way_of(each) for each in outcome["cases"]]
    labels = [code for each in outcome["cases"] for code in (*each["gained"], *each["lost"])]
    label = query.code("label", {*labels, *outcome["gained"], *outcome["lost"]})
    way, opened = query.code("way", {*ways, *outcome["first_path"]}), query.flag("open")
    cases = [
        each
        for each in outcome["cases"]
        if (not label or label in (*each["gained"], *each["lost"]))
        and (not way or way_of(each) == way)
        and (not opened or each["open"])
    ]
    return Behind(label, way, opened, cases)


def way_of(case: TriedCase) -> str:
    """As a trial counts it; "" where the first path stays."""
    if case["before"] == case["after"]:
        return ""
    return f"{case['before'] or 'none'}→{case['after'] or 'none'}"
