"""Clients that work on and on: cases from the door to a place, or not; each acknowledged command is remembered with its
answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.client import Change, Client, Json, Refusal

AGAIN = 0.1  # of all acknowledged commands are sent once more
GIVE_UP = 90.0  # seconds without any answer to one command
PLACE_SECONDS = 20.0
PAUSE = (0.1, 0.5)  # seconds before it is asked again, at least and at most
# What `send` says of the place is of the moment: the referral it speaks of is the same.
MOVING = ("status", "place", "version")


@dataclass(frozen=True)
class Acknowledged:
    """A command that was answered with success. `asked` and `told` are seconds of time.monotonic()."""

    user: str
    change: Change
    answer: Json
    asked: float
    told: float


@dataclass
class Book:
    """What all clients were told. `surprises` are answers that no fault excuses. `refused`: (what was asked, seconds
    from its first refusal to its answer) of whatever had to be asked again."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    again: int = 0
    retried: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def surprise(self, text: str) -> None:
        with self.lock:
            self.surprises.append(text)


class Patient(Client):
    """Sends a change with the same key until it is answered."""

    def __init__(
        self, address: str, user: str, token: str, book: Book, seed: str, pause: tuple[float, float] = PAUSE
    ) -> None:
        super().__init__(address, token, seconds=20.0)
        self.user, self.book, self.chance, self.pause = user, book, random.Random(seed), pause

    def send(self, change: Change, headers: Mapping[str, str] | None = None) -> Json:
        asked = time.monotonic()
        answer = self._insist(change)
        with self.book.lock:
            self.book.acknowledged.append(Acknowledged(self.user, change, answer, asked, time.monotonic()))
        if self.chance.random() < AGAIN:
            self._once_more(change, answer)
        return answer

    def _once_more(self, change: Change, answer: Json) -> None:
        again = self._insist(change)
        moving = MOVING if change.path == "/api/v1/referrals" else ()
        before = {name: value for name, value in answer.items() if name not in moving}
        if before != {name: value for name, value in again.items() if name not in moving}:
            self.book.surprise(f"{change.method} {change.path}: {answer}, and the same again: {again}")
        with self.book.lock:
            self.book.again += 1

    def get(self, path: str, **query: Any) -> Json:
        return self._try_again(lambda: super(Patient, self).get(path, **query), f"GET {path}")

    def _insist(self, change: Change) -> Json:
        return self._try_again(lambda: super(Patient, self).send(change), f"{change.method} {change.path}")

    def _try_again(self, ask: Any, what: str) -> Json:
        end = time.monotonic() + GIVE_UP
        first: float | None = None
        while True:
            try:
                answer: Json = ask()
                if first is not None:
                    with self.book.lock:
                        self.book.refused.append((what, time.monotonic() - first))
                return answer
            except Refusal as refusal:
                if refusal.status < 500:
                    raise
                reason = str(refusal.status)
                if refusal.status != 503:
                    self.book.surprise(f"{what}: {refusal.status} {refusal.problem}")
            except requests.RequestException as error:
                reason = type(error).__name__
            first = first or time.monotonic()
            with self.book.lock:
                self.book.retried[reason] += 1
            if time.monotonic() > end:
                raise AssertionError(f"{what}: no answer within {GIVE_UP:.0f} s, at last {reason}")
            time.sleep(self.chance.uniform(*self.pause))


class Load:
    """`clients` threads until `stop`; they share programmes with few places, so that the last place is always wanted by
    several."""

    def __init__(
        self,
        address: str,
        tokens: Mapping[str, str],
        seed: int,
        clients: int = 4,
        pause: tuple[float, float] = PAUSE,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.address, self.tokens, self.seed, self.pause = address, tokens, seed, pause
        self.headers = headers or {}
        self.book = Book()
        self.cases = 0
        self.programmes: list[str] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(clients)]

    def start(self) -> None:
        """First the programmes, while nothing is broken yet; then the clients."""
        client = self._client("beginning", sorted(self.tokens)[0])
        for places in (1, 2, 3, 200):
            self.programmes.append(client.programme(client.partner(), places))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Each client ends the step it is in."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(GIVE_UP + 30)
            if thread.is_alive():
                self.book.surprise("a client hangs")

    def _client(self, name: str, user: str) -> Patient:
        return Patient(self.address, user, self.tokens[user], self.book, f"{self.seed} {name}", self.pause)

    def _work(self, number: int) -> None:
        users: Sequence[str] = sorted(self.tokens)
        client = self._client(f"client {number}", users[number % len(users)])
        centre = client.user.rpartition("-")[2]
        while not self._stopping.is_set():
            try:
                self._case(client, centre)
            except Refusal as refusal:
                self.book.surprise(f"{client.user}: {refusal}")
            except Exception as error:
                self.book.surprise(f"{client.user}: {type(error).__name__}: {error}")

    def _case(self, client: Patient, centre: str) -> None:
        """One case; what becomes of it is drawn."""
        chance = client.chance
        programme_id = chance.choice(self.programmes)
        case_id = client.planned_case(centre, programme_id if chance.random() < 0.5 else None)
        self.cases += 1
        sent = client.refer(case_id, programme_id, waitlist=chance.random() < 0.3)
        referral = self._place(client, sent["referral_id"])
        fate = chance.choice(("placed", "failed", "declined", "withdrawn", "stays", "closed"))
        if referral["place"] == "reserved":
            self._go_on(client, referral, fate)
        elif referral["status"] == "waitlisted" and fate in ("withdrawn", "declined"):
            client.step(referral["referral_id"], "withdraw")
        elif fate == "closed":
            client.post(f"/api/v1/cases/{case_id}/close", {"reason": "advice_only"})

    def _place(self, client: Patient, referral_id: str) -> Json:
        """The referral once partners has answered for the place."""
        end = time.monotonic() + PLACE_SECONDS
        while True:
            referral = client.referral(referral_id)
            if referral["place"] != "pending" or time.monotonic() > end:
                return referral
            time.sleep(0.2)

    def _go_on(self, client: Patient, referral: Json, fate: str) -> None:
        step = {
            "placed": ("acknowledge", "accept", "travel", "admit", "confirm", "end"),
            "failed": ("accept", "travel", "fail"),
            "declined": ("acknowledge", "decline"),
            "withdrawn": ("accept", "withdraw"),
        }
        more: dict[str, Json] = {
            "decline": {"reason": "health_beyond_care", "whose": "partner"},
            "end": {"outcome": "stable"},
        }
        for name in step.get(fate, ("acknowledge",)):
            # Who waited for the place was acknowledged by that.
            if name != "acknowledge" or referral["status"] != "waitlisted":
                client.step(referral["referral_id"], name, **more.get(name, {}))
