"""Webhook deliveries a second, and whether an endpoint that answers slowly delays the others.

One process with the front door's own couriers, database (SQLite) and HTTP; the feed of events stands in this process,
and so do the systems that listen. First the quick ones alone, then beside one that takes its time for every answer.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from http.client import HTTPConnection  # noqa: F401 (patched before urllib3 reads it)
from typing import Any

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402

from services.kernel import settings  # noqa: E402
from services.kernel.runtime import Ports, ServiceRuntime, utc_now  # noqa: E402
from services.web.gateway import webhooks  # noqa: E402
from services.web.store import webhooks as store  # noqa: E402
from services.web.wiring import WIRING  # noqa: E402

QUICK, EVENTS, SLOW_SECONDS = 5, 100, 0.2


class Listener:
    """Answers 204 after so many seconds, and keeps when each message came."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.came = seconds, list[float]()
        self.socket = eventlet.listen(("127.0.0.1", 0))
        eventlet.spawn(wsgi.server, self.socket, self._answer, log_output=False)
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def _answer(self, environ: Mapping[str, Any], start: Any) -> list[bytes]:
        environ["wsgi.input"].read()
        eventlet.sleep(self.seconds)
        self.came.append(time.perf_counter())
        start("204 No Content", [])
        return []


def event(position: int) -> dict[str, Any]:
    return {
        "id": f"event-{position}", "type": "CaseOpened", "time": "2026-11-30T09:00:00.000000Z", "centre": "60",
        "source": "/songtor/intake", "position": position, "data": {"case_id": f"case-{position}"},
    }  # fmt: skip


def ask(service: str, door: str, call: Any, body: Mapping[str, Any], seconds: float) -> Any:
    first, last = body["after"] + 1, min(EVENTS, body["after"] + body["limit"])
    items = [event(position) for position in range(first, last + 1)]
    answer = {"items": items, "next": max(last, min(body["after"], EVENTS)), "head": EVENTS}
    return {"answer": answer, "position": None, "stale": False}


def run(with_slow: bool) -> dict[str, Any]:
    folder = tempfile.mkdtemp()
    chosen = settings.read({"SONGTOR_OUTBOUND_ALLOW": "127.0.0.1"}, data=folder)

    def aside(work: Any) -> None:
        eventlet.spawn(work)

    ports = Ports(
        now=utc_now,
        pause=eventlet.sleep,
        ask=ask,
        together=lambda tasks: [task() for task in tasks],
        aside=aside,
    )
    web = ServiceRuntime(chosen, WIRING, ports)
    web.prepare()
    quick = [Listener(0) for _ in range(QUICK)]
    slow = [Listener(SLOW_SECONDS)] if with_slow else []
    for number, each in enumerate((*slow, *quick)):
        store.make(web, f"hook-{number}", "ministry", "*", each.address, ["CaseOpened"], 0, "bench")
    began = time.perf_counter()
    over = [False]
    courier = eventlet.spawn(webhooks.keep_delivering, web, lambda: over[0], eventlet.sleep)
    while any(len(each.came) < EVENTS for each in quick):
        eventlet.sleep(0.01)
    seconds = max(each.came[-1] for each in quick) - began
    of_slow = len(slow[0].came) / (time.perf_counter() - began) if slow else None
    over[0] = True
    courier.wait()
    web.close()
    return {
        "quick_per_second": round(QUICK * EVENTS / seconds, 1),
        "slow_per_second": of_slow and round(of_slow, 1),
    }


def main() -> None:
    alone, beside = run(with_slow=False), run(with_slow=True)
    figure = {
        "figure": "s: webhooks delivered", "endpoints": QUICK, "messages_each": EVENTS,
        "per_second_alone": alone["quick_per_second"], "per_second_beside_a_slow_one": beside["quick_per_second"],
        "slow_one_per_second": beside["slow_per_second"], "slow_one_takes_ms": round(SLOW_SECONDS * 1000),
    }  # fmt: skip
    print(json.dumps(figure, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
