"""The registry: partners, their programmes and places, and in which order they changed."""

from collections.abc import Collection, Iterable, Sequence
from typing import get_args

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, list_rows, upsert
from services.kernel.scope import SHARED
from services.partners.domain.ledger import WHOLE, Ledger
from services.partners.events import (
    CapacityConfirmed,
    CapacityDoubted,
    PartnerCorrected,
    PartnerEvent,
    PartnerRegistered,
    PartnerReopened,
    PartnerRetired,
    PartnerVerified,
    PlaceEvent,
    PlaceRefused,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    ProgrammeCorrected,
    ProgrammeEvent,
    ProgrammeOffered,
    ProgrammeReopened,
    ProgrammeRetired,
    ProgrammeVerified,
    StandingLinkMade,
    StandingLinkRevoked,
)
from services.partners.projections import ledgers
from services.partners.projections.ledgers import Places, Row
from services.thai import names
from services.thai.collation import sort_key
from services.thai.names import normalise

metadata = MetaData()

partner = Table(
    "partner_v5",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("sound", Text, nullable=False),
    Column("sorted", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("under_ministry", Boolean, nullable=False),
    Column("province", Text, nullable=False),
    Column("subdistrict", Text),
    Column("contact", Text, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("registered_by", Text, nullable=False, index=True),  # the centre
    Column("contact_at", Text, nullable=False),  # when the contact was last said to be so
    Column("changed_at", Text, nullable=False),  # when the last change of it happened
    Column("retired", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("partner_v5_alike", "province", "sound"),
    info=SHARED,
)
programme = Table(
    "programme_v5",
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
    *(Column(name, Integer, nullable=False) for name in ledgers.LEDGER),
    Column("units", Text, nullable=False),  # JSON: {unit: its ledger}, {} where the places are not told apart
    Column("places_known", Boolean, nullable=False),
    Column("free", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("confirmed_at", Text, nullable=False),  # when the places were last stated
    Column(
        "contradicted", Boolean, nullable=False
    ),  # that statement leaves no room for what our referrals hold
    Column("doubted_at", Text),  # when the partner said otherwise since
    Column("rules_at", Text, nullable=False),  # when the rules were last said to be so
    Column("changed_at", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column(
        "number", Integer, nullable=False
    ),  # of the registry's version that offered it: the order of offering
    Column("changed", Integer, nullable=False, index=True),  # the registry's version that changed it last
    info=SHARED,
)
place = Table(
    "place_v5",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("referral_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    info=SHARED,
)
registry_version = Table(
    "registry_version_v5",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    info=SHARED,
)


# The facts that the registry's version counts.
COUNTED = tuple(each.__name__ for each in (*get_args(ProgrammeEvent), PartnerCorrected))


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    kinds = (PartnerEvent, ProgrammeEvent)
    own = [fact for fact in facts if fact.source == "partners" and isinstance(fact.event, kinds)]
    if not own:
        return
    moves = [fact for fact in own if isinstance(fact.event, (ProgrammeEvent, PartnerCorrected))]
    # The row of the version is held from here on: what is read now is not changed by others any more.
    version = _versions(db, len(moves)) if moves else 0
    partners = _rows(db, partner, "partner_id", {fact.event.partner_id for fact in own})
    programmes = _rows(
        db,
        programme,
        "programme_id",
        {fact.event.programme_id for fact in own if hasattr(fact.event, "programme_id")},
    )
    corrected = {fact.event.partner_id for fact in own if isinstance(fact.event, PartnerCorrected)}
    for row in _select(db, programme, "partner_id", corrected):
        programmes.setdefault(row["programme_id"], row)
    referrals = {fact.event.referral_id for fact in own if isinstance(fact.event, PlaceEvent)}
    # A statement of units counts what is held in each.
    told_apart = {fact.event.programme_id for fact in own if getattr(fact.event, "units", None)}
    places = {
        (row["programme_id"], row["referral_id"]): row
        for row in (
            *_select(db, place, "referral_id", referrals),
            *_select(db, place, "programme_id", told_apart),
        )
    }
    move(own, version, partners, programmes, places)
    upsert(db, partner, list(partners.values()), ("partner_id",))
    upsert(db, programme, list(programmes.values()), ("programme_id",))
    upsert(db, place, list(places.values()), ("programme_id", "referral_id"))


def move(
    facts: Iterable[Recorded],
    version: int,
    partners: dict[str, Row],
    programmes: dict[str, Row],
    places: Places,
) -> None:
    """The effect of own facts, in their order, on the rows they are about; `version` of the registry before them."""
    for fact in facts:
        event = fact.event
        if isinstance(event, PartnerEvent):
            _keep(fact, partners)
        if isinstance(event, (ProgrammeEvent, PartnerCorrected)):
            version += 1
        if isinstance(event, PartnerCorrected):
            _pass_on(event, version, programmes)
        elif isinstance(event, ProgrammeEvent):
            _move(fact, version, programmes, places, partners)


_version = registry_version.c.version
FURTHER = update(registry_version).values(version=_version + bindparam("count")).returning(_version)


def _versions(db: Connection, count: int) -> int:
    """Count the registry's version up; returns where it stood. The row is held until the commit, so that nobody who saw
    a version misses a change that was given a lower one."""
    now = db.scalar(FURTHER, {"count": count})
    if now is None:
        db.execute(insert(registry_version).values(id=1, version=count))
        return 0
    return int(now) - count


OF_PARTNER = (
    "kind",
    "under_ministry",
    "province",
    "subdistrict",
)  # what its programmes repeat, beside its name


def _keep(fact: Recorded, partners: dict[str, Row]) -> None:
    """One fact's effect on a partner's row."""
    event: PartnerEvent = fact.event
    match event:
        case PartnerRegistered():
            row = partners[event.partner_id] = _described(event)
            row |= {"registered_at": fact.time, "registered_by": fact.centre}
            row |= {"contact_at": fact.time, "retired": False}
        case PartnerCorrected():
            row = partners[event.partner_id]
            row |= _described(event)
            if "contact" in event.changed:
                row["contact_at"] = max(row["contact_at"], fact.time)
        case PartnerVerified():
            row = partners[event.partner_id]
            if "contact" in event.what:
                row["contact_at"] = max(row["contact_at"], event.confirmed_at)
        case PartnerRetired() | PartnerReopened():
            partners[event.partner_id]["retired"] = isinstance(event, PartnerRetired)
    row = partners[event.partner_id]
    if not isinstance(event, (PartnerVerified, StandingLinkMade, StandingLinkRevoked)):
        row["changed_at"] = fact.time
    row["version"] = fact.version


def _described(event: PartnerRegistered | PartnerCorrected) -> Row:
    letters, marks, _ = sort_key(event.name)
    row = Row(
        partner_id=event.partner_id,
        name=event.name,
        contact=orjson.dumps(event.contact).decode(),
        folded=folded(event.name),
        sound=sound(event.name),
        sorted=f"{letters}\t{marks}".encode().hex(),  # the same order under every collation of the database
    )
    row |= {name: getattr(event, name) for name in OF_PARTNER}
    return row


def _pass_on(event: PartnerCorrected, version: int, programmes: dict[str, Row]) -> None:
    """A corrected partner's programmes say of it what it says now."""
    for row in programmes.values():
        if row["partner_id"] == event.partner_id:
            row |= {"partner": event.name, "changed": version}
            row |= {name: getattr(event, name) for name in OF_PARTNER}


def folded(text: str) -> str:
    return normalise(text).casefold()


def sound(name: str) -> str:
    """What names that sound the same have in common, spaces and signs left out."""
    return names.fold(name).replace(" ", "")


def _move(
    fact: Recorded,
    version: int,
    programmes: dict[str, Row],
    places: dict[tuple[str, str], Row],
    partners: dict[str, Row],
) -> None:
    """One fact's effect on a programme's row and on its referral's."""
    event: ProgrammeEvent = fact.event
    if isinstance(event, ProgrammeOffered):
        programmes[event.programme_id] = _offered(fact, event, version, partners.get(event.partner_id, Row()))
    row = programmes[event.programme_id]
    match event:
        case ProgrammeOffered():
            ledgers.state(row, places, event)
            row["places_known"] = event.places_known
        case CapacityConfirmed(history=True):
            pass
        case ProgrammeCorrected():
            row |= {"name": event.name, "path": event.path, "rules": orjson.dumps(event.rules).decode()}
            if "rules" in event.changed:
                row["rules_at"] = max(row["rules_at"], fact.time)
        case ProgrammeVerified():
            if "rules" in event.what:
                row["rules_at"] = max(row["rules_at"], event.confirmed_at)
        case ProgrammeRetired() | ProgrammeReopened():
            row["retired"] = isinstance(event, ProgrammeRetired)
        case CapacityConfirmed():
            ledgers.state(row, places, event)
            row |= {"confirmed_at": event.stated_at, "contradicted": event.contradicted, "places_known": True}
            if (row["doubted_at"] or "") <= event.stated_at:
                row["doubted_at"] = None
        case CapacityDoubted():
            row["doubted_at"] = event.said_at
        case PlaceReserved():
            ledgers.change(row, event.unit, Ledger.after_reserving)
            waited = places.get((event.programme_id, event.referral_id))
            row["waiting"] -= 1 if waited else 0
            _hold(places, event, "reserved", row["statement"], event.unit)
        case PlaceRefused():
            row["waiting"] += 1 if event.waiting else 0
            _hold(places, event, "waiting" if event.waiting else "over", 0)
        case PlaceTaken():
            held = places[event.programme_id, event.referral_id]
            counted = held["counted"] == row["statement"]
            ledgers.change(row, held["unit"], lambda ledger: ledger.after_taking(counted))
            _hold(places, event, "taken", row["statement"], held["unit"])
        case PlaceReleased():
            state, unit = event.held, places[event.programme_id, event.referral_id]["unit"]
            ledgers.change(row, unit, lambda ledger: ledger.after_releasing(state))
            row["waiting"] -= 1 if event.held == "waiting" else 0
            _hold(places, event, "over", 0)
    if isinstance(event, (ProgrammeCorrected, ProgrammeRetired, ProgrammeReopened)):
        row["changed_at"] = fact.time
    free = 0 if row["retired"] else ledgers.free_of(row)
    row |= {"free": free, "version": fact.version, "changed": version}


def _offered(fact: Recorded, event: ProgrammeOffered, version: int, partner: Row) -> Row:
    """What the event says of the partner may have been corrected since it was read there."""
    row = Row(
        programme_id=event.programme_id,
        partner_id=event.partner_id,
        partner=partner.get("name", event.partner),
        name=event.name,
        path=event.path,
        rules=orjson.dumps(event.rules).decode(),
        waiting=0,
        confirmed_at=fact.time,
        contradicted=False,
        doubted_at=None,
        rules_at=fact.time,
        changed_at=fact.time,
        retired=False,
        number=version,
    )
    row |= {name: partner.get(name, getattr(event, name)) for name in OF_PARTNER}
    return row


def _hold(
    places: dict[tuple[str, str], Row],
    event: PlaceEvent,
    state: str,
    counted: int,
    unit: str = WHOLE,
) -> None:
    key = (event.programme_id, event.referral_id)
    places[key] = Row(programme_id=key[0], referral_id=key[1], state=state, counted=counted, unit=unit)


def _rows(db: Connection, table: Table, key: str, ids: Collection[str]) -> dict[str, Row]:
    return {row[key]: row for row in _select(db, table, key, ids)}


def _select(db: Connection, table: Table, key: str, ids: Collection[str]) -> list[Row]:
    return [Row(row) for row in list_rows(db, table.c[key], ids)]


REGISTRY = Projection("registry", 5, (partner, programme, place, registry_version), project)


def invariants(db: Connection) -> Iterable[str]:
    """Sentences about programmes whose places are not all accounted for."""
    counts: dict[str, dict[str, int]] = {}
    held = select(place.c.programme_id, place.c.state, func.count()).group_by(
        place.c.programme_id, place.c.state
    )
    for programme_id, state, count in db.execute(held):
        counts.setdefault(programme_id, {})[state] = count
    in_units: dict[str, dict[tuple[str, str], int]] = {}
    of_units = select(place.c.programme_id, place.c.unit, place.c.state, func.count()).where(
        place.c.unit != WHOLE
    )
    of_units = of_units.group_by(place.c.programme_id, place.c.unit, place.c.state)
    for programme_id, unit, state, count in db.execute(of_units):
        in_units.setdefault(programme_id, {})[unit, state] = count
    for row in db.execute(select(programme)):
        yield from ledgers.lacking(row._mapping, in_units.get(row.programme_id, {}))
        found = counts.get(row.programme_id, {})
        for name, state in (("reserved", "reserved"), ("filled", "taken"), ("waiting", "waiting")):
            told, counted = row._mapping[name], found.get(state, 0)
            if told != counted:
                yield f"programme {row.programme_id}: {told} places {name}, but {counted} referrals are {state}"
        if row.waiting and row.free and row.units == ledgers.NO_UNITS:
            yield f"programme {row.programme_id}: {row.free} places are free while {row.waiting} referrals wait"
