"""What others told us: cases (intake), the facts and the plan of each case (screening), programmes (partners)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text, delete, or_, select, update

from services.codes.coarse import found_district
from services.kernel.cloudevents import recorded
from services.kernel.envelope import Recorded
from services.kernel.questions import Json
from services.kernel.readmodels import Projection, get_row, lock_rows, upsert
from services.kernel.scope import OWNER, SHARED
from services.kernel.tables import source_event
from services.referral.domain.disclosure import disclosed
from services.referral.domain.words import Case, Plan, Programme
from services.referral.projections import closed_paths
from services.thai import areas

metadata = MetaData()
cases = Table(
    "referral_case_v8",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("closed", Boolean, nullable=False),
    Column("found", Text),  # province; None: nobody said where
    Column("opened", Text, nullable=False),
)
screenings = Table(
    "referral_screening_v8",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("facts", Text, nullable=False),  # JSON, of the latest screening
)
plans = Table(
    "referral_plan_v8",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("programme_ids", Text, nullable=False),  # JSON, best first
    Column("agreed", Text, nullable=False),
)
programmes = Table(
    "referral_programme_v8",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("under_ministry", Boolean, nullable=False),
    Column("rules", Text, nullable=False),  # JSON
    Column("retired", Boolean, nullable=False),
    info=SHARED,
)
organisations = Table(
    "referral_organisation_v8",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("rules", Text, nullable=False),  # JSON: they hold for all its programmes
    Column("network_id", Text),  # the partner whose rules hold as well
    info=SHARED,
)
PROGRAMME_FACTS = ("ProgrammeOffered", "ProgrammeCorrected", "ProgrammeRetired", "ProgrammeReopened")
PARTNER_FACTS = ("PartnerCorrected",)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Each table is fed by one source, so the order across sources does not matter."""
    opened, closed, screened, agreed = {}, {}, {}, {}
    refused: set[str] = set()  # whose plan was not ratified: nobody is sent by it any more
    for fact in facts:
        match fact.source, fact.type:
            case "intake", "CaseOpened":
                opened[fact.data["case_id"]] = _part(cases, fact) | {
                    "centre": fact.centre, "closed": False, "found": _province(fact), "opened": fact.time,
                }  # fmt: skip
            case "intake", "CaseClosed" | "CaseReopened":
                closed[fact.data["case_id"]] = fact.type == "CaseClosed"
            case "screening", "ScreeningCompleted":
                screened[fact.data["case_id"]] = {
                    "case_id": fact.data["case_id"],
                    "centre": fact.centre,
                    "facts": orjson.dumps(fact.data["facts"]).decode(),
                }
            case "screening", "PlanAgreed":
                refused.discard(fact.data["case_id"])
                agreed[fact.data["case_id"]] = _part(plans, fact) | {
                    "centre": fact.centre,
                    "agreed": fact.time,
                    "programme_ids": orjson.dumps(_places(fact)).decode(),
                }
            case "screening", "RatificationDecided" if not fact.data["ratified"]:
                agreed.pop(fact.data["case_id"], None)
                refused.add(fact.data["case_id"])
    upsert(db, cases, list(opened.values()), ("case_id",))
    for state in (True, False):
        ids = [case_id for case_id, now in closed.items() if now is state]
        if ids:
            db.execute(update(cases).where(cases.c.case_id.in_(ids)).values(closed=state))
    upsert(db, screenings, list(screened.values()), ("case_id",))
    if refused:
        db.execute(delete(plans).where(plans.c.case_id.in_(sorted(refused))))
    upsert(db, plans, list(agreed.values()), ("case_id",))
    _project_programmes(db, [fact for fact in facts if fact.source == "partners"])


def _project_programmes(db: Connection, facts: Sequence[Recorded]) -> None:
    """What a programme and its partner are now; a referral that was sent keeps what it used."""
    told = [fact for fact in facts if fact.type in (*PROGRAMME_FACTS, *PARTNER_FACTS)]
    if not told:
        return
    p = programmes.c
    ids = {fact.data["programme_id"] for fact in told if fact.type in PROGRAMME_FACTS}
    partners = {fact.data["partner_id"] for fact in told if fact.type in PARTNER_FACTS}
    touched = or_(p.programme_id.in_(sorted(ids)), p.partner_id.in_(sorted(partners)))
    known = db.execute(select(programmes).where(touched)).mappings()
    rows: dict[str, dict[str, Any]] = {row["programme_id"]: dict(row) for row in known}
    for fact in told:
        data = fact.data
        match fact.type:
            case "ProgrammeOffered":
                rules = orjson.dumps(data["rules"]).decode()
                rows[data["programme_id"]] = _part(programmes, fact) | {"rules": rules, "retired": False}
            case "ProgrammeCorrected":
                rows[data["programme_id"]] |= {
                    "path": data["path"], "rules": orjson.dumps(data["rules"]).decode(),
                }  # fmt: skip
            case "ProgrammeRetired" | "ProgrammeReopened":
                rows[data["programme_id"]]["retired"] = fact.type == "ProgrammeRetired"
            case "PartnerCorrected":
                for row in rows.values():
                    if row["partner_id"] == data["partner_id"]:
                        row |= {"kind": data["kind"], "under_ministry": data["under_ministry"]}
    upsert(db, programmes, list(rows.values()), ("programme_id",))
    corrected = {fact.data["partner_id"]: fact.data for fact in told if fact.type in PARTNER_FACTS}
    held = [
        {
            "partner_id": partner_id,
            "rules": orjson.dumps(data.get("rules") or {}).decode(),
            "network_id": data.get("network_id"),
        }
        for partner_id, data in corrected.items()
    ]
    upsert(db, organisations, held, ("partner_id",))


def _part(table: Table, fact: Recorded) -> dict[str, str | bool | None]:
    return {column.name: fact.data.get(column.name) for column in table.c}


def _places(fact: Recorded) -> list[str]:
    """Where a plan leads to, best first; one of before there were several names one."""
    one = fact.data.get("programme_id")
    return fact.data.get("programme_ids") or ([one] if one else [])


def _province(fact: Recorded) -> str | None:
    """Where the person was found, None if nobody said: the centre's own province is no answer to that."""
    district = found_district(fact.data.get("found"))
    return areas.province_of(district) if district else None


def get_case(db: Connection, case_id: str) -> Case | None:
    row = get_row(db, cases.c.case_id, case_id)
    return (
        Case(row["case_id"], row["person_id"], row["centre"], row["closed"], row["opened"]) if row else None
    )


def lock_case(db: Connection, case_id: str) -> Case | None:
    """The case as it is now, and until the commit: whoever else locks it, or hears that it was closed, waits."""
    lock_rows(db, cases.c.case_id, [case_id])
    return get_case(db, case_id)


def is_closed(db: Connection, case_id: str) -> bool:
    return bool(db.execute(select(cases.c.closed).where(cases.c.case_id == case_id)).scalar())


def get_closing(db: Connection, case_id: str) -> Recorded | None:
    """The latest fact that closed a case, of those that were heard."""
    found = select(source_event.c.body).where(
        source_event.c.source == "intake",
        source_event.c.event_type == "CaseClosed",
        source_event.c.case_id == case_id,
    )
    body = db.execute(found.order_by(source_event.c.position.desc()).limit(1)).scalar()
    if body is None:
        return None
    event = orjson.loads(body)
    return recorded(event, {}, None, event["sequence"])


def get_plan(db: Connection, case_id: str) -> Plan | None:
    """The plan agreed last."""
    row = get_row(db, plans.c.case_id, case_id)
    if row is None:
        return None
    places = tuple(orjson.loads(row["programme_ids"]))
    closed = closed_paths.get(db, case_id, row["path"])
    return Plan(row["plan_id"], row["path"], places, row["agreed"], closed)


def get_programme(db: Connection, programme_id: str) -> Programme | None:
    row = get_row(db, programmes.c.programme_id, programme_id)
    if row is None:
        return None
    whose = row["partner_id"], row["path"], row["kind"], row["under_ministry"], row["retired"]
    return Programme(row["programme_id"], *whose)


def get_disclosable(db: Connection, case_id: str, programme_id: str) -> dict[str, Any]:
    """What the partner of a programme may be told of a case's person (domain.disclosure), as far as it was heard."""
    case = db.execute(select(cases).where(cases.c.case_id == case_id)).first()
    facts = db.execute(select(screenings.c.facts).where(screenings.c.case_id == case_id)).scalar()
    offer = db.execute(select(programmes).where(programmes.c.programme_id == programme_id)).first()
    levels, kind = (_levels(db, offer.rules, offer.partner_id), offer.kind) if offer else ([], "")
    return disclosed(levels, kind, orjson.loads(facts) if facts else {}, case.found if case else None)


def _levels(db: Connection, own: str, partner_id: str) -> list[Mapping[str, Json]]:
    """The rules that hold for a programme: its own, its partner's, and the network's that its partner belongs to. A
    network's own network counts for nothing."""
    o = organisations.c
    partner = db.execute(select(organisations).where(o.partner_id == partner_id)).first()
    network_id = partner.network_id if partner else None
    network = (
        db.execute(select(organisations).where(o.partner_id == network_id)).first() if network_id else None
    )
    return [orjson.loads(rules) for rules in (own, *(each.rules for each in (partner, network) if each))]


UPSTREAM = Projection("referral_heard", 8, (cases, screenings, plans, programmes, organisations), project)
