"""What programmes answered, when their places were stated, and the problems that were found in it."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    or_,
    select,
)

from services.codes import statements
from services.codes.problems import SIGNS, WINDOW_DAYS
from services.kernel.envelope import Recorded, instant, moment
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, SHARED
from services.partners import answers
from services.partners.domain.evidence import Answer, Known, Looked, Standing
from services.partners.events import (
    CapacityConfirmed,
    ProblemAccepted,
    ProblemDismissed,
    ProblemEvent,
    ProblemFound,
    ProblemSettled,
    ProblemWeighed,
    ProgrammeOffered,
    Rules,
)
from services.partners.projections.keepers import keeper, kept_by
from services.partners.projections.organisations import inherited, list_organisations
from services.partners.projections.registry import partner, programme
from services.partners.projections.reviews import looked

metadata = MetaData()
sent = Table(
    "referral_sent_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("programme_id", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
)
answer = Table(
    "referral_answer_v1",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=AUTHOR),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("at", Text, nullable=False),
)
stated = Table(
    "places_stated_v1",
    metadata,
    Column("programme_id", Text),
    Column("at", Text),
    PrimaryKeyConstraint("programme_id", "at"),
    info=SHARED,
)
problem = Table(
    "problem_v1",
    metadata,
    Column("problem_id", Text, primary_key=True),
    Column("programme_id", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("declines", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("since", Text, nullable=False),
    Column("stood", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("after", Text, nullable=False),  # JSON
    Column("status", Text, nullable=False),
    Column("found_at", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),  # when it was decided last, also before it was found once more
    Column("decision", Text),  # the reason of who decided
    Column("version", Integer, nullable=False),
    info=SHARED,
)
NOT_COUNTED = "void"  # no answer of the partner's, or one that may still be taken back
ANSWERS = (
    "ReferralAccepted",
    "ReferralDeclined",
    "ReferralDeclineSettled",
    "ReferralExpired",
    "ReferralEnteredInError",
)
DECIDED = {ProblemAccepted: "accepted", ProblemDismissed: "dismissed"}


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    # A return to the family has no programme that could answer.
    heard = [fact for fact in facts if fact.source == "referral" and fact.data.get("programme_id")]
    sendings = {fact.data["referral_id"]: _sent(fact) for fact in heard if fact.type == "ReferralSent"}
    upsert(db, sent, list(sendings.values()), ("referral_id",), update=())
    last = {fact.data["referral_id"]: _answered(fact) for fact in heard if fact.type in ANSWERS}
    upsert(db, answer, list(last.values()), ("referral_id",))
    own = [fact for fact in facts if fact.source == "partners"]
    said = {
        (fact.event.programme_id, fact.event.stated_at or fact.time)
        for fact in own
        if isinstance(fact.event, (ProgrammeOffered, CapacityConfirmed))
    }
    rows = [{"programme_id": id, "at": at} for id, at in sorted(said)]
    upsert(db, stated, rows, ("programme_id", "at"), update=())
    _project_problems(db, [fact for fact in own if isinstance(fact.event, ProblemEvent)])


def _sent(fact: Recorded) -> dict[str, Json]:
    data = fact.data
    return {
        "referral_id": data["referral_id"], "centre": fact.centre, "programme_id": data["programme_id"],
        "at": fact.time,
    }  # fmt: skip


def _answered(fact: Recorded) -> dict[str, Json]:
    """The partner's last word on a referral. What it may still take back, and what was not its own, counts for
    nothing."""
    data = fact.data
    reason, whose = data.get("reason"), data.get("whose")
    match fact.type:
        case "ReferralAccepted":
            status = "accepted"
        case "ReferralDeclined" | "ReferralDeclineSettled" if whose == "partner" and not data.get("final_at"):
            status = "declined"
        case "ReferralExpired" if reason in (None, "no_answer"):
            status = "silent"
        case _:
            status = NOT_COUNTED
    return {
        "referral_id": data["referral_id"], "centre": fact.centre, "status": status, "reason": reason,
        "at": fact.time,
    }  # fmt: skip


def _project_problems(db: Connection, facts: Sequence[Recorded]) -> None:
    if not facts:
        return
    ids = sorted({fact.event.problem_id for fact in facts})
    known = db.execute(select(problem).where(problem.c.problem_id.in_(ids))).mappings()
    rows: dict[str, dict[str, Json]] = {row["problem_id"]: dict(row) for row in known}
    for fact in facts:
        event: ProblemEvent = fact.event
        match event:
            case ProblemFound():
                before = rows.get(
                    event.problem_id, {"decided_by": None, "decided_at": None, "decision": None}
                )
                rows[event.problem_id] = before | _found(fact, event)
            case ProblemWeighed():
                rows[event.problem_id] |= {"declines": event.declines, "of": event.of}
            case ProblemSettled():
                rows[event.problem_id] |= {"status": "settled"}
            case ProblemAccepted() | ProblemDismissed():
                rows[event.problem_id] |= {
                    "status": DECIDED[type(event)], "decided_by": fact.actor, "decided_at": fact.time,
                    "decision": event.reason,
                }  # fmt: skip
        rows[event.problem_id] |= {"version": fact.version}
    upsert(db, problem, list(rows.values()), ("problem_id",))


def _found(fact: Recorded, event: ProblemFound) -> dict[str, Json]:
    return {
        "problem_id": event.problem_id,
        "programme_id": event.programme_id,
        "reason": event.reason,
        "declines": event.declines,
        "of": event.of,
        "since": event.since,
        "stood": event.stood,
        "action": event.action,
        "after": orjson.dumps(event.after).decode(),
        "status": "open",
        "found_at": fact.time,
    }


PROBLEMS = Projection("problems", 1, (sent, answer, stated, problem), project)


def get_known(db: Connection, programme_id: str) -> Known | None:
    """None of a programme that is not known, or takes nobody any more."""
    standing = get_standing(db, programme_id)
    if standing is None:
        return None
    joined = sent.join(answer, answer.c.referral_id == sent.c.referral_id)
    theirs = and_(sent.c.programme_id == programme_id, answer.c.status != NOT_COUNTED)
    latest = db.scalar(select(func.max(answer.c.at)).select_from(joined).where(theirs))
    # Whatever now is, nothing from before this can count any more.
    earliest = instant(statements.earliest(moment(latest), WINDOW_DAYS)) if latest else ""
    of_programme = (
        select(sent.c.at.label("sent"), answer.c.at, answer.c.status, answer.c.reason)
        .select_from(joined)
        .where(theirs, answer.c.at >= earliest)
    )
    reviewed = (
        select(looked.c.at, looked.c.findings)
        .join(sent, sent.c.referral_id == looked.c.referral_id)
        .join(answer, answer.c.referral_id == looked.c.referral_id)
        .where(sent.c.programme_id == programme_id, answer.c.status != NOT_COUNTED)
    )
    told = select(stated.c.at).where(stated.c.programme_id == programme_id)
    problems = db.execute(select(problem).where(problem.c.programme_id == programme_id)).all()
    return Known(
        answers=[Answer(*row) for row in db.execute(of_programme)],
        stated=list(db.execute(told).scalars()),
        standing=standing,
        open=frozenset(row.reason for row in problems if row.status == "open"),
        decided={row.reason: row.decided_at for row in problems if row.decided_at},
        reviews=[Looked(row.at, orjson.loads(row.findings)) for row in db.execute(reviewed)],
    )


def look_up(db: Connection, fact: dict[str, str | None]) -> dict[str, Known | None]:
    """For a reaction to an answer; a return to the family has no programme that could give one."""
    programme_id = fact["programme_id"]
    return {"known": get_known(db, programme_id) if programme_id else None}


def look_up_review(db: Connection, fact: dict[str, str | None]) -> dict[str, Known | None]:
    """For a reaction to a review, of the programme that the person was sent to."""
    of_referral = select(sent.c.programme_id).where(sent.c.referral_id == fact["referral_id"])
    programme_id = db.execute(of_referral).scalar() if fact["referral_id"] else None
    return {"known": get_known(db, programme_id) if programme_id else None}


def get_standing(db: Connection, programme_id: str) -> Standing | None:
    """A programme as the registry has it; None of one that is not known, or takes nobody any more."""
    both = select(programme, partner.c.contact_at).join(
        partner, partner.c.partner_id == programme.c.partner_id
    )
    row = db.execute(both.where(programme.c.programme_id == programme_id)).one_or_none()
    if row is None or row.retired:
        return None
    return Standing(
        programme_id=row.programme_id,
        partner_id=row.partner_id,
        province=row.province,
        rules=orjson.loads(row.rules),
        total=row.total,
        free=row.stated,
        above=_above(db, row.partner_id),
        stood={"rules": row.rules_at, "capacity": row.confirmed_at, "contact": row.contact_at},
    )


def _above(db: Connection, partner_id: str) -> list[Rules]:
    """The rules of a programme's partner, and of the network that it belongs to."""
    known = list_organisations(db, [partner_id])
    networks = [each.network_id for each in known.values() if each.network_id]
    known |= list_organisations(db, networks) if networks else {}
    return [held["rules"] for held in inherited(known, partner_id).values()]


def get(db: Connection, problem_id: str) -> Row[Any] | None:
    """The whole row, with the partner that it is about."""
    return db.execute(_whole().where(problem.c.problem_id == problem_id)).one_or_none()


def _speaks_against(*kinds: str) -> list[str]:
    return [reason for reason, sign in SIGNS.items() if sign.about in kinds]


# Since when what a problem speaks against is said to be so now; found is it only of what stood then.
stands = case(
    (problem.c.reason.in_(_speaks_against("rules")), programme.c.rules_at),
    (problem.c.reason.in_(_speaks_against("capacity")), programme.c.confirmed_at),
    else_=partner.c.contact_at,
)
is_open = and_(problem.c.status == "open", problem.c.stood == stands, programme.c.retired.is_(False))
status_now = case((and_(problem.c.status == "open", ~is_open), "settled"), else_=problem.c.status)


def _whole() -> Select[Any]:
    return (
        select(
            problem,
            status_now.label("status_now"),
            keeper.label("keeper"),
            programme.c.name.label("programme"),
            programme.c.rules,
            programme.c.total,
            programme.c.stated,
            partner.c.partner_id,
            partner.c.name.label("partner"),
            partner.c.contact,
        )
        .join(programme, programme.c.programme_id == problem.c.programme_id)
        .join(partner, partner.c.partner_id == programme.c.partner_id)
    )


def count_open(db: Connection, centres: Sequence[str] | None) -> int:
    """How many wait for some centres (None: all)."""
    waiting = select(func.count()).select_from(_whole().where(_waits_for(centres)).subquery())
    return int(db.scalar(waiting) or 0)


def _waits_for(centres: Sequence[str] | None) -> ColumnElement[bool]:
    return is_open if centres is None else and_(is_open, kept_by(centres))


def list_problems(
    db: Connection,
    centres: Sequence[str] | None,
    status: str,
    problem_id: str | None,
    limit: int,
    cursor: str | None,
) -> answers.Problems:
    """Of the partners that some centres keep (None: all), those with a status, the latest found first; with
    `problem_id` only that one."""
    p = problem.c
    chosen = _whole().where(status_now == status).order_by(p.found_at.desc(), p.problem_id.desc())
    if centres is not None:
        chosen = chosen.where(kept_by(centres))
    if problem_id:
        chosen = chosen.where(p.problem_id == problem_id)
    if cursor:
        at, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(p.found_at < at, and_(p.found_at == at, p.problem_id < last)))
    rows = db.execute(chosen.limit(limit + 1)).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [in_answer(row) for row in rows[:limit]],
        "next": make_cursor([more.found_at, more.problem_id]) if more else None,
    }


def in_answer(row: Row[Any]) -> answers.Problem:
    after = orjson.loads(row.after)
    known = orjson.loads(row.rules)
    registry: Any = {
        "rules": {name: known[name] for name in after.get("rules", ()) if name in known},
        "total": row.total,
        "free": row.stated,
    }
    before: Any = {name: value for name, value in registry.items() if name in after}
    return {
        "problem_id": row.problem_id,
        "programme_id": row.programme_id,
        "programme": row.programme,
        "partner_id": row.partner_id,
        "partner": row.partner,
        "phone": orjson.loads(row.contact).get("phone"),
        "keeper": row.keeper,
        "reason": row.reason,
        "declines": row.declines,
        "of": row.of,
        "since": row.since,
        "proposal": {
            "action": row.action,
            "before": before,
            "after": after,
        },
        "status": row.status_now,
        "found_at": row.found_at,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "decision": row.decision,
        "version": row.version,
    }
