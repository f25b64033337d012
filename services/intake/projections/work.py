"""The day's work: of each case the one next step, worked out from what every source told so far (domain.work)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    select,
)

from services.codes.deadlines import WORKER
from services.codes.work import ESCALATED
from services.intake import answers
from services.intake.domain.work import (
    IN_PLACE,
    UNDER_WAY,
    Referral,
    contradictions_of,
    next_of,
)
from services.intake.projections.marks import (
    CALLS,
    FOLDS,
    HANDS,
    OPENING,
    PROGRAMME_FACTS,
    TRANSFER,
    Mark,
    known_of,
    name_of,
    programmes_named,
    programmes_of,
    tasks_due,
)
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, list_rows, lock_rows, upsert
from services.kernel.scope import OWNER, SHARED

metadata = MetaData()
mark = Table(  # what is known of one thing of a case: a referral by its id, or a name below
    "work_mark_v15",
    metadata,
    Column("case_id", Text),
    Column("name", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("data", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("case_id", "name"),
)
work = Table(
    "work_v15",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("case_number", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER, index=True),
    Column("owner", Text),  # None: the directors of the centre
    Column("from_user", Text),  # whose it was, while it waits to be taken over
    Column("next", Text),  # None: closed
    Column("standing", Text),
    Column("acts", Text),
    Column("since", Text),
    Column("due", Text),
    Column("flags", Text, nullable=False),  # JSON
    Column("to_user", Text),  # who answers for a deadline that was missed, if that is one person
    Column("lapses", Text),  # an instant: when the referral ends by itself
    Column("referral_id", Text),
    Column("programme_id", Text),
    Column("proposes", Text),  # the programme of the plan that comes next
    Column("called", Text),  # JSON: calls without an answer since it stands so
    Column("tasks_due", Text),  # the first day on which something of the care plan is due
    Column("screened", Text),  # the day of the screening that is still decided on
    Column("contradictions", Text, nullable=False),  # JSON: [[code, referral]]
    Column("open_referrals", Text, nullable=False),  # JSON: [[referral, programme, standing]] under way
)
programme = Table(
    "work_programme_v15",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("retired_at", Text),  # None: it takes people
    info=SHARED,
)
named = Table(  # which cases have named a programme, in a plan or a referral
    "work_named_v15",
    metadata,
    Column("programme_id", Text),
    Column("case_id", Text),
    Column("centre", Text, nullable=False, info=OWNER),
    PrimaryKeyConstraint("programme_id", "case_id"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    # A bed for some nights is no place of a referral.
    told = [fact for fact in facts if fact.type in FOLDS and not fact.data.get("stay")]
    touched_cases = {fact.data["case_id"] for fact in told} | _keep_programmes(db, facts)
    if not touched_cases:
        return
    case_ids = sorted(touched_cases)
    # A command and what is heard may touch a case at once: the second sees the first one's marks only once it has the
    # row.
    lock_rows(db, work.c.case_id, case_ids)
    marks: dict[str, dict[str, Mark]] = {case_id: {} for case_id in case_ids}
    for row in list_rows(db, mark.c.case_id, case_ids):
        marks[row["case_id"]][row["name"]] = orjson.loads(row["data"])
    touched: dict[tuple[str, str], str] = {}
    for fact in told:
        name, fold = FOLDS[fact.type]
        case_id, name = fact.data["case_id"], name_of(name, fact)
        marks[case_id][name] = fold(fact, marks[case_id].get(name, {}))
        touched[case_id, name] = marks[case_id][name].get("centre", fact.centre)
    upsert(
        db,
        mark,
        [
            {
                "case_id": case_id,
                "name": name,
                "centre": centre,
                "data": orjson.dumps(marks[case_id][name]).decode(),
            }
            for (case_id, name), centre in touched.items()
        ],
        ("case_id", "name"),
    )
    retired = _list_retired(db, {each for of_case in marks.values() for each in programmes_of(of_case)})
    derived = [
        _row(case_id, of_case, retired)
        for case_id, of_case in marks.items()
        if "number" in of_case.get(OPENING, {})
    ]
    upsert(db, work, derived, ("case_id",))


def _keep_programmes(db: Connection, facts: Sequence[Recorded]) -> set[str]:
    """Note which case names which programme, and which are retired; the cases that this concerns. Whoever names a
    programme and whoever retires it hold its row until the commit, so that the second sees what the first did."""
    names = [(id, fact) for fact in facts for id in programmes_named(fact)]
    retired = {fact.data["programme_id"]: fact for fact in facts if fact.type in PROGRAMME_FACTS}
    ids = sorted({*(id for id, _ in names), *retired})
    if not ids:
        return set()
    upsert(db, programme, [{"programme_id": id, "retired_at": None} for id in ids], ("programme_id",), ())
    lock_rows(db, programme.c.programme_id, ids)
    now = [
        {"programme_id": id, "retired_at": fact.time if PROGRAMME_FACTS[fact.type] else None}
        for id, fact in retired.items()
    ]
    upsert(db, programme, now, ("programme_id",))
    rows = {(id, fact.data["case_id"]): fact.centre for id, fact in names}
    upsert(
        db,
        named,
        [
            {"programme_id": id, "case_id": case_id, "centre": centre}
            for (id, case_id), centre in rows.items()
        ],
        ("programme_id", "case_id"),
    )
    return {row["case_id"] for row in list_rows(db, named.c.programme_id, retired)}


def _list_retired(db: Connection, programme_ids: Collection[str]) -> dict[str, str]:
    """{programme: since when}"""
    rows = list_rows(db, programme.c.programme_id, programme_ids)
    return {row["programme_id"]: row["retired_at"] for row in rows if row["retired_at"] is not None}


WORK = Projection("work", 15, (mark, work, programme, named), project)


def _row(case_id: str, marks: Mapping[str, Mark], retired: Mapping[str, str]) -> dict[str, Any]:
    known, hands = known_of(marks, retired), marks.get(HANDS)
    step = next_of(known)
    opened, transfer = marks[OPENING], marks.get(TRANSFER, {})
    waits = hands is not None and not hands["taken"]
    live = [
        [each.referral_id, each.programme_id, each.standing]
        for each in known.referrals
        if each.standing in UNDER_WAY
    ]
    row: dict[str, Any] = {
        "case_id": case_id,
        "case_number": opened["number"],
        "centre": transfer.get("owner", opened["centre"]),
        "owner": hands["to_user"] if hands else opened["by"],
        "from_user": (hands["from_user"] or opened["by"]) if hands and waits else None,
        **dict.fromkeys(
            (
                "next",
                "standing",
                "acts",
                "since",
                "due",
                "to_user",
                "lapses",
                "referral_id",
                "programme_id",
                "proposes",
                "called",
                "tasks_due",
                "screened",
            )
        ),
        "flags": "[]",
        "contradictions": orjson.dumps(contradictions_of(known)).decode(),
        "open_referrals": orjson.dumps(sorted(live)).decode(),
    }
    if step is None:
        return row
    calls = [call for call in marks.get(CALLS, {}).get("calls", ()) if call[0] >= step.since]
    flags = [
        *step.flags,
        *(["to_take_over"] if waits else []),
        *(["transfer_waits"] if transfer.get("waits") else []),
    ]
    return row | {
        "next": step.next,
        "standing": step.standing,
        "acts": step.acts,
        "since": step.since,
        "due": step.due,
        "flags": orjson.dumps(flags).decode(),
        "to_user": _answers_for(step.referral, row["owner"]) if ESCALATED in flags else None,
        "lapses": step.referral.lapses if step.referral else None,
        "referral_id": step.referral.referral_id if step.referral else None,
        "programme_id": (step.referral.programme_id or None) if step.referral else None,
        "proposes": step.proposes,
        "called": orjson.dumps(calls).decode() if calls else None,
        "tasks_due": tasks_due(marks),
        "screened": step.screened,
    }


def _answers_for(referral: Referral | None, owner: str | None) -> str | None:
    """Who a missed deadline goes to by name; None: the directors of the centre."""
    if referral is None:
        return None
    return referral.to_user or (owner if referral.to_role == WORKER else None)


def list_open(
    db: Connection,
    centres: Sequence[str] | None,
    owner: str | None = None,
    case_id: str | None = None,
    acts: str | None = None,
    next: str | None = None,
) -> Sequence[Row[Any]]:
    """The open cases of some centres (None: all), each once."""
    return db.execute(select(work).where(*is_open(centres, owner, case_id, acts, next))).all()


def is_open(
    centres: Sequence[str] | None, owner: str | None, case_id: str | None, acts: str | None, next: str | None
) -> list[ColumnElement[bool]]:
    """What holds of an open case of some centres (None: all) that is asked for."""
    asked = {work.c.owner: owner, work.c.case_id: case_id, work.c.acts: acts, work.c.next: next}
    found = [
        work.c.next.is_not(None),
        *(column == value for column, value in asked.items() if value is not None),
    ]
    return found if centres is None else [*found, work.c.centre.in_(centres)]


def list_under_way(db: Connection, case_id: str) -> list[answers.OpenReferral]:
    """The referrals of a case that are under way."""
    found: str | None = db.execute(select(work.c.open_referrals).where(work.c.case_id == case_id)).scalar()
    return [
        {
            "referral_id": referral_id,
            "programme_id": programme_id or None,
            "standing": standing,
            "placed": standing in IN_PLACE,
        }
        for referral_id, programme_id, standing in orjson.loads(found or "[]")
    ]
