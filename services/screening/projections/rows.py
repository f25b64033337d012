"""Rows as the read models of one case keep them: one for each version."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Table, select


def latest_row(db: Connection, table: Table, case_id: str) -> RowMapping | None:
    """The row with a case's highest version, without its centre."""
    shown = (column for column in table.c if column.name != "centre")
    asked = select(*shown).where(table.c.case_id == case_id).order_by(table.c.version.desc()).limit(1)
    return db.execute(asked).mappings().one_or_none()


def plain(row: RowMapping, json: Sequence[str]) -> dict[str, Any]:
    """A row under plain names (SQLAlchemy's are a kind of str that JSON refuses), its JSON columns read."""
    return {str(name): orjson.loads(value) if name in json else value for name, value in row.items()}


def as_json(value: Any) -> str:
    return orjson.dumps(value).decode()
