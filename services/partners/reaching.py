"""What a centre does to be known - a call, a booth, a post, a meeting -, and which partners came of it.

Partners keeps it, because an activity names partners and finding them is what it is for; a case only says from which it
came, and intake holds that against what it hears from here."""

from functools import partial

from services.codes.access import CASE_READERS, READERS, STAFF
from services.kernel.doors import Call, Doors, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.eventlog import Outcome, Unit
from services.partners import answers, bodies, schemas
from services.partners.domain.outreach import (
    OUTREACH,
    CorrectOutreach,
    EnterOutreachInError,
    HoldOutreach,
)
from services.partners.events import Activity
from services.partners.projections import outreach


class Reaching(Doors):
    @command("outreach.hold", roles=STAFF, schema=schemas.HoldOutreach())
    def hold_outreach(self, call: Call, body: bodies.HoldOutreach) -> Outcome[answers.NewOutreach]:
        """Of the caller's centre: of `centre` where the caller has several."""
        outreach_id, centre = call.new_id("outreach"), _centre(call, body["centre"])
        activity: Activity = {**body["activity"], "partner_ids": _each_once(body["activity"]["partner_ids"])}

        def work(unit: Unit) -> answers.NewOutreach:
            _require_known(unit, activity["partner_ids"])
            unit.handle(OUTREACH, outreach_id, HoldOutreach(outreach_id, activity))
            return {"outreach_id": outreach_id, "version": unit.version(OUTREACH, outreach_id)}

        return self.runtime.execute(call.envelope(centre), work)

    @command("outreach.correct", roles=STAFF, schema=schemas.CorrectOutreach())
    def correct_outreach(self, call: Call, body: bodies.CorrectOutreach) -> Outcome[answers.OutreachChanged]:
        """Only the fields that change, and why."""
        outreach_id, changes = body["outreach_id"], body["changes"]
        known = self._own(call, outreach_id)
        if "partner_ids" in changes:
            changes = {**changes, "partner_ids": _each_once(changes["partner_ids"])}

        def work(unit: Unit) -> answers.OutreachChanged:
            _require_known(unit, changes.get("partner_ids", []))
            unit.handle(OUTREACH, outreach_id, CorrectOutreach(changes, body["reason"]), call.if_match)
            return {"version": unit.version(OUTREACH, outreach_id)}

        return self.runtime.execute(call.envelope(known["centre"]), work)

    @command("outreach.correct", roles=STAFF, schema=schemas.EnterOutreachInError())
    def enter_outreach_in_error(
        self, call: Call, body: bodies.EnterOutreachInError
    ) -> Outcome[answers.OutreachChanged]:
        """It was noted twice, or never took place. Cases and partners that came from it stay as they are."""
        outreach_id = body["outreach_id"]
        known = self._own(call, outreach_id)

        def work(unit: Unit) -> answers.OutreachChanged:
            unit.handle(OUTREACH, outreach_id, EnterOutreachInError(body["reason"]), call.if_match)
            return {"version": unit.version(OUTREACH, outreach_id)}

        return self.runtime.execute(call.envelope(known["centre"]), work)

    @query("outreach.list", roles=READERS, schema=schemas.ListOutreach())
    def outreach(self, call: Call, body: bodies.ListOutreach) -> answers.Activities:
        """What the caller's centres did, the latest first; staff's own notes only for who sees the centre's cases."""
        centre, first, last = body["centre"], body["first"], body["last"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("These are another centre's activities.")
        if first and last and first > last:
            raise Invalid({"from": ["It lies after the end of the period."]})
        own = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        wanted = outreach.Selection(
            own if centre is None else (centre,),
            first,
            last,
        )
        found = self.runtime.read(lambda db: outreach.list_held(db, wanted, body["limit"], body["cursor"]))
        if call.caller.role not in CASE_READERS:
            for each in found["items"]:
                del each["note"]
        return found

    @query("outreach.list", roles=CASE_READERS, schema=schemas.OfOutreach())
    def activity(self, call: Call, body: bodies.OfOutreach) -> answers.Outreach:
        """One of them, also one that was entered in error."""
        return self._own(call, body["outreach_id"])

    def _own(self, call: Call, outreach_id: str) -> answers.Outreach:
        """NotFound also for another centre's."""
        known = self.runtime.get_or_pull(partial(outreach.get, outreach_id=outreach_id))
        if not call.caller.sees(known["centre"]):
            raise NotFound("outreach")
        return known


def require_origin(unit: Unit, call: Call, outreach_id: str | None) -> None:
    """Invalid if what a partner is said to have come from is no activity that the caller knows."""
    if outreach_id is None:
        return
    known = outreach.get(unit.db, outreach_id)
    if known is None or known["entered_in_error"] or not call.caller.sees(known["centre"]):
        raise Invalid({"outreach_id": ["Your centre has noted no such activity."]})


def _each_once(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _centre(call: Call, named: str | None) -> str:
    own = [centre for centre in call.caller.centres if centre != ALL_CENTRES]
    if named is None and len(own) == 1:
        return own[0]
    if named is None:
        raise Invalid({"centre": ["Say whose activity it was: you work for several centres."]})
    if not call.caller.sees(named):
        raise Forbidden("An activity is noted by a centre's own staff.")
    return named


def _require_known(unit: Unit, partner_ids: list[str]) -> None:
    if outreach.list_unknown(unit.db, partner_ids):
        raise Invalid({"partner_ids": ["A partner of this list is not registered."]})
