"""What a match is made from: the registry as this process last saw it, and what was screened."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine, RowMapping, or_, select

from services.codes import stays
from services.codes.units import WHO
from services.partners.domain.ledger import free_for
from services.partners.domain.offers import Offer, Registry
from services.partners.domain.ranking import Screened
from services.partners.projections import organisations, upstream
from services.partners.projections.ledgers import Row, units_of, whole_of
from services.partners.projections.organisations import Organisations
from services.partners.projections.registry import programme, registry_version

# The registry of each database as this process last saw it, and what its programmes inherit.
_registries: "WeakKeyDictionary[Engine, tuple[Registry, Organisations]]" = WeakKeyDictionary()


def get_registry(db: Connection) -> Registry:
    """The registry as committed and as `db` sees it, without places for a night, which are no plan's. Only what
    changed since this process last looked is read, so `db` must not be in the middle of changing it: what a rollback
    takes back would stay."""
    known, before = _registries.get(db.engine) or (Registry(), {})
    version = db.scalar(select(registry_version.c.version)) or 0
    if version < known.version:
        known, before = Registry(), {}
    if version > known.version:
        after = organisations.list_organisations(db)
        changed = programme.c.changed > known.version
        if known.version and (inheriting := organisations.affected(before, after)):
            changed = or_(changed, programme.c.partner_id.in_(sorted(inheriting)))
        of_plans = select(programme).where(changed, programme.c.path != stays.PATH)
        rows = db.execute(of_plans.order_by(programme.c.number))
        known = known.updated(version, [offer(row, after) for row in rows.mappings()])
        _registries[db.engine] = known, after
    return known


def offer(row: RowMapping | Row, inheritance: Organisations) -> Offer:
    """A programme's row as ranking looks at it."""
    return {
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "partner": row["partner"],
        "kind": row["kind"],
        "under_ministry": row["under_ministry"],
        "province": row["province"],
        "subdistrict": row["subdistrict"],
        "name": row["name"],
        "path": row["path"],
        "rules": orjson.loads(row["rules"]),
        "rules_at": row["rules_at"],
        "inherited": organisations.inherited(inheritance, row["partner_id"]),
        "free": row["free"],
        "places_known": row["places_known"],
        "free_for": _free_for(row),
        "confirmed_at": row["confirmed_at"],
        "contradicted": row["contradicted"] or row["doubted_at"] is not None,
        "retired": row["retired"],
    }


def _free_for(row: RowMapping | Row) -> Mapping[str, int]:
    """How many are free for each group of people, where the places are told apart."""
    units = units_of(row)
    if not units or row["retired"]:
        return {}
    whole = whole_of(row)
    return {who: free_for(units, whole, who) for who in WHO}


def get(db: Connection, fact: dict[str, Any]) -> dict[str, Registry | Screened | None]:
    """What a match is made from, for a reaction: {registry, screened}. Reactions to screening change no place, so `db`
    is not in the middle of changing the registry."""
    return {"registry": get_registry(db), "screened": upstream.get_screened(db, fact["case_id"])}
