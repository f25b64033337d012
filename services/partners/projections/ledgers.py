"""The ledgers in a programme's row: of all its places, and of each unit where they are told apart."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

import orjson
from sqlalchemy import RowMapping

from services.codes.units import parts_of
from services.partners import answers
from services.partners.domain.ledger import Ledger, Units, free_for, free_in, stated_units
from services.partners.events import CapacityConfirmed, ProgrammeOffered

NO_UNITS = "{}"
LEDGER = tuple(each.name for each in fields(Ledger))


class Row(dict[str, Any]):
    """A row of one of these tables, as a fact moves it on."""


Places = dict[tuple[str, str], Row]  # what each referral has, by programme and referral


def whole_of(row: Row | RowMapping) -> Ledger:
    return Ledger(**{name: row[name] for name in LEDGER})


def units_of(row: Row | RowMapping) -> dict[str, Ledger]:
    """By unit (codes.units.key_of)."""
    return {key: Ledger(**known) for key, known in orjson.loads(row["units"]).items()}


def free_of(row: Row | RowMapping) -> int:
    """What can be reserved now of all that there is."""
    return free_for(units_of(row), whole_of(row), None)


def state(row: Row, places: Places, event: ProgrammeOffered | CapacityConfirmed) -> None:
    before = whole_of(row) if "statement" in row else Ledger()
    ledger = before.after_statement(event.total, event.free)
    held = [
        (each["unit"], each["state"])
        for each in places.values()
        if each["programme_id"] == event.programme_id
    ]
    row |= asdict(ledger) | _packed(stated_units(event.units, held, ledger.statement))


def change(row: Row, unit: str, move: Callable[[Ledger], Ledger]) -> None:
    """In the whole, and in the unit."""
    units = units_of(row)
    if unit in units:
        units[unit] = move(units[unit])
    row |= asdict(move(whole_of(row))) | _packed(units)


def _packed(units: Units) -> dict[str, str]:
    return {"units": orjson.dumps({key: asdict(ledger) for key, ledger in units.items()}).decode()}


def lacking(row: Row | RowMapping, held: Mapping[tuple[str, str], int]) -> Iterable[str]:
    """Of the units of a programme; `held`: how many referrals are in each of them, reserved or taken."""
    for key, ledger in units_of(row).items():
        for count, state in ((ledger.reserved, "reserved"), (ledger.filled, "taken")):
            if count != held.get((key, state), 0):
                yield f"programme {row['programme_id']}: {count} places of {key} are {state}, not {held}"


def list_units(row: RowMapping) -> list[answers.UnitPlaces]:
    """As everybody sees them."""
    units, whole = units_of(row), whole_of(row)
    return [
        {
            "unit": (parts := parts_of(key))[0],
            "group": parts[1],
            "total": ledger.total,
            "free": 0 if row["retired"] else free_in(units, whole, key),
            "reserved": ledger.reserved,
            "filled": ledger.filled,
        }
        for key, ledger in units.items()
    ]
