"""The doors by which something of the minutes outlives the person's key: a director leaves out what points to the
person and keeps the rest, as long as the erasure waits to be confirmed."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping

from services.codes.access import DIRECTOR
from services.kernel import scope
from services.kernel.doors import Call, command, query
from services.kernel.errors import Invalid, NotFound, Refused
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, reading, schemas
from services.screening.domain import minutes
from services.screening.domain.minutes import MINUTES, KeepMinutes
from services.screening.projections import minutes as kept_minutes
from services.screening.projections import plans, upstream

DIRECTORS = (DIRECTOR,)  # and whoever does their acts in their place (kernel.doors)
POINTS = "It still holds a name, the identity number or the birth date of the person."
NUMBER = "It still holds a telephone number or a number of 13 digits. Remove it."


class Minutes(NamedTuple):
    """What there is of a case: its plans with their sealed minutes, unless the person was erased, and of each plan what
    was kept."""

    plans: list[tuple[answers.Plan, str | None]]
    kept: Mapping[str, RowMapping]
    erased: bool


class Erasing(reading.Reading):
    @command("person.erase", roles=DIRECTORS, schema=schemas.KeepMinutes())
    def keep_minutes(self, call: Call, body: bodies.KeepMinutes) -> Outcome[answers.KeptMinutes]:
        """Kept again, it takes the place of what was kept before."""
        case = self._case(call, body["case_id"])
        case_id, centre, kept_id = case["case_id"], case["centre"], call.new_id("kept")
        self.runtime.catch_up("intake")
        self.runtime.vault.ensure(centre)
        # Whoever asks again for an answer gets it, also when the minutes are gone since.
        words = None if self.runtime.log.is_done(call.command_id) else self._redacted(call, case, body)

        def work(unit: Unit) -> answers.KeptMinutes:
            assert words is not None, "a command that is done is not done again"
            asked = upstream.get_erasure(unit.db, case_id)
            request_id = asked["request_id"] if asked and asked["status"] == upstream.WAITING else None
            keep = KeepMinutes(kept_id, body["plan_id"], case_id, centre, request_id, words)
            unit.handle(MINUTES, case_id, keep, call.if_match)
            return {"kept_id": kept_id, "version": unit.version(MINUTES, case_id)}

        return self.runtime.execute(call.envelope(centre), work)

    @query("person.erase", roles=DIRECTORS, schema=schemas.OfCase())
    def decisions(self, call: Call, body: bodies.OfCase) -> answers.Decisions:
        """The decisions whose minutes go with the person, and what stays of each. A director of another centre who is
        named to confirm the erasure reads what stays."""
        case_id = body["case_id"]
        # Whoever is named to confirm an erasure may be another centre's.
        with scope.narrow(scope.EVERYTHING):
            case = self.runtime.get_or_pull(lambda db: upstream.get_case(db, case_id), "intake")
            own = call.caller.sees(case["centre"])
            if not own:
                self._require_named(call.caller.user, case_id)
            found = self.runtime.read(lambda db: _minutes(db, case_id))
        if own and not found.erased and any(sealed for _, sealed in found.plans):
            self.runtime.note_access(call.caller.user, "minutes", [(f"case/{case_id}", case["person_id"])])
        return {"items": [self._decision(plan, sealed, own, found) for plan, sealed in found.plans]}

    def _require_named(self, user: str, case_id: str) -> None:
        """NotFound for who is not named to confirm the erasure of the case's person."""

        def named(db: Connection) -> bool | None:
            asked = upstream.get_erasure(db, case_id)
            return (asked is not None and asked["confirmer"] == user) or None

        self.runtime.get_or_pull(named, "intake")

    def _decision(
        self, plan: answers.Plan, sealed: str | None, own: bool, minutes: Minutes
    ) -> answers.Decision:
        decision: answers.Decision = {
            "plan_id": plan["plan_id"],
            "agreed_at": plan["agreed_at"],
            "agreed_by": plan["agreed_by"],
            "path": plan["path"],
            "votes": plan["votes"],
            "kept": self._kept(minutes.kept.get(plan["plan_id"])),
        }
        if own:
            decision["minutes"] = self._as_written(plan["person_id"], sealed, minutes.erased)
        return decision

    def _as_written(self, person_id: str, sealed: str | None, erased: bool) -> answers.Minutes | None:
        """The minutes under the person's key; None once that is destroyed, also as long as it is still remembered."""
        if sealed is None or erased:
            return None
        return self.runtime.vault.unseal(person_id, "minutes", sealed) or None

    def _kept(self, row: RowMapping | None) -> answers.Minutes | None:
        """What was kept of a plan's minutes, with who did."""
        if row is None:
            return None
        words: answers.Minutes = self.runtime.vault.unseal(row["key_of"], "minutes", row["minutes"])
        return {**words, "redacted": {"by": row["kept_by"], "at": row["at"]}}

    def _redacted(self, call: Call, case: RowMapping, body: bodies.KeepMinutes) -> minutes.Minutes:
        """The minutes with the words that may stay. Invalid: a field still points to the person, as intake finds, which
        alone knows them."""
        found = self.runtime.read(lambda db: _minutes(db, case["case_id"]))
        sealed = next((sealed for plan, sealed in found.plans if plan["plan_id"] == body["plan_id"]), None)
        if sealed is None:
            raise NotFound("plan", "plan_id")
        original = self._as_written(case["person_id"], sealed, found.erased)
        if original is None:
            raise Refused("erased", "The minutes were erased together with the person's data.")
        words = minutes.redacted(original, body)
        about = {"case_id": case["case_id"], "texts": minutes.texts(body)}
        pointing = self.runtime.ask("intake", "pointing", call, about)
        told = {field: [NUMBER] for field in pointing["numbers"]} | {
            field: [POINTS] for field in pointing["fields"]
        }
        if told:
            raise Invalid(told)
        return words


def _minutes(db: Connection, case_id: str) -> Minutes:
    return Minutes(
        plans.list_plans(db, case_id), kept_minutes.list_kept(db, case_id), upstream.is_erased(db, case_id)
    )
