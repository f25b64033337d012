"""Partners and programmes as everybody sees them."""

from collections.abc import Collection, Container, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

import orjson
from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Select, and_, func, not_, or_, select

from services.codes import statements
from services.codes.registry import FACT_KINDS, STALE_DAYS
from services.kernel.envelope import instant
from services.kernel.lists import make_cursor, page_cursor
from services.partners import answers
from services.partners.projections import details, organisations, outreach
from services.partners.projections.keepers import keeper, kept_by
from services.partners.projections.ledgers import list_units
from services.partners.projections.proposals import list_unconfirmed
from services.partners.projections.registry import folded, partner, programme, sound
from services.thai import dates
from services.thai import organisations as called_names

ALIKE = 10  # at most so many are told
NO_RULES = "{}"
MOST_NEAR = 200  # whose name has a letter wrong; who finds more than that types more of it
AT_ONCE = 500  # partners looked at in one statement, where they are picked out by hand
Cutoffs = Mapping[str, str]  # {kind of fact: what was last confirmed before that instant is stale}
of_partner, of_programme = details.partner_detail, details.programme_detail
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


def cutoffs(now: datetime) -> Cutoffs:
    """An agreement is over on the day after its last."""
    last_days = {"agreement": dates.bangkok_day(now).isoformat()}
    return last_days | {kind: instant(statements.earliest(now, days)) for kind, days in STALE_DAYS.items()}


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
    return (
        db.execute(select(programme).where(programme.c.programme_id == programme_id)).mappings().one_or_none()
    )


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


def list_partners(
    db: Connection,
    cutoffs: Cutoffs,
    q: str | None,
    province: str | None,
    kind: str | None,
    stale: str | None,
    keeper_in: Sequence[str] | None,
    retired: bool,
    path: str | None,
    free: bool,
    among: Container[str] | None,
    contradicted: bool,
    limit: int,
    cursor: str | None,
) -> answers.Partners:
    """Partners in the order of the Thai dictionary, with their programmes. `q`: what is remembered of a name (see
    organisations.query); where nobody is called so, those whose names differ in a letter. `stale`: only those with a
    stale or doubted fact of that kind, or of `any`; `keeper_in`: only those that these centres keep; `retired`: those
    that take nobody any more, instead of the others; `path` and `free`: only those with a programme of that path, and
    with places free; `among`: of these ids only; `contradicted`: only with places that our ledger, or the partner
    since, contradicts."""
    chosen = kept.where(partner.c.retired if retired else not_(partner.c.retired))
    if stale:
        chosen = chosen.where(_has_stale(stale, cutoffs))
    if keeper_in is not None:
        chosen = chosen.where(kept_by(keeper_in))
    if province:
        chosen = chosen.where(partner.c.province == province)
    if kind:
        chosen = chosen.where(partner.c.kind == kind)
    if contradicted:
        chosen = chosen.where(_of_programmes().where(_contradicted()).exists())
    if path or free:
        chosen = chosen.where(_offers(path, free))
    after = page_cursor(cursor, 2) if cursor else None
    nearly = False
    if q:
        chosen, nearly = _called(db, chosen, q)
    rows = _page(db, chosen.order_by(partner.c.sorted, partner.c.partner_id), after, among, limit + 1)
    more = len(rows) > limit
    last_row = rows[:limit][-1] if more else None
    return {
        "items": _with_programmes(db, rows[:limit], cutoffs),
        "next": make_cursor([last_row.sorted, last_row.partner_id]) if last_row else None,
        "nearly": nearly,
    }


def called(q: str) -> ColumnElement[bool]:
    """Of a partner's row: whether it is called so, as it was typed or as it sounds."""
    as_typed = partner.c.folded.contains(folded(q), autoescape=True)
    wanted = [
        or_(*(partner.c.sound.contains(form, autoescape=True) for form in sorted(forms)))
        for forms in called_names.query(q)
    ]
    return or_(as_typed, and_(*wanted)) if wanted else as_typed


def _called(db: Connection, chosen: Select[Any], q: str) -> tuple[Select[Any], bool]:
    """Those of the chosen that are called so, and False; where there are none, those that are nearly called so, and
    True."""
    so, wanted = chosen.where(called(q)), called_names.query(q)
    if not wanted or db.execute(so.with_only_columns(partner.c.partner_id).limit(1)).first():
        return so, False
    names = chosen.with_only_columns(partner.c.partner_id, partner.c.sound)
    for forms in wanted:
        parts = {part for form in forms for part in called_names.pieces(form) or (form,)}
        names = names.where(or_(*(partner.c.sound.contains(part, autoescape=True) for part in sorted(parts))))
    near = [row.partner_id for row in db.execute(names) if called_names.nearly(wanted, row.sound)]
    return chosen.where(partner.c.partner_id.in_(near[:MOST_NEAR])), bool(near)


def _offers(path: str | None, free: bool) -> ColumnElement[bool]:
    """Of a partner's row: whether one of its programmes is of that path, and has places free."""
    p = programme.c
    theirs = _of_programmes()
    theirs = theirs.where(p.path == path) if path else theirs
    return (theirs.where(p.free > 0) if free else theirs).exists()


def _of_programmes() -> Select[str]:
    """Of a partner's row: those of its programmes that are not retired."""
    p = programme.c
    return select(p.programme_id).where(p.partner_id == partner.c.partner_id, not_(p.retired))


def _contradicted() -> ColumnElement[bool]:
    """Of a programme's row: the stated places do not fit our ledger, or what the partner said since."""
    return or_(programme.c.contradicted, programme.c.doubted_at.is_not(None))


def _page(
    db: Connection, chosen: Select[Any], after: Sequence[Any] | None, among: Container[str] | None, most: int
) -> list[Row[Any]]:
    """The first rows after a place in the order. Those of `among` are picked out here: there may be more of them than a
    database takes in one statement."""
    found: list[Row[Any]] = []
    at_once = most if among is None else max(most, AT_ONCE)
    while True:
        some = chosen
        if after is not None:
            name, last = map(str, after)
            later = and_(partner.c.sorted == name, partner.c.partner_id > last)
            some = chosen.where(or_(partner.c.sorted > name, later))
        rows = db.execute(some.limit(at_once)).all()
        found += [row for row in rows if among is None or row.partner_id in among]
        if len(found) >= most or len(rows) < at_once:
            return found[:most]
        after = rows[-1].sorted, rows[-1].partner_id


def count_stale(db: Connection, cutoffs: Cutoffs, keeper_in: Sequence[str] | None) -> int:
    """How many partners that these centres keep (None: all) have something that should be asked anew."""
    asked = (
        select(func.count()).select_from(partner).where(not_(partner.c.retired), _has_stale("any", cutoffs))
    )
    return int(db.scalar(asked if keeper_in is None else asked.where(kept_by(keeper_in))) or 0)


def _has_stale(what: str, cutoffs: Cutoffs) -> ColumnElement[bool]:
    return or_(*(_is_stale(kind, cutoffs) for kind in FACT_KINDS if what in (kind, "any")))


def _is_stale(kind: str, cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Of a partner's row; that of a programme counts as long as it is not retired."""
    p, d = programme.c, of_partner.c
    theirs = _of_programmes()
    match kind:
        case "contact":
            return partner.c.contact_at < cutoffs[kind]
        case "agreement":
            over = select(d.partner_id).where(d.agreement_ends < cutoffs[kind])
            return partner.c.partner_id.in_(over.correlate(None))
        case "capacity":
            doubted = or_(p.confirmed_at < cutoffs[kind], _contradicted(), not_(p.places_known))
            return theirs.where(doubted).exists()
        case "details":
            own = select(d.partner_id).where(d.details_at < cutoffs[kind]).correlate(None)
            old = select(of_programme.c.programme_id).where(of_programme.c.details_at < cutoffs[kind])
            return or_(partner.c.partner_id.in_(own), theirs.where(p.programme_id.in_(old)).exists())
    o = organisations.organisation.c
    ruled = select(o.partner_id).where(
        o.partner_id == partner.c.partner_id, o.rules != NO_RULES, o.rules_at < cutoffs[kind]
    )
    return or_(theirs.where(p.rules_at < cutoffs[kind]).exists(), ruled.exists())


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
