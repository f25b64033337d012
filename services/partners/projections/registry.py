"""The registry: partners, their programmes and places, and in which order they changed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners.domain.places import Ledger
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


def project(db: Connection, facts: Sequence[Recorded]) -> None:
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
        (row["programme_id"], row["referral_id"]): row for row in _select(db, place, "referral_id", referrals)
    }
    for fact in moves:
        version += 1
        _move(fact, version, programmes, places)
    upsert(db, programme, list(programmes.values()), ("programme_id",))
    upsert(db, place, list(places.values()), ("programme_id", "referral_id"))


def _versions(db: Connection, count: int) -> int:
    """Count the registry's version up; returns where it stood. The row is held until the commit, so that nobody who saw
    a version misses a change that was given a lower one."""
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
        "folded": folded(event.name),
        "sorted": f"{letters}\t{marks}".encode().hex(),  # the same order under every collation of the database
        "registered_at": fact.time,
        "version": fact.version,
    }


def folded(text: str) -> str:
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
        offered = {name: value for name, value in asdict(event).items() if name != "stated_at"} | {
            "rules": orjson.dumps(event.rules).decode()
        }
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
        case CapacityConfirmed(history=True):
            pass
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
    return {row[key]: row for row in _select(db, table, key, ids)}


def _select(db: Connection, table: Table, key: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.execute(select(table).where(table.c[key].in_(sorted(ids))))]


REGISTRY = Projection("registry", 1, (partner, programme, place, registry_version), project)


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
