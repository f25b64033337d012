"""Why a place fits a person and stands where it does: the codes of a candidate (see services.partners) in the reader's
words."""

from collections.abc import Mapping
from typing import NamedTuple

from services.codes import DECLINE_REASONS, PATHS, WHOSE, sentences
from services.codes.criteria import CRITERIA
from services.codes.declines import NOTHING, effect_of
from services.codes.rules import DECLINED, PATH_CLOSED
from services.partners.answers import Criterion, Reason
from services.web.gateway import questionnaire
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import day, say, word

VERDICTS: Mapping[str, str] = {
    "eligible": later("Fits"),
    "unknown": later("Not sure yet"),
    "ineligible": later("Does not fit"),
}


def verdict_word(verdict: str) -> str:
    """What comes of a place for a person."""
    return _(VERDICTS[verdict])


class ReasonInWords(NamedTuple):
    """`wants`: what the place asks; `found`: what is known of the person; `ask`: the question to ask, if there is one;
    `level`: whose rule it is, if it is not the programme's own; `confirmed` and `told`: the days when it was last said
    that the place asks so, and when what is known of the person was told."""

    verdict: str
    wants: str
    found: str
    ask: str | None
    level: str | None = None
    confirmed: str | None = None
    told: str | None = None


def reason(row: Reason) -> ReasonInWords:
    if row["rule"] == PATH_CLOSED:
        return _closed(row)
    if row["rule"] == DECLINED:
        return _declined(row)
    return ReasonInWords(
        verdict=row["verdict"],
        wants=sentences.rule_in_words(row["rule"], row["wants"], current()),
        found=sentences.finding_in_words(row["rule"], row["wants"], row["found"], current()),
        ask=question(row["fact"]) if row["verdict"] == "unknown" else None,
        level=None
        if row["inherited_from"] in (None, "programme")
        else word("rule_level", row["inherited_from"]),
        confirmed=day(row["confirmed_at"]) if row["confirmed_at"] else None,
        told=day(row["source"]["at"]) if row["source"] else None,
    )


def _closed(row: Reason) -> ReasonInWords:
    found = row["found"]
    assert isinstance(found, dict)
    because, never = found.get("because"), found.get("never") is True
    text = str(because[current()]) if isinstance(because, dict) else ""
    path = PATHS.word(row["wants"], current())
    return ReasonInWords(row["verdict"], path, sentences.closed_in_words(text, never, current()), None)


def _declined(row: Reason) -> ReasonInWords:
    found = row["found"]
    assert isinstance(found, dict)
    effect = word("decline_effect", str(row["wants"]))
    reason, whose, since, until = (
        str(found.get(name) or "") for name in ("reason", "whose", "since", "until")
    )
    said = sentences.said_no(reason, whose, since, until or None, current())
    return ReasonInWords(row["verdict"], effect, said, None)


class Following(NamedTuple):
    """What follows from a no for a reason; `whose`: whose it is then, "" for everybody's."""

    reason: str
    whose: str
    effect: str


def following() -> list[Following]:
    """Of every reason of a no, for who chooses one. A reason of several whose effects are alike is told once."""
    return [
        Following(word("decline_reason", reason), ", ".join(theirs), word("decline_effect", effect))
        for reason in DECLINE_REASONS
        for effect, theirs in _whose_by_effect(reason)
    ]


def _whose_by_effect(reason: str) -> list[tuple[str, list[str]]]:
    by: dict[str, list[str]] = {}
    for whose in WHOSE:
        effect = effect_of(reason, whose)
        if effect != NOTHING:
            by.setdefault(effect, []).append(word("whose", whose))
    everybody = len(WHOSE) - 1  # but the system
    return [(code, [] if len(theirs) == everybody else theirs) for code, theirs in by.items()] or [
        (NOTHING, [])
    ]


def effect(reason: str, whose: str) -> str:
    """What follows from a no."""
    return word("decline_effect", effect_of(reason, whose))


def question(fact: str | None) -> str | None:
    """The question of the screening that asks for a fact; none asks for what the case itself says."""
    code = "birth_date" if fact == "age" else fact
    return code if code in questionnaire.current().codes else None


class CriterionInWords(NamedTuple):
    verdict: str
    title: str
    found: str


def criterion(row: Criterion) -> CriterionInWords:
    """One criterion of the rank."""
    code = row["criterion"]
    text = sentences.criterion_in_words(code, row["found"], current())
    return CriterionInWords(row["verdict"], say(CRITERIA[code].title), text)
