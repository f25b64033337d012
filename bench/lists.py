"""How long the registry's lists take at the door, with 25,000 partners and 50,000 programmes: a page of the list, by
name, of a province, what is stale, whom to call, how much there is to keep, the map and the calendar. One JSON line for
each list and kind of database, with how busy the machine was.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import Table, insert, text

from bench.databases import fresh_postgres
from bench.ranking import taken
from services import codes
from services.kernel.database import Database
from services.kernel.envelope import instant
from services.kernel.local import Network, SimulatedClock
from services.partners.projections.details import partner_detail
from services.partners.projections.keepers import centre
from services.partners.projections.ledgers import LEDGER, NO_UNITS
from services.partners.projections.registry import folded, partner, programme, sound
from services.partners.service import PartnersService
from services.thai import areas
from services.thai.collation import sort_key

PARTNERS = 25_000
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TIMES = 30
AT_ONCE = 2_000
NAMES = ("บ้านพักผู้สูงอายุ", "มูลนิธิร่มไทร", "โรงพยาบาลตัวอย่าง", "ศูนย์ฝึกอาชีพ", "บริษัทสมมติ")
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "first page": ("partners", {"limit": 25}),
    "by name": ("partners", {"limit": 25, "q": "ร่มไทร 1234"}),
    "by a name with a letter wrong": ("partners", {"limit": 25, "q": "ร่มไฑน 1234"}),
    "of a province with places free": ("partners", {"limit": 25, "province": "60", "free": True}),
    "stale": ("partners", {"limit": 25, "stale": "any"}),
    "whom to call": ("partners", {"limit": 25, "stale": "any", "kept_by": "60"}),
    "contradicted": ("partners", {"limit": 25, "contradicted": True}),
    "to keep": ("to_keep", {}),
    "free places": ("free_places", {"limit": 25}),
    "map": ("provinces", {}),
    "calendar": ("falling_stale", {"kept_by": "60"}),
    "calendar of all": ("falling_stale", {}),
}


def registry(partners: int) -> dict[Table, list[dict[str, Any]]]:
    """Rows as the read models keep them: most are confirmed, a tenth is not any more."""
    chance = Random(5)
    provinces = [area.code for area in areas.provinces()]
    places = [area.code for code in provinces for area in areas.districts(code)]

    def at(days: int) -> str:
        return instant(NOW - timedelta(days=days * chance.random() * 1.1))

    rows: dict[Table, list[dict[str, Any]]] = {partner: [], programme: [], partner_detail: []}
    for number in range(partners):
        name = f"{NAMES[number % 5]} {number}"
        letters, marks, _ = sort_key(name)
        district = chance.choice(places)
        about = {
            "kind": chance.choice(codes.PARTNER_KINDS), "under_ministry": False, "province": district[:2],
            "subdistrict": f"{district}01",
        }  # fmt: skip
        rows[partner].append({
            "partner_id": f"{number:032x}", "name": name, "folded": folded(name), "sound": sound(name),
            "sorted": f"{letters}\t{marks}".encode().hex(), "contact": "{}", "registered_at": instant(NOW),
            "registered_by": district[:2], "contact_at": at(365), "changed_at": instant(NOW), "retired": False,
            "version": 1, **about,
        })  # fmt: skip
        rows[partner_detail].append({
            "partner_id": f"{number:032x}", "details": orjson.dumps({"description": name}).decode(),
            "details_at": at(365), "agreement_ends": None,
        })  # fmt: skip
        for each in range(2):
            free = chance.choice((0, 0, 1, 2, 5))
            rows[programme].append({
                "programme_id": f"{2 * number + each:032x}", "partner_id": f"{number:032x}", "partner": name,
                "name": f"บริการ {each}", "path": chance.choice(codes.PATHS), "rules": "{}",
                **dict.fromkeys(LEDGER, 0), "total": 10, "units": NO_UNITS, "places_known": True, "free": free,
                "waiting": 0, "confirmed_at": at(90), "contradicted": chance.random() < 0.01, "doubted_at": None,
                "rules_at": at(365), "changed_at": instant(NOW), "retired": False, "version": 1,
                "number": 2 * number + each, "changed": 2 * number + each, **about,
            })  # fmt: skip
    rows[centre] = [{"province": code} for code in provinces]
    return rows


def fill(database: Database, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    for table, found in rows.items():
        for start in range(0, len(found), AT_ONCE):
            with database.write() as db:
                db.execute(insert(table), found[start : start + AT_ONCE])
    with database.write() as db:
        db.execute(text("ANALYZE"))


def _ignoring(ask: Callable[[], object], number: int) -> object:
    return ask()


def measure(net: Network, **about: Any) -> None:
    for what, (door, body) in LISTS.items():
        ask = partial(net.call, "partners", door, body, user="worker-60", role="worker", centres=("60",))
        figures = taken(TIMES, partial(_ignoring, ask))
        busy = round(os.getloadavg()[0], 1)
        print(json.dumps({"figure": "r_lists", "list": what, **about, **figures, "load": busy}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partners", type=int, default=PARTNERS)
    parser.add_argument("--databases", nargs="*", default=("sqlite", "postgresql"))
    options = parser.parse_args()
    rows = registry(options.partners)
    for database in options.databases:
        with tempfile.TemporaryDirectory() as folder, fresh_postgres(database, "partners", "vault") as url:
            clock = SimulatedClock(NOW)
            net = Network((PartnersService,), clock, Path(folder), f"{url}_{{service}}" if url else None)
            fill(net.runtimes["partners"].database, rows)
            measure(net, database=database, partners=options.partners)
            net.close()


if __name__ == "__main__":
    main()
