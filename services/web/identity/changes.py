"""What was done to accounts, by whom and when: written in the transaction that does it, never changed, and kept as long
as somebody may claim by it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, insert, select

from services.codes.access import DIRECTOR
from services.kernel.envelope import ALL_CENTRES, Caller
from services.web.store.tables import metadata

Kind = Literal[
    "made", "changed", "password", "own_password", "second_factor_on", "second_factor_off", "identity_linked",
    "identity_unlinked", "delegated", "delegation_ended", "closed",
]  # fmt: skip

account_change = Table(
    "account_change",
    metadata,
    Column("change_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Text, nullable=False),
    Column("by_user", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("centres", Text, nullable=False),  # JSON list, as the account then was
    Column("before", Text),  # of a changed account: JSON {role, centres}, as it was before
    Column("first_day", Text),  # of a delegation: its days in Thailand
    Column("last_day", Text),
)
BATCH = 200


class Rights(NamedTuple):
    role: str
    centres: tuple[str, ...]


class Days(NamedTuple):
    """ISO days of Thailand, both of them included."""

    first: str
    last: str


class Change(NamedTuple):
    """`rights`: as the account then was, of a delegation what it was given for its `days`; `before`: what a changed
    account had before."""

    id: int
    at: str
    by: str
    user: str
    kind: str
    rights: Rights
    before: Rights | None
    days: Days | None


def record(
    db: Connection, at: str, by: str, user: str, kind: Kind, rights: Rights, *, before: Rights | None = None,
    days: Days | None = None,
) -> None:  # fmt: skip
    row = {
        "at": at, "by_user": by, "user_name": user, "kind": kind, "role": rights.role,
        "centres": orjson.dumps(rights.centres).decode(),
        "before": orjson.dumps(before._asdict()).decode() if before else None,
        "first_day": days.first if days else None, "last_day": days.last if days else None,
    }  # fmt: skip
    db.execute(insert(account_change).values(**row))


def latest(db: Connection, reader: Caller, count: int, before: int | None = None) -> list[Change]:
    """The latest that concern the reader, at most so many, of those older than the change `before`."""
    return list(islice((each for each in _newest_first(db, before) if concerns(reader, each)), count))


def concerns(reader: Caller, change: Change) -> bool:
    """A director learns of whoever works or worked for their centre; an administrator of accounts that were and are
    within their centres."""
    rights = [change.rights, *filter(None, [change.before])]
    if ALL_CENTRES in reader.centres:
        return True
    mine = {*reader.centres}
    if reader.role == DIRECTOR:
        return any(mine & {*each.centres} for each in rights)
    return all(each.centres and {*each.centres} <= mine for each in rights)


def _newest_first(db: Connection, before: int | None) -> Iterator[Change]:
    while True:
        older = [] if before is None else [account_change.c.change_id < before]
        asked = select(account_change).where(*older).order_by(account_change.c.change_id.desc()).limit(BATCH)
        rows = list(db.execute(asked))
        yield from map(_change, rows)
        if len(rows) < BATCH:
            return
        before = rows[-1].change_id


def _change(row: Any) -> Change:
    earlier = orjson.loads(row.before) if row.before else None
    return Change(
        row.change_id,
        row.at,
        row.by_user,
        row.user_name,
        row.kind,
        Rights(row.role, tuple(orjson.loads(row.centres))),
        Rights(earlier["role"], tuple(earlier["centres"])) if earlier else None,
        Days(row.first_day, row.last_day) if row.first_day else None,
    )
