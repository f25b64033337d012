"""Read models: the registry with its places, and what was screened of each case. Any table can be dropped and replayed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import case as case_of

from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER, SHARED
from services.partners.domain.places import Ledger
from services.partners.domain.ranking import Registry, Screened
from services.partners.events import (
    CapacityConfirmed,
    PartnerRegistered,
    PlaceRefused,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    ProgrammeEvent,
    ProgrammeOffered,
)
from services.thai.collation import sort_key
from services.thai.names import normalise

metadata = MetaData()
LEDGER = tuple(each.name for each in fields(Ledger))

partner = Table(
    "partner_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("sorted", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("under_ministry", Boolean, nullable=False),
    Column("province", Text, nullable=False),
    Column("subdistrict", Text),
    Column("contact", Text, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("version", Integer, nullable=False),
    info=SHARED,
)
programme = Table(
    "programme_v1",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False, index=True),
    Column("partner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("under_ministry", Boolean, nullable=False),
    Column("province", Text, nullable=False),
    Column("subdistrict", Text),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("rules", Text, nullable=False),
    *(Column(name, Integer, nullable=False) for name in LEDGER),
    Column("free", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("confirmed_at", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column(
        "number", Integer, nullable=False
    ),  # of the registry's version that offered it: the order of offering
    Column("changed", Integer, nullable=False, index=True),  # the registry's version that changed it last
    info=SHARED,
)
place = Table(
    "place_v1",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("referral_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("counted", Integer, nullable=False),
    info=SHARED,
)
registry_version = Table(
    "registry_version_v1",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    info=SHARED,
)
case = Table(
    "case_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("subdistrict", Text),
    Column("screening_id", Text),
    Column("rules_version", Text),
    Column("facts", Text),
    Column("labels", Text),
    Column("paths", Text),
)

# -- the registry ---------------------------------------------------------------------------------------------------


def project_registry(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if fact.source == "partners"]
    partners = [_partner_row(fact) for fact in own if isinstance(fact.event, PartnerRegistered)]
    upsert(db, partner, partners, ("partner_id",))
    moves = [fact for fact in own if isinstance(fact.event, ProgrammeEvent)]
    if not moves:
        return
    version = _versions(db, len(moves))
    programmes = _rows(db, programme, "programme_id", {fact.event.programme_id for fact in moves})
    referrals = {fact.event.referral_id for fact in moves if hasattr(fact.event, "referral_id")}
    places = {
        (row["programme_id"], row["referral_id"]): row for row in _found(db, place, "referral_id", referrals)
    }
    for fact in moves:
        version += 1
        _move(fact, version, programmes, places)
    upsert(db, programme, list(programmes.values()), ("programme_id",))
    upsert(db, place, list(places.values()), ("programme_id", "referral_id"))


def _versions(db: Connection, count: int) -> int:
    """Count the registry's version up; returns where it stood. The row is held until the commit, so that nobody who saw a version
    misses a change that was given a lower one."""
    version = registry_version.c.version
    now = db.scalar(update(registry_version).values(version=version + count).returning(version))
    if now is None:
        db.execute(insert(registry_version).values(id=1, version=count))
        return 0
    return int(now) - count


def _partner_row(fact: Recorded) -> dict[str, Any]:
    event = fact.event
    letters, marks, _ = sort_key(event.name)
    return {
        **asdict(event),
        "contact": orjson.dumps(event.contact).decode(),
        "folded": _folded(event.name),
        "sorted": f"{letters}\t{marks}".encode().hex(),  # the same order under every collation of the database
        "registered_at": fact.time,
        "version": fact.version,
    }


def _folded(text: str) -> str:
    return normalise(text).casefold()


def _move(
    fact: Recorded,
    version: int,
    programmes: dict[str, dict[str, Any]],
    places: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """One fact's effect on a programme's row and on its referral's."""
    event: ProgrammeEvent = fact.event
    if isinstance(event, ProgrammeOffered):
        offered = asdict(event) | {"rules": orjson.dumps(event.rules).decode()}
        programmes[event.programme_id] = offered | {
            "waiting": 0,
            "confirmed_at": fact.time,
            "number": version,
        }
        ledger = Ledger().after_statement(event.total, event.free)
    else:
        row = programmes[event.programme_id]
        ledger = Ledger(**{name: row[name] for name in LEDGER})
    row = programmes[event.programme_id]
    match event:
        case CapacityConfirmed():
            ledger = ledger.after_statement(event.total, event.free)
            row["confirmed_at"] = event.stated_at
        case PlaceReserved():
            ledger = ledger.after_reserving()
            waited = places.get((event.programme_id, event.referral_id))
            row["waiting"] -= 1 if waited else 0
            _hold(places, event, "reserved", ledger.statement)
        case PlaceRefused():
            row["waiting"] += 1 if event.waiting else 0
            _hold(places, event, "waiting" if event.waiting else "over", 0)
        case PlaceTaken():
            held = places[event.programme_id, event.referral_id]
            ledger = ledger.after_taking(counted=held["counted"] == ledger.statement)
            _hold(places, event, "taken", ledger.statement)
        case PlaceReleased():
            ledger = ledger.after_releasing(event.held)
            row["waiting"] -= 1 if event.held == "waiting" else 0
            _hold(places, event, "over", 0)
    row |= asdict(ledger) | {"free": ledger.free, "version": fact.version, "changed": version}


def _hold(
    places: dict[tuple[str, str], dict[str, Any]],
    event: PlaceReserved | PlaceRefused | PlaceTaken | PlaceReleased,
    state: str,
    counted: int,
) -> None:
    key = (event.programme_id, event.referral_id)
    places[key] = {"programme_id": key[0], "referral_id": key[1], "state": state, "counted": counted}


def _rows(db: Connection, table: Table, key: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in _found(db, table, key, ids)}


def _found(db: Connection, table: Table, key: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.execute(select(table).where(table.c[key].in_(sorted(ids))))]


REGISTRY = Projection("registry", 1, (partner, programme, place, registry_version), project_registry)

# The registry of each database as this process last saw it.
_registries: "WeakKeyDictionary[Engine, Registry]" = WeakKeyDictionary()


def registry(db: Connection) -> Registry:
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


def matching(db: Connection, heard: dict[str, Any]) -> dict[str, Any]:
    """What a match is made from, for a reaction: {registry, screened}. Reactions to screening change no place, so `db` is not in the
    middle of changing the registry."""
    return {"registry": registry(db), "screened": screened(db, heard["case_id"])}


def find_partner(db: Connection, partner_id: str) -> dict[str, Any] | None:
    row = db.execute(select(partner).where(partner.c.partner_id == partner_id)).one_or_none()
    return _with_programmes(db, [row])[0] if row else None


def names(db: Connection, programme_ids: Sequence[str]) -> list[dict[str, Any]]:
    """[{programme_id, programme, partner, partner_id}] of those that are known."""
    p = programme.c
    asked = select(p.programme_id, p.name.label("programme"), p.partner, p.partner_id)
    rows = db.execute(asked.where(p.programme_id.in_(programme_ids)))
    return [{str(name): value for name, value in row.items()} for row in rows.mappings()]


def find_programme(db: Connection, programme_id: str) -> dict[str, Any] | None:
    row = db.execute(select(programme).where(programme.c.programme_id == programme_id)).one_or_none()
    return dict(row._mapping) if row else None


def list_partners(
    db: Connection, q: str | None, province: str | None, kind: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Partners in the order of the Thai dictionary, with their programmes; `q` is part of a name. {items, next}."""
    wanted = select(partner).order_by(partner.c.sorted, partner.c.partner_id).limit(limit + 1)
    if q:
        wanted = wanted.where(partner.c.folded.contains(_folded(q), autoescape=True))
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


def free_places(
    db: Connection,
    fresh: str,
    old: str,
    province: str | None,
    path: str | None,
    age: str | None,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Places free by path and by the age of the statement (`fresh` since that instant, `old` before that one), and the programmes that have
    them, the latest stated first."""
    p = programme.c
    stated = case_of((p.confirmed_at >= fresh, "fresh"), (p.confirmed_at >= old, "older"), else_="old")
    free = and_(p.free > 0, true() if province is None else p.province == province)
    grouped = select(p.path, stated, func.sum(p.free), func.count()).where(free).group_by(p.path, stated)
    by_path: dict[str, dict[str, int]] = {}
    by_age = {each: {"free": 0, "programmes": 0} for each in ("fresh", "older", "old")}
    for of_path, of_age, places, programmes in db.execute(grouped):
        for row in (by_path.setdefault(of_path, {"free": 0, "programmes": 0}), by_age[of_age]):
            row["free"] += int(places)
            row["programmes"] += programmes
    wanted = select(programme).where(free)
    wanted = wanted.where(p.path == path) if path else wanted
    wanted = wanted.where(stated == age) if age else wanted
    if cursor:
        at, last = map(str, page_cursor(cursor, 2))
        wanted = wanted.where(or_(p.confirmed_at < at, and_(p.confirmed_at == at, p.programme_id > last)))
    ordered = wanted.order_by(p.confirmed_at.desc(), p.programme_id).limit(limit + 1)
    rows = db.execute(ordered).all() if limit else []
    more = rows[limit - 1] if len(rows) > limit else None
    names = (
        "programme_id",
        "partner_id",
        "partner",
        "name",
        "province",
        "path",
        "free",
        "total",
        "confirmed_at",
    )
    return {
        "free": sum(row["free"] for row in by_age.values()),
        "programmes": sum(row["programmes"] for row in by_age.values()),
        "by_path": by_path,
        "by_age": by_age,
        "items": [{name: getattr(row, name) for name in names} for row in rows[:limit]],
        "next": make_cursor([more.confirmed_at, more.programme_id]) if more else None,
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


# -- what was screened ------------------------------------------------------------------------------------------------


class KnownCase(NamedTuple):
    """A case partners has heard of; `screened` is None until its first screening is heard."""

    centre: str
    screened: Screened | None


def project_cases(db: Connection, facts: Sequence[Recorded]) -> None:
    started: dict[str, dict[str, Any]] = {}
    completed: dict[str, dict[str, Any]] = {}
    for fact in facts:
        data = fact.data
        if fact.source != "screening" or fact.type not in ("ScreeningStarted", "ScreeningCompleted"):
            continue
        row = {"case_id": data["case_id"], "centre": fact.centre}
        if fact.type == "ScreeningStarted":
            started[row["case_id"]] = row | {
                "subdistrict": (data["known"].get("found") or {}).get("subdistrict")
            }
        else:
            told = {name: orjson.dumps(data[name]).decode() for name in ("facts", "labels", "paths")}
            ids = {name: data[name] for name in ("screening_id", "rules_version")}
            completed[row["case_id"]] = row | ids | told
    upsert(db, case, list(started.values()), ("case_id",))
    upsert(db, case, list(completed.values()), ("case_id",))


CASES = Projection("cases", 1, (case,), project_cases)


def known_case(db: Connection, case_id: str) -> KnownCase | None:
    row = db.execute(select(case).where(case.c.case_id == case_id)).one_or_none()
    if row is None:
        return None
    if row.screening_id is None:
        return KnownCase(row.centre, None)
    codes = (orjson.loads(text) for text in (row.facts, row.labels, row.paths))
    return KnownCase(
        row.centre,
        Screened(case_id, row.centre, row.subdistrict, row.screening_id, row.rules_version, *codes),
    )


def screened(db: Connection, case_id: str) -> Screened | None:
    found = known_case(db, case_id)
    return found.screened if found else None


# -- what must hold ---------------------------------------------------------------------------------------------------


def invariants(db: Connection) -> Iterable[str]:
    """Sentences about programmes whose places are not all accounted for."""
    counts: dict[str, dict[str, int]] = {}
    held = select(place.c.programme_id, place.c.state, func.count()).group_by(
        place.c.programme_id, place.c.state
    )
    for programme_id, state, count in db.execute(held):
        counts.setdefault(programme_id, {})[state] = count
    for row in db.execute(select(programme)):
        found = counts.get(row.programme_id, {})
        for name, state in (("reserved", "reserved"), ("filled", "taken"), ("waiting", "waiting")):
            told, counted = row._mapping[name], found.get(state, 0)
            if told != counted:
                yield f"programme {row.programme_id}: {told} places {name}, but {counted} referrals are {state}"
        if row.waiting and row.free:
            yield f"programme {row.programme_id}: {row.free} places are free while {row.waiting} referrals wait"
