"""What all the work of the sample network shares: the doors, the users, the calendar and the registry as it grows."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid5

from services.codes import AWAITING_ANSWER, DECLINE_REASONS
from services.kernel.lists import LIMIT_MOST
from services.kernel.local import Network
from services.kernel.questions import Body, CommandDoor, Door, Json, Question
from services.partners.doors import PARTNERS
from services.referral.doors import REFERRALS
from services.sample.people import full_name
from services.sample.users import USERS, User
from services.thai import calendar
from services.thai.dates import BANGKOK
from services.thai.names import as_written

A = TypeVar("A")

COMMANDS = UUID("5d1f8f8e-2f0b-5a7c-9a56-2557f8f5a0de")
CALLERS = {user.name: user for user in USERS}
READER = User("sample", "member", ("*",))
OFTEN = (
    "no_place", "no_place", "not_eligible", "out_of_area", "missing_documents", "health_beyond_care", "person_refused",
)  # fmt: skip
# The noes of the last weeks, (reason, whose), so that each thing that follows from one is in force somewhere.
NOES_NOW = (
    ("health_beyond_care", "partner"), ("behaviour_safety", "partner"), ("person_refused", "person"),
    ("no_place", "partner"), ("out_of_area", "partner"), ("person_left", "person"), ("not_eligible", "centre"),
    ("missing_documents", "centre"),
)  # fmt: skip
FAILS_WHEN = ("accepted", "travelling", "admitted", "placed")
GROUP = ("chair", "secretary", "member", "member", "specialist")
RECENT_DAYS = 30  # after an activity somebody may still come from it
OPENS, SHUTS = 8 * 60 + 30, 16 * 60  # minutes of the day


class Office:
    """`start` and `now` are the ends of the two years."""

    def __init__(self, net: Network, seed: int, start: datetime, now: datetime) -> None:
        self.net, self.seed, self.start, self.now = net, seed, start, now
        self.first_day = start.astimezone(BANGKOK).date()
        self.commands = self.referrals = self.declines = self.failures = self.noes = 0
        self.activities: dict[
            str, list[tuple[date, str]]
        ] = {}  # by centre: (day, outreach_id), the earliest first
        self.meets: dict[str, Callable[[], str]] = {}  # by centre: the id of the one of now
        self.courses: dict[
            str, list[str]
        ] = {}  # of programmes that answer otherwise for a while: {programme_id: how}
        self.moved_on: list[tuple[str, Json]] = []  # people whose placement was over: (centre, who they are)
        self.came_on = False
        self.retired: set[str] = set()  # programmes of which nobody asks any more what is free

    def chance(self, *name: object) -> Random:
        """A source of chance of its own for each thing, so that one more draw in one case changes no other."""
        return Random("/".join(map(str, (self.seed, *name))))  # noqa: S311 (a sample, not a secret)

    @property
    def today(self) -> date:
        return self.moment.astimezone(BANGKOK).date()

    @property
    def moment(self) -> datetime:
        return self.net.clock()

    @property
    def progress(self) -> float:
        """How much of the two years is over, 0 to 1."""
        return (self.moment - self.start) / (self.now - self.start)

    def do(self, door: CommandDoor[A], body: Body, user: str, at: datetime | None = None) -> A:
        """A command with an id of its own, the same in every run."""
        self.commands += 1
        key = str(uuid5(COMMANDS, f"{self.seed}/{self.commands}"))
        answer: A = self._call(door, body, CALLERS[user], key, at)
        return answer

    def do_apart(self, door: CommandDoor[A], body: Body, user: str, name: str) -> A:
        """A command of the network's, which leaves the ids of all others as they are."""
        answer: A = self._call(door, body, CALLERS[user], str(uuid5(COMMANDS, f"{self.seed}/{name}")))
        return answer

    def ask(self, question: Question[A]) -> A:
        """The answer to one who reads cases in codes alone, so that no access is logged."""
        answer: A = self._call(question.door, question.body, READER, str(COMMANDS))
        return answer

    def _call(self, door: Door, body: Body, who: User, key: str, at: datetime | None = None) -> Any:
        return self.net.call(
            door.service, door.name, body, user=who.name, role=who.role, centres=who.centres, at=at, key=key
        )

    def busiest_partner(self, province: str) -> str:
        """The id of the partner of a province whose answer most people wait for; of several, the one that was asked
        most often of late."""
        asked = self.ask(REFERRALS.of(limit=LIMIT_MOST))["items"]
        referred = [each for each in asked if "partner_id" in each]
        times = Counter(each["partner_id"] for each in referred)
        waiting = Counter(
            each["partner_id"] for each in referred if each["told"] and each["status"] in AWAITING_ANSWER
        )
        return max(self.partners_of(province), key=lambda each: (waiting[each], times[each]))

    def partners_of(self, province: str) -> list[str]:
        """Their ids."""
        return [
            each["partner_id"] for each in self.ask(PARTNERS.of(province=province, limit=LIMIT_MOST))["items"]
        ]

    def course_at(self, programme_id: str) -> str:
        """How a programme that answers otherwise for a while answers the next; "" if it does not."""
        left = self.courses.get(programme_id)
        return left.pop() if left else ""

    def came_from(self, centre: str, chance: Random, share: float) -> str | None:
        """A recent activity of a centre from which somebody may have come: so many of all do."""
        recent = [id for day, id in self.activities.get(centre, ()) if (self.today - day).days <= RECENT_DAYS]
        return chance.choice(recent) if recent and chance.random() < share else None

    def working_hour(self, chance: Random, day: date, any_day: bool = False) -> datetime:
        """A minute of office hours on that day or the next on which offices work (`any_day`: on that day), but not in
        the past."""
        day = day if any_day else calendar.next_working_day(day)
        minute = chance.randint(OPENS, SHUTS)
        told = datetime.combine(day, time(minute // 60, minute % 60), BANGKOK)
        return max(told, self.moment + timedelta(minutes=20))

    def working_group(self, centre: str) -> list[tuple[str, str]]:
        """[(name, role)] of those who sit in a centre's conference, each once."""
        chance = self.chance("working group", centre)
        people: dict[str, str] = {}  # by how the name is written
        while len(people) < len(GROUP):
            drawn = full_name(chance, chance.choice(("male", "female")))
            name = f"{drawn['first']} {drawn['last']}"
            people.setdefault(as_written(name), name)
        return list(zip(people.values(), GROUP, strict=True))

    def who_came_on(self, centre: str) -> Json:
        """Whoever another centre had placed, and who comes to this one now: one of the whole network."""
        others = [person for of, person in self.moved_on if of != centre]
        if self.came_on or not others:
            return None
        self.came_on = True
        return others[-1]

    def next_decline(self, chance: Random) -> str:
        """Each reason once, then the common ones."""
        self.declines += 1
        return (
            DECLINE_REASONS[self.declines - 1]
            if self.declines <= len(DECLINE_REASONS)
            else chance.choice(OFTEN)
        )

    def next_no(self) -> tuple[str, str]:
        """(reason, whose) of a no that was said just now."""
        self.noes += 1
        return NOES_NOW[(self.noes - 1) % len(NOES_NOW)]

    def next_failure(self) -> str:
        self.failures += 1
        return FAILS_WHEN[self.failures % len(FAILS_WHEN)]
