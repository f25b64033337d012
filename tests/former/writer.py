"""Runs on the former code (`tests.support.former`): `writer.py FOLDER DATABASE_URL` opens cases and lets every service
hear every other, again and again until its input ends.

Every line it prints is JSON: {"opened": case id} for an answered command, {"refused": service, "why": text} for what
was not taken.
"""

import select
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from services.demo import CASE
from services.kernel import settings as settings_module
from services.kernel.local import Network, SimulatedClock
from services.system import DOORS


def say(**line: Any) -> None:
    print(orjson.dumps(line).decode(), flush=True)


def reason(error: BaseException) -> str:
    """The database's own first line, where there is one."""
    return str(getattr(error, "orig", error)).partition("\n")[0]


def write(net: Network) -> None:
    try:
        say(opened=net.call("intake", "open_case", CASE)["case_id"])
    except Exception as error:
        say(refused="intake", why=reason(error))
    for name, runtime in net.runtimes.items():
        for source in runtime.wiring.hears:
            try:
                runtime.inbox.pull(source)
            except Exception as error:
                say(refused=name, why=reason(error))


def main() -> None:
    settings = settings_module.read({"SONGTOR_DATABASE_URL": sys.argv[2]}, data=sys.argv[1])
    net = Network(DOORS, SimulatedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)), settings=settings)
    Path(sys.argv[1]).mkdir(exist_ok=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        write(net)


if __name__ == "__main__":
    main()
