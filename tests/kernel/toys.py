"""Two tiny services: one opens cases with a personal field and a deadline, one counts what it hears. Names carry a
mark, so that runs side by side on one broker do not meet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from marshmallow import Schema, fields
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, func, select, update

from services.kernel.codec import personal
from services.kernel.decider import Aggregate, ClearTimer, Decider, Do, SetTimer
from services.kernel.doors import Call, Doors, Runtime, command, query
from services.kernel.envelope import Envelope, Recorded, instant, moment
from services.kernel.errors import Refused
from services.kernel.eventlog import Outcome
from services.kernel.readmodels import Projection, upsert
from services.kernel.wiring import Reaction, Wiring

LIMIT = 100  # a tally refuses more at once
PATIENCE = timedelta(days=2)  # then an open case lapses

unable: set[str] = set()  # cases whose facts the listener cannot handle: the bug that a later release mends


def uid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def envelope(name: str, fingerprint: str = "", at: str = "2026-01-05T02:00:00.000000Z") -> Envelope:
    return Envelope(uid(name), fingerprint, "worker-60", "60", at, at, uid(name), uid(name))


# -- the teller ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseOpened:
    case_id: str
    person_id: str
    name: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True)
class AmountAdded:
    """Version 1 said `baht`; version 2 says `amount` in satang."""

    VERSION: ClassVar[int] = 2
    case_id: str
    amount: int


@dataclass(frozen=True)
class CaseClosed:
    case_id: str


@dataclass(frozen=True)
class CaseLapsed:
    """Nobody listens to this one."""

    case_id: str


@dataclass(frozen=True)
class Open:
    id: str
    name: str = "someone"
    note: str | None = None


@dataclass(frozen=True)
class Add:
    case_id: str
    amount: int = 1


@dataclass(frozen=True)
class Close:
    id: str


@dataclass(frozen=True)
class Lapse:
    id: str


@dataclass(frozen=True)
class Case:
    status: str = ""
    total: int = 0


def decide(command: Any, case: Case) -> list[Any]:
    match command:
        case Open(id, name, note):
            return [] if case.status else [CaseOpened(id, uid(f"person of {id}"), name, note)]
        case Add(id, amount):
            if case.status != "open":
                raise Refused("not_open", "The case is not open.")
            return [AmountAdded(id, amount)]
        case Close(id):
            return [CaseClosed(id)] if case.status == "open" else []
        case Lapse(id):
            if case.status != "open":
                raise Refused("not_open", "The case is not open.")
            return [CaseLapsed(id)]
    raise TypeError(command)


def evolve(case: Case, event: Any) -> Case:
    match event:
        case CaseOpened():
            return replace(case, status="open")
        case AmountAdded(amount=amount):
            return replace(case, total=case.total + amount)
        case CaseClosed():
            return replace(case, status="closed")
        case CaseLapsed():
            return replace(case, status="lapsed")
    return case


CASE: Aggregate[Any, Case, Any] = Aggregate(
    "case",
    Decider(decide, evolve, Case()),
    (CaseOpened, AmountAdded, CaseClosed, CaseLapsed),
    "case",
    {("AmountAdded", 1): lambda data: {"case_id": data["case_id"], "amount": data["baht"] * 100}},
)


def timers(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    if fact.type == "CaseOpened":
        due = instant(moment(fact.recorded) + PATIENCE)
        yield SetTimer(f"lapse {fact.case_id}", due, {"case_id": fact.case_id})
    if fact.type == "CaseClosed":
        yield ClearTimer(f"lapse {fact.case_id}")


def when_due(command: dict[str, Any], now: datetime) -> Do:
    if command["case_id"] in unable:
        raise ValueError(command["case_id"])
    return Do(CASE, command["case_id"], Lapse(command["case_id"]))


# -- the listener --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TallyStarted:
    case_id: str


@dataclass(frozen=True)
class Tallied:
    case_id: str
    amount: int


@dataclass(frozen=True)
class Start:
    id: str


@dataclass(frozen=True)
class Tally:
    id: str
    amount: int


def decide_tally(command: Any, total: int | None) -> list[Any]:
    match command:
        case Start(id):
            return [] if total is not None else [TallyStarted(id)]
        case Tally(id, amount):
            if amount > LIMIT:
                raise Refused("too_much", "More than a tally takes.")
            return [Tallied(id, amount)]
    raise TypeError(command)


def evolve_tally(total: int | None, event: Any) -> int | None:
    return (total or 0) + getattr(event, "amount", 0)


TALLY: Aggregate[Any, int | None, Any] = Aggregate(
    "tally", Decider(decide_tally, evolve_tally, None), (TallyStarted, Tallied), "case"
)


class CaseHeard(Schema):
    case_id = fields.String(required=True)


class AmountHeard(CaseHeard):
    amount = fields.Integer(required=True)


def start(fact: Recorded, case_id: str) -> Iterable[Do]:
    if case_id in unable:
        raise ValueError(case_id)
    yield Do(TALLY, case_id, Start(case_id))


def tally(fact: Recorded, case_id: str, amount: int) -> Iterable[Do]:
    if case_id in unable:
        raise ValueError(case_id)
    yield Do(TALLY, case_id, Tally(case_id, amount))


heard_tables = MetaData()
tally_v1 = Table(
    "tally_v1",
    heard_tables,
    Column("case_id", Text, primary_key=True),
    Column("facts", Integer, nullable=False),
    Column("own", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
)
told_v1 = Table(  # in which order facts were handled
    "told_v1",
    heard_tables,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("stream", Text, nullable=False),
)


def project_tally(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        own = int(fact.event is not None)
        upsert(
            db,
            tally_v1,
            [{"case_id": fact.case_id, "facts": 0, "own": 0, "total": 0, "closed": 0}],
            ["case_id"],
            (),
        )
        t = tally_v1.c
        db.execute(
            update(tally_v1)
            .where(t.case_id == fact.case_id)
            .values(
                facts=t.facts + 1 - own,
                own=t.own + own,
                total=t.total + (0 if own else fact.data.get("amount", 0)),
                closed=t.closed + int(fact.type == "CaseClosed"),
            )
        )


def project_told(db: Connection, facts: Sequence[Recorded]) -> None:
    heard = [fact for fact in facts if fact.event is None]
    last = db.scalar(select(func.coalesce(func.max(told_v1.c.number), 0)))
    rows = [
        {"number": last + n, "position": fact.position, "stream": fact.stream}
        for n, fact in enumerate(heard, 1)
    ]
    if rows:
        db.execute(told_v1.insert(), rows)


# -- the services --------------------------------------------------------------------------------------------------


class OpenCase(Schema):
    case_id = fields.String(required=True)
    name = fields.String(required=True)
    note = fields.String(load_default=None)


class AddAmount(Schema):
    case_id = fields.String(required=True)
    amount = fields.Integer(required=True)


class OneCase(Schema):
    case_id = fields.String(required=True)


@dataclass(frozen=True)
class Toys:
    """The two services under names of their own: `teller` and `listener`."""

    teller: str
    listener: str
    Teller: type[Any] = field(init=False)
    Listener: type[Any] = field(init=False)

    def __post_init__(self) -> None:
        telling = Wiring(self.teller, (CASE,), timers=timers, when_due=when_due, erases=True)
        hearing = Wiring(
            self.listener,
            (TALLY,),
            (
                Projection("tally", 1, (tally_v1,), project_tally),
                Projection("told", 1, (told_v1,), project_told),
            ),
            {
                self.teller: {
                    "CaseOpened": (Reaction(CaseHeard(), start),),
                    "AmountAdded": (Reaction(AmountHeard(), tally),),
                    "CaseClosed": (),
                }
            },
        )

        class Teller(Doors):
            name = self.teller
            runtime = Runtime(telling)

            @command("case.open", ("worker",), OpenCase())
            def open(self, call: Call, body: dict[str, Any]) -> Outcome[dict[str, Any]]:
                self.runtime.vault.ensure(uid(f"person of {body['case_id']}"))

                def work(unit: Any) -> dict[str, Any]:
                    unit.handle(CASE, body["case_id"], Open(body["case_id"], body["name"], body["note"]))
                    return {"case_id": body["case_id"], "version": unit.version(CASE, body["case_id"])}

                return self.runtime.execute(call.envelope("60"), work)

            @command("case.add", ("worker",), AddAmount())
            def add(self, call: Call, body: dict[str, Any]) -> Outcome[dict[str, Any]]:
                def work(unit: Any) -> dict[str, Any]:
                    unit.handle(CASE, body["case_id"], Add(**body), call.if_match)
                    return {"version": unit.version(CASE, body["case_id"])}

                return self.runtime.execute(call.envelope("60"), work)

            @command("case.close", ("director",), OneCase())
            def close(self, call: Call, body: dict[str, Any]) -> Outcome[dict[str, Any]]:
                def work(unit: Any) -> dict[str, Any]:
                    unit.handle(CASE, body["case_id"], Close(body["case_id"]))
                    return {"version": unit.version(CASE, body["case_id"])}

                return self.runtime.execute(call.envelope("60"), work)

        class Listener(Doors):
            name = self.listener
            runtime = Runtime(hearing)

            @query("tally.read", ("worker",), OneCase())
            def tally(self, call: Call, body: dict[str, Any]) -> dict[str, int] | None:
                def find(db: Connection) -> dict[str, int] | None:
                    row = db.execute(select(tally_v1).where(tally_v1.c.case_id == body["case_id"])).first()
                    return {str(key): value for key, value in row._mapping.items()} if row else None

                found: dict[str, int] | None = self.runtime.read(find)
                return found

        object.__setattr__(self, "Teller", Teller)
        object.__setattr__(self, "Listener", Listener)
