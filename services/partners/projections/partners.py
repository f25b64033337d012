"""Partners and programmes as everybody sees them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypedDict

import orjson
from sqlalchemy import Connection, Row, RowMapping, Select, and_, func, not_, or_, select

from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import get_row
from services.partners import answers
from services.partners.projections import organisations, outreach
from services.partners.projections.choosing import (
    ANY,
    Chosen,
    Cutoffs,
    conditions,
    has_stale,
    of_partner,
    of_programme,
)
from services.partners.projections.keepers import keeper, kept_by
from services.partners.projections.ledgers import list_units
from services.partners.projections.proposals import list_unconfirmed
from services.partners.projections.registry import partner, programme, sound

ALIKE = 10  # at most so many are told
AT_ONCE = 500  # partners looked at in one statement, where they are picked out by hand
kept = select(
    partner,
    keeper.label("keeper"),
    of_partner.c.details,
    of_partner.c.details_at,
    of_partner.c.agreement_ends,
)
kept = kept.outerjoin(of_partner, of_partner.c.partner_id == partner.c.partner_id)
offered = select(programme, of_programme.c.details, of_programme.c.details_at)
offered = offered.outerjoin(of_programme, of_programme.c.programme_id == programme.c.programme_id)


def get(db: Connection, partner_id: str, stale: Cutoffs) -> answers.Partner | None:
    row = db.execute(kept.where(partner.c.partner_id == partner_id)).one_or_none()
    return _with_programmes(db, [row], stale)[0] if row else None


def list_by_ids(db: Connection, partner_ids: Sequence[str], stale: Cutoffs) -> list[answers.Partner]:
    """Those that are known, in no order."""
    rows = db.execute(kept.where(partner.c.partner_id.in_(partner_ids))).all()
    return _with_programmes(db, rows, stale)


def list_alike(db: Connection, name: str, province: str) -> list[answers.AlikePartner]:
    """Partners of a province whose whole name sounds the same, spaces and signs left out; the first ten."""
    wanted = sound(name)
    if not wanted:  # signs alone are nobody's name
        return []
    columns = select(partner.c.partner_id, partner.c.name, partner.c.kind)
    alike = columns.where(partner.c.province == province, partner.c.sound == wanted)
    rows = db.execute(alike.order_by(partner.c.sorted, partner.c.partner_id).limit(ALIKE))
    return [{"partner_id": row.partner_id, "name": row.name, "kind": row.kind} for row in rows]


def get_programme(db: Connection, programme_id: str) -> RowMapping | None:
    """The whole row."""
    return get_row(db, programme.c.programme_id, programme_id)


def list_programme_ids(db: Connection, partner_id: str) -> list[str]:
    """In order of offering."""
    theirs = select(programme.c.programme_id).where(programme.c.partner_id == partner_id)
    return list(db.execute(theirs.order_by(programme.c.number)).scalars())


def get_last_change(db: Connection, partner_id: str, programme_id: str | None) -> str | None:
    """When a partner, or a programme, was last changed by what happened then."""
    if programme_id is None:
        return db.execute(select(partner.c.changed_at).where(partner.c.partner_id == partner_id)).scalar()
    return db.execute(select(programme.c.changed_at).where(programme.c.programme_id == programme_id)).scalar()


def holds_places(db: Connection, partner_id: str, programme_id: str | None) -> bool:
    """Whether referrals hold places there, or wait for one."""
    p = programme.c
    held = select(p.programme_id).where(p.partner_id == partner_id, p.reserved + p.filled + p.waiting > 0)
    held = held if programme_id is None else held.where(p.programme_id == programme_id)
    return db.execute(held.limit(1)).first() is not None


def list_names(db: Connection, programme_ids: Sequence[str]) -> list[answers.ProgrammeName]:
    """Of those that are known."""
    p = programme.c
    names = select(p.programme_id, p.name, p.partner, p.partner_id, p.retired, partner.c.contact).join(
        partner, partner.c.partner_id == p.partner_id
    )
    return [
        {
            "programme_id": row.programme_id,
            "programme": row.name,
            "partner": row.partner,
            "partner_id": row.partner_id,
            "phone": orjson.loads(row.contact).get("phone"),
            "retired": row.retired,
        }
        for row in db.execute(names.where(p.programme_id.in_(programme_ids)))
    ]


def list_partners(db: Connection, chosen: Chosen, limit: int, cursor: str | None) -> answers.Partners:
    """Partners in the order of the Thai dictionary, with their programmes."""
    wanted, nearly = conditions(db, chosen)
    after = page_cursor(cursor, 2) if cursor else None
    ordered = kept.where(*wanted).order_by(partner.c.sorted, partner.c.partner_id)
    rows = _page(db, ordered, after, chosen, limit + 1)
    more = len(rows) > limit
    last_row = rows[:limit][-1] if more else None
    return {
        "items": _with_programmes(db, rows[:limit], chosen.cutoffs),
        "next": make_cursor([last_row.sorted, last_row.partner_id]) if last_row else None,
        "nearly": nearly,
    }


def _page(
    db: Connection, ordered: Select[Any], after: Sequence[Any] | None, chosen: Chosen, most: int
) -> list[Row[Any]]:
    """The first rows after a place in the order."""
    found: list[Row[Any]] = []
    at_once = most if chosen.among is None else max(most, AT_ONCE)
    while True:
        some = ordered
        if after is not None:
            name, last = map(str, after)
            later = and_(partner.c.sorted == name, partner.c.partner_id > last)
            some = ordered.where(or_(partner.c.sorted > name, later))
        rows = db.execute(some.limit(at_once)).all()
        found += [row for row in rows if chosen.has(row.partner_id)]
        if len(found) >= most or len(rows) < at_once:
            return found[:most]
        after = rows[-1].sorted, rows[-1].partner_id


def count_stale(db: Connection, cutoffs: Cutoffs, keeper_in: Sequence[str] | None) -> int:
    """How many partners that these centres keep (None: all) have something that should be asked anew."""
    asked = select(func.count()).select_from(partner).where(not_(partner.c.retired), has_stale(ANY, cutoffs))
    return int(db.scalar(asked if keeper_in is None else asked.where(kept_by(keeper_in))) or 0)


def _stale_of_partner(row: Row[Any], cutoffs: Cutoffs) -> list[str]:
    """What is stale of a partner itself, by its row."""
    if row.retired:
        return []
    at = {"contact": row.contact_at, "details": row.details_at, "agreement": row.agreement_ends}
    return [kind for kind, when in at.items() if when is not None and when < cutoffs[kind]]


def _stale_of(row: Row[Any], cutoffs: Cutoffs) -> list[str]:
    """What is stale of a programme, by its row."""
    if row.retired:
        return []
    doubted = row.contradicted or row.doubted_at is not None or not row.places_known
    places = ["capacity"] if doubted or row.confirmed_at < cutoffs["capacity"] else []
    at = {"rules": row.rules_at, "details": row.details_at}
    return places + [kind for kind, when in at.items() if when is not None and when < cutoffs[kind]]


def _with_programmes(db: Connection, partners: Sequence[Row[Any]], cutoffs: Cutoffs) -> list[answers.Partner]:
    new = list_unconfirmed(db, [row.partner_id for row in partners])
    theirs: dict[str, list[answers.Programme]] = {row.partner_id: [] for row in partners}
    for row in db.execute(offered.where(programme.c.partner_id.in_(theirs)).order_by(programme.c.number)):
        theirs[row.partner_id].append(programme_of(row, cutoffs, new))
    origins = outreach.get_origins(db, list(theirs))
    held = _held(db, list(theirs))
    return [
        _whole(partner_of(row, cutoffs, new), held[row.partner_id], theirs[row.partner_id], cutoffs, origins)
        for row in partners
    ]


def partner_of(row: Row[Any], cutoffs: Cutoffs, new: Collection[str]) -> answers.PartnerAlone:
    """By its row of `kept`; `new`: what its keeper has not confirmed yet."""
    return {
        "partner_id": row.partner_id,
        "name": row.name,
        "kind": row.kind,
        "under_ministry": row.under_ministry,
        "outside_ministry": not row.under_ministry,
        "province": row.province,
        "subdistrict": row.subdistrict,
        "contact": orjson.loads(row.contact),
        "contact_confirmed_at": row.contact_at,
        "registered_at": row.registered_at,
        "keeper": row.keeper,
        "details": orjson.loads(row.details or "{}"),
        "details_confirmed_at": row.details_at,
        "stale": _stale_of_partner(row, cutoffs),
        "unconfirmed": row.partner_id in new,
        "retired": row.retired,
        "version": row.version,
    }


def programme_of(row: Row[Any], cutoffs: Cutoffs, new: Collection[str]) -> answers.Programme:
    """By its row."""
    return {
        "programme_id": row.programme_id,
        "name": row.name,
        "path": row.path,
        "rules": orjson.loads(row.rules),
        "rules_confirmed_at": row.rules_at,
        "places": {
            "total": row.total,
            "free": row.free,
            "reserved": row.reserved,
            "filled": row.filled,
            "waiting": row.waiting,
            "confirmed_at": row.confirmed_at,
            "contradicted": row.contradicted,
            "doubted_at": row.doubted_at,
            "known": row.places_known,
            "units": list_units(row._mapping),
        },
        "details": orjson.loads(row.details or "{}"),
        "details_confirmed_at": row.details_at,
        "stale": _stale_of(row, cutoffs),
        "unconfirmed": row.programme_id in new,
        "retired": row.retired,
        "version": row.version,
    }


class Rules(TypedDict):
    """What holds for all programmes of a partner."""

    rules: answers.Rules
    rules_confirmed_at: str | None
    network_id: str | None
    network: answers.Network | None


def _held(db: Connection, partner_ids: Sequence[str]) -> dict[str, Rules]:
    own = organisations.list_organisations(db, partner_ids)
    network_ids = sorted({each.network_id for each in own.values() if each.network_id})
    of_networks = organisations.list_organisations(db, network_ids)
    names = select(partner.c.partner_id, partner.c.name).where(partner.c.partner_id.in_(network_ids))
    networks: dict[str | None, answers.Network] = {
        row.partner_id: {
            "partner_id": row.partner_id,
            "name": row.name,
            "rules": (held := of_networks.get(row.partner_id, organisations.NOTHING)).rules,
            "rules_confirmed_at": held.rules_at or None,
        }
        for row in (db.execute(names) if network_ids else ())
    }
    return {
        partner_id: {
            "rules": (found := own.get(partner_id, organisations.NOTHING)).rules,
            "rules_confirmed_at": found.rules_at or None,
            "network_id": found.network_id,
            "network": networks.get(found.network_id),
        }
        for partner_id in partner_ids
    }


def _whole(
    alone: answers.PartnerAlone,
    held: Rules,
    programmes: list[answers.Programme],
    cutoffs: Cutoffs,
    origins: Mapping[str, str],
) -> answers.Partner:
    old = held["rules"] and (held["rules_confirmed_at"] or "") < cutoffs["rules"]
    stale = alone["stale"] + (["rules"] if old and not alone["retired"] else [])
    origin = origins.get(alone["partner_id"])
    return {**alone, **held, "stale": stale, "programmes": programmes, "outreach_id": origin}
