"""Referrals as they stand and how they came to that, from our own facts.

Long because a referral's row and the facts that change it are read side by side.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    RowMapping,
    Table,
    Text,
    and_,
    bindparam,
    func,
    select,
    tuple_,
)

from services.codes import KIND_OF_PATH
from services.codes.decisions import DIED
from services.codes.reading import ANSWER_OF_PARTNER, STEP_OF_PARTNER
from services.codes.steps import CONSENT_WITHDRAWN
from services.kernel.envelope import SYSTEM, Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, get_row, list_rows, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.referral import answers
from services.referral.domain.life_cycle import place_after, status_after
from services.referral.domain.words import AWAITING_ANSWER, OVER, Place, Programme, Status
from services.referral.events import (
    About,
    DisclosureOpened,
    FactsDisclosed,
    FollowUpRecorded,
    PartnerTold,
    PlacementConfirmed,
    PlaceSecured,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralDeclineReturned,
    ReferralDeclineSettled,
    ReferralSent,
    ReferralWaitlisted,
)
from services.referral.projections import following, running

metadata = MetaData()
referrals = Table(
    "referral_v11",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("programme_id", Text),  # None: a return to the family
    Column("partner_id", Text, info=OWNER),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("consent_id", Text, nullable=False),  # what it rests on: recorded before, or its own by its own id
    Column("path", Text, nullable=False),
    Column("kind", Text),
    Column("outside_ministry", Boolean),
    Column("waitlist", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column(
        "secured", Boolean, nullable=False
    ),  # a place was reserved: the partner may know of it, and answer
    Column("told", Boolean, nullable=False),
    Column("tell_due", Text),
    Column("answer_due", Text),
    Column("final_at", Text),  # until then the partner may take its no back
    Column("in_review", Boolean, nullable=False),  # and the director accepts it or sends it back
    Column("follow_ups", Text, nullable=False),  # JSON: following.FollowUp of each
    Column("deadlines", Text, nullable=False),  # JSON: answers.Deadline of each that runs
    Column("follow_up_due", Integer),
    Column("visited_at", Text),  # of the latest follow-up, by its own date
    Column("in_place", Boolean),  # what that says
    Column("away_since", Text),  # when that said that the person is not
    Column("sent_at", Text, nullable=False),
    Column("placed_at", Text),
    Column("last_at", Text, nullable=False),  # when the latest step happened that people took
    Column("recorded", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # At most one referral of a case to a programme, or to the family, that is open, or may be once more.
    Column("open_key", Text, unique=True),
    # A list is read from its newest on, whoever's it is.
    Index("referral_v11_newest", "recorded", "referral_id"),
    Index("referral_v11_centre", "centre", "recorded", "referral_id"),
    Index("referral_v11_status", "centre", "status", "recorded", "referral_id"),
    Index("referral_v11_partner", "partner_id", "recorded", "referral_id"),
)
history = Table(
    "referral_history_v11",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("partner_id", Text, info=OWNER),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("type", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("recordedtime", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("sealed", Text, nullable=False),
)
FAMILY = "family"  # in the key of what is open, where a programme stands else
TAKEN_MOST = 50  # of a place, the latest
OF_CENTRE = ("ReminderDue", "DeadlineMissed")  # what its partner is not told
ABOUT = frozenset(f.name for f in fields(About))
INTERNAL = (
    "person_id", "secured", "recorded", "open_key", "follow_ups", "visited_at", "away_since",
    "last_at", "consent_id",
)  # fmt: skip
COLUMNS = tuple(column for column in referrals.c if column.name not in INTERNAL)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    own = [fact for fact in facts if isinstance(fact.event, About)]
    if not own:
        return
    ids = {fact.event.referral_id for fact in own}
    rows = {row["referral_id"]: dict(row) for row in list_rows(db, referrals.c.referral_id, ids)}
    steps = []
    for fact in own:
        row = _after(rows.get(fact.event.referral_id, {}), fact)
        rows[fact.event.referral_id] = row
        steps.append(_step(fact, row))
    # Those that are over come first: within one batch one may end and the next be sent. Two sent at once meet in the
    # unique key; the later one is decided again and refused.
    upsert(db, referrals, sorted(rows.values(), key=lambda row: row["open_key"] or ""), ("referral_id",))
    upsert(db, history, steps, ("referral_id", "version"))


def _after(row: dict[str, Any], fact: Recorded) -> dict[str, Any]:
    event = fact.event
    match event:
        case ReferralSent():
            row = {name: getattr(event, name) for name in ABOUT} | {
                "centre": fact.centre,
                "plan_id": event.plan_id,
                "consent_id": event.consent_id or event.referral_id,
                "path": event.path,
                "kind": event.kind,
                "outside_ministry": event.outside_ministry,
                "waitlist": event.waitlist,
                "place": Place.NONE,
                "secured": False,
                "told": False,
                "tell_due": None,
                "answer_due": event.answer_due,
                "final_at": None,
                "in_review": False,
                "follow_ups": "[]",
                "deadlines": "[]",
                "visited_at": None,
                "in_place": None,
                "away_since": None,
                "sent_at": fact.time,
                "placed_at": None,
                "last_at": fact.time,
                "recorded": fact.recorded,
            }
        case PlaceSecured():
            # Until it is told, the partner has no time to answer that could run out.
            row = row | {"secured": True, "tell_due": event.tell_due, "answer_due": None}
        case PartnerTold():
            row = row | {"secured": True, "told": True, "answer_due": event.answer_due}
        case ReferralWaitlisted():
            row = row | {"told": row["place"] == Place.RESERVED, "answer_due": event.answer_due}
        case ReferralAcknowledged():
            row = row | {"told": True, "answer_due": event.answer_due or row["answer_due"]}
        case ReferralAccepted():
            row = row | {"told": True}
        case ReferralDeclined():
            row = row | {"final_at": event.final_at, "in_review": event.in_review}
        case ReferralDeclineReturned():
            row = row | {"told": True, "answer_due": event.answer_due, "final_at": None}
        case PlacementConfirmed():
            row = row | {"placed_at": fact.time}
        case FollowUpRecorded() if fact.time >= (row["visited_at"] or ""):
            away = None if event.in_place else row["away_since"] or fact.time
            row = row | {"visited_at": fact.time, "in_place": event.in_place, "away_since": away}
    status = status_after(Status(row.get("status", Status.UNSENT)), event)
    waits = status in AWAITING_ANSWER
    unsettled = (
        status == Status.DECLINED and not isinstance(event, ReferralDeclineSettled) and row["final_at"]
    )
    follow_ups = following.after(orjson.loads(row["follow_ups"]), fact)
    deadlines = running.after(orjson.loads(row["deadlines"]), fact, status, row["told"])
    return row | {
        "status": status.value,
        "place": place_after(Place(row["place"]), event).value,
        "tell_due": row["tell_due"] if waits and not row["told"] else None,
        "answer_due": row["answer_due"] if waits else None,
        "final_at": row["final_at"] if unsettled else None,
        "in_review": bool(unsettled and row["in_review"]),
        "follow_ups": orjson.dumps(follow_ups, option=orjson.OPT_SORT_KEYS).decode(),
        "deadlines": orjson.dumps(deadlines, option=orjson.OPT_SORT_KEYS).decode(),
        "follow_up_due": following.due(follow_ups) if status == Status.PLACED else None,
        "away_since": row["away_since"] if status == Status.PLACED else None,
        "last_at": max(row["last_at"], fact.time) if _by_people(fact) else row["last_at"],
        "version": fact.version,
        "open_key": None
        if status in OVER and not unsettled
        else _open_key(row["case_id"], row["programme_id"]),
    }


def _open_key(case_id: str, programme_id: str | None) -> str:
    return f"{case_id} {programme_id or FAMILY}"


def _by_people(fact: Recorded) -> bool:
    """Whether a step has a date of its own: what the system did is dated when it did it, though what it did it for may
    have been written down late."""
    return fact.actor != SYSTEM.user and not isinstance(fact.event, FactsDisclosed | DisclosureOpened)


def _step(fact: Recorded, row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the history of a referral that now is as `row` says."""
    data = {name: value for name, value in fact.data.items() if name not in ABOUT and value is not None}
    return {
        "referral_id": fact.event.referral_id,
        "version": fact.version,
        "case_id": row["case_id"],
        "partner_id": row["partner_id"],
        "centre": row["centre"],
        "author": fact.centre,
        "type": fact.type,
        "time": fact.time,
        "recordedtime": fact.recorded,
        "actor": fact.actor,
        "status": row["status"],
        "data": orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode(),
        "sealed": orjson.dumps(fact.sealed, option=orjson.OPT_SORT_KEYS).decode(),
    }


def get(db: Connection, referral_id: str) -> RowMapping | None:
    """The whole row, also what is internal (`person_id`, `told`)."""
    return get_row(db, referrals.c.referral_id, referral_id)


def public(row: RowMapping) -> answers.Referral:
    """What may be seen of a row."""
    return {
        "referral_id": row["referral_id"],
        "case_id": row["case_id"],
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "centre": row["centre"],
        "plan_id": row["plan_id"],
        "path": row["path"],
        "kind": row["kind"],
        "outside_ministry": row["outside_ministry"],
        "waitlist": row["waitlist"],
        "status": row["status"],
        "place": row["place"],
        "told": row["told"],
        "tell_due": row["tell_due"],
        "answer_due": row["answer_due"],
        "final_at": row["final_at"],
        "in_review": row["in_review"],
        "follow_up_due": row["follow_up_due"],
        "in_place": row["in_place"],
        "sent_at": row["sent_at"],
        "placed_at": row["placed_at"],
        "version": row["version"],
        "deadlines": orjson.loads(row["deadlines"]),
        "may": [],
    }


def outline(row: answers.Referral) -> answers.ReferralOutline:
    """A referral as whoever may not see cases reads it: its dates and status, and of what kind the path is."""
    return {
        "referral_id": row["referral_id"],
        "case_id": row["case_id"],
        "centre": row["centre"],
        "status": row["status"],
        "place": row["place"],
        "outside_ministry": row["outside_ministry"],
        "sent_at": row["sent_at"],
        "answer_due": row["answer_due"],
        "version": row["version"],
        "path_kind": KIND_OF_PATH.get(row["path"]),
    }


def outline_step(step: answers.HistoryItem) -> answers.StepOutline:
    return {
        "type": step["type"],
        "time": step["time"],
        "recordedtime": step["recordedtime"],
        "actor": step["actor"],
        "status": step["status"],
    }


def get_with_place(db: Connection, referral_id: str) -> RowMapping | None:
    """The row, once partners answered about its place or it is over."""
    row = get(db, referral_id)
    return row if row and row["place"] != Place.PENDING else None


OPEN_OF_CASE = (
    select(referrals.c.referral_id, referrals.c.last_at)
    .where(referrals.c.case_id == bindparam("case_id"), referrals.c.open_key.is_not(None))
    .order_by(referrals.c.recorded, referrals.c.referral_id)
)
ENDINGS_OF_CASES = (
    select(referrals.c.case_id, history.c.data)
    .join(history, history.c.referral_id == referrals.c.referral_id)
    .where(
        referrals.c.case_id.in_(bindparam("case_ids", expanding=True)),
        referrals.c.status == Status.ENDED.value,
        history.c.type == "ReferralEnded",
    )
)


def list_open(db: Connection, case_id: str) -> list[tuple[str, str]]:
    """(referral_id, when its latest step happened) of a case's referrals that are open, or may be once more, in the
    order of their sending."""
    return [(row.referral_id, row.last_at) for row in db.execute(OPEN_OF_CASE, {"case_id": case_id})]


def list_taken_first(
    db: Connection, programme: Programme, centres: Collection[str] | None
) -> list[answers.TakenBefore]:
    """Who was sent to a programme while others on its list could have been, the latest first; None: of all centres."""
    r, h = referrals.c, history.c
    wanted = (
        select(r.referral_id, r.case_id, r.centre, r.sent_at, h.data)
        .join(history, h.referral_id == r.referral_id)
        .where(r.partner_id == programme.partner_id, r.programme_id == programme.programme_id)
        .where(
            h.type == "ReferralSent", h.data.like('%"passed_over":%'), h.data.not_like('%"passed_over":0%')
        )
        .order_by(r.recorded.desc(), r.referral_id.desc())
        .limit(TAKEN_MOST)
    )
    if centres is not None:
        wanted = wanted.where(r.centre.in_(centres))
    found: list[answers.TakenBefore] = []
    for row in db.execute(wanted):
        data = orjson.loads(row.data)
        found.append(
            {
                "referral_id": row.referral_id, "case_id": row.case_id, "centre": row.centre,
                "sent_at": row.sent_at, "before": data["passed_over"], "reason": data.get("passed_for"),
            }
        )  # fmt: skip
    return found


def list_died(db: Connection, case_ids: Iterable[str]) -> set[str]:
    """Those of some cases of which an ending, that was not entered in error, says that the person died."""
    some = {*case_ids}
    ended = db.execute(ENDINGS_OF_CASES, {"case_ids": [*some]}) if some else ()
    return {row.case_id for row in ended if orjson.loads(row.data).get("outcome") == DIED}


def get_open(db: Connection, heard: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The same, for whoever hears of the case."""
    return {"open_ones": list_open(db, heard["case_id"])}


def list_resting(db: Connection, heard: Mapping[str, str]) -> dict[str, list[str]]:
    """The open referrals of a case that rest on a consent, for whoever hears that it was taken back; on the one to give
    data all of them do that have a partner."""
    rests = (
        referrals.c.programme_id.is_not(None)
        if heard["kind"] == "data"
        else referrals.c.consent_id == heard["consent_id"]
    )
    open_ones = referrals.c.case_id == heard["case_id"], referrals.c.open_key.is_not(None)
    found = select(referrals.c.referral_id).where(*open_ones, rests).order_by(referrals.c.referral_id)
    return {"resting": list(db.execute(found).scalars())}


def list_cases_with_open(db: Connection) -> list[str]:
    """The cases of which a referral is open, or may be once more."""
    found = select(referrals.c.case_id).where(referrals.c.open_key.is_not(None)).distinct()
    return list(db.execute(found.order_by(referrals.c.case_id)).scalars())


def is_open(db: Connection, case_id: str, programme_id: str | None) -> bool:
    return get_row(db, referrals.c.open_key, _open_key(case_id, programme_id)) is not None


def count_asked(db: Connection, case_id: str) -> int:
    """How many referrals of a case wait for a first answer; on a waiting list somebody has one."""
    asked = referrals.c.status.in_([Status.SENT.value, Status.ACKNOWLEDGED.value])
    found = select(func.count()).select_from(referrals).where(referrals.c.case_id == case_id, asked)
    return int(db.execute(found).scalar_one())


def list_steps_for_partner(db: Connection, referral_id: str) -> list[answers.HistoryItem]:
    """The steps of a referral as its partner reads them (codes.reading), oldest first."""
    steps = select(history).where(history.c.referral_id == referral_id, history.c.type.not_in(OF_CENTRE))
    return [_history_item(row, _of_partner(row)) for row in db.execute(steps.order_by(history.c.version))]


def _of_partner(row: Row[Any]) -> Collection[str]:
    """Of why it came to nothing a partner reads its own no, and that the person took the consent back."""
    own = row.type in ("ReferralDeclined", "ReferralDeclineSettled")
    told = own or orjson.loads(row.data).get("reason") == CONSENT_WITHDRAWN
    return (*STEP_OF_PARTNER, *ANSWER_OF_PARTNER) if told else STEP_OF_PARTNER


def list_histories(
    db: Connection, ids: Sequence[str], for_partner: bool
) -> dict[str, list[answers.HistoryItem]]:
    """{referral_id: its steps, oldest first}, without what is sealed."""
    wanted = select(history).where(history.c.referral_id.in_(ids))
    found: dict[str, list[answers.HistoryItem]] = {id: [] for id in ids}
    for row in db.execute(wanted.order_by(history.c.referral_id, history.c.version)):
        found[row.referral_id].append(_history_item(row, _of_partner(row) if for_partner else None))
    return found


def list_steps(db: Connection, referral_id: str) -> list[tuple[answers.HistoryItem, Mapping[str, str]]]:
    """(step, its personal words as they are sealed), oldest first."""
    rows = db.execute(select(history).where(history.c.referral_id == referral_id).order_by(history.c.version))
    return [(_history_item(row), orjson.loads(row.sealed)) for row in rows]


def _history_item(row: Row[Any], read: Collection[str] | None = None) -> answers.HistoryItem:
    """`read`: the fields of its fact that are shown; None: all."""
    data: Any = orjson.loads(row.data)
    if read is not None:
        data = {name: data[name] for name in data if name in read}
    item: answers.HistoryItem = {
        "type": row.type,
        "time": row.time,
        "recordedtime": row.recordedtime,
        "actor": row.actor,
        "status": row.status,
    }
    item.update(data)
    return item


def list_in_hands(db: Connection, user: str, centres: Sequence[str] | None) -> list[answers.ReferralInHands]:
    """Referrals that are not over and that the user sent, the oldest first."""
    theirs = (
        select(referrals.c.referral_id, referrals.c.case_id, referrals.c.centre, referrals.c.status)
        .join(
            history, and_(history.c.referral_id == referrals.c.referral_id, history.c.type == "ReferralSent")
        )
        .where(referrals.c.status.not_in([status.value for status in OVER]), history.c.actor == user)
    )
    if centres is not None:
        theirs = theirs.where(referrals.c.centre.in_(centres))
    ordered = theirs.order_by(referrals.c.recorded, referrals.c.referral_id)
    return [
        {"referral_id": row.referral_id, "case_id": row.case_id, "centre": row.centre, "status": row.status}
        for row in db.execute(ordered)
    ]


def list_referrals(
    db: Connection,
    *,
    centres: Sequence[str] | None,
    partner_id: str | None,
    status: str | None,
    case_id: str | None,
    limit: int,
    cursor: str | None,
    referral_ids: Sequence[str] | None = None,
) -> answers.Referrals:
    """Newest first. `centres` None: all; a partner sees those for which it has a place reserved."""
    chosen = select(*COLUMNS, referrals.c.recorded)
    if centres is not None:
        chosen = chosen.where(referrals.c.centre.in_(centres))
    if partner_id is not None:
        chosen = chosen.where(referrals.c.partner_id == partner_id, referrals.c.secured)
    if status is not None:
        chosen = chosen.where(referrals.c.status == status)
    if case_id is not None:
        chosen = chosen.where(referrals.c.case_id == case_id)
    if referral_ids is not None:
        chosen = chosen.where(referrals.c.referral_id.in_(referral_ids))
    if cursor is not None:
        after = tuple_(*map(str, page_cursor(cursor, 2)))
        chosen = chosen.where(tuple_(referrals.c.recorded, referrals.c.referral_id) < after)
    newest = chosen.order_by(referrals.c.recorded.desc(), referrals.c.referral_id.desc()).limit(limit + 1)
    rows = db.execute(newest).mappings().all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [public(row) for row in rows[:limit]],
        "next": make_cursor((more["recorded"], more["referral_id"])) if more else None,
    }


def invariants(db: Connection) -> Iterable[str]:
    """Sentences about referrals that cannot be."""
    answered = (
        Status.ACKNOWLEDGED,
        Status.ACCEPTED,
        Status.TRAVELLING,
        Status.ADMITTED,
        Status.PLACED,
        Status.ENDED,
    )
    untold = select(referrals.c.referral_id, referrals.c.status).where(
        ~referrals.c.secured,
        referrals.c.programme_id.is_not(None),
        referrals.c.status.in_([status.value for status in answered]),
    )
    for row in db.execute(untold):
        yield f"Referral {row.referral_id} is {row.status}, but no place was ever reserved."
    twice = (
        select(referrals.c.case_id, referrals.c.programme_id, func.count().label("n"))
        .where(referrals.c.status.not_in([status.value for status in OVER]))
        .group_by(referrals.c.case_id, referrals.c.programme_id)
        .having(func.count() > 1)
    )
    for row in db.execute(twice):
        yield f"Case {row.case_id} has {row.n} open referrals to programme {row.programme_id or FAMILY}."
    living = (Status.ADMITTED.value, Status.PLACED.value)
    both = (
        select(referrals.c.case_id, func.count().label("n"))
        .where(referrals.c.status.in_(living))
        .group_by(referrals.c.case_id)
        .having(func.count() > 1)
    )
    for row in db.execute(both):
        yield f"The person of case {row.case_id} is in {row.n} places."


REFERRALS = Projection("referral", 11, (referrals, history), project)
