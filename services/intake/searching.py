"""Finding people: by case number, identity number or the words of a name; and who may be known already.

The index says who may be meant; what is asked for is then compared with the names themselves. Nothing of what was
typed is kept or logged; whose name is shown is on record as with every other list.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping

from services.codes.access import STAFF
from services.intake import answers, bodies, erasing, reading, schemas
from services.intake.domain import likeness
from services.intake.domain.likeness import Key, Likeness
from services.intake.domain.person import PERSON, Description, doubts
from services.intake.domain.returning import Episode
from services.intake.events import Name
from services.intake.projections import cases, descriptions, episodes, index
from services.kernel import scope
from services.kernel.doors import Call, query
from services.kernel.envelope import derived_id
from services.kernel.eventlog import Unit
from services.kernel.lists import LIMIT_DEFAULT, make_cursor, page_cursor
from services.kernel.replicas import SILENT
from services.kernel.runtime import ServiceRuntime
from services.kernel.vault import Blind, Vault
from services.thai import casenumbers

CANDIDATES = 300  # at most so many names are opened for one question
SHOWN = 10  # of whom may be known already
AT_ONCE = 200
# Seconds after which replicas of a version before, which indexed as they knew, have ended (kernel.replicas).
OTHERS_GONE = 2.0 * SILENT
MAYBE_KNOWN = "maybe_known"  # a warning


class Hit(NamedTuple):
    row: RowMapping
    like: Likeness

    @property
    def place(self) -> tuple[int, str, str]:
        return self.like.score, self.row["opened"], self.row["case_id"]


class Searching(reading.Reading):
    @query("case.search", roles=STAFF, schema=schemas.SearchCases())
    def search(self, call: Call, body: bodies.SearchCases) -> answers.FoundCases:
        """The caller's own cases that may be meant, the likeliest first."""
        chosen = cases.CaseFilter(self._centres(call, body["centre"]), body["status"])
        found = {each.row["case_id"]: each for each in self._by_name(chosen, body["q"])}
        found |= {each.row["case_id"]: each for each in self._by_number(chosen, body["q"])}
        ranked = sorted(found.values(), key=lambda each: each.place, reverse=True)
        if body["cursor"]:
            score, opened, case_id = page_cursor(body["cursor"], 3)
            after = (score if isinstance(score, int) else 0, str(opened), str(case_id))
            ranked = [each for each in ranked if each.place < after]
        shown = ranked[: body["limit"] or LIMIT_DEFAULT]
        self._note_access(call, "listed", [each.row for each in shown])
        following = make_cursor(shown[-1].place) if len(ranked) > len(shown) else None
        return {"items": [self._item(each) for each in shown], "next": following}

    @query("case.open", roles=STAFF, schema=schemas.DescribedPerson())
    def known(self, call: Call, body: bodies.DescribedPerson) -> answers.Acquaintances:
        """Who in the case's centre may be this person, before a case is opened."""
        [centre] = self._centres(call, body["centre"]) or ()
        rows = self._known(body["person"], [centre])
        if body["opening"] is not None:
            opened = derived_id(str(body["opening"]), "case")  # as open_case names it
            rows = [each for each in rows if each[0]["case_id"] != opened]
        self._note_access(call, "listed", [row for row, _ in rows])
        return {"items": [{**_acquaintance(row, because), "name": self._shown(row)} for row, because in rows]}

    def _acquaintances(self, person: bodies.Person, centres: Sequence[str]) -> list[answers.MaybeKnown]:
        return [_acquaintance(row, because) for row, because in self._known(person, centres)]

    def _known(self, person: bodies.Person, centres: Sequence[str]) -> list[tuple[RowMapping, list[str]]]:
        blind = Blind(self.runtime.master)
        tokens = {blind.token(*key): code for key, code in likeness.exact(Description(**person)).items()}
        if not tokens:
            return []
        return self.runtime.read(lambda db: index.find_exact(db, centres, tokens, SHOWN))

    def _placed_elsewhere(self, person: Description, centre: str, until: date) -> Episode | None:
        """The placement that was over last, by that day, of whoever has the same identity number at another centre of
        the network. A number that is in doubt tells of nobody, and names are not looked for there."""
        if doubts(person):
            return None
        blind = Blind(self.runtime.master)
        tokens = [blind.token(*key) for key in likeness.exact(person) if key[0] == likeness.IDENTIFIER]
        if not tokens:
            return None
        with scope.narrow(scope.EVERYTHING):
            found = self.runtime.read(lambda db: index.list_elsewhere(db, centre, tokens))
            if not found:
                return None
            self.runtime.catch_up("referral")  # how the placement ended that the person comes from
            return self.runtime.read(lambda db: episodes.get_last(db, found, until))

    def _index(self, unit: Unit, case_id: str, person_id: str, person: Description) -> None:
        version, tokens = unit.version(PERSON, person_id), _tokens(self.runtime, likeness.keys(person))
        index.put(unit.db, [index.Found(case_id, person_id, unit.envelope.centre, version, tokens)])

    def _by_number(self, chosen: cases.CaseFilter, text: str) -> list[Hit]:
        """By the case number in any writing, or by the identity number."""
        parts = casenumbers.read(text)
        numbered = replace(chosen, number=text) if parts or casenumbers.begins(text) else None
        blind, wanted = Blind(self.runtime.master), likeness.identifier(text)

        def find(db: Connection) -> tuple[list[RowMapping], list[RowMapping]]:
            by_number = cases.list_cases(db, numbered, CANDIDATES, None)[0] if numbered else []
            token = blind.token(likeness.IDENTIFIER, wanted)
            return by_number, index.find(db, chosen, {token: 2}, CANDIDATES) if wanted else []

        by_number, by_identifier = self.runtime.read(find)
        found = []
        for row in by_number:
            known = casenumbers.read(row["case_number"])
            same = parts is not None and known is not None and known[2] == parts[2]
            like = (100, ["number"], ["same_number"]) if same else (60, ["number"], ["number_begins"])
            found.append(Hit(row, Likeness(*like)))
        found += [Hit(row, Likeness(110, ["identifier"], ["same_identifier"])) for row in by_identifier]
        return found

    def _by_name(self, chosen: cases.CaseFilter, text: str) -> list[Hit]:
        blind = Blind(self.runtime.master)
        weights = {blind.token(*key): weight for key, weight in likeness.query_keys(text).items()}
        if not weights:
            return []
        rows = self.runtime.read(lambda db: index.find(db, chosen, weights, CANDIDATES))
        self.runtime.vault.preload(row["person_id"] for row in rows)
        known = [self._unseal(row, "name")[0] or Name() for row in rows]
        likes = likeness.likenesses(text, known)
        return [Hit(row, like) for row, like in zip(rows, likes, strict=True) if like]

    def _item(self, hit: Hit) -> answers.FoundCase:
        row = hit.row
        return {
            "case_id": row["case_id"],
            "case_number": row["case_number"],
            "centre": row["centre"],
            "status": row["status"],
            "name": self._shown(row),
            "matched": hit.like.matched,
            "score_reasons": hit.like.reasons,
        }

    def _shown(self, row: RowMapping) -> answers.Name | None:
        name, erased = self._unseal(row, "name")
        return descriptions.shown_name(row, name, erased)


def fill(runtime: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> int:
    """Index those who are not, or of whom other things are known by now; forget who was erased. Returns how many."""
    assert isinstance(runtime.vault, Vault)
    for erased in runtime.vault.shredded():  # also what a backup brought back
        with runtime.database.write() as db:
            index.forget(db, erased.subject_id)
    filled = 0
    while not stopping():
        with runtime.database.write() as db:
            rows = index.list_lacking(db, AT_ONCE)
            index.put(db, [_found(runtime, row) for row in rows])
        filled += len(rows)
        if len(rows) < AT_ONCE:
            break
        pause(0)
    return filled


def finish(runtime: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """What a service does of itself once it runs."""
    erasing.finish(runtime, stopping, pause)
    fill(runtime, stopping, pause)
    if not runtime.database.sqlite:
        pause(OTHERS_GONE)
        fill(runtime, stopping, pause)


def _tokens(runtime: ServiceRuntime, keys: set[Key]) -> set[str]:
    blind = Blind(runtime.master)
    return {blind.token(kind, value) for kind, value in keys}


def _found(runtime: ServiceRuntime, row: RowMapping) -> index.Found:
    tokens = _tokens(runtime, likeness.keys(_as_known(runtime, row)))
    return index.Found(row["case_id"], row["person_id"], row["centre"], row["person_version"], tokens)


def _as_known(runtime: ServiceRuntime, row: RowMapping) -> Description:
    """What somebody is found by; of whom the key is gone, nothing."""

    def opened(field: str) -> Any:
        return runtime.vault.unseal(row["person_id"], field, row[field]) or None if row[field] else None

    codes = (row["identity_status"], row["sex"], row["nationality"])
    return Description(*codes, [], opened("name"), opened("national_id"), opened("birth_date"))


def _acquaintance(row: RowMapping, because: list[str]) -> answers.MaybeKnown:
    return {
        "case_id": row["case_id"],
        "case_number": row["case_number"],
        "status": row["status"],
        "opened": row["opened"],
        "because": because,
    }
