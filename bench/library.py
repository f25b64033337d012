"""The same aggregate in the `eventsourcing` library, as its documentation shows it."""

from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Counter(Aggregate):
    @event("Opened")
    def __init__(self, note: str) -> None:
        self.total = 1

    @event("Counted")
    def count(self, note: str) -> None:
        self.total += 1


class Counters(Application[UUID]):
    def open(self, note: str) -> UUID:
        counter = Counter(note)
        self.save(counter)
        return counter.id

    def count(self, id: UUID, note: str) -> None:
        counter: Counter = self.repository.get(id)
        counter.count(note)
        self.save(counter)
