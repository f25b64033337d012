"""The doors by which a case goes to another centre: its staff ask, the director of the other centre says yes or no, and
with the yes it is theirs; and what the old centre reads of it from then on: what it wrote itself."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection, RowMapping, select

from services.codes.access import DIRECTOR, STAFF
from services.codes.acts import case_acts
from services.codes.procedure.reckoning import due
from services.intake import answers, bodies, reading, schemas
from services.intake.domain.case import CASE
from services.intake.domain.status import case_status
from services.intake.domain.transfer import AcceptTransfer, RejectTransfer, RequestTransfer, RevokeTransfer
from services.intake.events import Outline
from services.intake.projections import cases, consents, descriptions, index, paths, terms, transfers
from services.intake.projections.transfers import IN, OUT, WAITING
from services.kernel.doors import Call, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound, Refused
from services.kernel.eventlog import Outcome, Unit
from services.kernel.tables import source_event
from services.thai.dates import bangkok_day
from services.thai.order import require_order

ACT = "transfer"  # of codes.acts
STAYS = "The person died or was erased; the case stays where it is."


class Transferring(reading.Reading):
    @command("case.transfer", roles=STAFF, schema=schemas.RequestTransfer())
    def request_transfer(self, call: Call, body: bodies.RequestTransfer) -> Outcome[answers.TransferStatus]:
        """Until the other centre says yes it reads codes and the reason, and the case stays where it is."""
        row, case_id = self._own(call, body["case_id"]), body["case_id"]
        self.runtime.ensure_key(call, row["person_id"])
        transfer_id = call.new_id("transfer")

        def work(unit: Unit) -> answers.TransferStatus:
            if ACT not in case_acts(row["status"], row["erased"] is not None or row["died"]) and (
                row["status"] != "closed"
            ):
                raise Refused("person_died", STAYS)
            asked = RequestTransfer(
                case_id, transfer_id, row["case_number"], row["centre"], body["to"], body["reason"],
                _due(unit.db, row["centre"], call.now), _about(unit.db, row), body["note"],
            )  # fmt: skip
            if unit.handle(CASE, case_id, asked, call.if_match):
                require_order(call.at, {"the case was opened": row["opened"]})
            return _status(unit, case_id)

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @command("case.transfer", roles=STAFF, schema=schemas.RevokeTransfer())
    def revoke_transfer(self, call: Call, body: bodies.RevokeTransfer) -> Outcome[answers.TransferStatus]:
        """The centre that asked takes it back before anybody said yes."""
        asked = self._transfer(call, body["case_id"], receives=False)
        revoking = RevokeTransfer(body["case_id"], asked["centre"])

        def work(unit: Unit) -> answers.TransferStatus:
            if unit.handle(CASE, revoking.case_id, revoking, call.if_match):
                require_order(call.at, {"it was asked for": asked["at"]})
            return _status(unit, revoking.case_id)

        return self.runtime.execute(call.envelope(asked["centre"]), work)

    @command("case.receive", roles=(DIRECTOR,), schema=schemas.AcceptTransfer())
    def accept_transfer(self, call: Call, body: bodies.AcceptTransfer) -> Outcome[answers.TransferStatus]:
        """From now on the case is the director's own centre's, and in their hands."""
        asked, case_id = self._transfer(call, body["case_id"], receives=True), body["case_id"]
        accepting = AcceptTransfer(case_id, asked["receiver"], call.caller.user, call.now)

        def work(unit: Unit) -> answers.TransferStatus:
            row = cases.get(unit.db, case_id)
            if asked["status"] == WAITING and row is not None and (row["erased"] is not None or row["died"]):
                raise Refused("person_died", STAYS)  # since it was asked for
            if unit.handle(CASE, case_id, accepting, call.if_match):
                require_order(call.at, {"it was asked for": asked["at"]})
                unit.project()
                index.hand_over(unit.db, case_id, asked["receiver"])
            return _status(unit, case_id)

        return self.runtime.execute(call.envelope(asked["receiver"]), work)

    @command("case.receive", roles=(DIRECTOR,), schema=schemas.RejectTransfer())
    def reject_transfer(self, call: Call, body: bodies.RejectTransfer) -> Outcome[answers.TransferStatus]:
        asked, case_id = self._transfer(call, body["case_id"], receives=True), body["case_id"]
        self.runtime.ensure_key(call, asked["person_id"])
        rejecting = RejectTransfer(case_id, asked["receiver"], body["reason"], body["note"])

        def work(unit: Unit) -> answers.TransferStatus:
            if unit.handle(CASE, case_id, rejecting, call.if_match):
                require_order(call.at, {"it was asked for": asked["at"]})
            return _status(unit, case_id)

        return self.runtime.execute(call.envelope(asked["receiver"]), work)

    @query("case.transfers", roles=STAFF, schema=schemas.ListTransfers())
    def transfers(self, call: Call, body: bodies.ListTransfers) -> answers.Transfers:
        """Those that the caller's centres asked for; and, to their directors, those that ask one of their centres.
        What a director reads of a case before saying yes is put on record."""
        caller, direction = call.caller, body["direction"]
        everywhere = ALL_CENTRES in caller.centres
        directed = caller.centres if caller.role == DIRECTOR else caller.delegated_centres(DIRECTOR)
        to: Sequence[str] | None = None if everywhere and caller.role == DIRECTOR else directed
        by: Sequence[str] | None = None if everywhere else caller.centres
        if direction is not None and everywhere:
            to, by = (to, ()) if direction == IN else ((), by)
        else:
            to, by = (to if direction != OUT else ()), (by if direction != IN else ())
        rows, following = self.runtime.read(
            lambda db: transfers.list_transfers(
                db, to, by, body["status"], body["case_id"], body["limit"], body["cursor"]
            )
        )
        looked_into = [row for row in rows if row["status"] == WAITING and _receives(call, row)]
        self._note_access(call, "transfer", looked_into)
        return {"items": [self._transfer_item(call, row) for row in rows], "next": following}

    @query("case.transfers", roles=STAFF, schema=schemas.OfCase())
    def handed_on(self, call: Call, body: bodies.OfCase) -> answers.HandedOn:
        """Of a case that is another centre's now: its number, when and to whom it went, and what the caller's centre
        wrote of the person and of consents before."""
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        case_id = body["case_id"]
        row = self.runtime.read(lambda db: transfers.get_handed_on(db, case_id, centres))
        if row is None:
            raise NotFound("case")
        known, opening, said = self.runtime.read(
            lambda db: (
                descriptions.list_by(db, case_id, centres),
                descriptions.get_opening(db, case_id, centres),
                consents.list_by(db, case_id, centres),
            )
        )
        self._note_access(call, "names", [row])
        return {
            "case_id": case_id,
            "case_number": row["case_number"],
            "to_centre": row["receiver"],
            "at": row["decided_at"],
            "person": self._as_known(known[-1]) if known else None,
            "place": self._unseal(opening, "place")[0] if opening else None,
            "note": self._unseal(opening, "note")[0] if opening else None,
            "consents": [
                {
                    "kind": each["kind"],
                    "status": each["status"],
                    "at": each["at"],
                    "by": each["by"],
                    "witness": self._unseal(each, "witness")[0],
                    "scope": self._unseal(each, "scope")[0],
                }
                for each in said
            ],
        }

    def _transfer(self, call: Call, case_id: str, receives: bool) -> RowMapping:
        """The request about a case that waits, else the last one, if it is the caller's to decide: NotFound."""

        def find(db: Connection) -> RowMapping | None:
            return transfers.get_waiting(db, case_id) or transfers.get_last(db, case_id)

        row = self.runtime.read(find)
        if row is None or not call.caller.sees(row["receiver" if receives else "centre"]):
            raise NotFound("transfer")
        return row

    def _transfer_item(self, call: Call, row: RowMapping) -> answers.Transfer:
        """Words of either side are the sending centre's to read while it has the case; the answer's are both sides'."""
        own, receives, waits = call.caller.sees(row["centre"]), _receives(call, row), row["status"] == WAITING
        may = [*(["revoke"] if own and waits else []), *(["accept", "reject"] if receives and waits else [])]
        item: answers.Transfer = {
            "transfer_id": row["transfer_id"],
            "case_id": row["case_id"],
            "case_number": row["case_number"],
            "from_centre": row["centre"],
            "to_centre": row["receiver"],
            "status": row["status"],
            "reason": row["reason"],
            "due": row["due"],
            "at": row["at"],
            "by": row["by"],
            "decided_at": row["decided_at"],
            "decided_by": row["decided_by"],
            "why": row["why"],
            "answer": self._unseal(row, "answer")[0],
            "about": orjson.loads(row["about"]) if own or waits else None,
            "may": may,
        }
        if own:
            item["note"] = self._unseal(row, "note")[0]
        return item


def _receives(call: Call, row: RowMapping) -> bool:
    """Whether the caller may say yes or no to a request."""
    directed = call.caller.delegated_centres(DIRECTOR)
    by_role = call.caller.role == DIRECTOR and call.caller.sees(row["receiver"])
    return by_role or row["receiver"] in directed


def _due(db: Connection, centre: str, now: datetime) -> str:
    """Until when the other centre may answer, by the procedure of the one that asks."""
    return due(terms.get(db, centre).on(bangkok_day(now)), "transfer", now)


def _about(db: Connection, row: RowMapping) -> Outline:
    """What the other centre reads before it says yes: codes, nothing that names the person."""
    case_id = row["case_id"]
    s = source_event.c
    of_case = s.source == "screening", s.event_type == "ScreeningCompleted", s.case_id == case_id
    told = db.execute(select(s.body).where(*of_case).order_by(s.position.desc()).limit(1)).scalar()
    labels = orjson.loads(told)["data"].get("labels", ()) if told else ()
    return {
        "channel": row["channel"],
        "danger": row["danger"],
        "status": case_status(cases.get_steps(db, case_id)),
        "identity_status": row["identity_status"],
        "sex": row["sex"],
        "age": orjson.loads(row["age"]),
        "nationality": row["nationality"],
        "domicile": orjson.loads(row["domicile"]),
        "labels": sorted(label["code"] for label in labels if label["verdict"] == "met"),
        "path": paths.get(db, case_id),
    }


def _status(unit: Unit, case_id: str) -> answers.TransferStatus:
    unit.project()
    row = transfers.get_waiting(unit.db, case_id) or transfers.get_last(unit.db, case_id)
    assert row is not None, "it was told"
    return {
        "transfer_id": row["transfer_id"],
        "status": row["status"],
        "version": unit.version(CASE, case_id),
    }
