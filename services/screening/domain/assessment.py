"""What facts come to under one version of the rules: labels, paths, what is closed and what to ask next. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services import codes
from services.kernel.questions import Body
from services.kernel.rules import MET, NOT_MET, UNKNOWN, Condition, Verdict, evaluate
from services.screening import answers
from services.screening.domain.rulebook import LabelRule, PathRule, Rulebook
from services.screening.domain.verdicts import Verdicts, Weigh
from services.screening.events import ClosedPath, Label

NOTHING_MET = "advice_only"


class Assessment(NamedTuple):
    """`paths` best first, `leads` those of them that a specific law opens, `closed` what is no way out as things are.
    `decided`: a label is met, or none can be. `ask`: facts that could still change something, the most telling first;
    `not_asked`: questions that cannot apply to this person."""

    labels: list[Label]
    paths: list[str]
    leads: list[str]
    closed: list[ClosedPath]
    decided: bool
    ask: list[str]
    not_asked: list[str]


class Outline(NamedTuple):
    """Labels that are met and that are not decided yet, in their precedence; the paths, and those that lead."""

    met: list[LabelRule]
    unknown: list[LabelRule]
    leads: list[str]
    paths: list[str]


def assess(book: Rulebook, replies: Body) -> Assessment:
    """From normalised facts."""
    verdicts = Verdicts(book, replies)
    found = outline(
        book, verdicts.facts, [verdicts.weigh(rule.condition) for rule in book.labels], verdicts.weigh
    )
    closed = [path for path in book.paths.values() if verdicts.weigh(path.needs) == NOT_MET]
    return Assessment(
        labels=[_label(rule, verdicts) for rule in book.labels],
        paths=found.paths,
        leads=[path for path in found.paths if path in found.leads],
        closed=[_closed(path, verdicts) for path in closed],
        decided=bool(found.met) or not found.unknown,
        ask=to_ask(verdicts),
        not_asked=[each.fact for each in book.applies if each.fact in verdicts.added],
    )


def outline(book: Rulebook, facts: Body, verdicts: Sequence[Verdict], weigh: Weigh) -> Outline:
    """What the verdicts of the labels, in their order, come to."""
    met, unknown = (
        [rule for rule, verdict in zip(book.labels, verdicts, strict=True) if verdict is wanted]
        for wanted in (MET, UNKNOWN)
    )
    leads = _leads(book, met, weigh)
    return Outline(
        met, unknown, leads, _paths(book, met, leads, unknown if book.undecided_too else [], facts, weigh)
    )


def explain(book: Rulebook, labels: Iterable[Label], replies: Mapping[str, Any]) -> list[answers.Label]:
    """Labels as a reader needs them: the law in both languages, the test in words, and what was found beside what is
    wanted."""
    facts = {**Verdicts(book, replies).added, **replies}
    rules = {rule.code: rule for rule in book.labels}
    return [
        {
            "code": label["code"],
            "verdict": label["verdict"],
            "name": rules[label["code"]].name,
            "law": law_of(rules[label["code"]], facts),
            "test": rules[label["code"]].because,
            "because": [{**part, "found": facts.get(part["fact"])} for part in label["because"]],
            "ask": label["ask"],
        }
        for label in labels
    ]


def _label(rule: LabelRule, verdicts: Verdicts) -> Label:
    verdict, because, ask = verdicts.of(rule.condition)
    return {
        "code": rule.code,
        "verdict": verdict.value,
        "law": law_of(rule, verdicts.facts)["en"],
        "because": [{"fact": part["fact"], "op": part["op"], "value": part["value"]} for part in because],
        "ask": list(ask),
    }


def law_of(rule: LabelRule, facts: Body) -> answers.Law:
    return rule.where["law"] if rule.where and _verdict(rule.where["condition"], facts) == MET else rule.law


def _leading(rule: LabelRule, weigh: Weigh) -> bool:
    elsewhere = rule.where and weigh(rule.where["condition"]) == MET
    return rule.where["leads"] if rule.where and elsewhere else rule.leads


def _leads(book: Rulebook, met: Sequence[LabelRule], weigh: Weigh) -> list[str]:
    """The first open path of each specific law that is met."""
    firsts = (_open(book, rule.paths, weigh)[:1] for rule in met if _leading(rule, weigh))
    return [path for first in firsts for path in first]


def _paths(
    book: Rulebook, met: Sequence[LabelRule], leads: Sequence[str], unknown: Sequence[LabelRule], facts: Body,
    weigh: Weigh,
) -> list[str]:  # fmt: skip
    """Danger, each specific law's lead path, the person's wishes, then the rest by precedence of label, those of labels
    that are not decided after those that are; ministry shelters last."""
    found = book.dangers.get(str(facts.get("danger")))
    danger = [found.path] if found and weigh(found.needs) != NOT_MET else []
    if not met and not unknown:
        return list(dict.fromkeys([*danger, NOTHING_MET]))
    wants = facts.get("wants")
    wishes = _open(book, _by_wish(book, map(str, wants) if isinstance(wants, list) else ()), weigh, keep=True)
    rest = [path for rule in met for path in _open(book, rule.paths, weigh)]
    perhaps = [path for rule in unknown for path in _open(book, _by_wish(book, rule.paths), weigh)]
    ordered = list(dict.fromkeys([*danger, *leads, *wishes, *rest, *perhaps]))
    if not ordered and not unknown:
        ordered = [NOTHING_MET]
    return sorted(ordered, key=lambda path: book.last.index(path) + 1 if path in book.last else 0)


def _by_wish(book: Rulebook, paths: Iterable[str]) -> list[str]:
    """Without what only a law that is met can open."""
    return [path for path in paths if path in book.paths and book.paths[path].by_wish]


def _open(book: Rulebook, paths: Sequence[str], weigh: Weigh, keep: bool = False) -> list[str]:
    """Paths that are not closed; those sure to fit before those that may, or in the order given (`keep`)."""
    verdicts = {path: _opens(book.paths[path], weigh) for path in paths}
    still = [path for path in paths if verdicts[path] != NOT_MET]
    return still if keep else sorted(still, key=lambda path: verdicts[path] != MET)


def _opens(path: PathRule, weigh: Weigh) -> Verdict:
    verdict = weigh(path.needs)
    return NOT_MET if path.only_if_sure and verdict == UNKNOWN else verdict


def _closed(path: PathRule, verdicts: Verdicts) -> ClosedPath:
    because = verdicts.of(path.needs).because if path.needs else ()
    return {
        "path": path.code,
        "because": {"th": path.because["th"], "en": path.because["en"]} if path.because else None,
        "facts": list(dict.fromkeys(part["fact"] for part in because)),
        "never": path.never is not None and verdicts.weigh(path.never) == MET,
    }


def to_ask(verdicts: Verdicts) -> list[str]:
    """What could decide a label that is open, then what could open or close a path of one that is met."""
    book, facts = verdicts.book, dict[str, None]()
    for rule in book.labels:
        facts.update(dict.fromkeys(verdicts.of(rule.condition).ask))
    for rule in book.labels:
        if verdicts.weigh(rule.condition) is MET:
            for needs in (book.paths[path].needs for path in rule.paths):
                facts.update(dict.fromkeys(verdicts.of(needs).ask if needs else ()))
    return [*facts]


def _verdict(needs: Condition | None, facts: Body) -> Verdict:
    return MET if needs is None else evaluate(needs, facts).verdict


def wishable(book: Rulebook) -> list[str]:
    """The paths that a person's wish alone can open, in the order of their list, those it does not know last."""
    known = [path for path in codes.PATHS if path in book.paths and book.paths[path].by_wish]
    return known + [path for path, rule in book.paths.items() if rule.by_wish and path not in codes.PATHS]
