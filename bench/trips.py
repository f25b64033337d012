"""How often a command goes to PostgreSQL and back, and how many statements it brings along: counted, not timed, so the
figures are the same on any machine. Each service's part of the main job, its own database only; what follows in other
services is not counted, but for the way of one page: published by intake, heard by reporting.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from psycopg2 import extensions
from sqlalchemy import event

from bench.databases import fresh_postgres
from services.intake.service import IntakeService
from services.kernel.database import Database
from services.kernel.local import Network, SimulatedClock
from services.kernel.questions import Json
from services.kernel.relay import Relay
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.service import ReportingService
from services.screening.service import ScreeningService

CENTRE = "60"
OPENING: dict[str, Json] = {
    "centre": CENTRE,
    "channel": "walk_in",
    "found": {},
    "person": {"identity_status": "claimed", "name": {"first": "มานะ"}, "sex": "male", "birth_date": "1950",
               "nationality": "thai", "domicile": [{"province": CENTRE, "basis": "claimed"}]},
    "danger": "none",
}  # fmt: skip
FACTS = {"housing": "street", "income_sufficient": False}
PARTNER = {"name": "บ้านพักอุ่นใจ", "kind": "pao_home", "under_ministry": False, "province": CENTRE}
PROGRAMME = {
    "name": "บ้านพัก",
    "path": "local_home",
    "capacity": {"total": 9, "free": 9},
    "rules": {"min_age": 60},
}
MEMBERS = [{"name": name, "role": role, "vote": "agree"} for name, role in
           (("ก", "chair"), ("ข", "secretary"), ("ค", "member"))]  # fmt: skip


@dataclass
class Counts:
    trips: int = 0
    statements: int = 0


class Cursor(extensions.cursor):
    """Counts what is sent."""

    counts = Counts()

    def execute(self, query: Any, vars: Any = None) -> None:
        driver = self.connection
        # The driver sends its own BEGIN in a trip of its own.
        begins = (
            not driver.autocommit and driver.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE
        )
        text = query if isinstance(query, str) else query.decode()
        self.counts.trips += 1 + begins
        self.counts.statements += len(re.split(r";\s+", text.strip())) + begins
        super().execute(query, vars)


@contextmanager
def counted(database: Database) -> Iterator[None]:
    def connect(_: Any, __: Any, ___: Any, parameters: dict[str, Any]) -> None:
        parameters["cursor_factory"] = Cursor

    def commit(connection: Any) -> None:
        driver = connection.connection.dbapi_connection
        if not driver.autocommit and driver.info.transaction_status != extensions.TRANSACTION_STATUS_IDLE:
            Cursor.counts.trips += 1
            Cursor.counts.statements += 1

    listened = [(engine, *each) for engine in (database.engine, database._writer)
                for each in (("do_connect", connect), ("commit", commit))]  # fmt: skip
    for each in listened:
        event.listen(*each)
    for engine in (database.engine, database._writer):
        engine.dispose()
    yield
    for each in listened:
        event.remove(*each)


def main() -> None:
    services = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
    names = ("intake", "vault", "screening", "partners", "referral", "reporting")
    with tempfile.TemporaryDirectory() as folder, fresh_postgres("postgresql", *names) as url:
        net = Network(
            services, SimulatedClock(datetime(2026, 3, 2, 3, tzinfo=UTC)), Path(folder), f"{url}_{{service}}"
        )
        job(net)  # once, so that nothing is done for the first time when it is counted
        for step, count in (job(net) | page(net)).items():
            print(json.dumps({"figure": "l_trips_to_postgresql", "command": step, **vars(count)}), flush=True)


def job(net: Network) -> dict[str, Counts]:
    found: dict[str, Counts] = {}

    def told(step: str, service: str, door: str, body: Any) -> Any:
        net.settle()
        with counted(net.runtimes[service].database):
            net.call(service, "status", {}, role="system", centres=("*",))  # connects
            Cursor.counts = Counts()
            net.moves_while_waiting = False  # a place is given by another service, whose trips are its own
            answer = net.call(service, door, body)
            net.moves_while_waiting = True
            found[step], Cursor.counts = Cursor.counts, Counts()
        return answer

    partner_id = told("register a partner", "partners", "register_partner", PARTNER)["partner_id"]
    programme_id = told(
        "offer a programme", "partners", "offer_programme", {"partner_id": partner_id, **PROGRAMME}
    )["programme_id"]
    case_id = told("open a case", "intake", "open_case", OPENING)["case_id"]
    told("screen", "screening", "complete", {"case_id": case_id, "facts": FACTS})
    plan = {"case_id": case_id, "members": MEMBERS, "path": "local_home", "why": "ใกล้บ้าน", "goals": []}
    told("agree a plan", "screening", "agree_plan", plan)
    consent = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}}
    referral_id = told("send a referral", "referral", "send", consent)["referral_id"]
    told("accept", "referral", "step", {"referral_id": referral_id, "step": "accept", "said_by": "คุณมาลี"})
    told("close a case", "intake", "close_case", {"case_id": case_id, "reason": "left"})
    return found


def page(net: Network) -> dict[str, Counts]:
    """The page of one case, on its way."""
    found: dict[str, Counts] = {}
    saying, hearing = net.runtimes["intake"], net.runtimes["reporting"]

    def nobody(pages: Sequence[bytes]) -> None:
        """Takes what is published."""

    for _ in range(2):  # once, so that nothing is done for the first time when it is counted
        net.settle()
        relay = Relay(saying.log, nobody)
        while relay.run_once():
            pass
        after = hearing.inbox.position("intake")
        net.call("intake", "open_case", OPENING)
        body = saying.log.page(after)
        assert body is not None
        for step, database, do in (
            ("publish a page", saying.database, relay.run_once),
            (
                "hear a page",
                hearing.database,
                lambda body=body: hearing.inbox.hear("intake", orjson.loads(body)),
            ),
        ):
            with counted(database):
                with database.read():
                    pass  # connects
                Cursor.counts = Counts()
                do()
                found[step], Cursor.counts = Cursor.counts, Counts()
    return found


if __name__ == "__main__":
    main()
