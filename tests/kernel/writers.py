"""Many writers at once, slow and sometimes failing at their commit; in this process, or in one of their own (`main`)."""

import sys
from random import Random

import eventlet
from sqlalchemy import event

from services.kernel.database import Database
from services.kernel.eventlog import EventLog
from services.kernel.wiring import Wiring
from tests.kernel.toys import CASE, Add, Open, envelope


class GivenUp(Exception):
    """A transaction that fails when it already has its numbers."""


class NoSeal:
    def seal(self, subject_id: str, field: str, value: object) -> str:
        return "v1.x.y"


def write(database: Database, service: str, name: str, writers: int, each: int) -> int:
    """Append from `writers` greenlets, each to a stream of its own and to one that all share. Returns the commands that succeeded."""
    log = EventLog(database, Wiring(service, (CASE,)), NoSeal())
    chance = Random(name)

    @event.listens_for(database._writer, "commit")
    def slowly(_: object) -> None:
        eventlet.sleep(chance.random() * 0.004)  # the numbers are taken, the commit is still to come
        if chance.random() < 0.1:
            raise GivenUp()

    def run(writer: int) -> int:
        done = 0
        for turn in range(each):
            own = f"{name} {writer}"

            def work(unit: object, own: str = own, turn: int = turn) -> None:
                unit.handle(CASE, own, Open(own))
                for _ in range(1 + turn % 3):
                    unit.handle(CASE, own, Add(own))

            try:
                log.execute(envelope(f"{name} {writer} {turn}"), work)
                done += 1
            except GivenUp:
                continue
        return done

    threads = [eventlet.spawn(run, writer) for writer in range(writers)]
    done = sum(thread.wait() for thread in threads)
    event.remove(database._writer, "commit", slowly)
    return done


def main() -> None:
    url, service, name, writers, each = sys.argv[1:]
    print(write(Database(url, pool=int(writers)), service, name, int(writers), int(each)))
