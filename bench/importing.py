"""How long a file of partners takes to come in: our table with so many services, read, checked as a whole and taken, on
partners alone; then the same file again, which changes nothing.

One JSON line for each; a line says on which kind of database.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench.databases import fresh_postgres
from services.kernel.local import Network, SimulatedClock
from services.partners.service import PartnersService
from services.thai import areas
from services.web.formats import tables, taking
from services.web.formats.columns import COLUMNS
from services.web.formats.hsds_in import Usual

SERVICES = 5_000
SEED = 20_260_301


def table(services: int) -> bytes:
    """Two services of each partner, in provinces all over the country."""
    chance = Random(SEED)
    provinces = [area.thai for area in areas.provinces()]
    heads = {column.path: column.heading.th for column in COLUMNS}
    lines = []
    for number in range(services):
        partner = number // 2
        chance.seed(SEED + partner)
        line = {
            "partner.name": f"บ้านตัวอย่าง {partner}", "partner.kind": "foundation", "partner.under_ministry": "ไม่ใช่",
            "partner.province": chance.choice(provinces), "partner.contact.phone": f"0-0000-{partner % 10_000:04d}",
            "partner.languages": "ไทย, พม่า", "programme.name": f"บริการ {number % 2 + 1}",
            "programme.path": "foundation", "programme.total": "10",
            "programme.free": str(number % 11), "programme.rules.min_age": "18", "programme.rules.sex": "หญิง",
        }  # fmt: skip
        lines.append(line)
    return tables.as_csv([[heads[path] for path in lines[0]], *([*line.values()] for line in lines)])


def timed(net: Network, content: bytes, what: str, database: str, services: int) -> None:
    def check(part):
        return net.call("partners", "check_import", dict(part))

    def bring(part):
        return net.call("partners", "import_partners", dict(part))

    started, computed = time.perf_counter(), time.process_time()
    reading = taking.read(content, "partners.csv", Usual())
    report = taking.take(reading, "partners.csv", False, check, bring)
    seconds, computed = time.perf_counter() - started, time.process_time() - computed
    assert report["done"] and report["errors"] == [], report["errors"][:3]
    expected = {"new": (services, 0), "again": (0, services)}[what]
    assert (report["added"], report["unchanged"]) == expected, report["added"]
    line = {
        "figure": f"import of partners, {what}",
        "database": database,
        "services": services,
        "seconds": round(seconds, 1),
        "of_this_process": round(computed, 1),  # the same however busy the machine is
        "load": round(os.getloadavg()[0], 1),
        "aim": "5,000 under 120 s",
    }
    print(json.dumps(line), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=SERVICES)
    parser.add_argument("--databases", nargs="*", default=("sqlite", "postgresql"))
    options = parser.parse_args()
    content = table(options.services)
    for database in options.databases:
        with tempfile.TemporaryDirectory() as folder, fresh_postgres(database, "partners", "vault") as url:
            clock = SimulatedClock(datetime(2026, 3, 2, 5, tzinfo=UTC))
            net = Network((PartnersService,), clock, Path(folder), f"{url}_{{service}}" if url else None)
            for what in ("new", "again"):
                timed(net, content, what, database, options.services)
            net.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
