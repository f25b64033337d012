"""Rows as the read models of one case keep them: one for each version."""

from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Table, select


def latest_row(db: Connection, table: Table, case_id: str) -> RowMapping | None:
    """The row with a case's highest version."""
    newest = select(table).where(table.c.case_id == case_id).order_by(table.c.version.desc()).limit(1)
    return db.execute(newest).mappings().one_or_none()


def as_json(value: Any) -> str:
    return orjson.dumps(value).decode()
