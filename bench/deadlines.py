"""How long referral takes over 10,000 open referrals whose deadlines come in one minute: the reminder of each answer,
then the answer that nobody gave. The facts before are referral's own, appended without the other services; nothing
else runs in the process, and SQLite waits for the disk as it does in use. One JSON line for each database, with what a
thousand cost of this process's processor, how often they went to PostgreSQL, and how long a transaction of some of them
took: so long others wait for the file, or for a stream of theirs.
"""

import argparse
import json
import os
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from bench import trips
from bench.databases import fresh_postgres
from services.kernel.envelope import Envelope, instant, moment
from services.kernel.eventlog import Unit
from services.kernel.local import LocalRuntime, Network, SimulatedClock
from services.referral.domain.commands import SecurePlace, SendReferral
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.steps import TellPartner
from services.referral.domain.words import Case, Plan, Programme
from services.referral.service import ReferralService

OPEN, TOGETHER = 10_000, 100  # referrals, and how many of them are appended in one transaction
MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
REMINDED, EXPIRED = "ReminderDue", "ReferralExpired"


def send(runtime: LocalRuntime, first: int) -> None:
    """So many referrals from this number on, sent, reserved and told: each waits for its partner's answer."""
    command = str(UUID(int=10**9 + first))
    envelope = Envelope(command, "", "worker-60", "60", instant(MONDAY), instant(MONDAY), command, command)

    def work(unit: Unit) -> None:
        for number in range(first, first + TOGETHER):
            id, case_id, person_id, plan_id = (str(UUID(int=number * 10 + n)) for n in range(4))
            case = Case(case_id, person_id, "60", closed=False, opened=instant(MONDAY))
            there = Programme(
                str(UUID(int=7)), str(UUID(int=8)), "local_home", "pao_home", under_ministry=False
            )
            plan = Plan(plan_id, "local_home", (), agreed=instant(MONDAY))
            told = TellPartner(by_channel=None, said_by=None, now=MONDAY, how="phone")
            sending = SendReferral(
                id, case, there, plan, "given", None, waitlist=False, already_open=False, now=MONDAY
            )
            for step in (sending, SecurePlace(MONDAY), told):
                unit.handle(REFERRAL, id, step)

    runtime.execute(envelope, work)


def due(runtime: LocalRuntime) -> list[str]:
    sql = text("SELECT DISTINCT due_at FROM timer WHERE fired_at IS NULL ORDER BY due_at")
    with runtime.database.read() as db:
        return list(db.execute(sql).scalars())


def counted(runtime: LocalRuntime, type: str) -> int:
    with runtime.database.read() as db:
        return int(
            db.execute(
                text("SELECT COUNT(*) FROM event WHERE event_type = :type"), {"type": type}
            ).scalar_one()
        )


def measure(database: str, open_ones: int) -> dict[str, object]:
    with fresh_postgres(database, "referral", "vault") as url, tempfile.TemporaryDirectory() as folder:
        clock = SimulatedClock(MONDAY)
        at = url + "_{service}" if url else None
        net = Network([ReferralService], clock, data=Path(folder), database_url=at)
        runtime = net.runtimes["referral"]
        began = time.perf_counter()
        for first in range(0, open_ones, TOGETHER):
            send(runtime, first)
        filled = time.perf_counter() - began
        found: dict[str, object] = {}
        for type, name in ((REMINDED, "reminders"), (EXPIRED, "expiries")):
            while not counted(runtime, type):
                clock.set(moment(due(runtime)[0]) + timedelta(seconds=1))
                took = met(runtime)
            found[name] = took
        assert counted(runtime, EXPIRED) == open_ones and counted(runtime, REMINDED) >= open_ones
        net.close()
        return {
            "figure": "t: deadlines of open referrals that come in one minute", "database": database,
            "open": open_ones, "made_in_seconds": round(filled, 1), **found,
            "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip


def met(runtime: LocalRuntime) -> dict[str, float]:
    """All that have come."""
    transactions: list[float] = []
    runtime.timers.pause = lambda seconds: transactions.append(time.perf_counter())
    with nullcontext() if runtime.database.sqlite else trips.counted(runtime.database):
        trips.Cursor.counts = trips.Counts()
        began, used = time.perf_counter(), time.process_time()
        count = runtime.fire_timers()
        took, computed = time.perf_counter() - began, time.process_time() - used
    each = sorted(end - start for start, end in pairwise([began, *transactions]))
    figures = {
        "seconds": round(took, 1), "per_second": round(count / took),
        "cpu_seconds_per_thousand": round(computed / count * 1000, 2),
        "transaction_ms_p50": round(each[len(each) // 2] * 1000, 1),
        "transaction_ms_p95": round(each[len(each) * 95 // 100] * 1000, 1),
    }  # fmt: skip
    if not runtime.database.sqlite:
        figures["trips_each"] = round(trips.Cursor.counts.trips / count, 2)
        figures["statements_each"] = round(trips.Cursor.counts.statements / count, 2)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--open", type=int, default=OPEN)
    chosen = parser.parse_args()
    for database in chosen.databases:
        print(json.dumps(measure(database, chosen.open), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
