"""What earlier versions left behind: they let a referral go on when its case was closed.

Each such closing is heard once more as this version hears it, so what comes of it are facts of referral's own log.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from services.kernel.envelope import SYSTEM, Envelope, Recorded, derived_id, instant
from services.kernel.eventlog import Unit
from services.kernel.runtime import ServiceRuntime
from services.referral import handlers, schemas
from services.referral.projections import referrals, stays, upstream

logger = logging.getLogger(__name__)
CLOSING = schemas.CaseClosed()


def finish(runtime: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """End what is open of cases that are closed; where nothing was left behind, nothing."""
    swept = 0
    for case_id in runtime.read(referrals.list_cases_with_open):
        if stopping():
            return
        closing = runtime.read(partial(_closing, case_id=case_id))
        if closing is not None:
            swept += _end(runtime, closing)
            pause(0)
    if swept:
        logger.info("%d referrals of cases that an earlier version closed were ended", swept)


def _closing(db: Connection, case_id: str) -> Recorded | None:
    return upstream.get_closing(db, case_id) if upstream.is_closed(db, case_id) else None


def _end(runtime: ServiceRuntime, closing: Recorded) -> int:
    """How many referrals ended with a closing; done once for each."""
    now = instant(runtime.now())
    envelope = Envelope(
        derived_id(closing.id, "referral-sweep"), "", SYSTEM.user, closing.centre, now, now,
        closing.correlation, causation=closing.id,
    )  # fmt: skip
    heard = CLOSING.load(closing.data)

    def work(unit: Unit) -> int:
        left = referrals.list_open(unit.db, heard["case_id"])
        staying = stays.get_staying(unit.db, heard["case_id"])
        for do in handlers.when_case_closed(closing, **heard, open_ones=left, staying=staying):
            unit.envelope = replace(envelope, time=min(do.at or closing.time, now))
            unit.handle(do.aggregate, do.id, do.command)
        return len(left)

    return runtime.execute(envelope, work).answer
