"""Two years of work, day by day on the simulated clock: partners join, people come, and every deadline fires in its own
time."""

import heapq
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import event

from services.kernel.lists import LIMIT_MOST
from services.kernel.local import Network
from services.kernel.questions import Body
from services.partners.doors import CONFIRM_CAPACITY, PARTNERS
from services.referral.doors import REFERRALS, STEP
from services.sample import caring, consenting, handing, meeting, registry, reviewing, ruling
from services.sample.fates import Fate, fates
from services.sample.keeping import Keeping
from services.sample.life import LEAD_DAYS, Life
from services.sample.office import Office
from services.sample.partnership import Partnership
from services.sample.people import CENTRES
from services.sample.reaching import Reaching
from services.sample.users import PARTNERS_PROVINCE
from services.screening.doors import ADOPT_RULES
from services.thai.dates import BANGKOK, bangkok_day

DAYS = 730
CASES = 300
SEED = 2557
FIRST_RULES = "2569-1"  # the screening rules of the first day
Work = Iterator[datetime]  # does something, then says when it goes on


class Counts(NamedTuple):
    """What the sample network holds. `partner_id`: of the partner that the sample partner's user belongs to."""

    partners: int
    programmes: int
    cases: int
    referrals: int
    events: int
    partner_id: str


def begins(now: datetime) -> datetime:
    """The first morning, in Thailand, of the two years that end at `now`."""
    return datetime.combine(bangkok_day(now) - timedelta(days=DAYS), time(), BANGKOK).astimezone(UTC)


def load(
    net: Network,
    now: datetime,
    progress: Callable[[int, int], None],
    cases: int = CASES,
    seed: int = SEED,
    factor: int = 1,
) -> Counts:
    """Fill an empty network; its simulated clock is put back to `begins(now)`, and at the end stands at `now`.

    `progress` is told (days done, days in all). The same seed, cases, factor and `now` make the same facts. With a
    `factor` there are as many times the cases and the partners. ValueError if a service has facts already.
    """
    filled = [name for name, runtime in net.runtimes.items() if runtime.log.head()[0]]
    if filled:
        raise ValueError(
            f"The sample network needs empty databases; there are facts already: {', '.join(filled)}."
        )
    start = begins(now)
    net.clock.advance(seconds=(start - net.clock()).total_seconds())
    net.trusts_bells = True
    office = Office(net, seed, start, now)
    partners = registry.invent(office.chance("registry"), DAYS, factor)
    cases *= factor
    agenda = Agenda(net)
    agenda.add(start + timedelta(hours=8), _adopt_rules(office))
    for number, partner in enumerate(partners):
        joins = office.first_day + timedelta(days=partner.joins)
        opening = office.working_hour(office.chance("joins", number), joins, any_day=not partner.joins)
        agenda.add(opening, Partnership(office, number, partner).run())
    agenda.add(start + timedelta(hours=8), Keeping(office).run())
    for centre in CENTRES:
        agenda.add(start + timedelta(hours=8), Reaching(office, centre).run())
        agenda.add(now - timedelta(days=caring.DAYS_AGO), caring.care(office, centre))
        agenda.add(now - timedelta(weeks=meeting.WEEKS), meeting.Meetings(office, centre).run())
    lives = [Life(office, number, fate) for number, fate in enumerate(fates(office.chance("fates"), cases))]
    for life in lives:
        agenda.add(_opened(office, life.number, life.fate), life.run())
    agenda.add(now - timedelta(days=ruling.DAYS_AGO), ruling.mend(office, now))
    agenda.add(now - timedelta(days=ruling.REVIEW_DAYS_AGO), ruling.review_noes(office, now, CENTRES))
    agenda.add(now - timedelta(hours=handing.HOURS_AGO), handing.hand_over(office, lives, now))
    for centre in CENTRES:
        agenda.add(
            now - timedelta(hours=consenting.HOURS_AGO), consenting.consent(office, lives, centre, now)
        )
        agenda.add(now - timedelta(minutes=reviewing.MINUTES_AGO), reviewing.look_back(office, lives, centre))
    agenda.add(now - timedelta(days=2), ruling.shut_once(office, CENTRES[0]))
    agenda.add(now - timedelta(days=ruling.WRITTEN_DAYS_AGO), ruling.write_on(office, now))
    agenda.add(now - timedelta(minutes=30), _told_at_last(office))
    agenda.add(now - timedelta(minutes=20), _full_at_last(office))
    with _in_haste(net):
        for day in range(1, DAYS + 1):
            agenda.work_until(start + timedelta(days=day))
            progress(day, DAYS + 1)
        agenda.work_until(now)
    net.settle()
    net.spare_the_broker()
    progress(DAYS + 1, DAYS + 1)
    events = sum(runtime.log.head()[0] for runtime in net.runtimes.values())
    offered = sum(len(partner.programmes) for partner in partners)
    partner_id = office.busiest_partner(PARTNERS_PROVINCE)
    return Counts(len(partners), offered, cases, office.referrals, events, partner_id)


def _told_at_last(office: Office) -> Work:
    """Whoever of the province's partners has an account does not find it empty: who was sent there is told of."""
    partners = office.partners_of(PARTNERS_PROVINCE)
    for each in office.ask(REFERRALS.of(limit=LIMIT_MOST))["items"]:
        if (
            each["status"] == "sent"
            and "partner_id" in each
            and each["partner_id"] in partners
            and not each["told"]
        ):
            body: Body = {"referral_id": each["referral_id"], "step": "told", "how": "system"}
            office.do(STEP, body, f"worker-{each['centre']}")
    yield from ()


def _full_at_last(office: Office) -> Work:
    """Shelters of the ministry say this morning what is free: hardly any of them has a place."""
    for partner in office.ask(PARTNERS.of(kind="ministry_shelter", limit=LIMIT_MOST))["items"]:
        for each in partner["programmes"][:1]:
            body: Body = {"programme_id": each["programme_id"], "total": each["places"]["total"], "free": 0}
            office.do_apart(
                CONFIRM_CAPACITY, body, f"worker-{partner['keeper']}", f"full/{each['programme_id']}"
            )
    yield from ()


class Agenda:
    """Who goes on when."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.entries: list[tuple[datetime, int, Work]] = []
        self.added = 0

    def add(self, when: datetime, work: Work) -> None:
        self.added += 1
        heapq.heappush(self.entries, (when, self.added, work))

    def work_until(self, end: datetime) -> None:
        """Everything that is to be done before `end`, then what follows from it, and the deadlines of the day."""
        while self.entries and self.entries[0][0] < end:
            when, _, work = heapq.heappop(self.entries)
            self.net.clock.set(when)
            following = next(work, None)
            if following is not None:
                self.add(following, work)
        self.net.clock.set(end - timedelta(seconds=1))
        self.net.settle()


@contextmanager
def _in_haste(net: Network) -> Iterator[None]:
    """Reporting, which only listens, hears it all in the end. No commit waits for the disk: a power cut meanwhile costs
    the sample, and whoever finds it unfinished makes it anew; closing the databases, or the next commit that waits,
    makes all of it last."""
    listening = {"reporting"} - net.down
    engines = []
    for runtime in net.runtimes.values():
        for database in filter(None, (runtime.database, runtime.vault_database)):
            with database.write() as db:
                engines.append(db.engine)
    net.down |= listening
    for engine in engines:
        event.listen(engine, "connect", _do_not_wait)
        engine.dispose()
    try:
        yield
    finally:
        net.down -= listening
        for engine in engines:
            event.remove(engine, "connect", _do_not_wait)
            engine.dispose()


def _do_not_wait(connection: Any, _: Any) -> None:
    """In SQLite's write-ahead log NORMAL waits at checkpoints only."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = NORMAL")
        return
    connection.cursor().execute("SET synchronous_commit = off")
    connection.commit()


def _adopt_rules(office: Office) -> Work:
    for version in (FIRST_RULES, None):  # and the newest, which counts from its own day
        office.do(ADOPT_RULES, {"rules_version": version}, "director-60")
    yield from ()


def _opened(office: Office, number: int, fate: Fate) -> datetime:
    """People come at any hour of any day, more of them in the second year; recent cases when there is just the time to
    get where they stand today."""
    chance = office.chance("opened", number)
    if fate.now_at:
        days = DAYS - LEAD_DAYS[fate.now_at] - chance.randint(1, 4)
    else:
        days = round(10 + (DAYS - 60) * chance.random() ** 0.85)
    hour = chance.choice((2, 7, 9, 9, 10, 10, 11, 13, 13, 14, 15, 16, 19, 22))
    return office.start + timedelta(days=days, hours=hour, minutes=chance.randint(0, 59))
