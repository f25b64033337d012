"""The door by which cases are put before a meeting: in the order of need, or in another, which is told."""

from collections.abc import Sequence
from typing import TypedDict

import orjson
from sqlalchemy import RowMapping

from services.codes.access import STAFF
from services.codes.overrides import stood_before
from services.kernel.doors import Call, command
from services.kernel.errors import Forbidden, Invalid, Unavailable
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, convening, reading, schemas
from services.screening.domain.meeting import MEETING, PLAN, TableCase
from services.screening.projections import meetings
from services.thai.order import require_order

MOST, PAGES, SECONDS = 500, 4, 2.0  # of the waiting cases that intake is asked for


class Waiting(TypedDict):
    """The part of intake's day list that is read."""

    items: Sequence["WaitingCase"]
    next: str | None


class WaitingCase(TypedDict):
    case_id: str


class Tabling(convening.Convening):
    @command("meeting.table", roles=STAFF, schema=schemas.TableCases())
    def table(self, call: Call, body: bodies.TableCases) -> Outcome[answers.Tabled]:
        """All of them lie before the meeting, or none. Who is taken while others stand before them in the order of need
        is told, with the reason if one is given."""
        row, reason = self._meeting(call, body["meeting_id"]), body["reason"] or PLAN
        field = "case_ids" if body["case_ids"] else "case_id"
        ids = [*dict.fromkeys(body["case_ids"] or [str(body["case_id"])])]
        cases = [self._case_of(call, row, case_id, field) for case_id in ids]
        before = self._stood_before(call, row, ids) if reason == PLAN else {}
        tabled: list[TableCase] = []
        for case in cases:
            passed = (before or {}).get(case["case_id"], 0)
            told = (body["out_of_order"], body["out_of_order_note"]) if passed else (None, None)
            if told[1]:
                self.runtime.ensure_key(call, case["person_id"])
            tabled.append(
                TableCase(case["case_id"], case["person_id"], case["closed"], reason, passed, *told)
            )
        opened = [self._opened(each.case_id)["the case was opened"] for each in tabled]
        follows = {"the case was opened": max(filter(None, opened), default=None)}

        # What became of somebody who died is looked back on; nothing is decided of them any more.
        require = reading.require_present if reason == PLAN else reading.require_kept

        def work(unit: Unit) -> answers.Tabled:
            there = unit.state(MEETING, row["meeting_id"]).agenda
            new = [each.case_id for each in tabled if each.case_id not in there]
            for place, each in enumerate(tabled):
                if unit.handle(MEETING, row["meeting_id"], each, None if place else call.if_match):
                    require(unit.db, each.case_id)
                    require_order(call.at, follows)
            told = None if before is None else {id: count for id, count in before.items() if id in new}
            return {**convening.version_of(unit, row["meeting_id"]), "out_of_order": told}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    def _stood_before(self, call: Call, row: RowMapping, case_ids: Sequence[str]) -> dict[str, int] | None:
        """{case: how many who wait stand before it and lie before no meeting}; None: nobody can say just now."""
        if self.runtime.log.is_done(call.command_id):
            return None
        order: list[str] = []
        asked = {"centre": row["centre"], "acts": "group", "limit": MOST}
        try:
            for _ in range(PAGES):
                found: Waiting = self.runtime.ask("intake", "work", call, asked, SECONDS)
                order += [each["case_id"] for each in found["items"]]
                if found["next"] is None or {*case_ids} <= {*order}:
                    break
                asked["cursor"] = found["next"]
        except (Unavailable, Forbidden, Invalid):
            return None
        agenda, others = self.runtime.read(
            lambda db: (
                meetings.list_items(db, [row["meeting_id"]])[row["meeting_id"]],
                meetings.list_before_others(db, row["centre"], row["meeting_id"]),
            )
        )
        return stood_before(order, case_ids, {*others, *(each["case_id"] for each in agenda)})

    def _told_out_of_order(self, item: RowMapping, erased: bool) -> answers.OutOfOrder | None:
        if item["out_of_order"] is None:
            return None
        told, sealed = orjson.loads(item["out_of_order"]), None if erased else note_of(item)
        note = self.runtime.vault.unseal(item["person_id"], "note", sealed) or None if sealed else None
        return {
            "before": told["before"],
            "reason": told["reason"],
            "note": note,
            "at": told["at"],
            "by": told["by"],
        }


def note_of(item: RowMapping) -> str | None:
    """The words, as they are sealed, of why a case was taken before others."""
    note: str | None = orjson.loads(item["out_of_order"] or "{}").get("note")
    return note
