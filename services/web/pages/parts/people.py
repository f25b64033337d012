"""People with an account, as pages call them: by their name, or by the user name where none is known."""

from collections.abc import Iterable

from flask import g

from services.web import gateway
from services.web.gateway.colleagues import list_colleagues
from services.web.identity import accounts, api_keys, people
from services.web.identity.people import Person
from services.web.pages.parts.language import _

SYSTEM = "system"  # the actor of what a deadline or another fact brought about


def remember(user: str, person: Person) -> None:
    """For this request."""
    _known()[user] = person


def look_up(users: Iterable[str | None]) -> None:
    """In one question, those whom the page is going to name."""
    known = _known()
    unknown = {user for user in users if user and user not in known}
    if unknown:
        known |= dict.fromkeys(unknown, people.NOBODY) | people.find(gateway.runtime(), unknown)
        known |= {key: _keyed(name) for key, name in api_keys.names(gateway.runtime(), unknown).items()}
        g.people = known


def _keyed(name: str) -> Person:
    """A partner's own system, by the name of its key."""
    return Person(name=name, position=_("(a partner’s own system)"))


def person(user: str) -> Person:
    look_up([user])
    return _known()[user]


def colleagues(centre: str) -> dict[str, str]:
    """{name: user} of those who work for the centre or decide with it, as far as they have a name."""
    theirs = list_colleagues(gateway.runtime().read(accounts.everybody), centre)
    look_up(theirs)
    return {called: user for user in theirs if (called := person(user).called)}


def who(user: str | None) -> str:
    if user == SYSTEM:
        return _("the system")
    return (person(user).called or user) if user else ""


def system(user: str) -> str:
    """The partner's own system that acted by its key; '' if somebody else did."""
    return who_as(user) if user.startswith(api_keys.ACTOR) else ""


def who_as(user: str) -> str:
    """With the position: 'นางสาวสมศรี ใจดี นักสังคมสงเคราะห์'."""
    return " ".join(filter(None, (who(user), person(user).position)))


def who_exactly(user: str) -> str:
    """As somebody is chosen from a list: 'นางสาวสมศรี ใจดี นักสังคมสงเคราะห์ (worker-60)'."""
    return f"{who_as(user)} ({user})" if person(user).called else user


def _known() -> dict[str, Person]:
    known: dict[str, Person] = g.setdefault("people", {})
    return known
