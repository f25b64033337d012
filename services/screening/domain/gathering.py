"""Several assessors answer one screening: whose answer counts, and where they do not agree. Pure.

What each noted stands on a sheet until the screening is complete: a draft, and no fact (decision 62). Nobody's answer
is passed over: whoever completes takes what others noted, or says that they saw it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.codes.facts import ASKED_FOR
from services.kernel.questions import Json

DECLINED = "asked_declined"  # the person did not want to say


class Reply(NamedTuple):
    """What an assessor noted of a question, at an instant: an answer, or that the person did not want to say."""

    user: str
    value: Json
    at: str
    declined: bool = False

    @property
    def says(self) -> tuple[bool, Json]:
        """What two replies that agree have in common."""
        return self.declined, _settled(self.value)


Sheet = Mapping[str, Sequence[Reply]]  # by question, the oldest first


@dataclass(frozen=True)
class Gathered:
    """`facts` and `declined` as they are assessed; `by`: who answered each (users); `disputed`: questions that were
    answered otherwise, each with the replies that differ from what was told, or from each other."""

    facts: dict[str, Json]
    declined: list[str]
    by: dict[str, list[str]] = field(default_factory=dict)
    disputed: dict[str, list[Reply]] = field(default_factory=dict)


def gather(
    replies: Mapping[str, Json],
    declined: Collection[str],
    user: str,
    sheet: Sheet,
    settled: Collection[str] = (),
) -> Gathered:
    """What `user` tells now, together with what others noted. Of a question that is `settled` what is told counts,
    whatever others noted: it is left open if nothing is."""
    facts: dict[str, Json] = {}
    not_told: list[str] = []
    by: dict[str, list[str]] = {}
    disputed: dict[str, list[Reply]] = {}
    now = {name: Reply(user, value, "") for name, value in replies.items() if value is not None}
    now |= {name: Reply(user, None, "", declined=True) for name in declined if name not in now}
    for name in dict.fromkeys((*now, *sheet)):
        others = [each for each in sheet.get(name, ()) if each.user != user]
        own = now.get(name) or next((each for each in sheet.get(name, ()) if each.user == user), None)
        if name in settled:
            others, own = [], now.get(name)
        if own is None and not others:
            continue
        taken = own or others[-1]
        differing = [each for each in others if each.says != taken.says]
        if differing:
            disputed[name] = differing if own else others
        if taken.declined:
            not_told.append(name)
        else:
            facts[name] = taken.value
        alike = [each.user for each in others if each.says == taken.says]
        noted = any(each.user == user for each in sheet.get(name, ()))
        by[name] = list(dict.fromkeys([*alike, *([user] if noted or not alike else [])]))
    return Gathered(facts, not_told, by, disputed)


def authors(
    by: Mapping[str, Sequence[str]],
    facts: Mapping[str, Json],
    before: Mapping[str, Json],
    authors_before: Mapping[str, Sequence[str]],
    user: str,
) -> dict[str, list[str]]:
    """{fact: who answered it} of the facts of a screening. What was only carried over from the one `before` stays whose
    answer it was; what came from the case is nobody's."""
    found: dict[str, list[str]] = {}
    for question, users in by.items():
        name = ASKED_FOR.get(question, question)
        if name not in facts:
            continue
        carried = [*users] == [user] and name in before and _settled(before[name]) == _settled(facts[name])
        if not carried:
            found[name] = [*users]
        elif name in authors_before:
            found[name] = [*authors_before[name]]
    return dict(sorted(found.items()))


def own_answers(
    replies: Mapping[str, Json], user: str, sheet: Sheet, known: Mapping[str, Json]
) -> dict[str, Json]:
    """Of what a form says what `user` answered themselves: not what they only took over, from others or from before."""
    return {
        name: value
        for name, value in replies.items()
        if value is not None and not _taken_over(name, value, user, sheet, known)
    }


def own_refusals(
    declined: Iterable[str], user: str, sheet: Sheet, declined_before: Collection[str]
) -> list[str]:
    """Of what a form marks as not wanted to answer what `user` heard themselves: not what stood there from others or
    from the screening before."""
    return [
        name
        for name in dict.fromkeys(declined)
        if any(each.user == user for each in sheet.get(name, ()))
        or not (
            any(each.declined for each in sheet.get(name, ())) or ASKED_FOR.get(name, name) in declined_before
        )
    ]


def _taken_over(name: str, value: Json, user: str, sheet: Sheet, known: Mapping[str, Json]) -> bool:
    noted = sheet.get(name, ())
    if any(each.user == user for each in noted):
        return False
    alike = any(not each.declined and _settled(each.value) == _settled(value) for each in noted)
    return alike or (name in known and _settled(known[name]) == _settled(value))


def _settled(value: Json) -> Json:
    """The order of a list says nothing here."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sorted(map(_settled, value), key=str)
    return (
        {key: _settled(each) for key, each in sorted(value.items())} if isinstance(value, Mapping) else value
    )


def in_order(replies: Iterable[tuple[str, Reply]]) -> dict[str, list[Reply]]:
    """By question, the oldest first."""
    found: dict[str, list[Reply]] = {}
    for name, reply in sorted(replies, key=lambda each: (each[1].at, each[1].user)):
        found.setdefault(name, []).append(reply)
    return found
