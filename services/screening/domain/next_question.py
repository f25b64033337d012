"""Which fact to ask for next: the one that settles most of what is open, and what each answer would lead to. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from services.codes.facts import ASKED_AS, FACTS
from services.kernel.questions import Body
from services.kernel.rules import MET, NOT_MET, UNKNOWN, UNKNOWN_CODE, Condition, Verdict
from services.screening import answers
from services.screening.domain import people
from services.screening.domain.assessment import NOTHING_MET, law_of, to_ask
from services.screening.domain.form import FormBook, not_shown
from services.screening.domain.rulebook import PathRule, Rulebook, conditions
from services.screening.domain.verdicts import Verdicts

RANK = (NOT_MET, UNKNOWN, MET)


class Standing(NamedTuple):
    """Verdicts {code: ...} as things are; of a path: whether a law, a danger or a wish opens it and its needs are met.
    `ask`: facts that could still change something (Assessment)."""

    labels: Mapping[str, Verdict]
    paths: Mapping[str, Verdict]
    ask: Sequence[str]

    @property
    def open(self) -> int:
        return [*self.labels.values(), *self.paths.values()].count(UNKNOWN)


class Answer(NamedTuple):
    value: Any
    then: Standing


def next_question(
    book: Rulebook, form: FormBook, replies: Body, declined: Collection[str] = ()
) -> answers.NextQuestion | None:
    """From normalised facts; None if there is nothing to ask, nobody being asked again for what was `declined`. Of
    facts that settle as much as each other on average of their answers, the one that comes first in `ask`."""
    verdicts = Verdicts(book, replies)
    now, facts = _standing(verdicts), verdicts.facts
    left_out = {*not_shown(form, facts), *declined}
    asked = [fact for fact in now.ask if ASKED_AS.get(fact, fact) not in left_out and fact not in left_out]
    if not asked:
        return None
    each = {fact: _answers(verdicts, fact) for fact in asked}
    fact = min(each, key=lambda fact: Fraction(sum(it.then.open for it in each[fact]), len(each[fact])))
    why, law = next(_reasons(book, fact, each[fact], now, facts))
    return {
        "fact": fact,
        "question": _question(book, form, fact),
        "why": why,
        "law": law,
        "decides": [
            {
                "answer": answer.value,
                "labels": _by_verdict(now.labels, answer.then.labels),
                "paths": _by_verdict(now.paths, answer.then.paths),
            }
            for answer in each[fact]
        ],
    }


def needed(
    book: Rulebook, form: FormBook, replies: Body, ask: Sequence[str], declined: Collection[str] = ()
) -> list[str]:
    """The questions that the next decision needs, as the form puts them: by each fact of `ask`, and what the person
    wants, which no law waits for and which puts the paths in order. Not what was `declined` or cannot apply."""
    wish = "wants" not in replies and any(path.by_wish for path in book.paths.values())
    questions = {ASKED_AS.get(fact, fact) for fact in [*ask, *(["wants"] if wish else [])]}
    left_out = {*not_shown(form, Verdicts(book, replies).facts), *declined}
    in_order = [code for group in form.groups for code in group["facts"]]
    return [code for code in in_order if code in questions - left_out]


def standing(book: Rulebook, replies: Body) -> Standing:
    return _standing(Verdicts(book, replies))


def _standing(verdicts: Verdicts) -> Standing:
    book = verdicts.book
    labels = {rule.code: verdicts.weigh(rule.condition) for rule in book.labels}
    some = _best(labels.values())
    ways: dict[str, list[Verdict]] = {}
    for rule in book.labels:
        for code in rule.paths:
            ways.setdefault(code, []).append(labels[rule.code])
    paths = {
        path.code: _opened(verdicts, path, ways.get(path.code, []), some) for path in book.paths.values()
    }
    return Standing(labels, paths, to_ask(verdicts))


def _opened(verdicts: Verdicts, path: PathRule, ways: Sequence[Verdict], some: Verdict) -> Verdict:
    """`ways`: of the labels that lead there; `some`: the best of any label."""
    book, facts = verdicts.book, verdicts.facts
    found = book.dangers.get(str(facts.get("danger")))
    danger = verdicts.weigh(found.needs) if found and found.path == path.code else NOT_MET
    if path.code == NOTHING_MET:
        return RANK[-1 - RANK.index(_best([some, danger]))]
    wants = facts.get("wants")
    wished = path.by_wish and isinstance(wants, list) and path.code in wants
    opened = _best([*ways, some] if wished else ways)
    return _best([danger, min(verdicts.weigh(path.needs), opened, key=RANK.index)])


def _best(verdicts: Collection[Verdict]) -> Verdict:
    return MET if MET in verdicts else UNKNOWN if UNKNOWN in verdicts else NOT_MET


# -- answers --------------------------------------------------------------------------------------------------------


def _answers(now: Verdicts, fact: str) -> list[Answer]:
    """Every answer that a fact can have, as far as it is known, and how things stand then; of years the bands that
    matter."""
    rules = list(conditions(now.book).values())
    about = now.book.vocabulary[fact]
    codes = [code for code in about.codes if code != UNKNOWN_CODE]
    values: Iterable[Any]
    match about.kind:
        case "range":
            return _merged(now, fact, _bands(fact, now.replies.get(fact), rules))
        case "code" | "number" if codes:
            values = codes
        case "codes" if codes:
            values = [*([] if "none" in codes else [[]]), *([code] for code in codes)]
        case _:
            values = people.values(fact, about, rules)
    return [_answer(now, fact, value) for value in values]


def _answer(now: Verdicts, fact: str, value: Any) -> Answer:
    return Answer(value, _standing(now.with_reply(fact, value)))


def _bands(fact: str, known: Any, rules: Iterable[Condition]) -> Iterator[answers.Band]:
    """What the limits of the rules leave whole of the years that are known, with their margin."""
    age = known or {}
    margin = age.get("margin", 0)
    low = max(0, (age.get("min") or 0) - margin)
    high = None if age.get("max") is None else age["max"] + margin
    leaves = [leaf for rule in rules for leaf in people.leaves(rule) if leaf["fact"] == fact]
    limits = {leaf["value"] + (leaf["op"] == "at_most") for leaf in leaves}
    starts = [low, *sorted(each for each in limits if low < each and (high is None or each <= high))]
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        yield {"min": start, "max": high if following is None else following - 1}


def _merged(now: Verdicts, fact: str, bands: Iterable[answers.Band]) -> list[Answer]:
    """Neighbours that come to the same are one."""
    found: list[Answer] = []
    for band in bands:
        this = _answer(now, fact, band)
        if found:
            both = _answer(now, fact, {**band, "min": found[-1].value["min"]})
            if both.then == this.then == found[-1].then:
                found[-1] = both
                continue
        found.append(this)
    return found


# -- words ----------------------------------------------------------------------------------------------------------


def _by_verdict(now: Mapping[str, Verdict], then: Mapping[str, Verdict]) -> answers.Outcomes:
    def those(becoming: Verdict) -> list[str]:
        return [code for code, verdict in now.items() if verdict is UNKNOWN and then[code] is becoming]

    return {"met": those(MET), "not_met": those(NOT_MET), "open": those(UNKNOWN)}


def _reasons(
    book: Rulebook, fact: str, each: Sequence[Answer], now: Standing, facts: Body
) -> Iterator[tuple[answers.Text, answers.Law]]:
    """Why a fact is asked for, the weightiest first: labels that it can decide, paths of labels that are met, labels
    that it can decide only together with others."""
    undecided = [rule for rule in book.labels if now.labels[rule.code] is UNKNOWN]
    for rule in undecided:
        if any(answer.then.labels[rule.code] is not UNKNOWN for answer in each):
            yield _text(rule.name, rule.because), law_of(rule, facts)
    for rule in book.labels:
        for path in map(book.paths.__getitem__, rule.paths if now.labels[rule.code] is MET else ()):
            if path.needs and _asks(path.needs, fact):
                yield _text(path.name, path.because or rule.because), law_of(rule, facts)
    for rule in undecided:
        if _asks(rule.condition, fact):
            yield _text(rule.name, rule.because), law_of(rule, facts)


def _asks(condition: Condition, fact: str) -> bool:
    return any(leaf["fact"] == fact for leaf in people.leaves(condition))


def _text(name: answers.Text, because: answers.Text) -> answers.Text:
    return {"th": f"{name['th']}: {because['th']}", "en": f"{name['en']}: {because['en']}"}


def _question(book: Rulebook, form: FormBook, fact: str) -> answers.Text:
    """As the form asks it; what no form asks yet, as the rules that added it do, or by its name."""
    for code in (ASKED_AS.get(fact, fact), fact):
        if code in form.questions:
            return form.questions[code]["text"]
    added = {each.code: each.question for each in book.facts}
    return added[fact] if fact in added else {"th": FACTS[fact].words.th, "en": FACTS[fact].words.en}
