"""Partners and programmes as they are shown."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, or_, select

from services.kernel.lists import make_cursor, page_cursor
from services.partners.projections.registry import folded, partner, programme


def get(db: Connection, partner_id: str) -> dict[str, Any] | None:
    row = db.execute(select(partner).where(partner.c.partner_id == partner_id)).one_or_none()
    return _with_programmes(db, [row])[0] if row else None


def get_programme(db: Connection, programme_id: str) -> dict[str, Any] | None:
    row = db.execute(select(programme).where(programme.c.programme_id == programme_id)).one_or_none()
    return dict(row._mapping) if row else None


def list_names(db: Connection, programme_ids: Sequence[str]) -> list[dict[str, Any]]:
    """[{programme_id, programme, partner, partner_id}] of those that are known."""
    p = programme.c
    asked = select(p.programme_id, p.name.label("programme"), p.partner, p.partner_id)
    rows = db.execute(asked.where(p.programme_id.in_(programme_ids)))
    return [{str(name): value for name, value in row.items()} for row in rows.mappings()]


def list_partners(
    db: Connection, q: str | None, province: str | None, kind: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Partners in the order of the Thai dictionary, with their programmes; `q` is part of a name. {items, next}."""
    wanted = select(partner).order_by(partner.c.sorted, partner.c.partner_id).limit(limit + 1)
    if q:
        wanted = wanted.where(partner.c.folded.contains(folded(q), autoescape=True))
    if province:
        wanted = wanted.where(partner.c.province == province)
    if kind:
        wanted = wanted.where(partner.c.kind == kind)
    if cursor:
        name, last = map(str, page_cursor(cursor, 2))
        later = and_(partner.c.sorted == name, partner.c.partner_id > last)
        wanted = wanted.where(or_(partner.c.sorted > name, later))
    rows = db.execute(wanted).all()
    more = len(rows) > limit
    last_row = rows[:limit][-1] if more else None
    return {
        "items": _with_programmes(db, rows[:limit]),
        "next": make_cursor([last_row.sorted, last_row.partner_id]) if last_row else None,
    }


def _with_programmes(db: Connection, partners: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    offered: dict[str, list[dict[str, Any]]] = {row.partner_id: [] for row in partners}
    wanted = select(programme).where(programme.c.partner_id.in_(offered)).order_by(programme.c.number)
    for row in db.execute(wanted):
        offered[row.partner_id].append(
            {
                "programme_id": row.programme_id,
                "name": row.name,
                "path": row.path,
                "rules": orjson.loads(row.rules),
                "places": {
                    "total": row.total,
                    "free": row.free,
                    "reserved": row.reserved,
                    "filled": row.filled,
                    "waiting": row.waiting,
                    "confirmed_at": row.confirmed_at,
                },
                "version": row.version,
            }
        )
    return [
        {
            "partner_id": row.partner_id,
            "name": row.name,
            "kind": row.kind,
            "under_ministry": row.under_ministry,
            "outside_ministry": not row.under_ministry,
            "province": row.province,
            "subdistrict": row.subdistrict,
            "contact": orjson.loads(row.contact),
            "registered_at": row.registered_at,
            "programmes": offered[row.partner_id],
            "version": row.version,
        }
        for row in partners
    ]
