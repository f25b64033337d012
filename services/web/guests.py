"""Who is connected to the front door and who waits there: how many from one place, and whose turn it is."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

from eventlet import greenio, wsgi
from eventlet.event import Event

from services.web.gateway.limits import BODY_MOST


@dataclass(frozen=True)
class Limits:
    """`seconds`: from the first byte of a request to its last; `connections`: in all; `each`: from one address (a
    proxy's is one, and so is that of all who share a line); `held`: bytes of bodies that are not yet whole or not yet
    answered, a quarter of them for one address. Of strangers so many are `at_work` at once, and so many wait, a quarter
    of them from one place; who finds no place there is told so after `pause` seconds, for who is told at once asks at
    once again."""

    seconds: float = 10.0
    connections: int = 1000
    each: int = 250
    held: int = 96 * BODY_MOST
    at_work: int = 2
    waiting: int = 128
    pause: float = 1.0

    @property
    def waiting_each(self) -> int:
        return self.waiting // 4

    @property
    def held_each(self) -> int:
        return self.held // 4


class Guests:
    """The connections that are open, by where they come from. Where no more fit, one that has been idle longest makes
    room; where none is idle, nobody is let in."""

    def __init__(self) -> None:
        self._connections: dict[int, tuple[str, list[Any]]] = {}  # who was idle longest comes first
        self._each: Counter[str] = Counter()
        self._held: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def busy(self) -> int:
        return sum(connection[2] != wsgi.STATE_IDLE for _place, connection in self._connections.values())

    def admit(self, connection: list[Any], limits: Limits) -> bool:
        place = place_of(connection[0][0])
        full = self._each[place] >= limits.each and not self._make_room(place)
        if full or (len(self._connections) >= limits.connections and not self._make_room()):
            return False
        self._connections[id(connection)] = place, connection
        self._each[place] += 1
        return True

    def rest(self, connection: list[Any]) -> None:
        """From now on it is idle."""
        known = self._connections.pop(id(connection), None)
        if known is not None:
            self._connections[id(connection)] = known

    def leave(self, connection: list[Any]) -> None:
        place, _connection = self._connections.pop(id(connection), (None, None))
        if place is not None:
            _take(self._each, place, 1)

    def dismiss(self) -> None:
        """Whoever is idle goes; the others after their answer, if it tells them to."""
        while self._make_room():
            pass

    def _make_room(self, place: str | None = None) -> bool:
        for where, connection in self._connections.values():
            if connection[2] == wsgi.STATE_IDLE and place in (None, where):
                self.leave(connection)
                greenio.shutdown_safe(connection[1])
                return True
        return False

    def hold(self, connection: list[Any], size: int, limits: Limits) -> bool:
        """Whether so many bytes more may be kept for this connection."""
        place = place_of(connection[0][0])
        if self._held[place] + size > limits.held_each or self._held.total() + size > limits.held:
            return False
        self._held[place] += size
        return True

    def let_go(self, connection: list[Any], size: int) -> None:
        _take(self._held, place_of(connection[0][0]), size)


def _take(counted: Counter[str], place: str, size: int) -> None:
    counted[place] -= size
    if not counted[place]:
        del counted[place]


def place_of(address: str) -> str:
    """Where a connection comes from: its address; of IPv6 the network, for one line has all the addresses in it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(getattr(found, "ipv4_mapped", None) or found)


class Strangers:
    """Who is not known here stands in a queue of its own: whoever is at work goes past it."""

    def __init__(self) -> None:
        self._at_work = 0
        self._waiting: dict[str, deque[Event]] = {}  # by where they come from; each place in its turn

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def turn(self, place: str, limits: Limits) -> Iterator[bool]:
        """Whether it is their turn, after waiting for it; False if too many wait already."""
        if self._at_work >= limits.at_work:
            if len(self._waiting.get(place, ())) >= limits.waiting_each or len(self) >= limits.waiting:
                yield False
                return
            self._wait(place)
        else:
            self._at_work += 1
        try:
            yield True
        finally:
            self._pass_on()

    def _wait(self, place: str) -> None:
        mine = Event()
        self._waiting.setdefault(place, deque()).append(mine)
        try:
            mine.wait()
        except BaseException:  # ended while it waited, or in the moment of its turn
            if mine.ready():
                self._pass_on()
            else:
                self._leave(place, mine)
            raise

    def _leave(self, place: str, mine: Event) -> None:
        self._waiting[place].remove(mine)
        if not self._waiting[place]:
            del self._waiting[place]

    def _pass_on(self) -> None:
        """The first of the next place has its turn, and that place goes behind the others."""
        if not self._waiting:
            self._at_work -= 1
            return
        place = next(iter(self._waiting))
        queue = self._waiting.pop(place)
        first = queue.popleft()
        if queue:
            self._waiting[place] = queue
        first.send(True)
