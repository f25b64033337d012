"""Telling people what changed for them: the merged log is followed, and each fact that concerns somebody becomes a
notice for them (codes.notices says whom). Who answers for a case, intake says; who directs a centre, the accounts do.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from services.codes import notices as codes
from services.codes.access import DIRECTOR, FIGURE_READERS, STAFF
from services.intake.answers import AnswerableCase
from services.intake.doors import ANSWERABLE
from services.kernel.envelope import ALL_CENTRES, PARTNER_ACTOR, Caller, instant
from services.kernel.errors import NotFound
from services.kernel.runtime import ServiceRuntime
from services.partners.doors import PARTNER, PROBLEMS
from services.reporting.answers import NoticeFact
from services.reporting.doors import NOTICES
from services.thai.dates import bangkok_day
from services.web.gateway import calls, couriers
from services.web.identity import accounts, api_keys, delegations
from services.web.identity.accounts import Account
from services.web.store import messages
from services.web.store import notices as store
from services.web.store.notices import Notice
from services.web.store.webhooks import Kind, Webhook

TICK = 2.0  # seconds between looks
BATCH = 100  # facts that are asked for at once
ASKING = 10.0  # seconds that a registry's answer may take
BEGINNING = timedelta(days=14)  # how far back the first look goes: not to the beginning of the log
SOON = timedelta(days=14)  # before a key expires
DAILY = 3600.0  # seconds between looks for keys
IDS = uuid5(NAMESPACE_URL, "songtor:notice")


@dataclass(frozen=True)
class People:
    """Who there is to be told: accounts that may sign in, and who acts in a director's place, by centre."""

    accounts: Sequence[Account]
    delegates: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def directors(self, centre: str | None) -> list[str]:
        own = [each.user for each in self.accounts if each.role == DIRECTOR and centre in each.centres]
        standing_in = {*self.delegates.get(centre or "", ())}
        return [*own, *(each.user for each in self.accounts if each.user in standing_in)]

    def works_for(self, user: str | None, centre: str) -> bool:
        return any(
            each.user == user and each.role in STAFF and ({centre, ALL_CENTRES} & {*each.centres})
            for each in self.accounts
        )

    def of_roles(self, roles: Iterable[str]) -> list[str]:
        return [each.user for each in self.accounts if each.role in {*roles}]

    def of_partner(self, partner_id: str | None) -> list[str]:
        return [
            each.user for each in self.accounts if each.role == "partner" and partner_id == each.partner_id
        ]


def people(web: ServiceRuntime) -> People:
    def find(db: Connection) -> People:
        today = bangkok_day(web.now())
        active = [each for each in accounts.everybody(db) if each.active]
        return People(active, delegations.list_delegates(db, today))

    return web.read(find)


# -- the merged log --------------------------------------------------------------------------------------------------


def keep_telling(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """Tell what is new, until `stopping`."""
    looked = -DAILY

    def look() -> None:
        nonlocal looked
        while not stopping() and tell_new(web):
            pass
        if time.monotonic() - looked >= DAILY:
            tell_expiring(web)
            looked = time.monotonic()

    couriers.keep_looking(look, "notices", TICK, stopping, pause)


def tell_new(web: ServiceRuntime) -> bool:
    """Whether there was anything, and perhaps is more. Of two front doors that look at once one tells it."""
    before = web.read(store.get_position)
    since = instant(web.now() - BEGINNING) if before is None else None
    answer = calls.ask_as_system(web, NOTICES.of(after=before, since=since, limit=BATCH)).answer
    if answer["next"] == before:
        return False
    made = list_notices(web, answer["items"])
    with web.database.write() as db:
        if store.move(db, before, answer["next"]):
            messages.post(web, db, store.add(db, made))
    return bool(answer["items"])


def list_notices(web: ServiceRuntime, facts: Sequence[NoticeFact]) -> list[Notice]:
    """Who is told what of some facts."""
    if not facts:
        return []
    there, cases = people(web), _cases(web, facts)
    made = []
    for fact in facts:
        known = cases.get(fact["case_id"] or "")
        for about in codes.BY_TYPE.get(fact["type"], ()):
            if all(bool(fact["data"].get(name)) == wanted for name, wanted in about.when.items()):
                made += _of_fact(web, there, fact, about, known)
    return made


def _of_fact(
    web: ServiceRuntime,
    there: People,
    fact: NoticeFact,
    about: codes.Notice,
    known: AnswerableCase | None,
) -> list[Notice]:
    told = {user for to in about.to for user in _hearers(web, there, fact, to, known)}
    own = {fact["actor"], fact["actor"].removeprefix(PARTNER_ACTOR)}
    plain = Notice(
        "", notice_id(fact["id"], about.kind), about.kind, fact["position"], fact["case_id"],
        known["case_number"] if known else None,
        _named(fact, "referral_id") if about.leads == "referral" else None, fact["recordedtime"],
    )  # fmt: skip
    centre = known["centre"] if known else fact["centre"]
    # Others than the case's own centre know it by no number.
    return [
        plain._replace(
            user_name=user, case_number=plain.case_number if there.works_for(user, centre) else None
        )
        for user in sorted(told - own)
    ]


def _hearers(
    web: ServiceRuntime, there: People, fact: NoticeFact, to: str, known: AnswerableCase | None
) -> list[str]:
    """The users of one of codes.notices' groups. Whoever works for the case's centre no more hears nothing of it."""
    centre = known["centre"] if known else fact["centre"]
    match to:
        case codes.OWNER:
            owner = known["owner"] if known else None
            return [owner] if owner and there.works_for(owner, centre) else there.directors(centre)
        case codes.OPENER:
            opener = known["opened_by"] if known else None
            return [opener] if opener and there.works_for(opener, centre) else []
        case codes.ASSIGNEE:
            user = _named(fact, "to_user")
            return (
                there.directors(centre) if user is None else [user] if there.works_for(user, centre) else []
            )
        case codes.GIVER:
            user = _named(fact, "from_user")
            return [user] if user and there.works_for(user, centre) else []
        case codes.CONFIRMER:
            named = _named(fact, "confirmer")
            return [named] if named else there.directors(centre)
        case codes.DIRECTORS:
            return there.directors(centre)
        case codes.ESCALATED:
            user, role = _named(fact, "to_user"), _named(fact, "to_role")
            if user and there.works_for(user, centre):
                return [user]
            if role not in (None, DIRECTOR):
                return _hearers(web, there, fact, codes.OWNER, known)
            return there.directors(centre)
        case codes.WAITED_FOR:
            return there.directors(_named(fact, "waiting_for"))
        case codes.RECEIVER:
            return there.directors(_named(fact, "to"))
        case codes.SENDER:
            return there.directors(_named(fact, "from"))
        case codes.PARTNER:
            return there.of_partner(fact["partner_id"]) if fact["told"] and fact["partner_id"] else []
        case codes.KEEPER:
            return there.directors(_keeper_of_problem(web, _named(fact, "problem_id")))
        case codes.RULE_READERS:
            return there.of_roles((*FIGURE_READERS, "admin"))
    raise ValueError(to)


def _named(fact: NoticeFact, field: str) -> str | None:
    found = fact["data"].get(field)
    return found if isinstance(found, str) else None


def notice_id(*about: str) -> str:
    """The same whenever somebody is told of this."""
    return str(uuid5(IDS, "\n".join(about)))


def _cases(web: ServiceRuntime, facts: Sequence[NoticeFact]) -> dict[str, AnswerableCase]:
    asked = sorted({fact["case_id"] for fact in facts if fact["case_id"]})
    if not asked:
        return {}
    found = calls.ask_as_system(web, ANSWERABLE.of(case_ids=asked)).answer["items"]
    return {each["case_id"]: each for each in found}


ANYBODY = Caller("notices", "ministry", (ALL_CENTRES,))  # who may read all of the registry


def _keeper_of_problem(web: ServiceRuntime, problem_id: str | None) -> str | None:
    items = calls.ask_apart(web, ANYBODY, PROBLEMS.of(problem_id=problem_id), ASKING).answer["items"]
    return items[0]["keeper"] if items else None


# -- the front door's own --------------------------------------------------------------------------------------------


def tell_paused(web: ServiceRuntime, hook: Webhook) -> None:
    """Whoever has a webhook is told that it paused itself."""
    about = notice_id(hook.webhook_id, "paused", str(hook.position), instant(web.now()))
    _tell(web, "webhook_paused", about, hook.webhook_id, _holders(web, people(web), hook.kind, hook.owner))


def tell_expiring(web: ServiceRuntime) -> None:
    """Whoever has a key is told once that it expires soon."""
    now = web.now()
    keys = web.read(lambda db: api_keys.list_expiring(db, instant(now), instant(now + SOON)))
    there = people(web) if keys else None
    for key in keys:
        assert there is not None, "there are keys"
        about = notice_id(key.key_id, "expires", key.expires_at)
        _tell(web, "key_expires", about, key.partner_id, _holders(web, there, "partner", key.partner_id))


def _tell(web: ServiceRuntime, kind: str, about: str, thing: str, users: Iterable[str]) -> None:
    at = instant(web.now())
    with web.database.write() as db:
        rows = [Notice(user, about, kind, 0, None, None, thing, at) for user in sorted({*users})]
        messages.post(web, db, store.add(db, rows))


def _holders(web: ServiceRuntime, there: People, kind: Kind, owner: str) -> list[str]:
    """Who may do something about a webhook or a key: of a partner's its users, and the directors who keep it."""
    if kind == "ministry":
        return there.of_roles(["ministry"])
    if kind == "centre":
        return there.directors(owner)
    try:
        keeper = calls.ask_apart(web, ANYBODY, PARTNER.of(partner_id=owner), ASKING).answer["keeper"]
    except NotFound:
        keeper = None
    return [*there.of_partner(owner), *there.directors(keeper)]
