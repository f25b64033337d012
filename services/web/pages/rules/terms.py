"""A procedure in words: quorum, deadlines, follow-ups, who reviews what, and what a centre may set for itself."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.codes import procedure
from services.codes.deadlines import DIRECTOR
from services.codes.procedure import DAYS, UNITS, WORKING_DAYS
from services.web.pages.parts import people
from services.web.pages.parts.language import _, ngettext
from services.web.pages.parts.words import centre, listed, word


class Part(NamedTuple):
    title: str
    text: str
    rows: list[tuple[str, str]]


def in_words(content: Any) -> list[Part]:
    """Of a document of any age."""
    rules = procedure.whole(json.dumps(content))
    reviews, own = rules["decline_review"], rules["centres"]
    limits = _bounds(rules["bounds"], rules["deadlines"])
    return [
        Part(_("Decisions"), _quorum(rules["quorum"]), []),
        Part(_("Decisions between meetings"), _between(rules["between_meetings"]), []),
        Part(_("Deadlines"), _at_once(rules["referrals_at_once"]), [*_deadlines(rules["deadlines"])]),
        Part(_("Follow-ups"), "", [*_follow_ups(rules["follow_up"])]),
        Part(_("If a deadline is missed"), _escalation(rules["escalation"]), []),
        Part(_("Noes that the director reviews"), _nobody(reviews), [*_reviews(reviews)]),
        Part(
            _("What a centre may set for itself"),
            _("Within these limits."),
            [*limits],
        ),
        Part(_("What centres have set for themselves"), _nobody(own), [*_centres(own)]),
    ]


def _nobody(centres: Any) -> str:
    return "" if centres else _("No centre.")


def _quorum(quorum: Any) -> str:
    if quorum["chair"]:
        return _("A decision needs {} votes, the chair’s among them.").format(quorum["votes"])
    return _("A decision needs {} votes.").format(quorum["votes"])


def _between(quorum: Any) -> str:
    said = _("In urgency {} named people decide together, and the next meeting ratifies it or does not.")
    if quorum["chair"]:
        said = _(
            "In urgency {} named people decide together, the chair among them, and the next meeting ratifies it or "
            "does not."
        )
    return said.format(quorum["votes"])


def _at_once(count: int) -> str:
    return ngettext(
        "For one case {} place is asked at a time.",
        "For one case up to {} places are asked at the same time.",
        count,
    ).format(count)


def _deadlines(spans: Any) -> Iterator[tuple[str, str]]:
    for name, span in spans.items():
        yield word("deadline", name), _span(span)


def _span(span: Any) -> str:
    [unit] = [each for each in UNITS if each in span]
    texts = [_count(span[unit], unit)]
    texts += [
        f"{word('telling', way)} {_count(count, unit)}" for way, count in span.get("by_channel", {}).items()
    ]
    texts += [
        f"{word('partner_kind', kind)} {_count(count, unit)}"
        for kind, count in span.get("by_kind", {}).items()
    ]
    if "remind" in span:
        texts.append(_("a reminder {} before").format(_count(span["remind"], WORKING_DAYS)))
    return " · ".join(texts)


def _count(count: int, unit: str) -> str:
    if unit == WORKING_DAYS:
        return ngettext("{} working day", "{} working days", count).format(count)
    return (
        ngettext("{} day", "{} days", count) if unit == DAYS else ngettext("{} minute", "{} minutes", count)
    ).format(count)


def _follow_ups(follow_ups: Any) -> Iterator[tuple[str, str]]:
    for each in follow_ups:
        yield (
            _("{} days after the placement").format(each["days"]),
            _("in time from day {first} to day {last}").format(first=each["from"], last=each["until"]),
        )


def _escalation(to: Any) -> str:
    who = people.who(to["user"]) if to.get("user") else word("escalated_to", to.get("role", DIRECTOR))
    return _("It goes to {}.").format(who)


def _reviews(by_centre: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for code, kinds in by_centre.items():
        yield centre(code), listed([kind_in_words(each) for each in kinds])


def kind_in_words(kind: str) -> str:
    whose, __, reason = kind.partition("/")
    return f"{word('whose', whose)}: {word('decline_reason', reason)}" if reason else word("whose", whose)


def unit_name(unit: str) -> str:
    return {WORKING_DAYS: _("Working days"), DAYS: _("Days")}.get(unit) or _("Minutes")


def bound_name(name: str) -> str:
    """Of what a centre may set for itself."""
    names = {
        "votes": _("Votes that a decision needs"),
        "referrals_at_once": _("Places asked at the same time"),
    }
    return names.get(name) or word("deadline", name)


def _bounds(bounds: Mapping[str, Mapping[str, int]], deadlines: Any) -> Iterator[tuple[str, str]]:
    """With the unit of what is a deadline."""
    for name, limit in bounds.items():
        unit = next((each for each in UNITS if each in deadlines.get(name, ())), None)
        most = _count(limit["max"], unit) if unit else limit["max"]
        yield bound_name(name), _("{least} to {most}").format(least=limit["min"], most=most)


def _centres(centres: Any) -> Iterator[tuple[str, str]]:
    for code, own in centres.items():
        texts = [_quorum(own["quorum"])] if "quorum" in own else []
        texts += [_at_once(own["referrals_at_once"])] if "referrals_at_once" in own else []
        texts += [f"{name}: {text}" for name, text in _deadlines(own.get("deadlines", {}))]
        texts += [_escalation(own["escalation"])] if "escalation" in own else []
        yield centre(code), " · ".join(texts)
