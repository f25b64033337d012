"""Statements made into SQL once for all databases of a process. Each service has several engines, and all of them the
kernel's own tables; SQLAlchemy by itself compiles every statement anew for every engine."""

from collections.abc import Hashable, Iterator, MutableMapping

from sqlalchemy import Compiled
from sqlalchemy.util import LRUCache

MOST = 3000  # statements of all services

Key = tuple[Hashable, ...]  # as SQLAlchemy has it: the dialect, then what the statement asks


class Shared(MutableMapping[Key, Compiled]):
    """For engines whose dialects are of one kind and have the same options: each has a dialect of its own, which
    therefore tells nothing of the statement."""

    def __init__(self) -> None:
        self._kept: LRUCache[Key, Compiled] = LRUCache(MOST)

    def __getitem__(self, key: Key) -> Compiled:
        return self._kept[key[1:]]

    def __setitem__(self, key: Key, compiled: Compiled) -> None:
        self._kept[key[1:]] = compiled

    def __delitem__(self, key: Key) -> None:
        del self._kept[key[1:]]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


ON_SQLITE, ON_POSTGRESQL = Shared(), Shared()
