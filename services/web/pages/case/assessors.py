"""Several who fill one screening: what each colleague noted, beside the questions and taken into the form; and whose
answers a screening rests on that is complete."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.kernel.questions import Body
from services.screening.answers import EarlierScreening, FactValue, NotedAnswer, Screening, SheetOfAnswers
from services.screening.doors import NOTED_ANSWERS
from services.web.pages.frame import doors, visit
from services.web.pages.parts import days, people
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day


class Reply(NamedTuple):
    """What a colleague noted, in words, at an instant."""

    user: str
    text: str
    at: str


class Assessor(NamedTuple):
    """How many answers a colleague noted, and when last (an instant)."""

    user: str
    answers: int
    at: str


class Noted(NamedTuple):
    """`facts` and `declined` are what the form begins with: the user's own, and what colleagues agree on. `replies` are
    the colleagues' alone, by question."""

    facts: Mapping[str, FactValue]
    declined: Sequence[str]
    replies: Mapping[str, Sequence[Reply]]
    assessors: Sequence[Assessor]


NOTHING = Noted({}, (), {}, ())


class Author(NamedTuple):
    """Whose answers some facts of a screening are."""

    user: str
    facts: Sequence[str]


def authors(screening: Screening | EarlierScreening | None) -> Sequence[Author]:
    """Whoever completed it first; nobody where all of it is theirs, or nobody noted whose it was."""
    by = screening["answered_by"] if screening else {}
    users = {user for of_fact in by.values() for user in of_fact}
    if screening is None or users <= {screening["completed_by"]}:
        return ()
    people.look_up(users)
    theirs = [Author(user, sorted(fact for fact in by if user in by[fact])) for user in sorted(users)]
    return sorted(theirs, key=lambda each: each.user != screening["completed_by"])


def load(case_id: str) -> Noted:
    """Nothing while it cannot be asked: whoever completes is told then of what differs."""
    sheet = doors.attempt(NOTED_ANSWERS.of(case_id=case_id))
    return _noted(sheet, visit.caller().user) if sheet and sheet["answers"] else NOTHING


def with_saved(noted: Noted, saved: Screening | None, facts: Body) -> Noted:
    """And what somebody saved while this form was filled, where the form says otherwise."""
    if saved is None:
        return noted
    replies = {question: [*each] for question, each in noted.replies.items()}
    for fact, users in saved["answered_by"].items():
        if fact in facts and (value := saved["facts"].get(fact)) != facts[fact]:
            text, at = fact_text(fact, value), saved["completed_at"]
            replies.setdefault(fact, []).extend(Reply(user, text, at) for user in users)
    return noted._replace(replies=replies)


def _noted(sheet: SheetOfAnswers, user: str) -> Noted:
    facts: dict[str, FactValue] = {}
    declined: list[str] = []
    replies: dict[str, list[Reply]] = {}
    for question, told in sheet["answers"].items():
        own = next((each for each in told if each["user"] == user), None)
        others = [each for each in told if each["user"] != user]
        taken = own or (others[-1] if others and question not in sheet["disputed"] else None)
        if taken and taken["declined"]:
            declined.append(question)
        elif taken and taken["value"] is not None:
            facts[question] = _typed(question, taken["value"])
        if others:
            replies[question] = [Reply(each["user"], _text(question, each), each["at"]) for each in others]
    every = [each for of_question in replies.values() for each in of_question]
    users = dict.fromkeys(each.user for each in sorted(every, key=lambda each: each.at, reverse=True))
    people.look_up(users)
    theirs = {who: [each.at for each in every if each.user == who] for who in users}
    assessors = [Assessor(who, len(moments), max(moments)) for who, moments in theirs.items()]
    return Noted(facts, declined, replies, assessors)


def _typed(question: str, value: FactValue) -> FactValue:
    return days.birth_typed(value) if question == "birth_date" and isinstance(value, str) else value


def _text(question: str, answer: NotedAnswer) -> str:
    value = answer["value"]
    if answer["declined"]:
        return _("Does not want to answer")
    if question == "birth_date" and isinstance(value, str):
        return day(value, "long")
    return fact_text(question, value)
