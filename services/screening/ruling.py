"""The doors by which rules are read. Network-wide: they say nothing of a person."""

from collections.abc import Mapping, Sequence
from datetime import date

import orjson
from sqlalchemy import Connection

from services.codes import procedure
from services.codes.access import FIGURE_READERS
from services.kernel.doors import Call, query
from services.kernel.errors import NotFound
from services.kernel.questions import Body
from services.screening import answers, bodies, reading, schemas
from services.screening.domain import adoption, form, rulebook
from services.screening.projections import rules
from services.thai import dates

RULES_READERS = (*FIGURE_READERS, "admin")
IN_FORCE, ADOPTED, SUPERSEDED, OFFERED = "in_force", "adopted", "superseded", "offered"


class Ruling(reading.Reading):
    @query("rules.read", roles=RULES_READERS, schema=schemas.ListRules())
    def rules(self, call: Call, body: bodies.Nothing) -> answers.RulesVersions:
        day = dates.bangkok_day(call.now)
        return {"items": self.runtime.read(lambda db: list_versions(db, day))}

    @query("rules.read", roles=(*RULES_READERS, "system"), schema=schemas.ListRules())
    def vocabulary(self, call: Call, body: bodies.Nothing) -> answers.Vocabulary:
        """For who writes words: of whom a screening is told, nothing is said."""
        return self.runtime.read(lambda db: get_vocabulary(db, dates.bangkok_day(call.now)))

    @query("rules.read", roles=RULES_READERS, schema=schemas.OfRules())
    def rulebook(self, call: Call, body: bodies.OfRules) -> answers.WholeRules:
        day = dates.bangkok_day(call.now)
        return self.runtime.get_or_pull(lambda db: get_whole(db, body["rules_version"], day))


def list_versions(db: Connection, day: date) -> list[answers.RulesVersion]:
    """Every document there is, by its first day, newest first; what is only offered before all."""
    adopted = rules.list_adopted(db)
    found: list[answers.RulesVersion] = [
        {
            "rules_version": row["rules_version"],
            "name": row["name"],
            "valid_from": row["valid_from"],
            "status": "",
            "sha256": row["sha256"],
            "adopted_at": row["adopted_at"],
            "adopted_by": [user for user in (row["with_user"], row["adopted_by"]) if user],
            "reason": row["reason"],
        }
        for row in adopted
    ]
    known = {each["rules_version"] for each in found}
    found += [each for each in _of_software() if each["rules_version"] not in known]
    counting = {
        rulebook.NAME: adoption.in_force(rules.adopted_of(db, rulebook.NAME), day).version,
        form.NAME: adoption.form_in_force(rules.adopted_of(db, form.NAME), day).version,
        procedure.NAME: adoption.procedure_in_force(rules.adopted_of(db, procedure.NAME), day).version,
    }
    for each in found:
        if each["rules_version"] == counting[each["name"]]:
            each["status"] = IN_FORCE
        elif each["status"] != OFFERED:
            later = (each["valid_from"] or "") > day.isoformat()
            each["status"] = ADOPTED if later else SUPERSEDED
    offered = [each for each in found if each["status"] == OFFERED]
    dated = [each for each in found if each["status"] != OFFERED]
    return offered + sorted(
        dated, key=lambda each: (each["valid_from"] or "", each["rules_version"]), reverse=True
    )


def get_vocabulary(db: Connection, day: date) -> answers.Vocabulary:
    """As of a day. A code of a version that counts no more keeps its words: stored decisions name it."""
    adopted = rules.adopted_of(db, rulebook.NAME)
    counting = adoption.in_force(adopted, day)
    begun = [each for each in adoption.documents(adopted).values() if each.valid_from <= day.isoformat()]
    later = [each for each in adopted.versions.values() if each.valid_from > day.isoformat()]
    books = [rulebook.read(each.content) for each in [*later, *sorted(begun)]] + [counting]
    shipped = [rulebook.rulebook(version) for version in rulebook.versions()]
    text = adoption.text_in_force(form.NAME, rules.adopted_of(db, form.NAME), day)
    return {
        "labels": _renamed([{each.code: each.name for each in book.labels} for book in books],
                           [{each.code: each.name for each in book.labels} for book in shipped]),
        "paths": _renamed([{each.code: each.name for each in book.paths.values()} for book in books],
                          [{each.code: each.name for each in book.paths.values()} for book in shipped]),
        "facts": [
            {
                "code": each.code, "kind": each.kind, "name": each.name, "question": each.question,
                "options": [*each.options],
            }
            for each in counting.facts
        ],
        "form": orjson.loads(text),
    }  # fmt: skip


def _renamed(
    names: Sequence[Mapping[str, answers.Text]], shipped: Sequence[Mapping[str, answers.Text]]
) -> dict[str, answers.Text]:
    """The words of each code, the last one's, where no version that comes with the software has the same."""
    found = {code: text for of_book in names for code, text in of_book.items()}
    return {code: text for code, text in found.items() if text not in [each.get(code) for each in shipped]}


def _of_software() -> list[answers.RulesVersion]:
    texts = [(rulebook.NAME, rulebook.document(version)) for version in rulebook.versions()]
    texts.append((form.NAME, form.SHIPPED_DOCUMENT))
    texts += [(procedure.NAME, procedure.document(version)) for version in procedure.VERSIONS]
    found: list[answers.RulesVersion] = []
    for name, text in texts:
        content = orjson.loads(text)
        offered = name == rulebook.NAME and content["version"] not in rulebook.LIFTED
        found.append(
            {
                "rules_version": content["version"],
                "name": name,
                "valid_from": None if offered else content["valid_from"],
                "status": OFFERED if offered else "",
                "sha256": rulebook.hash_of(text),
                "adopted_at": None,
                "adopted_by": [],
                "reason": None,
            }
        )
    return found


def get_whole(db: Connection, version: str, day: date) -> answers.WholeRules | None:
    for each in list_versions(db, day):
        if each["rules_version"] == version:
            text = document(db, each["name"], version)
            first = date.fromisoformat(each["valid_from"]) if each["valid_from"] else day
            return _whole(db, each, text, max(first, day))
    return None


def document(db: Connection, name: str, version: str) -> str:
    """NotFound if there is none."""
    text = rules.get_document(db, name, version)
    shipped = {
        form.SHIPPED.version: form.SHIPPED_DOCUMENT,
        **{each: procedure.document(each) for each in procedure.VERSIONS},
    }
    if text is None and name != rulebook.NAME:
        text = shipped.get(version)
    if text is None:
        raise NotFound("rules")
    return text


def _whole(db: Connection, about: answers.RulesVersion, text: str, day: date) -> answers.WholeRules:
    content: Body = orjson.loads(text)
    asked = adoption.form_in_force(rules.adopted_of(db, form.NAME), day).version
    steps = adoption.procedure_in_force(rules.adopted_of(db, procedure.NAME), day).version
    of_form = content if about["name"] == form.NAME else orjson.loads(document(db, form.NAME, asked))
    of_steps = procedure.whole(
        text if about["name"] == procedure.NAME else document(db, procedure.NAME, steps)
    )
    whole: answers.WholeRules = {
        "rules_version": about["rules_version"], "name": about["name"], "valid_from": about["valid_from"],
        "status": about["status"], "sha256": about["sha256"], "adopted_at": about["adopted_at"],
        "adopted_by": about["adopted_by"], "reason": about["reason"],
        "forms": [of_form], "deadlines": of_steps["deadlines"], "content": content,
    }  # fmt: skip
    if about["name"] == rulebook.NAME:
        whole["labels"], whole["paths"] = content["labels"], content["paths"]
        whole["dangers"] = content["dangers"]
        whole["laws"] = [{"label": each.code, **each.law} for each in rulebook.read(text).labels]
    return whole
