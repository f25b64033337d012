"""Matches as they were: the registry and the screening of then, from the facts that had been written and heard."""

from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from services.codes import stays
from services.kernel.envelope import moment
from services.kernel.eventlog import EventLog
from services.kernel.tables import source_event
from services.partners import answers
from services.partners.domain.matching import MATCH
from services.partners.domain.offers import Registry
from services.partners.domain.places import PROGRAMME
from services.partners.domain.ranking import Ranking, Screened, rank
from services.partners.domain.registry import PARTNER
from services.partners.events import Inputs, PartnerCorrected, PartnerMatched, PartnerVerified
from services.partners.projections import organisations
from services.partners.projections.ledgers import Row
from services.partners.projections.matching import offer
from services.partners.projections.registry import COUNTED, move, programme

EVER = 2**62


class Match(NamedTuple):
    """What was noted, and when; `ranked`: the same list computed again, None where too little was noted for that."""

    at: str
    event: PartnerMatched
    ranked: Ranking | None


def list_noted(log: EventLog, db: Connection, case_id: str) -> list[tuple[str, PartnerMatched]]:
    """When a case was matched, in order."""
    return [(fact.time, fact.event) for fact in log.facts_of(db, [MATCH.stream(case_id)], EVER)]


def get_match(log: EventLog, db: Connection, case_id: str, match_id: str) -> Match | None:
    found = [each for each in list_noted(log, db, case_id) if each[1].match_id == match_id]
    if not found:
        return None
    at, event = found[0]
    screened = _screened_then(db, event)
    if screened is None or "at" not in event.inputs:
        return Match(at, event, None)
    registry = get_registry_at(log, db, event.inputs["registry"])
    return Match(at, event, rank(registry, screened, moment(event.inputs["at"])))


def get_registry_at(log: EventLog, db: Connection, version: int) -> Registry:
    """The registry when it had that version, without places for a night. Programmes that have not changed since are
    read as they are, the others made again of their facts."""
    until = log.position_of(db, COUNTED, version) or 0
    c = programme.c
    rows = [Row(row._mapping) for row in db.execute(select(programme).where(c.changed <= version))]
    changed = {
        row.programme_id: row
        for row in db.execute(
            select(c.programme_id, c.partner_id, c.number).where(c.changed > version, c.number <= version)
        )
    }
    partner_ids = sorted({row.partner_id for row in changed.values()})
    facts = log.facts_of(db, [*map(PROGRAMME.stream, changed), *map(PARTNER.stream, partner_ids)], until)
    then: dict[str, Row] = {}
    move(facts, 0, {}, then, {})
    rows += [Row(row, number=changed[id].number) for id, row in then.items() if id in changed]
    inheritance = _organisations_at(log, db, until)
    of_plans = [row for row in rows if row["path"] != stays.PATH]
    ordered = sorted(of_plans, key=lambda row: int(row["number"]))
    return Registry().updated(version, [offer(row, inheritance) for row in ordered])


def _organisations_at(log: EventLog, db: Connection, until: int) -> organisations.Organisations:
    streams = [PARTNER.stream(each) for each in organisations.list_organisations(db)]
    kinds = (PartnerCorrected, PartnerVerified)
    facts = [fact for fact in log.facts_of(db, streams, until) if isinstance(fact.event, kinds)]
    return organisations.moved({}, facts)


def _screened_then(db: Connection, event: PartnerMatched) -> Screened | None:
    """The screening that was matched, with what else was known of the case then."""
    c = source_event.c
    heard = select(c.body).where(c.case_id == event.case_id, c.event_type == "ScreeningCompleted")
    for (body,) in db.execute(heard.order_by(c.ingest_position)):
        told = orjson.loads(body)
        data = told["data"]
        if data["screening_id"] == event.screening_id:
            source = answers.Source(event_id=told["id"], type="ScreeningCompleted", at=told["time"])
            past, declined = _answered(event.inputs)
            return Screened(
                event.case_id, told["centre"], event.inputs.get("district"), data["screening_id"],
                data["rules_version"], data["facts"], data["labels"], data["paths"], data.get("leads"),
                data.get("closed") or (), declined, past, source,
            )  # fmt: skip
    return None


def _answered(
    inputs: Inputs,
) -> tuple[dict[str, list[answers.PastAnswer]], dict[str, answers.PastAnswer]]:
    past: dict[str, list[answers.PastAnswer]] = {}
    declined: dict[str, answers.PastAnswer] = {}
    for each in inputs.get("past", []):
        answer = answers.PastAnswer(status=each["status"], reason=each["reason"], at=each["at"])
        if "effect" in each and "whose" in each:
            answer["whose"], answer["effect"] = each["whose"], each["effect"]
        past.setdefault(each["programme_id"], []).append(answer)
        if each["stands"]:
            declined[each["programme_id"]] = answer
    return past, declined
