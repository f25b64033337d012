"""Partners and programmes as everybody sees them."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, RowMapping, and_, or_, select

from services.kernel.lists import make_cursor, page_cursor
from services.partners import answers
from services.partners.projections.registry import folded, partner, programme
from services.thai import names

ALIKE = 10  # at most so many are told


def get(db: Connection, partner_id: str) -> answers.Partner | None:
    row = db.execute(select(partner).where(partner.c.partner_id == partner_id)).one_or_none()
    return _with_programmes(db, [row])[0] if row else None


def list_alike(db: Connection, name: str, province: str) -> list[answers.AlikePartner]:
    """Partners of a province whose whole name sounds the same, spaces and signs left out; the first ten."""
    wanted = _sound(name)
    if not wanted:  # signs alone are nobody's name
        return []
    columns = select(partner.c.partner_id, partner.c.name, partner.c.kind)
    rows = db.execute(columns.where(partner.c.province == province).order_by(partner.c.sorted))
    alike = [row for row in rows if _sound(row.name) == wanted]
    return [{"partner_id": row.partner_id, "name": row.name, "kind": row.kind} for row in alike[:ALIKE]]


def _sound(name: str) -> str:
    return names.fold(name).replace(" ", "")


def get_programme(db: Connection, programme_id: str) -> RowMapping | None:
    """The whole row."""
    return (
        db.execute(select(programme).where(programme.c.programme_id == programme_id)).mappings().one_or_none()
    )


def list_names(db: Connection, programme_ids: Sequence[str]) -> list[answers.ProgrammeName]:
    """Of those that are known."""
    p = programme.c
    names = select(p.programme_id, p.name, p.partner, p.partner_id, partner.c.contact).join(
        partner, partner.c.partner_id == p.partner_id
    )
    return [
        {
            "programme_id": row.programme_id,
            "programme": row.name,
            "partner": row.partner,
            "partner_id": row.partner_id,
            "phone": orjson.loads(row.contact).get("phone"),
        }
        for row in db.execute(names.where(p.programme_id.in_(programme_ids)))
    ]


def list_partners(
    db: Connection, q: str | None, province: str | None, kind: str | None, limit: int, cursor: str | None
) -> answers.Partners:
    """Partners in the order of the Thai dictionary, with their programmes; `q` is part of a name."""
    chosen = select(partner).order_by(partner.c.sorted, partner.c.partner_id).limit(limit + 1)
    if q:
        chosen = chosen.where(partner.c.folded.contains(folded(q), autoescape=True))
    if province:
        chosen = chosen.where(partner.c.province == province)
    if kind:
        chosen = chosen.where(partner.c.kind == kind)
    if cursor:
        name, last = map(str, page_cursor(cursor, 2))
        later = and_(partner.c.sorted == name, partner.c.partner_id > last)
        chosen = chosen.where(or_(partner.c.sorted > name, later))
    rows = db.execute(chosen).all()
    more = len(rows) > limit
    last_row = rows[:limit][-1] if more else None
    return {
        "items": _with_programmes(db, rows[:limit]),
        "next": make_cursor([last_row.sorted, last_row.partner_id]) if last_row else None,
    }


def _with_programmes(db: Connection, partners: Sequence[Row[Any]]) -> list[answers.Partner]:
    offered: dict[str, list[answers.Programme]] = {row.partner_id: [] for row in partners}
    theirs = select(programme).where(programme.c.partner_id.in_(offered)).order_by(programme.c.number)
    for row in db.execute(theirs):
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
