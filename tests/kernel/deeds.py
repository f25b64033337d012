"""What the tests do with the toys, and how they look at them."""

import json
from typing import Any

from sqlalchemy import select

from services.kernel.envelope import Recorded
from services.kernel.runtime import ServiceRuntime
from tests.kernel.toys import CASE, Add, Close, Open, envelope, tally_v1, told_v1, uid


def opened(
    teller: ServiceRuntime, *cases: str, name: str = "Somying Jaidee", note: str | None = None
) -> None:
    for case in cases:
        teller.vault.ensure(uid(f"person of {case}"))

        def work(unit: Any, case: str = case) -> None:
            unit.handle(CASE, case, Open(case, name, note))

        teller.execute(envelope(f"open {case}"), work)


def added(
    teller: ServiceRuntime, case: str, amount: Any = 1, command: str = "add", expected: int | None = None
) -> Any:
    def work(unit: Any) -> dict[str, int]:
        unit.handle(CASE, case, Add(case, amount), expected)
        return {"version": unit.version(CASE, case)}

    return teller.execute(envelope(f"{command} {case} {amount}"), work).answer


def closed(teller: ServiceRuntime, case: str) -> None:
    def work(unit: Any) -> None:
        unit.handle(CASE, case, Close(case))

    teller.execute(envelope(f"close {case}"), work)


def bodies(runtime: ServiceRuntime, size: int = 1) -> list[bytes]:
    """The log as pages of `size` events."""
    found: list[bytes] = []
    after = 0
    while body := runtime.log.page(after, size):
        found.append(body)
        after = json.loads(body)["to"]
    return found


def facts(runtime: ServiceRuntime, stream: str) -> list[Recorded]:
    """The facts of one stream."""
    with runtime.database.read() as db:
        return [fact for fact in runtime.log.facts(db, 0, 1000) if fact.stream == stream]


def tallies(listener: ServiceRuntime) -> dict[str, tuple[int, int, int, int]]:
    """case -> (facts heard, own facts, total, closed)."""
    with listener.database.read() as db:
        return {row[0]: tuple(row[1:]) for row in db.execute(select(tally_v1).order_by(tally_v1.c.case_id))}


def told(listener: ServiceRuntime) -> list[int]:
    """Positions of the source in the order in which they were handled."""
    with listener.database.read() as db:
        return list(db.execute(select(told_v1.c.position).order_by(told_v1.c.number)).scalars())


def parked(listener: ServiceRuntime) -> list[tuple[int, str, str]]:
    """(position, error class, status), readable or not."""
    with listener.database.read() as db:
        sql = "SELECT position, error_class, status FROM parked_event ORDER BY position"
        return [tuple(row) for row in listener.log.rows(db, sql)]


def as_restarted(runtime: ServiceRuntime) -> None:
    """Nothing is known any more but what the database holds."""
    runtime.log._states.clear()
