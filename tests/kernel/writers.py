"""Many writers at once; in this process, or in one of their own (`main`)."""

import sys

import eventlet
import psycopg2
from sqlalchemy.exc import DBAPIError

from services.kernel.database import Database
from services.kernel.eventlog import EventLog, Unit
from services.kernel.wiring import Wiring
from tests.kernel.places import GivenUp
from tests.kernel.toys import CASE, Add, Open, envelope


class NoSeal:
    def seal(self, subject_id: str, field: str, value: object) -> str:
        return "v1.x.y"


def write(database: Database, service: str, name: str, writers: int, each: int) -> int:
    """Append from `writers` greenlets, each to a stream of its own. Returns how many commands succeeded."""
    log = EventLog(database, Wiring(service, (CASE,)), NoSeal())

    def run(writer: int) -> int:
        done = 0
        for turn in range(each):

            def work(unit: Unit, turn: int = turn) -> None:
                unit.handle(CASE, f"{name} {writer}", Open(f"{name} {writer}"))
                for _ in range(1 + turn % 3):
                    unit.handle(CASE, f"{name} {writer}", Add(f"{name} {writer}"))

            try:
                log.execute(envelope(f"{name} {writer} {turn}"), work)
                done += 1
            except (GivenUp, DBAPIError, psycopg2.Error):
                continue
        return done

    threads = [eventlet.spawn(run, writer) for writer in range(writers)]
    return sum(thread.wait() for thread in threads)


def main() -> None:
    url, service, name, writers, each = sys.argv[1:]
    print(write(Database(url, pool=int(writers)), service, name, int(writers), int(each)))
