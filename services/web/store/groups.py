"""Who sat in a centre's working group last: the next decision begins with their names. Sealed, and only the latest."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, Table, Text, select

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

working_group = Table(
    "working_group",
    metadata,
    Column("centre", Text, primary_key=True),
    Column("kept_at", Text, nullable=False),
    Column("sealed", Text, nullable=False),  # JSON [{name, role}]
)


def keep(runtime: ServiceRuntime, centre: str, members: Sequence[dict[str, str]]) -> None:
    """`members`: [{name, role}]."""
    sealed = _box(runtime).encrypt(orjson.dumps({"centre": centre, "members": members})).decode()
    row = {"centre": centre, "kept_at": instant(runtime.now()), "sealed": sealed}
    with runtime.database.write() as db:
        upsert(db, working_group, [row], ["centre"])


def last(runtime: ServiceRuntime, centre: str) -> list[dict[str, str]]:
    """[{name, role}]; nobody before the first meeting."""
    asked = select(working_group.c.sealed).where(working_group.c.centre == centre)
    sealed = runtime.read(lambda db: db.execute(asked).scalar_one_or_none())
    if sealed is None:
        return []
    try:
        found = orjson.loads(_box(runtime).decrypt(sealed.encode()))
    except InvalidToken:  # sealed with a key of before
        return []
    # A row that was moved to another centre is nobody's.
    members: list[dict[str, str]] = found["members"] if found["centre"] == centre else []
    return members


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("working-group")))
