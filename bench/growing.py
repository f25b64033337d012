"""A country's five years in bulk: the lives of a small network, made by real commands (services.sample), over and over,
each time at three other centres, with other people and at other days.

What is copied are facts: nobody decides again. They go through the same append, hearing and read models as always, in
the order in which they were recorded, each service in a process of its own, and reactions are left out, because what
they decided is among the facts. What a read model derives is made once all facts are in, as where one is made anew
(kernel.building). A case that is still open is copied only where that is recent.
"""

import gc
import heapq
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select

from services.intake import searching
from services.intake.domain import likeness
from services.intake.domain.person import Description
from services.intake.projections import cases, index
from services.intake.service import IntakeService
from services.kernel import checkpoints, growth
from services.kernel.cloudevents import Page
from services.kernel.doors import Doors
from services.kernel.envelope import Envelope, derived_id, instant, moment
from services.kernel.eventlog import EventLog, Stream, Unit
from services.kernel.local import Network, SimulatedClock
from services.kernel.readmodels import nothing
from services.kernel.wiring import Wiring
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.service import ReportingService
from services.sample import load
from services.sample.people import CENTRES, citizen_number, full_name
from services.screening.service import ScreeningService
from services.thai import areas

SERVICES: tuple[type[Doors], ...] = (
    IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService,
)  # fmt: skip
TELLERS = SERVICES[:-1]  # have facts of their own
WHOLE = 770  # copies: 231,000 cases and 50,000 programmes
YEARS_BACK = 3 * 365  # days that the oldest copy ends before now: each is two years long
RECENT = 45  # days: a copy that ended longer ago has no open cases
APPENDED, HEARD = 2_000, 2_000  # facts in one transaction
EARLY = ("open", "screened", "planned", "referred")
TOKEN = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|6[012]-25\d\d-\d{4}"
    r"|\b(?:19|20)\d\d-\d\d-\d\d(?=[T\"])"
    r'|(?<=")6[012](?:\d{2}|\d{4})?(?=")|(?<=-)6[012](?="))'
)


class Copy(NamedTuple):
    """`mask` makes other ids of ids, `back` is how many days earlier it all happened, `places` are its centres by the
    small network's, `first` counts the centres of all copies, so that no two have a number of cases in common."""

    number: int
    mask: int
    back: int
    places: Mapping[str, str]
    first: int


class Told(NamedTuple):
    """A fact of the small network: when it was recorded, its version in its stream among the facts of closed cases
    alone (0: of an open one, and among all), and its text in pieces, every second of which a copy changes: which of
    the `tokens` it is, for many stand there several times. Ids are numbers there."""

    recorded: datetime
    version: int
    version_closed: int
    national: bool
    pieces: Sequence[str]
    tokens: Sequence[str | int]
    places: Sequence[int]


def copies(count: int) -> list[Copy]:
    """So many, spread over the provinces and the years; the last of them ends now."""
    provinces = [each.code for each in areas.provinces()]
    chance, found = Random(count), []
    for number in range(count):
        first = (count - 1 - number) * len(CENTRES)  # the last is at the first provinces
        places = {centre: provinces[(first + n) % len(provinces)] for n, centre in enumerate(CENTRES)}
        # The version digits of an id stay what they are.
        mask = chance.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) if number else 0
        back = YEARS_BACK * (count - 1 - number) // max(count - 1, 1)
        found.append(Copy(number, mask, back, places, first))
    return found


# -- the small network ---------------------------------------------------------------------------------------------


def small_network(folder: Path, now: datetime) -> None:
    """Makes it, and writes its facts to a file for each service."""
    net = Network(TELLERS, SimulatedClock(now), folder)
    load(net, now, lambda done, days: None)
    late = {
        row[0]
        for row in net.read(
            "intake",
            lambda db: db.execute(select(cases.case.c.case_id).where(cases.case.c.status.in_(EARLY))).all(),
        )
    }
    facts = {name: _facts(runtime.log) for name, runtime in net.runtimes.items()}
    for name, runtime in net.runtimes.items():
        all_versions: dict[str, int] = {}
        closed: dict[str, int] = {}
        lines = []
        for fact in facts[name]:
            is_open = fact.case_id in late
            all_versions[fact.stream] = all_versions.get(fact.stream, 0) + 1
            if not is_open:
                closed[fact.stream] = closed.get(fact.stream, 0) + 1
            whose = runtime.log.codec.personal[fact.type]
            private = {
                field: runtime.vault.unseal(fact.data[whose[field]], field, text)
                for field, text in fact.sealed.items()
            }
            text = orjson.dumps(
                [fact.id, fact.type, fact.stream, fact.time, fact.recorded, fact.centre, fact.actor,
                 fact.correlation, fact.causation, fact.acting_for, fact.data, private]
            ).decode()  # fmt: skip
            national = not fact.case_id and not fact.partner_id and fact.type == "RulesAdopted"
            lines.append(
                [
                    fact.recorded,
                    all_versions[fact.stream],
                    0 if is_open else closed[fact.stream],
                    national,
                    text,
                ]
            )
        (folder / f"{name}.facts").write_bytes(orjson.dumps(lines))
    net.close()


def _facts(log: EventLog) -> list[Any]:
    with log.database.read() as db:
        return log.facts(db, 0, 10**9)


def told(folder: Path, service: str) -> list[Told]:
    found = []
    for recorded, version, closed, national, text in orjson.loads((folder / f"{service}.facts").read_bytes()):
        pieces = TOKEN.split(text)
        places: dict[str, int] = {}
        for token in pieces[1::2]:
            places.setdefault(token, len(places))
        where = [places[token] for token in pieces[1::2]]
        tokens = [int(each.replace("-", ""), 16) if len(each) == 36 else each for each in places]
        found.append(Told(moment(recorded), version, closed, national, pieces, tokens, where))
    return found


# -- one service's log ---------------------------------------------------------------------------------------------


def merged(facts: Sequence[Told], each: Sequence[Copy]) -> Iterator[tuple[datetime, int, int, Told, Copy]]:
    """All copies' facts in the order in which they were recorded."""

    def of(copy: Copy) -> Iterator[tuple[datetime, int, int, Told, Copy]]:
        back = timedelta(days=copy.back)
        for number, fact in enumerate(facts):
            if (fact.version_closed or copy.back <= RECENT) and not (fact.national and copy.number):
                yield fact.recorded - back, copy.number, number, fact, copy

    return heapq.merge(*map(of, each))


def copied(fact: Told, copy: Copy) -> str:
    changed, pieces = [_copied(token, copy) for token in fact.tokens], [*fact.pieces]
    pieces[1::2] = [changed[place] for place in fact.places]
    return "".join(pieces)


def _copied(token: str | int, copy: Copy) -> str:
    if isinstance(token, int):
        text = f"{token ^ copy.mask:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    if len(token) == 10:
        return date.fromordinal(date.fromisoformat(token).toordinal() - copy.back).isoformat()
    if len(token) == 12:  # a case's number
        lap = (copy.first + CENTRES.index(token[:2])) // len(areas.provinces())
        return f"{copy.places[token[:2]]}-{token[3:7]}-{int(token[8:]) + 400 * lap:04d}"
    # A province, or a place in one: its capital.
    return copy.places[token[:2]] + ("01" * ((len(token) - 2) // 2))


def somebody(private: dict[str, Any], person_id: str, sex: str) -> dict[str, Any]:
    """Somebody else than in the small network, and the same in each of their facts."""
    has_name, has_number = (private.get("name") or {}).get("first"), private.get("national_id")
    if has_name or has_number:
        chance = Random(person_id)
        if has_name:
            private["name"] = full_name(chance, sex)
        if has_number:
            private["national_id"] = citizen_number("3", chance.randrange(10**9))
    return private


def append(net: Network, service: str, facts: Sequence[Told], each: Sequence[Copy]) -> int:
    runtime = net.runtimes[service]
    log, codec = runtime.log, runtime.log.codec
    versions: dict[str, int] = {}
    batch: list[tuple[Any, ...]] = []
    count = 0

    def write() -> None:
        people = {
            data[whose] for _, type, _, _, _, _, _, _, _, _, data, private in batch
            for field, whose in codec.personal[type].items() if field in private
        }  # fmt: skip
        if people:
            runtime.vault.ensure_many(people)
        with log.write() as db:
            unit: Unit | None = None
            found = []
            for fact in batch:
                id, type, stream_id, time, at, centre, actor, correlation, causation, acting = fact[:-2]
                data, private = fact[-2:]
                # Its own id is made of the command's: whoever names it as a cause names that.
                because = derived_id(causation, "0")
                envelope = Envelope(id, "", actor, centre, time, at, correlation, because, acting_for=acting)
                unit = unit or Unit(log, db, envelope)
                unit.envelope = envelope
                kind, _, thing = stream_id.partition("/")
                stream = unit.streams.get(stream_id)
                if stream is None:
                    version = versions.get(stream_id, 0)
                    stream = Stream(codec.aggregates[kind], thing, stream_id, None, version, version)
                    unit.streams[stream_id] = stream
                stream.version = versions[stream_id] = stream.version + 1
                event = codec.join(type, codec.version(type), data, private)
                unit.pending.append(log.prepare(event, stream, envelope, 0))
                if type == "PersonIdentified":
                    found.append(_found(net, data, private, centre, stream.version))
            if found:
                index.put(db, found)
            assert unit is not None
            log.append(unit)
        log.committed(unit)  # so that the next one knows who was handed over

    for _, _, _, fact, copy in merged(facts, each):
        known = orjson.loads(copied(fact, copy))
        data, private = known[-2:]
        if "person_id" in data:
            known[-1] = somebody(private, data["person_id"], data.get("sex", ""))
        batch.append(tuple(known))
        if len(batch) == APPENDED:
            write()
            count += len(batch)
            batch = []
    if batch:
        write()
        count += len(batch)
    _meet_deadlines(net, service)
    assert log.macs is not None
    checkpoints.make(log, log.macs, net.clock())
    return count


def _found(
    net: Network, data: dict[str, Any], private: dict[str, Any], centre: str, version: int
) -> index.Found:
    person = Description(
        data["identity_status"], data["sex"], data["nationality"], [], private.get("name"),
        private.get("national_id"), private.get("birth_date"),
    )  # fmt: skip
    tokens = searching._tokens(net.runtimes["intake"], likeness.keys(person))
    return index.Found(data["case_id"], data["person_id"], centre, version, tokens)


def _meet_deadlines(net: Network, service: str) -> None:
    """Deadlines that came are met: what followed from them is among the facts."""
    log, now = net.runtimes[service].log, net.clock()
    kept = instant(now - growth.MET)
    with log.database.write() as db:
        due = log.rows(db, "SELECT timer_id, due_at, causation FROM timer WHERE due_at <= ?", instant(now))
        log.run(db, "UPDATE timer SET fired_at = due_at WHERE due_at <= ?", instant(now))
        rows = [(derived_id(cause, f"{id} {at}"), "", "null", 0, at) for id, at, cause in due if at >= kept]
        if rows:
            log.insert(db, "command_done", "command_id, fingerprint, result, position, recorded_at", rows)


# -- what a service hears ------------------------------------------------------------------------------------------


def in_bulk(wiring: Wiring) -> Wiring:
    """Without reactions, and without what is derived of each page."""
    hears = {source: dict.fromkeys(types, ()) for source, types in wiring.hears.items()}
    projections = tuple(replace(each, derive=nothing) for each in wiring.projections)
    return replace(wiring, hears=hears, projections=projections)


def hear(net: Network, listener: str, sources: Mapping[str, EventLog]) -> int:
    """Every source's log to its head, side by side as they were recorded."""
    inbox = net.runtimes[listener].inbox
    projections = inbox.wiring.projections
    inbox.wiring = inbox.log.wiring = in_bulk(inbox.wiring)
    heads = {source: sources[source].head()[0] for source in inbox.wiring.hears}
    positions = {source: inbox.position(source) for source in heads}
    count = 0
    while behind := [source for source, head in heads.items() if positions[source] < head]:
        source = min(behind, key=lambda each: positions[each] / heads[each])
        page = sources[source].page(positions[source], HEARD, 16 * 1024 * 1024)
        assert page is not None
        read: Page = orjson.loads(page)
        read["head"] = heads[source]
        inbox.hear(source, read)
        count += read["to"] - positions[source]
        positions[source] = read["to"]
    with inbox.log.write() as db:
        for projection in projections:
            for _ in projection.derive(db, None):
                pass
    return count


# -- all of it -----------------------------------------------------------------------------------------------------


def network(folder: Path, url: str, now: datetime, services: Iterable[type[Doors]] = SERVICES) -> Network:
    return Network(tuple(services), SimulatedClock(now), folder, url)


class Part(NamedTuple):
    """What one process did: so many facts, in so many seconds of its processor and of the clock, at most so large."""

    part: str
    service: str
    facts: int
    processor: float
    seconds: float
    megabytes: int


def make(folder: Path, url: str, now: datetime, count: int) -> list[Part]:
    """Fills the databases that `url` names, with the master key in `folder`."""
    network(folder, url, now).close()
    return [
        *_all("append", [cls.name for cls in TELLERS], folder, url, now, count),
        *_all("hear", [cls.name for cls in SERVICES], folder, url, now, count),
    ]


def _all(part: str, names: Sequence[str], folder: Path, url: str, now: datetime, count: int) -> list[Part]:
    run = [sys.executable, "-W", "ignore", "-m", "bench.growing", part]
    rest = [str(folder), url, now.isoformat(), str(count)]
    started = [subprocess.Popen([*run, name, *rest], stdout=subprocess.PIPE) for name in names]
    said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit(f"growing: {part} failed")
    return [Part(*orjson.loads(each)) for each in said]


def main(part: str, service: str, folder: str, url: str, at: str, count: str) -> None:
    begun, now, where = time.perf_counter(), datetime.fromisoformat(at), Path(folder)
    [cls] = [each for each in SERVICES if each.name == service]
    net = network(where, url, now, (cls,))
    those = told(where / "small", service) if part == "append" else []
    # As where they serve (services.cli.up): what is there by now stays, and what a page makes goes by itself.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    if part == "append":
        facts = append(net, service, those, copies(int(count)))
    else:
        others = network(where, url, now, TELLERS)
        facts = hear(net, service, {name: runtime.log for name, runtime in others.runtimes.items()})
        others.close()
    net.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = round(time.perf_counter() - begun, 1)
    print(orjson.dumps([part, service, facts, round(time.process_time(), 1), seconds, peak]).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
