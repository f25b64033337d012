"""Decisions derived again: a stored screening's facts under the rules it names give, byte for byte, what was stored.
From the log alone, in which the rules stand too."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson
from sqlalchemy import select

from services.codes.access import CASE_READERS
from services.kernel.doors import Call, query
from services.kernel.envelope import Recorded
from services.kernel.errors import NotFound
from services.kernel.runtime import ServiceRuntime
from services.screening import answers, bodies, schemas, trying
from services.screening.domain import rulebook
from services.screening.domain.adoption import RULES
from services.screening.domain.assessment import assess
from services.screening.domain.screening import SCREENING
from services.screening.events import RulesAdopted, ScreeningCompleted
from services.screening.projections.screenings import screening

PAGE = 500
END = 2**62


class Again(NamedTuple):
    """`same`: it was derived again byte for byte; not where its rules are not in the log."""

    screening_id: str
    same: bool
    rules_version: str
    form_version: str


class Rederiving(trying.Trying):
    @query("case.read", roles=CASE_READERS, schema=schemas.OfScreening())
    def rederive(self, call: Call, body: bodies.OfScreening) -> answers.Rederived:
        stored = screening.c.screening_id == body["screening_id"]
        row = self.runtime.get_or_pull(
            lambda db: db.execute(select(screening.c.case_id, screening.c.centre).where(stored)).first()
        )
        if not call.caller.sees(row.centre):
            raise NotFound("screening")
        streams = [SCREENING.stream(row.case_id), RULES.stream(rulebook.NAME)]
        facts = self.runtime.read(lambda db: self.runtime.log.facts_of(db, streams, END))
        [found] = [each for each in _again(facts) if each.screening_id == body["screening_id"]]
        return {
            "screening_id": found.screening_id,
            "same": found.same,
            "rules_version": found.rules_version,
            "form_version": found.form_version,
        }


def from_log(runtime: ServiceRuntime) -> Iterator[Again]:
    """Every screening there is, in the order of the log."""
    rules = runtime.read(lambda db: runtime.log.facts_of(db, [RULES.stream(rulebook.NAME)], END))
    known, after = _documents(rules), 0
    head = runtime.log.head()[0]
    while after < head:
        with runtime.database.read() as db:
            page = runtime.log.facts(db, after, PAGE)
        yield from (again for each in page if (again := _of(each, known)))
        after += PAGE


def _again(facts: list[Recorded]) -> Iterator[Again]:
    known = _documents(facts)
    yield from (again for each in facts if (again := _of(each, known)))


def _documents(facts: list[Recorded]) -> dict[str, str]:
    """{version: document}, the lifted ones first."""
    adopted = [each.event for each in facts if isinstance(each.event, RulesAdopted)]
    own = {event.version: event.content for event in adopted if event.name == rulebook.NAME and event.content}
    return {version: rulebook.document(version) for version in rulebook.LIFTED} | own


def _of(fact: Recorded, documents: Mapping[str, str]) -> Again | None:
    event = fact.event
    if not isinstance(event, ScreeningCompleted):
        return None
    text = documents.get(event.rules_version)
    return Again(
        event.screening_id,
        text is not None and _same(text, event),
        event.rules_version,
        event.form["version"],
    )


def _same(document: str, event: ScreeningCompleted) -> bool:
    found = assess(rulebook.read(document), event.facts)
    derived = [found.labels, found.paths, found.leads, found.closed]
    stored = [event.labels, event.paths, event.leads, event.closed]
    pairs = [
        (new, old) for new, old in zip(derived, stored, strict=True) if old is not None
    ]  # None: nobody looked
    return all(
        orjson.dumps(new, option=orjson.OPT_SORT_KEYS) == orjson.dumps(old, option=orjson.OPT_SORT_KEYS)
        for new, old in pairs
    )
