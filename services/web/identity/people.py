"""Who stands behind an account: name, position and telephone. Sealed, and kept here alone: facts, logs and figures know
the account by its user name."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, Connection, Table, Text, select

from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.thai.names import display_name
from services.web.store.tables import metadata

account_person = Table(
    "account_person",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("sealed", Text, nullable=False),  # JSON {user, title, name, position, phone}
)


class Person(NamedTuple):
    """`name` is first and last name; what is not known is ''."""

    title: str = ""
    name: str = ""
    position: str = ""
    phone: str = ""

    @property
    def called(self) -> str:
        """'นางสาวสมศรี ใจดี'; '' if no name is known."""
        return display_name(self.title, self.name) if self.name else ""


NOBODY = Person()


def keep(runtime: ServiceRuntime, db: Connection, user: str, person: Person) -> None:
    sealed = _box(runtime).encrypt(orjson.dumps({"user": user, **person._asdict()})).decode()
    upsert(db, account_person, [{"user_name": user, "sealed": sealed}], ["user_name"])


def describe(runtime: ServiceRuntime, db: Connection, user: str, person: Person) -> None:
    """`keep`, unless nothing was said: an account that is given again stays who it was."""
    if person != NOBODY:
        keep(runtime, db, user, person)


def find(runtime: ServiceRuntime, users: Iterable[str]) -> dict[str, Person]:
    """{user: who they are}, of those of whom something is known."""
    asked = select(account_person).where(account_person.c.user_name.in_(sorted({*users})))
    rows = runtime.read(lambda db: db.execute(asked).all())
    return {row.user_name: unseal(runtime, row.user_name, row.sealed) for row in rows}


def unseal(runtime: ServiceRuntime, user: str, sealed: str | None) -> Person:
    try:
        kept = orjson.loads(_box(runtime).decrypt(sealed.encode())) if sealed else {}
    except InvalidToken:  # sealed with a key of before
        return NOBODY
    # A row that was moved to another user is nobody's.
    return Person(*(kept[part] for part in Person._fields)) if kept.get("user") == user else NOBODY


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("account-person")))
