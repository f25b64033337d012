"""What intake's doors share: whose case it is, who read what of it, and the sealed columns opened."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
from sqlalchemy import RowMapping

from services.intake import answers
from services.intake.domain.case import CASE
from services.intake.projections import cases, outreach
from services.kernel.doors import Call, Doors
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.vault import REDACTED
from services.thai import idcard


class Reading(Doors):
    def _centres(self, call: Call, centre: str | None) -> Sequence[str] | None:
        """One centre, or all the caller may see (None: every one)."""
        if centre and not call.caller.sees(centre):
            raise Forbidden("These are another centre's cases.")
        everywhere = ALL_CENTRES in call.caller.centres
        return [centre] if centre else None if everywhere else call.caller.centres

    def _own(self, call: Call, case_id: str) -> RowMapping:
        """The case, if it is the caller's to know."""
        row = self.runtime.read(lambda db: cases.get(db, case_id))
        if row is None or not call.caller.sees(row["centre"]):
            raise NotFound("case")
        return row

    def _note_access(self, call: Call, what: str, rows: list[RowMapping]) -> None:
        read = [(CASE.stream(row["case_id"]), row["person_id"]) for row in rows]
        self.runtime.note_access(call.caller.user, what, read)

    def _unseal(self, row: RowMapping, field: str) -> tuple[Any, bool]:
        """(value or None, whether it was erased) of a sealed column."""
        if row["erased"]:
            return None, True
        value = self.runtime.vault.unseal(row["person_id"], field, row[field]) if row[field] else None
        return value or None, value is REDACTED

    def _as_known(self, row: RowMapping) -> answers.Description:
        """A description of then, the number masked; what was erased is not known."""
        sealed = {field: self._unseal(row, field) for field in ("name", "national_id", "birth_date")}
        name, number, birth = (None if erased else value for value, erased in sealed.values())
        return {
            "identity_status": row["identity_status"],
            "sex": row["sex"],
            "nationality": row["nationality"],
            "domicile": orjson.loads(row["domicile"]),
            "name": name,
            "national_id": idcard.mask(number) if number else None,
            "birth_date": birth,
            "age_band": None if birth else row["age_band"],
        }

    def _subdistrict(self, row: RowMapping) -> str | None:
        """Where the person was found; of a case from before that was sealed it stands open."""
        known: str | None = row["subdistrict"]
        return known if known is None or known.isdigit() else self._unseal(row, "subdistrict")[0]

    def _require_origin(self, call: Call, centre: str, outreach_id: str | None) -> None:
        """Invalid if the activity that a case to be opened is said to come from is none of its centre."""
        if outreach_id is None or self.runtime.log.is_done(call.command_id):
            return
        find = partial(outreach.get_centre, outreach_id=outreach_id)
        with suppress(NotFound):
            if self.runtime.get_or_pull(find, "partners") == centre:
                return
        raise Invalid({"outreach_id": ["The centre has noted no such activity."]})
