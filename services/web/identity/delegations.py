"""A director's acts delegated to a colleague of the centre from a day to a day (รักษาการแทน). It ends by itself with its
last day in Thailand, when it is ended, and while the director or the colleague is not what each was: what counts is
looked at with every request, so no token and no session has to change. What was delegated stays on record."""

from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import uuid4

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, ColumnElement, Connection, Table, Text, bindparam, insert, or_, select, update
from sqlalchemy import Row as SqlRow

from services.codes.access import DIRECTOR, STAFF
from services.kernel.envelope import ALL_CENTRES, Caller, Delegation, instant
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.runtime import ServiceRuntime
from services.thai.dates import bangkok_day
from services.web.identity import accounts, changes
from services.web.identity.accounts import Account, account
from services.web.store.tables import metadata

delegation = Table(
    "delegation",
    metadata,
    Column("delegation_id", Text, primary_key=True),
    Column("centre", Text, nullable=False),
    Column("from_user", Text, nullable=False, index=True),
    Column("to_user", Text, nullable=False, index=True),
    Column("first_day", Text, nullable=False),  # of Thailand, as ISO, so text order is their order
    Column("last_day", Text, nullable=False),
    Column("sealed", Text, nullable=False),  # JSON {delegation_id, reason}: why somebody is away is theirs
    Column("made_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text),
)

LONGEST = timedelta(days=366)  # of days; whoever is away for longer is followed by another director

State = Literal["coming", "running", "over"]


class Row(NamedTuple):
    """`last_day`: as it was delegated; `ended_at`: when somebody ended it before."""

    delegation_id: str
    centre: str
    from_user: str
    to_user: str
    first_day: str
    last_day: str
    reason: str
    made_at: str
    ended_at: str | None
    ended_by: str | None
    state: State


def may_delegate(director: Account, centre: str) -> bool:
    """Nobody delegates more than they have, and nobody delegates on: an account's own role counts."""
    return director.active and director.role == DIRECTOR and _works_for(director, centre)


def may_be_delegate(colleague: Account, centre: str) -> bool:
    """Whoever works for the centre without having a director's right there already."""
    works = colleague.active and colleague.role in STAFF and _works_for(colleague, centre)
    return works and colleague.role != DIRECTOR


def _works_for(account: Account, centre: str) -> bool:
    return bool({centre, ALL_CENTRES} & {*account.centres})


def give(
    runtime: ServiceRuntime,
    director: Caller,
    centre: str,
    to_user: str,
    first_day: date,
    last_day: date,
    reason: str,
) -> str:
    """The id of a new delegation; Invalid names the field that does not fit. Decided in the transaction that writes,
    one after the other for each director, so that no two of theirs overlap."""
    now, id = runtime.now(), str(uuid4())
    row = {
        "delegation_id": id, "centre": centre, "from_user": director.user, "to_user": to_user,
        "first_day": first_day.isoformat(), "last_day": last_day.isoformat(), "made_at": instant(now),
        "sealed": _box(runtime).encrypt(orjson.dumps({"delegation_id": id, "reason": reason})).decode(),
    }  # fmt: skip
    with runtime.database.write() as db:
        theirs = account.c.user_name == director.user
        db.execute(
            update(account).where(theirs).values(role=account.c.role)
        )  # whoever comes second waits here
        giver, taker = accounts.find(db, director.user), accounts.find(db, to_user)
        if giver is None or not may_delegate(giver, centre):
            raise Forbidden("Nobody delegates what is not theirs.")
        if taker is None or to_user == director.user or not may_be_delegate(taker, centre):
            raise Invalid(
                {"to_user": ["Not a colleague of this centre who can act in the director's place."]}
            )
        _require_days(first_day, last_day, bangkok_day(now))
        if _overlapping(db, director.user, centre, first_day, last_day):
            raise Invalid({"first_day": ["These days are delegated already."]})
        db.execute(insert(delegation).values(row))
        _note(
            db, now, director.user, to_user, "delegated", centre, first_day.isoformat(), last_day.isoformat()
        )
    return id


def _note(
    db: Connection, now: datetime, by: str, user: str, kind: Literal["delegated", "delegation_ended"], centre: str,
    first_day: str, last_day: str,
) -> None:  # fmt: skip
    """A director's acts came into the colleague's hands, or went from them."""
    given, days = changes.Rights(DIRECTOR, (centre,)), changes.Days(first_day, last_day)
    changes.record(db, instant(now), by, user, kind, given, days=days)


def _require_days(first_day: date, last_day: date, today: date) -> None:
    if first_day < today:
        raise Invalid({"first_day": ["It cannot lie in the past."]})
    if last_day < first_day:
        raise Invalid({"last_day": ["It lies before the first day."]})
    if last_day - first_day >= LONGEST:
        raise Invalid({"last_day": ["A year at most."]})


def _overlapping(db: Connection, user: str, centre: str, first_day: date, last_day: date) -> bool:
    d = delegation.c
    theirs = d.from_user == user, d.centre == centre, d.ended_at.is_(None)
    meets = d.first_day <= last_day.isoformat(), d.last_day >= first_day.isoformat()
    return db.execute(select(d.delegation_id).where(*theirs, *meets).limit(1)).scalar() is not None


def end(runtime: ServiceRuntime, by: Caller, delegation_id: str) -> None:
    """Before its last day; again is nothing. Whoever delegated ends it, and an administrator who manages that
    account."""
    with runtime.database.write() as db:
        d = delegation.c
        row = db.execute(select(delegation).where(d.delegation_id == delegation_id)).one_or_none()
        giver = accounts.find(db, row.from_user) if row else None
        manages = giver is not None and by.role == "admin" and accounts.manages(by, giver.role, giver.centres)
        if row is None or not (manages or row.from_user == by.user):
            raise NotFound("delegation")
        still = d.delegation_id == delegation_id, d.ended_at.is_(None)
        now = runtime.now()
        ended = update(delegation).where(*still).values(ended_at=instant(now), ended_by=by.user)
        if db.execute(ended).rowcount:
            _note(db, now, by.user, row.to_user, "delegation_ended", row.centre, row.first_day, row.last_day)


def _running() -> ColumnElement[bool]:
    """On the `day` of which a question is asked."""
    d = delegation.c
    return d.ended_at.is_(None) & (d.first_day <= bindparam("day")) & (d.last_day >= bindparam("day"))


# Asked with every page or call: described once, for that takes longer than to answer them.
RUNNING = _running()
OF_DELEGATE = (
    select(delegation)
    .where(delegation.c.to_user == bindparam("user"), RUNNING)
    .order_by(delegation.c.made_at.desc())
)


def of_delegate(db: Connection, colleague: Account, day: date) -> tuple[Delegation, ...]:
    """Whose acts are this account's to do on a day: one director for each centre, who delegated first."""
    found: dict[str, Delegation] = {}
    for row in db.execute(OF_DELEGATE, {"user": colleague.user, "day": day.isoformat()}).all():
        giver = accounts.find(db, row.from_user)
        if giver and may_delegate(giver, row.centre) and may_be_delegate(colleague, row.centre):
            found[row.centre] = Delegation(row.centre, DIRECTOR, row.from_user)
    return tuple(found[centre] for centre in sorted(found))


def list_delegates(db: Connection, day: date) -> dict[str, list[str]]:
    """{centre: who acts in a director's place there on a day}"""
    d = delegation.c
    asked = select(d.centre, d.to_user).where(RUNNING).order_by(d.to_user)
    found: dict[str, list[str]] = {}
    for row in db.execute(asked, {"day": day.isoformat()}):
        found.setdefault(row.centre, []).append(row.to_user)
    return found


def list_of(runtime: ServiceRuntime, user: str) -> list[Row]:
    """All that a user gave or was given, the latest first."""
    d, today = delegation.c, bangkok_day(runtime.now()).isoformat()
    asked = select(delegation).where(or_(d.from_user == user, d.to_user == user))
    rows = runtime.read(lambda db: db.execute(asked.order_by(d.first_day.desc(), d.made_at.desc())).all())
    return [
        Row(
            **{name: getattr(row, name) for name in Row._fields if name not in ("reason", "state")},
            reason=_reason(runtime, row.delegation_id, row.sealed),
            state=_state(row, today),
        )
        for row in rows
    ]


def _state(row: SqlRow[Any], today: str) -> State:
    if row.ended_at or row.last_day < today:
        return "over"
    return "coming" if row.first_day > today else "running"


def _reason(runtime: ServiceRuntime, delegation_id: str, sealed: str) -> str:
    try:
        kept = orjson.loads(_box(runtime).decrypt(sealed.encode()))
    except InvalidToken:  # sealed with a key of before
        return ""
    return str(kept["reason"]) if kept["delegation_id"] == delegation_id else ""


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("delegation")))
