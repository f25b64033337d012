"""Which cases somebody screened or answered for, and what became of each: told to that person alone."""

from collections import Counter
from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import Column, Connection, Index, MetaData, PrimaryKeyConstraint, Table, Text, select

from services.codes.lookback import (
    ANSWERED,
    GONE,
    IN_PLACE,
    NOT_PLACED,
    OVER,
    OWN_NOW,
    OWN_PARTS,
    PLACED,
    SCREENED,
)
from services.kernel.envelope import Recorded, moment
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.kernel.tables import source_event
from services.reporting import answers
from services.thai.dates import bangkok_day

ACTS = {"ScreeningCompleted": SCREENED, "CaseOpened": ANSWERED, "CaseAssigned": ANSWERED}
AT_ONCE = 100  # cases whose facts are read together
MOST = 300  # cases of one person in one answer; what is beyond them, `more` says

LOOKED_AT = (
    "ScreeningCompleted", "PlanAgreed", "OutcomeReviewed", "PlacementConfirmed", "FollowUpRecorded", "ReferralEnded",
    "ReferralFailed", "ReferralEnteredInError",
)  # fmt: skip

metadata = MetaData()
own_case = Table(
    "own_case_v2",
    metadata,
    Column("case_id", Text),
    Column("staff", Text),
    Column("part", Text),  # codes.lookback.OWN_PARTS
    Column("day", Text),  # on which they did so
    Column("centre", Text, nullable=False, info=OWNER),
    PrimaryKeyConstraint("case_id", "staff", "part", "day"),
    Index("own_case_v2_staff", "staff", "day"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {}
    for fact in facts:
        user = fact.data["to_user"] if fact.type == "CaseAssigned" else fact.actor
        if user:
            key = (
                str(fact.data["case_id"]),
                user,
                ACTS[fact.type],
                bangkok_day(moment(fact.time)).isoformat(),
            )
            rows[key] = {
                **dict(zip(("case_id", "staff", "part", "day"), key, strict=True)),
                "centre": fact.centre,
            }
    upsert(db, own_case, list(rows.values()), ("case_id", "staff", "part", "day"), update=())


OWN_CASES = Projection("own_cases", 2, (own_case,), project, types=frozenset(ACTS))


def get(
    db: Connection, user: str, centres: Sequence[str] | None, first: str, last: str
) -> tuple[list[answers.OwnCase], bool]:
    """(what became of them, the latest first; whether there are more than are told). Of the centres' cases alone."""
    o = own_case.c
    mine = select(o.case_id, o.centre, o.part, o.day).where(o.staff == user, o.day.between(first, last))
    if centres is not None:
        mine = mine.where(o.centre.in_(centres))
    parts: dict[str, dict[str, str]] = {}
    centre_of: dict[str, str] = {}
    for case_id, centre, part, day in db.execute(mine.order_by(o.day.desc(), o.case_id)):
        parts.setdefault(case_id, {}).setdefault(part, day)
        centre_of[case_id] = centre
    ids = [*parts][:MOST]
    events = _events(db, ids)
    items = [_told(case_id, centre_of[case_id], user, parts[case_id], events[case_id]) for case_id in ids]
    return items, len(parts) > MOST


def _events(db: Connection, case_ids: Sequence[str]) -> dict[str, list[answers.Event]]:
    """{case: the facts that are looked back on}"""
    s = source_event.c
    found: dict[str, list[answers.Event]] = {case_id: [] for case_id in case_ids}
    for start in range(0, len(case_ids), AT_ONCE):
        some = case_ids[start : start + AT_ONCE]
        rows = select(s.case_id, s.body).where(s.case_id.in_(some), s.event_type.in_(LOOKED_AT))
        for case_id, body in db.execute(rows):
            found[case_id].append(orjson.loads(body))
    return found


def _told(
    case_id: str, centre: str, user: str, did: dict[str, str], events: Sequence[answers.Event]
) -> answers.OwnCase:
    """What the facts of a case come to; of several the latest by when it happened counts, of screenings the person's
    own, of decisions the first after that."""
    void = {event["data"].get("referral_id") for event in events if event["type"] == "ReferralEnteredInError"}
    facts = [each for each in sorted(events, key=lambda each: each["time"]) if _counts(each, void)]
    screened = [each for each in facts if each["type"] == "ScreeningCompleted"]
    own = [each for each in screened if each["actor"] == user] or screened
    screening = own[-1] if own else None
    after = screening["recordedtime"] if screening else ""
    plans = [each for each in facts if each["type"] == "PlanAgreed"]
    plan = next((each for each in plans if each["recordedtime"] >= after), plans[-1] if plans else None)
    reviewed = [each for each in facts if each["type"] == "OutcomeReviewed"]
    paths = screening["data"]["paths"] if screening else []
    return {
        "case_id": case_id,
        "centre": centre,
        "parts": [part for part in OWN_PARTS if part in did],
        "day": max(did.values()),
        "screened_at": screening["time"] if screening else None,
        "first_path": paths[0] if paths else None,
        "decided_at": plan["time"] if plan else None,
        "path": plan["data"]["path"] if plan else None,
        "agreement": plan["data"].get("agreement") if plan else None,
        **_now(facts),
        "findings": reviewed[-1]["data"]["findings"] if reviewed else [],
        "reviewed_at": reviewed[-1]["time"] if reviewed else None,
    }


def _counts(event: answers.Event, void: Collection[str | None]) -> bool:
    referral_id = event["data"].get("referral_id")
    return referral_id is None or referral_id not in void or event["type"] == "OutcomeReviewed"


def _now(facts: Sequence[answers.Event]) -> answers.OwnNow:
    """Where the person is by the latest placement, and what was found of it last."""
    told: answers.OwnNow = {"now": NOT_PLACED, "now_at": None}
    for fact in facts:
        match fact["type"]:
            case "PlacementConfirmed":
                told = {"now": PLACED, "now_at": fact["time"]}
            case "FollowUpRecorded" if told["now"] != OVER:
                told = {"now": IN_PLACE if fact["data"]["in_place"] else GONE, "now_at": fact["time"]}
            case "ReferralEnded" | "ReferralFailed" if told["now"] != NOT_PLACED:
                told = {"now": OVER, "now_at": fact["time"]}
    return told


def sums(items: Sequence[answers.OwnCase]) -> answers.OwnCounts:
    """Counts of these cases; no score, and of nobody else."""
    return {
        "cases": len(items),
        "decided": sum(each["decided_at"] is not None for each in items),
        "agreement": dict(sorted(Counter(each["agreement"] for each in items if each["agreement"]).items())),
        "now": {code: sum(each["now"] == code for each in items) for code in OWN_NOW},
        "reviewed": sum(each["reviewed_at"] is not None for each in items),
        "findings": dict(sorted(Counter(code for each in items for code in each["findings"]).items())),
    }
