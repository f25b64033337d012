"""The doors of drafts: saved with what the linter says of them, tried on people and on the past, adopted by two."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import orjson
from sqlalchemy import Connection

from services.codes import procedure
from services.codes.access import DIRECTOR, STAFF
from services.kernel.doors import Call, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Invalid
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Body
from services.screening import answers, bodies, documents, ruling, schemas
from services.screening.domain import adoption, form, lint, rulebook, wording
from services.screening.domain.adoption import RULES, AdoptRules
from services.screening.domain.assessment import assess
from services.screening.domain.drafts import DRAFT, KEEPER, AdoptDraft, Adopter, SaveDraft
from services.screening.domain.facts import normalised
from services.screening.events import DraftAdopted
from services.screening.projections import drafts, rules, screenings
from services.thai import dates

EDITORS = (*STAFF, KEEPER)
ADOPTERS = (DIRECTOR, KEEPER)
SECOND = "another centre's director, or the rule keeper"


class Drafting(ruling.Ruling):
    @command("rules.draft", roles=EDITORS, schema=schemas.DraftRules())
    def draft_rules(self, call: Call, body: bodies.DraftRules) -> Outcome[answers.SavedDraft]:
        """Without `content` it is what it is based on."""
        return self._save(call, call.new_id("draft"), body)

    @command("rules.draft", roles=EDITORS, schema=schemas.SaveRules())
    def save_rules(self, call: Call, body: bodies.SaveRules) -> Outcome[answers.SavedDraft]:
        self.runtime.get_or_pull(lambda db: drafts.get_draft(db, body["draft_id"]))
        return self._save(call, body["draft_id"], body)

    def _save(self, call: Call, draft_id: str, body: bodies.DraftRules) -> Outcome[answers.SavedDraft]:
        texts, found = self._checked(body["based_on"], body["content"], dates.bangkok_day(call.now))

        def work(unit: Unit) -> answers.SavedDraft:
            unit.handle(DRAFT, draft_id, SaveDraft(draft_id, body["based_on"], texts), call.if_match)
            return {"draft_id": draft_id, "lint": _rows(found), "version": unit.version(DRAFT, draft_id)}

        return self.runtime.execute(call.envelope(ALL_CENTRES), work)

    @query("rules.draft", roles=EDITORS, schema=schemas.CheckRules())
    def check_rules(self, call: Call, body: bodies.CheckRules) -> answers.CheckedDraft:
        """What the linter says of content that is being written, and what it makes of a person. Nothing is kept."""
        day = dates.bangkok_day(call.now)
        texts, found = self._checked(body["based_on"], body["content"], day)
        if rulebook.NAME not in texts:
            raise Invalid({"content": ["A person is tried on a rulebook only."]})
        book = rulebook.read(texts[rulebook.NAME])
        facts = normalised(body["facts"], {}, day)
        return {"lint": _rows(found), "outcome": screenings.assessed(book, facts, assess(book, facts))}

    def _checked(
        self, based_on: str, content: Body | None, day: date
    ) -> tuple[dict[str, str], list[lint.Finding]]:
        """The documents and the linter's warnings. Invalid: it found errors."""
        before, name = self.runtime.read(lambda db: _before(db, based_on, day))
        texts = documents.documents_of(content or {name: orjson.loads(before[name])}, before)
        found = [*lint.findings(texts[rulebook.NAME])] if rulebook.NAME in texts else []
        if form.NAME in texts:
            book = rulebook.read(texts.get(rulebook.NAME) or before[rulebook.NAME])
            found += lint.of_form(texts[form.NAME], book)
        if wrong := [each for each in found if each.code in lint.ERRORS]:
            errors: dict[str, list[str]] = {}
            for each in wrong:
                errors.setdefault(each.where, []).append(f"{each.code}: {each.message}")
            raise Invalid(errors)
        return texts, found

    @query("rules.read", roles=ruling.RULES_READERS, schema=schemas.ListRules())
    def drafts(self, call: Call, body: bodies.Nothing) -> answers.Drafts:
        return {"items": [_row(each) for each in self.runtime.read(drafts.list_drafts)]}

    @query("rules.read", roles=ruling.RULES_READERS, schema=schemas.OfDraft())
    def draft(self, call: Call, body: bodies.OfDraft) -> answers.WholeDraft:
        saved = self.runtime.get_or_pull(lambda db: drafts.get_draft(db, body["draft_id"]))
        trials = self.runtime.read(lambda db: drafts.list_trials(db, saved.draft_id))
        text = saved.documents.get(rulebook.NAME)
        return {
            **_row(saved),
            "only_words": self.runtime.read(lambda db: _of_read_models(db, saved.documents, call)),
            "adopted_since": self.runtime.read(lambda db: _adopted_since(db, saved)),
            "lint": _rows(lint.findings(text)) if text else [],
            "trials": [row["trial_id"] for row in trials],
            "content": {name: orjson.loads(document) for name, document in saved.documents.items()},
        }

    @command("rules.adopt", roles=ADOPTERS, schema=schemas.AdoptDraft())
    def adopt_draft(
        self, call: Call, body: bodies.AdoptDraft
    ) -> Outcome[answers.DraftAdopted | answers.Waiting]:
        """By one it is asked for, by the second it counts from `valid_from` on; by one alone if only words differ."""
        draft_id, first = body["draft_id"], body["valid_from"].isoformat()
        self.runtime.get_or_pull(lambda db: drafts.get_draft(db, draft_id))
        tomorrow = (dates.bangkok_day(call.now) + timedelta(days=1)).isoformat()
        adopter = Adopter(call.caller.user, call.caller.role, call.caller.centres)

        def work(unit: Unit) -> answers.DraftAdopted | answers.Waiting:
            draft = unit.state(DRAFT, draft_id)
            texts = draft.documents or {}
            versions = {name: _next(unit, name, texts[name], body["valid_from"]) for name in texts}
            counting = {
                name: adoption.text_in_force(name, unit.state(RULES, name), body["valid_from"])
                for name in texts
                if name != procedure.NAME
            }
            words = _only_words(texts, counting)
            adopt = AdoptDraft(draft_id, adopter, first, body["reason"], versions, tomorrow, words)
            events = unit.handle(DRAFT, draft_id, adopt, call.if_match)
            if not unit.state(DRAFT, draft_id).adopted:
                return {"waiting_for": SECOND, "draft_id": draft_id, "version": unit.version(DRAFT, draft_id)}
            draft = unit.state(DRAFT, draft_id)
            assert draft.asked is not None, "whoever adopts it alone has asked for it"
            other = draft.asked.by.user if draft.asked.by.user != adopter.user else None
            for event in events:
                for name, version in event.versions.items() if isinstance(event, DraftAdopted) else ():
                    text = documents.dumped(
                        {**orjson.loads(texts[name]), "version": version, "valid_from": first}
                    )
                    whole = AdoptRules(name, version, first, text, body["reason"], draft_id, other)
                    unit.handle(RULES, name, whole)
            name = next(name for name in adoption.NAMES if name in versions)
            return {
                "rules_version": versions[name],
                "adopted": versions,
                "valid_from": first,
                "version": unit.version(RULES, name),
            }

        return self.runtime.execute(call.envelope(ALL_CENTRES), work)


def _before(db: Connection, based_on: str, day: date) -> tuple[dict[str, str], str]:
    """The documents that a draft begins from: the version it names, with its kind, and of the other kinds those in
    force."""
    texts: dict[str, str] = {}
    for name, counting in (
        (rulebook.NAME, adoption.in_force(rules.adopted_of(db, rulebook.NAME), day).version),
        (form.NAME, adoption.form_in_force(rules.adopted_of(db, form.NAME), day).version),
        (procedure.NAME, adoption.procedure_in_force(rules.adopted_of(db, procedure.NAME), day).version),
    ):
        texts[name] = ruling.document(db, name, counting)
    known = {each["rules_version"]: each["name"] for each in ruling.list_versions(db, day)}
    if based_on not in known:
        raise Invalid({"based_on": ["There is no such version of the rules."]})
    name = known[based_on]
    return {**texts, name: ruling.document(db, name, based_on)}, name


def _only_words(texts: Mapping[str, str], counting: Mapping[str, str]) -> bool:
    """Whether the documents of a draft say the same as those that count, in other words. A procedure has none."""
    return (
        bool(texts)
        and procedure.NAME not in texts
        and all(
            wording.same_but_for_words(name, documents.whole(name, counting[name]), text)
            for name, text in texts.items()
        )
    )


def _of_read_models(db: Connection, texts: Mapping[str, str], call: Call) -> bool:
    """The same of what counts tomorrow."""
    tomorrow = dates.bangkok_day(call.now) + timedelta(days=1)
    counting = {
        name: adoption.text_in_force(name, rules.adopted_of(db, name), tomorrow)
        for name in texts
        if name != procedure.NAME
    }
    return _only_words(texts, counting)


def _adopted_since(db: Connection, saved: drafts.Saved) -> list[str]:
    """The earliest first, of the kinds it has documents of: adopted as it is, it takes back what they changed. What it
    began from without naming it, is what counted when it was saved."""
    if saved.adopted:
        return []
    found = rules.list_adopted(db)[::-1]
    begun = {row["name"]: row["adopted_at"] for row in found if row["rules_version"] == saved.based_on}
    of_software = {row["rules_version"]: row["name"] for row in ruling.list_versions(db, date.max)}
    begun = begun or {of_software.get(saved.based_on, ""): ""}
    return [
        row["rules_version"]
        for row in found
        if row["draft_id"] and row["name"] in saved.documents
        and row["adopted_at"] > begun.get(row["name"], saved.saved_at)
    ]  # fmt: skip


def _next(unit: Unit, name: str, text: str, first: date) -> str:
    """The version under which a document would count: the year of its first day (B.E.) and a number of its own."""
    taken = {*unit.state(RULES, name).versions, *rulebook.versions(), *procedure.VERSIONS}
    if name == rulebook.NAME:  # what comes with the software counts under its own name
        for version in rulebook.versions():
            if documents.whole(name, rulebook.document(version)) == text and version not in {
                *unit.state(RULES, name).versions,
                *rulebook.LIFTED,
            }:
                return version
    kind, year, number = "" if name == rulebook.NAME else f"{name}-", first.year + 543, 1
    while f"{kind}{year}-{number}" in taken:
        number += 1
    return f"{kind}{year}-{number}"


def _rows(findings: Iterable[lint.Finding]) -> list[answers.Lint]:
    return [
        {"code": each.code, "where": each.where, "message": each.message, "example": each.example}
        for each in findings
    ]


def _row(saved: drafts.Saved) -> answers.Draft:
    asked = saved.asked
    return {
        "draft_id": saved.draft_id,
        "based_on": saved.based_on,
        "names": [name for name in adoption.NAMES if name in saved.documents],
        "saved_at": saved.saved_at,
        "saved_by": saved.saved_by,
        "adopted": saved.adopted,
        "asked_by": asked["user"] if asked else None,
        "valid_from": asked["valid_from"] if asked else None,
        "reason": asked["reason"] if asked else None,
        "version": saved.version,
    }
