"""Sessions of signed-in browsers: kept under the hash of the cookie, ended by time, by signing out and by any change of
the account."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    select,
    update,
)

from services.kernel.envelope import Caller, instant, moment
from services.thai.dates import bangkok_day
from services.web.identity import accounts, delegations
from services.web.identity.accounts import Account, account
from services.web.identity.passwords import password
from services.web.identity.people import account_person
from services.web.identity.second_factor import factor
from services.web.store import notices
from services.web.store.tables import metadata

session = Table(
    "session",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column(
        "token_version", Integer, nullable=False
    ),  # the account's when it began: a later one ends the session
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("message", Text),  # shown once, on the next page
    Column("by_provider", Boolean, nullable=False, server_default=false()),  # no password was asked for
)

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH = timedelta(seconds=60)  # `seen_at` is not written more often
SIGNED_OUT = 0  # a version that no account has
KEPT = timedelta(days=1)  # ended sessions still say whose they were, so that what was typed can be given back


@dataclass(frozen=True)
class Session:
    """Who is signed in. `live` False: it was theirs, but its time is over."""

    id_hash: str
    caller: Caller
    version: int  # the account's when it began
    live: bool
    must_choose_password: bool
    lacks_second_factor: bool  # and signed in with a password
    message: str | None
    sealed_person: str | None  # identity.people
    unread: int = 0  # notices; counted with the question that every page asks anyway


def new_id() -> str:
    return secrets.token_urlsafe(32)


def hash_of(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def begin(
    db: Connection, cookie: str, user: str, version: int, now: datetime, by_provider: bool = False
) -> None:
    db.execute(delete(session).where(session.c.created_at < instant(now - LONGEST - KEPT)))
    row = {
        "id_hash": hash_of(cookie),
        "user_name": user,
        "token_version": version,
        "by_provider": by_provider,
    }
    db.execute(insert(session).values(**row, created_at=instant(now), seen_at=instant(now)))
    accounts.note_presence(db, user, instant(now))


def _of_cookie() -> Select[Any]:
    d = delegations.delegation.c
    stands_in = exists().where(d.to_user == session.c.user_name, delegations.RUNNING)
    return (
        select(
            session,
            account.c.role,
            account.c.centres,
            account.c.partner_id,
            account.c.active,
            password.c.temporary,
        )
        .add_columns(account.c.token_version.label("version_now"), factor.c.sealed)
        .add_columns(account_person.c.sealed.label("sealed_person"), stands_in.label("stands_in"))
        .add_columns(notices.count_unread(session.c.user_name).scalar_subquery().label("unread"))
        .join(account, account.c.user_name == session.c.user_name)
        .outerjoin(password, password.c.user_name == session.c.user_name)
        .outerjoin(factor, factor.c.user_name == session.c.user_name)
        .outerjoin(account_person, account_person.c.user_name == session.c.user_name)
        .where(session.c.id_hash == bindparam("id_hash"))
    )


# Asked with every page: described once, for that takes longer than to answer them.
OF_COOKIE = _of_cookie()
IS_THERE = select(session.c.id_hash).where(session.c.id_hash == bindparam("id_hash"))


def is_there(db: Connection, cookie: str) -> bool:
    """Whether we began a session of this cookie, over or not."""
    return db.execute(IS_THERE, {"id_hash": hash_of(cookie)}).first() is not None


def find(db: Connection, cookie: str, now: datetime) -> tuple[Session, bool] | None:
    """The session of a cookie, and whether it is time to `touch` it; None if it is unknown."""
    today = bangkok_day(now)
    row = db.execute(OF_COOKIE, {"id_hash": hash_of(cookie), "day": today.isoformat()}).one_or_none()
    if row is None:
        return None
    seen = moment(row.seen_at)
    live = (
        row.active
        and row.version_now == row.token_version
        and now - seen < IDLE
        and now - moment(row.created_at) < LONGEST
    )
    centres = accounts.centres_of(row.role, row.centres)
    known_as = Account(row.user_name, row.role, centres, row.active, row.version_now)
    delegated = delegations.of_delegate(db, known_as, today) if row.stands_in else ()
    caller = Caller(row.user_name, row.role, centres, row.partner_id or "", delegated)
    # Whom the provider knows need not replace a password that was given and never used, and showed there what is asked
    # there.
    by_password = row.temporary is not None and not row.by_provider
    known = Session(
        row.id_hash,
        caller,
        version=row.token_version,
        live=live,
        must_choose_password=by_password and row.temporary,
        lacks_second_factor=by_password and row.sealed is None,
        message=row.message,
        sealed_person=row.sealed_person,
        unread=row.unread,
    )
    return known, now - seen > TOUCH


def touch(db: Connection, known: Session, now: datetime) -> None:
    db.execute(update(session).where(session.c.id_hash == known.id_hash).values(seen_at=instant(now)))
    accounts.note_presence(db, known.caller.user, instant(now))


def leave_message(db: Connection, id_hash: str, message: str | None) -> None:
    db.execute(update(session).where(session.c.id_hash == id_hash).values(message=message))


def sign_out(db: Connection, id_hash: str) -> None:
    """The session is over at once; for a day it still says whose it was, so that what they had typed in another tab is
    given back to them."""
    db.execute(
        update(session).where(session.c.id_hash == id_hash).values(token_version=SIGNED_OUT, message=None)
    )


def end(db: Connection, id_hash: str) -> None:
    db.execute(delete(session).where(session.c.id_hash == id_hash))


def end_others(db: Connection, known: Session) -> None:
    """Every other session of the user ends now, and every token: how they sign in has changed."""
    user = known.caller.user
    accounts.end_tokens(db, user)
    version = select(account.c.token_version).where(account.c.user_name == user).scalar_subquery()
    db.execute(update(session).where(session.c.id_hash == known.id_hash).values(token_version=version))


def alive(db: Connection, now: datetime) -> dict[str, int]:
    """{user: sessions} of those who have a session that is not over."""
    going_on = [
        session.c.seen_at > instant(now - IDLE),
        session.c.created_at > instant(now - LONGEST),
        session.c.token_version == account.c.token_version,
        account.c.active,
    ]
    counted = select(session.c.user_name, func.count().label("n")).where(*going_on)
    joined = counted.join(account, account.c.user_name == session.c.user_name)
    return {row.user_name: row.n for row in db.execute(joined.group_by(session.c.user_name))}
