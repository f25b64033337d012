"""The doors by which a person is erased: a director of the case's centre asks, a second one confirms.

The fact comes first, then the key is destroyed; whatever ends the process in between, the next start finishes it
(`finish`), and so does the same command again.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, RowMapping

from services.codes.access import DIRECTOR
from services.intake import answers, bodies, reading, schemas
from services.intake.domain.person import PERSON, ConfirmErasure, RequestErasure, WithdrawErasure, is_second
from services.intake.domain.traces import holds_number, points_to
from services.intake.projections import cases, descriptions, erasures, index
from services.kernel import scope
from services.kernel.doors import Call, command, query
from services.kernel.envelope import Caller, instant
from services.kernel.errors import NotFound
from services.kernel.eventlog import Outcome, Unit
from services.kernel.runtime import ServiceRuntime
from services.thai.order import require_order

T = TypeVar("T")
ASKED_FOR = "it was asked for"
DIRECTORS = (DIRECTOR,)  # and whoever does their acts in their place (kernel.doors)


class Erasing(reading.Reading):
    @command("person.erase", roles=DIRECTORS, schema=schemas.RequestErasure())
    def request_erasure(self, call: Call, body: bodies.RequestErasure) -> Outcome[answers.ErasureStatus]:
        """Asked anew, it takes the place of what was asked before."""
        case_id, row = body["case_id"], self._own(call, body["case_id"])
        person_id, centre = row["person_id"], row["centre"]
        asked = RequestErasure(
            person_id, case_id, centre, call.caller.user, body["reason"], body["confirmer"],
            call.caller.acting_for(centre) or None,
        )  # fmt: skip

        def work(unit: Unit) -> answers.ErasureStatus:
            if unit.handle(PERSON, person_id, asked, call.if_match):
                require_order(call.at, {"the case was opened": row["opened"]})
            return _status(unit, person_id, [])

        return self.runtime.execute(call.envelope(centre), work)

    @command("person.erase", roles=DIRECTORS, schema=schemas.OfCase())
    def withdraw_erasure(self, call: Call, body: bodies.OfCase) -> Outcome[answers.ErasureStatus]:
        """Whoever asked takes it back, or whoever was to confirm it does not."""
        row = self._own_erasure(call.caller, body["case_id"])

        def work(unit: Unit) -> answers.ErasureStatus:
            if unit.handle(PERSON, row["person_id"], WithdrawErasure(), call.if_match):
                require_order(call.at, {ASKED_FOR: row["at"]})
            return _status(unit, row["person_id"], [])

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @command("person.erase", roles=DIRECTORS, schema=schemas.OfCase())
    def confirm_erasure(self, call: Call, body: bodies.OfCase) -> Outcome[answers.ErasureStatus]:
        """From then on nobody can read what was sealed, here or from a backup."""
        case_id = body["case_id"]
        row = self._own_erasure(call.caller, case_id)
        confirming = ConfirmErasure(call.caller.user, call.caller.acting_for(row["centre"]) or None)

        def work(unit: Unit) -> answers.ErasureStatus:
            if unit.handle(PERSON, row["person_id"], confirming, call.if_match):
                require_order(call.at, {ASKED_FOR: row["at"]})
            unit.project()  # so that who fills the index meanwhile has done so, or sees that nothing is left
            index.forget(unit.db, row["person_id"])
            return _status(unit, row["person_id"], cases.list_referrals(unit.db, case_id))

        outcome = self.runtime.execute(call.envelope(row["centre"]), work)
        self.runtime.erase(row["person_id"], instant(call.at))
        return outcome

    @query("person.erase", roles=DIRECTORS, schema=schemas.OfCase())
    def erasure(self, call: Call, body: bodies.OfCase) -> answers.Erasure:
        """What was asked of one case; NotFound if nothing was."""
        return _erasure(self._own_erasure(call.caller, body["case_id"]), call.caller)

    @query("person.erase", roles=DIRECTORS, schema=schemas.NoFields())
    def erasures(self, call: Call, body: bodies.NoFields) -> answers.Erasures:
        """Those that wait for a second person, of the caller's centres or with the caller named for it."""
        rows = self._read_all(lambda db: erasures.list_waiting(db, call.caller))
        return {"items": [_erasure(row, call.caller) for row in rows]}

    @query("person.erase", roles=DIRECTORS, schema=schemas.WordsAbout())
    def pointing(self, call: Call, body: bodies.WordsAbout) -> answers.Pointing:
        """The fields whose words still hold a name, the number or the birth date of the case's person, as they are or
        ever were known, of which nothing is told; and those with a number of anybody's telephone or identity card."""
        row = self._own(call, body["case_id"])
        known = self.runtime.read(lambda db: descriptions.list_descriptions(db, row["person_id"]))
        marks = [
            [self._unseal(each, field)[0] for field in ("name", "national_id", "birth_date")]
            for each in known
        ]
        fields = [
            field
            for field, text in body["texts"].items()
            if any(points_to(text, name, number, born) for name, number, born in marks)
        ]
        return {
            "fields": fields,
            "numbers": [field for field, text in body["texts"].items() if holds_number(text)],
        }

    @query("person.erased", roles=("system",), schema=schemas.Since())
    def erased(self, call: Call, body: bodies.Since) -> answers.ErasedCases:
        """What whoever keeps copies must forget."""

        def find(db: Connection) -> list[answers.ErasedCase]:
            return [
                {"case_id": row["case_id"], "referral_ids": cases.list_referrals(db, row["case_id"])}
                for row in erasures.list_erased(db, body["since"])
            ]

        return {"items": self.runtime.read(find)}

    def _read_all(self, find: Callable[[Connection], T]) -> T:
        """Whoever is named to confirm an erasure may be another centre's: whose it is to see, is said here alone."""
        with scope.narrow(scope.EVERYTHING):
            return self.runtime.read(find)

    def _own_erasure(self, caller: Caller, case_id: str) -> RowMapping:
        row = self._read_all(lambda db: erasures.get(db, case_id))
        if row is None or not (caller.sees(row["centre"]) or row["confirmer"] == caller.user):
            raise NotFound("erasure")
        return row


def finish(runtime: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """Destroy the keys of those of whom the log says that they are erased."""
    for row in runtime.read(lambda db: erasures.list_erased(db, "")):
        runtime.erase(row["person_id"], row["at"])


def _status(unit: Unit, person_id: str, referral_ids: list[str]) -> answers.ErasureStatus:
    person = unit.state(PERSON, person_id)
    status = erasures.ERASED if person.erased else erasures.WAITING if person.request else "none"
    return {"status": status, "version": unit.version(PERSON, person_id), "referral_ids": referral_ids}


def _erasure(row: RowMapping, caller: Caller) -> answers.Erasure:
    able = is_second(
        caller.user,
        caller.acting_for(row["centre"]) or None,
        row["requested_by"],
        row["requested_for"],
        row["confirmer"],
    )
    return {
        "case_id": row["case_id"],
        "centre": row["centre"],
        "status": row["status"],
        "requested_by": row["requested_by"],
        "reason": row["reason"],
        "confirmer": row["confirmer"],
        "at": row["at"],
        "may": ["confirm"] if row["status"] == erasures.WAITING and able else [],
    }
