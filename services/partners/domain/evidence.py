"""How the answers of a programme, and reviews of what became of people there, speak against what the registry says of
it, and what would correct it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from services.codes import statements
from services.codes.problems import OLD_WORD, REVIEWS, SIGNS, WINDOW_DAYS
from services.codes.registry import OLD_DAYS
from services.codes.rules import RULES
from services.kernel.envelope import instant, moment
from services.partners.events import Rules, Told

PLACELESS = ("no_place", "no_answer")  # what an old word on places explains


class Answer(NamedTuple):
    """The last answer to a referral, of an instant: yes, no (with its reason), or silence until the deadline. `sent`:
    when it was sent."""

    sent: str
    at: str
    status: Literal["accepted", "declined", "silent"]
    reason: str | None = None


class Looked(NamedTuple):
    """The last review of what became of somebody who was placed there, of an instant, with what it found
    (codes.reviews.FINDINGS)."""

    at: str
    findings: Sequence[str]


class Evidence(NamedTuple):
    """Of `of` answers, or reviews, since `since` (an instant), `declines` speak so. `until`: the instant from which on
    they are not enough any more if no other comes (they are over WINDOW_DAYS old by then); "" if they are not enough
    now."""

    reason: str
    declines: int
    of: int
    since: str
    until: str = ""

    @property
    def is_enough(self) -> bool:
        sign = SIGNS[self.reason]
        return self.declines >= sign.least and 100 * self.declines >= sign.percent * self.of


@dataclass(frozen=True)
class Standing:
    """A programme as the registry has it, `free` places as they were last stated; `above`: the rules of its partner and
    network, which hold as well. `stood` says since when each kind of
    fact (codes.registry.FACT_KINDS) is said to be so."""

    programme_id: str
    partner_id: str
    province: str
    rules: Rules
    total: int
    free: int
    stood: Mapping[str, str]
    above: Sequence[Rules] = ()


@dataclass(frozen=True)
class Known:
    """What the answers of a programme, and reviews of it, are weighed with; `open`: reasons of its problems that wait
    to be decided, `decided`: when those of a reason were decided last."""

    answers: Sequence[Answer]
    stated: Sequence[str]
    standing: Standing
    open: frozenset[str]
    decided: Mapping[str, str]
    reviews: Sequence[Looked] = ()


class Proposal(NamedTuple):
    """A change (codes.registry.CHANGES) and what it says; of rules only those that change."""

    action: str
    after: Told


def weigh(
    answers: Iterable[Answer],
    stated: Sequence[str],
    stood: Mapping[str, str],
    decided: Mapping[str, str],
    now: datetime,
    reviews: Iterable[Looked] = (),
) -> list[Evidence]:
    """What every reason amounts to (codes.problems.SIGNS). `stated`: when places were stated; `decided`: when a problem
    with that reason was last decided."""
    window = instant(statements.earliest(now, WINDOW_DAYS))
    told: list[tuple[str, Collection[str]]] = [(each.at, [_speaks(each, stated) or ""]) for each in answers]
    looked: list[tuple[str, Collection[str]]] = [(each.at, each.findings) for each in reviews]
    found = []
    for reason, sign in SIGNS.items():
        since = max(window, stood[sign.about], decided.get(reason, ""))
        each_said = looked if sign.of == REVIEWS else told
        counted = sorted((at, reason in said) for at, said in each_said if at > since)
        speaking = [speaks for _, speaks in counted]
        evidence = Evidence(reason, speaking.count(True), len(speaking), since)
        found.append(evidence._replace(until=_until(counted, evidence)))
    return found


def _until(counted: Sequence[tuple[str, bool]], evidence: Evidence) -> str:
    """When the answers, the oldest first, are not enough any more: they leave the window one after the other."""
    if not evidence.is_enough:
        return ""
    left = evidence
    leaving: dict[str, list[bool]] = {}
    for at, speaks in counted:
        leaving.setdefault(instant(statements.too_old_at(moment(at), WINDOW_DAYS)), []).append(speaks)
    for day, together in leaving.items():
        left = left._replace(declines=left.declines - sum(together), of=left.of - len(together))
        if not left.is_enough:
            return day
    raise AssertionError("none at all are never enough")


def _speaks(answer: Answer, stated: Sequence[str]) -> str | None:
    """The reason that an answer counts for; None: for none."""
    reason = "no_answer" if answer.status == "silent" else answer.reason
    return OLD_WORD if reason in PLACELESS and _on_old_word(answer.sent, stated) else reason


def _on_old_word(sent: str, stated: Sequence[str]) -> bool:
    last = max((at for at in stated if at <= sent), default=None)
    return last is not None and statements.days_since(moment(last), moment(sent)) > OLD_DAYS


def propose(reason: str, standing: Standing) -> Proposal | None:
    """What would correct the registry; where nobody can know that, asking anew. None: it says so already."""
    sign = SIGNS[reason]
    if sign.about == "contact":
        return Proposal("confirm", {"what": ["contact"]})
    if reason == "no_place":
        if not standing.free:
            return None
        return Proposal("capacity", {"total": standing.total, "free": 0})
    bent = _bent(sign.rule, standing)
    if bent:
        return Proposal("correct", {"rules": bent})
    return Proposal("confirm", {"what": [sign.about]})


def _bent(rule: str | None, standing: Standing) -> Rules | None:
    """The one rule, as far as the answers say how it would be right."""
    every = (standing.rules, *standing.above)
    match rule:
        case "care_level_max":
            levels = sorted(int(level) for level in RULES[rule].options or ())
            most = min(each.get("care_level_max", levels[-1]) for each in every)
            lower = [level for level in levels if level < most]
            return {"care_level_max": lower[-1]} if lower else None
        case "accepts_severe_behaviour" if all(each.get("accepts_severe_behaviour", True) for each in every):
            return {"accepts_severe_behaviour": False}
        case "domicile" if not any("domicile" in each for each in every):
            return {"domicile": {"provinces": [standing.province]}}
    return None
