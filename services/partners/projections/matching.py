"""What a match is made from: the registry as this process last saw it, and what was screened."""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from services.partners.domain.ranking import Registry
from services.partners.projections import upstream
from services.partners.projections.registry import programme, registry_version

# The registry of each database as this process last saw it.
_registries: "WeakKeyDictionary[Engine, Registry]" = WeakKeyDictionary()


def get_registry(db: Connection) -> Registry:
    """The registry as committed and as `db` sees it. Only what changed since this process last looked is read, so `db` must not be
    in the middle of changing it: what a rollback takes back would stay."""
    known = _registries.get(db.engine) or Registry()
    version = db.scalar(select(registry_version.c.version)) or 0
    if version < known.version:
        known = Registry()
    if version > known.version:
        rows = db.execute(
            select(programme).where(programme.c.changed > known.version).order_by(programme.c.number)
        )
        known = known.updated(version, [dict(row._mapping) for row in rows])
        _registries[db.engine] = known
    return known


def get(db: Connection, fact: dict[str, Any]) -> dict[str, Any]:
    """What a match is made from, for a reaction: {registry, screened}. Reactions to screening change no place, so `db` is not in the
    middle of changing the registry."""
    return {"registry": get_registry(db), "screened": upstream.get_screened(db, fact["case_id"])}
