"""Accounts: who may sign in, with which role, for which centres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, bindparam, select, update

from services.codes.notices import NOTICE_CHANNELS
from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.errors import Forbidden
from services.kernel.readmodels import upsert
from services.web.identity import changes
from services.web.store import channels, messages
from services.web.store.tables import metadata

account = Table(
    "account",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("centres", Text, nullable=False),  # JSON list of province codes, ["*"] for all
    Column("active", Boolean, nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text),  # last seen on a page
    Column("partner_id", Text),  # of a partner's user: of which
)

SEES_BEYOND_CENTRES = ("partner",)


@dataclass(frozen=True)
class Account:
    user: str
    role: str
    centres: tuple[str, ...]
    active: bool
    token_version: int
    seen_at: str | None = None
    partner_id: str | None = None


# Every call of the API asks it: it is described once, for that takes longer than to answer it.
OF_USER = select(account).where(account.c.user_name == bindparam("user"))


def find(db: Connection, user: str) -> Account | None:
    row = db.execute(OF_USER, {"user": user}).one_or_none()
    if row is None:
        return None
    return _account(row)


def since(db: Connection, user: str) -> str:
    """The instant since which somebody has an account. LookupError if they have none."""
    found: str | None = db.execute(select(account.c.created_at).where(account.c.user_name == user)).scalar()
    if found is None:
        raise LookupError(user)
    return found


def everybody(db: Connection) -> list[Account]:
    return [_account(row) for row in db.execute(select(account).order_by(account.c.user_name))]


def list_directors(db: Connection, centre: str) -> list[str]:
    """Who directs a centre and may sign in, the oldest account first."""
    rows = db.execute(select(account).where(account.c.role == "director", account.c.active))
    first = sorted(rows, key=lambda row: (row.created_at, row.user_name))
    return [row.user_name for row in first if centre in centres_of(row.role, row.centres)]


def list_directed(db: Connection) -> set[str]:
    """The provinces whose centre has a director here, each by its code; ALL_CENTRES if somebody directs them all."""
    each = select(account.c.centres).where(account.c.role == "director", account.c.active)
    return {centre for row in db.execute(each) for centre in centres_of("director", row.centres)}


def may_answer(db: Connection, user: str, centre: str) -> bool:
    """Whether a user may sign in and is of that centre."""
    row = db.execute(select(account).where(account.c.user_name == user, account.c.active)).first()
    return row is not None and centre in centres_of(row.role, row.centres)


def _account(row: Any) -> Account:
    return Account(
        row.user_name,
        row.role,
        centres_of(row.role, row.centres),
        row.active,
        row.token_version,
        row.seen_at,
        row.partner_id,
    )


def centres_of(role: str, stored: str) -> tuple[str, ...]:
    """The centres of an account."""
    return _with_default(role, orjson.loads(stored))


def _with_default(role: str, centres: Sequence[str]) -> tuple[str, ...]:
    """An administrator for whom no centre was named administers them all."""
    return (ALL_CENTRES,) if role == "admin" and not centres else tuple(centres)


def add(
    db: Connection, user: str, role: str, centres: Sequence[str], now: str, partner_id: str | None = None
) -> None:
    """Add an account, or give an existing one this role, these centres and this partner (its older tokens end)."""
    known = find(db, user)
    row = {
        "user_name": user,
        "role": role,
        "centres": orjson.dumps(list(centres)).decode(),
        "active": True,
        "token_version": known.token_version + 1 if known else 1,
        "created_at": now,
        "partner_id": partner_id if role == "partner" else None,
    }
    upsert(db, account, [row], ["user_name"], ["role", "centres", "active", "token_version", "partner_id"])


def note_presence(db: Connection, user: str, now: str) -> None:
    db.execute(update(account).where(account.c.user_name == user).values(seen_at=now))


def manages(administrator: Caller, role: str, centres: Sequence[str]) -> bool:
    """Whether an account of this role for these centres is the administrator's to give, change, reset and close:
    nobody gives more than they have. An account of no centre is no centre's, so only who has all of them manages it."""
    theirs = reach(role, centres)
    return ALL_CENTRES in administrator.centres or (bool(theirs) and {*theirs} <= {*administrator.centres})


def reach(role: str, centres: Sequence[str]) -> tuple[str, ...]:
    """How far an account really sees: a partner's user sees what every centre sent to the partner, whichever centres
    the account names."""
    return (ALL_CENTRES,) if role in SEES_BEYOND_CENTRES else _with_default(role, centres)


def give(
    db: Connection,
    administrator: Caller,
    user: str,
    role: str,
    centres: Sequence[str],
    now: str,
    partner_id: str | None = None,
) -> None:
    """`add` by an administrator. Forbidden, and nothing changes, unless both the account as it is and as it becomes are
    theirs; looked at in the transaction that writes, so that nobody's account grows in between."""
    known = find(db, user)
    as_it_is = known is None or manages(administrator, known.role, known.centres)
    if not as_it_is or not manages(administrator, role, centres):
        raise Forbidden("Nobody gives more than they have: this role or these centres are not yours to give.")
    add(db, user, role, centres, now, partner_id)
    note_change(db, now, administrator.user, user, "changed" if known else "made", known)


def note_change(
    db: Connection, at: str, by: str, user: str, kind: changes.Kind, before: Account | None = None
) -> None:
    """Put on record what was done to the account, which stands as it is now."""
    account = find(db, user)
    assert account is not None, "something was done to it"
    earlier = None if before is None else changes.Rights(before.role, before.centres)
    changes.record(db, at, by, user, kind, changes.Rights(account.role, account.centres), before=earlier)


def end_tokens(db: Connection, user: str) -> None:
    """Every token and session of the user ends now."""
    newer = account.c.token_version + 1
    db.execute(update(account).where(account.c.user_name == user).values(token_version=newer))


def close(db: Connection, user: str) -> None:
    """The user has left: no token, session or password works any more; what they did keeps their name."""
    newer = account.c.token_version + 1
    db.execute(update(account).where(account.c.user_name == user).values(active=False, token_version=newer))
    for way in NOTICE_CHANNELS:  # their addresses are nobody's business any more
        channels.forget(db, user, way)
        messages.forget(db, user, way)
