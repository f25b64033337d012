"""What was erased while no front door ran, or as one ended, is forgotten here too as soon as intake answers."""

from collections.abc import Callable
from datetime import timedelta

from services.intake.doors import ERASED
from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import calls, copies
from services.web.gateway.chores import until_done

LOOKS_BACK = timedelta(days=30)  # nothing here is kept longer


def catch_up(web: ServiceRuntime) -> int:
    """How many cases there were to forget."""
    since = instant(web.now() - LOOKS_BACK)
    cases = calls.ask_as_system(web, ERASED.of(since=since)).answer["items"]
    for case in cases:
        copies.forget(web, case["case_id"], case["referral_ids"])
    return len(cases)


def keep_trying(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """As soon as intake answers."""
    until_done(lambda: catch_up(web), "copies of what was erased", stopping, pause)
