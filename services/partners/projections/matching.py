"""What a match is made from: the registry as this process last saw it, and what was screened."""

from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine, Row, select

from services.partners.domain.ranking import Offer, Registry, Screened
from services.partners.projections import upstream
from services.partners.projections.registry import programme, registry_version

# The registry of each database as this process last saw it.
_registries: "WeakKeyDictionary[Engine, Registry]" = WeakKeyDictionary()


def get_registry(db: Connection) -> Registry:
    """The registry as committed and as `db` sees it. Only what changed since this process last looked is read, so `db`
    must not be in the middle of changing it: what a rollback takes back would stay."""
    known = _registries.get(db.engine) or Registry()
    version = db.scalar(select(registry_version.c.version)) or 0
    if version < known.version:
        known = Registry()
    if version > known.version:
        rows = db.execute(
            select(programme).where(programme.c.changed > known.version).order_by(programme.c.number)
        )
        known = known.updated(version, [_offer(row) for row in rows])
        _registries[db.engine] = known
    return known


def _offer(row: Row[Any]) -> Offer:
    return {
        "programme_id": row.programme_id,
        "partner_id": row.partner_id,
        "partner": row.partner,
        "kind": row.kind,
        "under_ministry": row.under_ministry,
        "province": row.province,
        "subdistrict": row.subdistrict,
        "name": row.name,
        "path": row.path,
        "rules": orjson.loads(row.rules),
        "free": row.free,
        "confirmed_at": row.confirmed_at,
        "contradicted": row.contradicted or row.doubted_at is not None,
        "retired": row.retired,
    }


def get(db: Connection, fact: dict[str, Any]) -> dict[str, Registry | Screened | None]:
    """What a match is made from, for a reaction: {registry, screened}. Reactions to screening change no place, so `db`
    is not in the middle of changing the registry."""
    return {"registry": get_registry(db), "screened": upstream.get_screened(db, fact["case_id"])}
