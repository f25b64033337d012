"""The registry is kept true: what is wrong is corrected, what still holds confirmed, what is no more retired. Who keeps
a partner changes it at once; what another centre knows waits, as a proposal, for who does.

Long because all that is done to a partner and its programmes goes one way, and that way is here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import orjson

from services.codes.access import READERS, STAFF
from services.codes.registry import OWN_FIELDS, PARTNER_FIELDS, PROGRAMME_FIELDS
from services.kernel.doors import Call, Doors, command, query
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Stale
from services.kernel.eventlog import Outcome, Unit
from services.partners import answers, bodies, schemas
from services.partners.domain import asked as places
from services.partners.domain import registry
from services.partners.domain.asked import ConfirmCapacity, ConfirmPlaces
from services.partners.domain.places import PROGRAMME
from services.partners.domain.proposals import (
    PROPOSAL,
    AcceptProposal,
    Change,
    DismissProposal,
    ProposeChange,
)
from services.partners.domain.registry import PARTNER
from services.partners.events import CapacityConfirmed, Told
from services.partners.projections import adopted, history, keepers, organisations, partners, proposals
from services.thai import areas
from services.thai.order import require_order

# What the partner's own account may correct and confirm, of itself and of its programmes.
OWN_OF_PARTNER, OWN_OF_PROGRAMME = OWN_FIELDS, ("capacity",)
KEPT_BY = (*STAFF, "partner")
UNCHANGED, PLACES_HELD = "unchanged", "places_held"
CONTRADICTS = "ledger_contradicts"
OLDER = "older_statement"  # a later one counts

A = TypeVar("A")


class Changing(Doors):
    @command("partner.correct", roles=KEPT_BY, schema=schemas.CorrectPartner())
    def correct_partner(
        self, call: Call, body: bodies.CorrectPartner
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """Only the fields that change. A partner's own account corrects its contact and what else
        it knows best."""
        changes = body["changes"]
        _within(call, changes, OWN_OF_PARTNER)
        self.require_adopted(changes)
        return self._change(call, body["partner_id"], None, "correct", changes, body["reason"], _changed)

    @command("programme.correct", roles=STAFF, schema=schemas.CorrectProgramme())
    def correct_programme(
        self, call: Call, body: bodies.CorrectProgramme
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """Only the fields that change; rules are the whole set."""
        self.require_adopted(body["changes"])
        return self._change_programme(call, body["programme_id"], "correct", body["changes"], body["reason"])

    @command("partner.confirm", roles=KEPT_BY, schema=schemas.ConfirmPartner())
    def confirm_partner(
        self, call: Call, body: bodies.ConfirmPartner
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """What was asked of the partner and is still so; all of it, if nothing is named."""
        what = body["what"] or _all(call, PARTNER_FIELDS, OWN_OF_PARTNER)
        _within(call, what, OWN_OF_PARTNER)
        return self._change(
            call, body["partner_id"], None, "confirm", {"what": sorted(what)}, body["reason"], _changed
        )

    @command("programme.confirm", roles=KEPT_BY, schema=schemas.ConfirmProgramme())
    def confirm_programme(
        self, call: Call, body: bodies.ConfirmProgramme
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """The same of a programme. Of the places it means: as many are free as we show."""
        what = body["what"] or _all(call, PROGRAMME_FIELDS, OWN_OF_PROGRAMME)
        _within(call, what, OWN_OF_PROGRAMME)
        return self._change_programme(
            call, body["programme_id"], "confirm", {"what": sorted(what)}, body["reason"]
        )

    @command("partner.retire", roles=STAFF, schema=schemas.RetirePartner())
    def retire_partner(
        self, call: Call, body: bodies.RetirePartner
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """It takes nobody any more, nor does any of its programmes. What is under way stands."""
        return self._change(call, body["partner_id"], None, "retire", {}, body["reason"], _changed)

    @command("programme.retire", roles=STAFF, schema=schemas.RetireProgramme())
    def retire_programme(
        self, call: Call, body: bodies.RetireProgramme
    ) -> Outcome[answers.Changed | answers.Proposed]:
        return self._change_programme(call, body["programme_id"], "retire", {}, body["reason"])

    @command("partner.retire", roles=STAFF, schema=schemas.ReopenPartner())
    def reopen_partner(
        self, call: Call, body: bodies.ReopenPartner
    ) -> Outcome[answers.Changed | answers.Proposed]:
        """With the programmes that were retired with it."""
        return self._change(call, body["partner_id"], None, "reopen", {}, body["reason"], _changed)

    @command("programme.retire", roles=STAFF, schema=schemas.ReopenProgramme())
    def reopen_programme(
        self, call: Call, body: bodies.ReopenProgramme
    ) -> Outcome[answers.Changed | answers.Proposed]:
        return self._change_programme(call, body["programme_id"], "reopen", {}, body["reason"])

    @command("programme.capacity", roles=KEPT_BY, schema=schemas.ConfirmCapacity())
    def confirm_capacity(
        self, call: Call, body: bodies.ConfirmCapacity
    ) -> Outcome[answers.Capacity | answers.Proposed]:
        """NotFound for an unknown programme. A statement our ledger contradicts is taken and flagged."""
        programme_id = body["programme_id"]
        return self._change(
            call, self._partner_of(programme_id), programme_id, "capacity", stated(body), None, _capacity
        )

    @command("proposal.decide", roles=STAFF, schema=schemas.DecideProposal())
    def accept_proposal(self, call: Call, body: bodies.DecideProposal) -> Outcome[answers.ProposalDecided]:
        """What it proposes is done, on the word of who proposed it."""
        return self._decide(call, body["proposal_id"], AcceptProposal(body["reason"]))

    @command("proposal.decide", roles=STAFF, schema=schemas.DecideProposal())
    def dismiss_proposal(self, call: Call, body: bodies.DecideProposal) -> Outcome[answers.ProposalDecided]:
        """Nothing is done. Who proposed it may take it back so."""
        return self._decide(call, body["proposal_id"], DismissProposal(body["reason"]))

    @query("proposal.list", roles=READERS, schema=schemas.ListProposals())
    def proposals(self, call: Call, body: bodies.ListProposals) -> answers.Proposals:
        """What waits for the asker's centres, and what they proposed themselves."""
        centre = body["centre"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        own = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        found = own if centre is None else (centre,)
        return self.runtime.read(
            lambda db: proposals.list_proposals(
                db,
                found,
                body["status"],
                body["partner_id"],
                body["proposal_id"],
                body["limit"],
                body["cursor"],
            )
        )

    @query("partner.history", roles=(*READERS, "partner"), schema=schemas.ListHistory())
    def history(self, call: Call, body: bodies.ListHistory) -> answers.History:
        """What was done to a partner and its programmes, by whom and why. A partner's own account reads its own."""
        self.runtime.get_or_pull(partial(keepers.get_keeper, partner_id=body["partner_id"]))
        _own(call, body["partner_id"])
        return self.runtime.read(lambda db: history.list_changes(db, **body))

    def require_adopted(self, fields: Told) -> None:
        """Invalid: a path or a group that is none of the software's, nor of any rules that screening adopted."""
        for section, code, field in adopted.named(fields):
            try:
                self.runtime.get_or_pull(partial(adopted.get, section=section, which=code), "screening")
            except NotFound:
                raise adopted.unknown(section, field) from None

    def _partner_of(self, programme_id: str) -> str:
        """NotFound for an unknown programme."""
        offer = self.runtime.get_or_pull(partial(partners.get_programme, programme_id=programme_id))
        return str(offer["partner_id"])

    def _change_programme(
        self, call: Call, programme_id: str, action: str, after: Told, reason: str | None
    ) -> Outcome[answers.Changed | answers.Proposed]:
        partner_id = self._partner_of(programme_id)
        return self._change(call, partner_id, programme_id, action, after, reason, _changed)

    def _change(
        self,
        call: Call,
        partner_id: str,
        programme_id: str | None,
        action: str,
        after: Told,
        reason: str | None,
        answer: Callable[[Unit, Change, Sequence[Any]], A],
    ) -> Outcome[A | answers.Proposed]:
        keeper = self.runtime.get_or_pull(partial(keepers.get_keeper, partner_id=partner_id))
        _own(call, partner_id)
        change = Change(partner_id, programme_id, action, after, reason, instant(call.at))
        envelope = call.envelope(centre_of(call, keeper))
        if not call.caller.sees(keeper) and call.caller.partner_id is None:
            proposal_id = call.new_id("proposal")

            def propose(unit: Unit) -> A | answers.Proposed:
                return propose_change(unit, call, proposal_id, change, keeper)

            return self.runtime.execute(envelope, propose)

        def work(unit: Unit) -> A | answers.Proposed:
            events = apply(unit, change, expected=call.if_match)
            if events and action in ("correct", "retire", "reopen"):
                changed = partners.get_last_change(unit.db, partner_id, programme_id)
                require_order(call.at, {"it was last changed": changed})
            return answer(unit, change, events)

        return self.runtime.execute(envelope, work)

    def _decide(
        self, call: Call, proposal_id: str, decision: AcceptProposal | DismissProposal
    ) -> Outcome[answers.ProposalDecided]:
        change = self.runtime.state(PROPOSAL, proposal_id).change
        if not change.partner_id:
            raise NotFound("proposal")
        keeper = self.runtime.get_or_pull(partial(keepers.get_keeper, partner_id=change.partner_id))
        row = self.runtime.get_or_pull(partial(proposals.get, proposal_id=proposal_id))
        withdrawn = isinstance(decision, DismissProposal) and call.caller.sees(row["from_centre"])
        if not call.caller.sees(keeper) and not withdrawn:
            raise Forbidden("Another centre keeps this partner and decides.")

        def work(unit: Unit) -> answers.ProposalDecided:
            events = unit.handle(PROPOSAL, proposal_id, decision, call.if_match)
            if events:
                require_order(call.at, {"it was proposed": row["at"]})
            if events and isinstance(decision, AcceptProposal):
                if change.action == "correct" and _before(unit, change) != orjson.loads(row["before"]):
                    raise Refused(
                        "proposal_outdated", "What it would change was changed since it was proposed."
                    )
                apply(unit, change, proposal_id)
            elif events and change.action in proposals.NEW:
                _take_back(unit, change, decision.reason)
            return {"version": unit.version(PROPOSAL, proposal_id)}

        return self.runtime.execute(call.envelope(centre_of(call, keeper)), work)


def centre_of(call: Call, keeper: str) -> str:
    """The centre a registry fact is recorded for: the caller's, or the partner's keeper if the caller has not exactly
    one."""
    centres = [centre for centre in call.caller.centres if centre != ALL_CENTRES]
    return centres[0] if len(centres) == 1 else keeper


def _own(call: Call, partner_id: str) -> None:
    if call.caller.partner_id not in (None, partner_id):
        raise Forbidden("A partner's account is for its own partner only.")


def _all(call: Call, fields: Sequence[str], own: Sequence[str]) -> Sequence[str]:
    return own if call.caller.partner_id is not None else fields


def _within(call: Call, named: Iterable[str], own: Sequence[str]) -> None:
    if call.caller.partner_id is not None and set(named) - set(own):
        raise Forbidden(
            "A partner's account corrects and confirms only what it knows of itself: contact, details and places."
        )


def propose_change(unit: Unit, call: Call, proposal_id: str, change: Change, keeper: str) -> answers.Proposed:
    """The same change of the same centre, while it waits, is one proposal."""
    if call.if_match is not None and _version(unit, change) != call.if_match:
        raise Stale("It was changed meanwhile.")
    before = _before(unit, change)
    waiting = proposals.find_open(unit.db, change, unit.envelope.centre)
    if waiting is not None:
        return {"proposal_id": waiting.proposal_id, "waiting_for": waiting.waiting_for}
    unit.handle(PROPOSAL, proposal_id, ProposeChange(proposal_id, change, before, keeper))
    return {"proposal_id": proposal_id, "waiting_for": keeper}


def described(body: bodies.RegisterPartner) -> Told:
    """What a registration says of a partner."""
    contact = {way: str(told) for way, told in body["contact"].items()}
    known: Told = {
        "name": body["name"], "kind": body["kind"], "under_ministry": body["under_ministry"],
        "province": body["province"], "subdistrict": body["subdistrict"], "contact": {**contact},
    }  # fmt: skip
    more: Any = {**body["details"], **({"people": body["people"]} if body["people"] else {})}
    told: Told = {**known, **more}
    return told


def stated(places: bodies.Capacity) -> Told:
    """What a statement says; of units only where they are told apart."""
    said: Told = {"total": places["total"], "free": places["free"]}
    if places["units"]:
        said["units"] = places["units"]
    return said


def to_confirm(unit: Unit, proposal_id: str, new: Change, keeper: str | None) -> answers.Proposed | None:
    """What is new stands at once, for people wait for places; another centre that keeps it (None: the asker's own) is
    to confirm it, or finds it wrong."""
    if keeper is None:
        return None
    unit.handle(PROPOSAL, proposal_id, ProposeChange(proposal_id, new, {}, keeper))
    return {"proposal_id": proposal_id, "waiting_for": keeper}


def _before(unit: Unit, change: Change) -> Told:
    """What a change is about as it stands. Invalid if it could not be made."""
    partner = unit.state(PARTNER, change.partner_id)
    programme = unit.state(PROGRAMME, change.programme_id) if change.programme_id else None
    match change.action:
        case "correct":
            known = (programme.fields if programme else partner.fields) or {}
            if programme is None:
                _check(unit, partner, change)
            stands: Any = {name: known[name] for name in change.after}
            told: Told = stands
            return told
        case "capacity" if programme:
            ledger = programme.ledger
            return stated({"total": ledger.total, "free": programme.free, "units": programme.units_now()})
    return {}


def _check(unit: Unit, partner: registry.Partner, change: Change) -> None:
    """What must hold of a partner whatever is corrected of it."""
    fields = partner.corrected(change.after)
    subdistrict = fields["subdistrict"]
    if subdistrict and areas.province_of(subdistrict) != fields["province"]:
        raise Invalid({"subdistrict": ["It lies in another province."]})
    if fields["kind"] == "ministry_shelter" and not fields["under_ministry"]:
        raise Invalid({"under_ministry": ["A shelter of the ministry is under the ministry."]})
    if change.after.get("network_id"):
        network = unit.state(PARTNER, fields["network_id"])
        if wrong := organisations.no_network(unit.db, partner.partner_id, network):
            raise Invalid({"network_id": [wrong]})


def apply(
    unit: Unit, change: Change, proposal_id: str | None = None, expected: int | None = None
) -> Sequence[Any]:
    """Do what a change says; returns the facts."""
    if change.programme_id is None:
        return _apply_to_partner(unit, change, proposal_id, expected)
    if change.action == "reopen" and unit.state(PARTNER, change.partner_id).retired:
        raise Refused("retired", "Its partner is retired: take that up again first.")
    return [
        fact
        for number, command in enumerate(_of_programme(change, proposal_id))
        for fact in unit.handle(PROGRAMME, change.programme_id, command, None if number else expected)
    ]


def _apply_to_partner(
    unit: Unit, change: Change, proposal_id: str | None, expected: int | None
) -> Sequence[Any]:
    """A partner's programmes are retired, and taken up again, with it."""
    id, reason = change.partner_id, change.reason or ""
    if change.action == "correct":
        _check(unit, unit.state(PARTNER, id), change)
        return unit.handle(PARTNER, id, registry.CorrectPartner(change.after, reason, proposal_id), expected)
    if change.action in ("confirm", "register"):
        what = tuple(change.after.get("what", PARTNER_FIELDS))
        verify = registry.VerifyPartner(what, change.at, change.reason, proposal_id)
        return unit.handle(PARTNER, id, verify, expected)
    if change.action == "retire":
        events = unit.handle(PARTNER, id, registry.RetirePartner(reason, proposal_id), expected)
        of_programme: places.Kept = places.RetireProgramme(reason, True, proposal_id)
    else:
        events = unit.handle(PARTNER, id, registry.ReopenPartner(change.reason, proposal_id), expected)
        of_programme = places.ReopenProgramme(change.reason, True, proposal_id)
    if events:
        for programme_id in partners.list_programme_ids(unit.db, id):
            unit.handle(PROGRAMME, programme_id, of_programme)
    return events


def _take_back(unit: Unit, new: Change, reason: str | None) -> None:
    """What another centre added and the keeper does not confirm is retired: it may hold somebody's place by now. With a
    partner goes what is to be confirmed of its programmes."""
    apply(unit, replace(new, action="retire", reason=reason))
    if new.programme_id is None:
        for proposal_id in proposals.list_unconfirmed(unit.db, [new.partner_id]).values():
            if unit.state(PROPOSAL, proposal_id).status == "open":
                unit.handle(PROPOSAL, proposal_id, DismissProposal(reason))


def _of_programme(change: Change, proposal_id: str | None) -> Sequence[places.Command]:
    after, reason, id = change.after, change.reason, change.programme_id or ""
    match change.action:
        case "correct":
            return [places.CorrectProgramme(after, reason or "", proposal_id)]
        case "confirm":
            fields = tuple(name for name in after["what"] if name != "capacity")
            asked: list[places.Command] = []
            if fields:
                asked.append(places.VerifyProgramme(fields, change.at, reason, proposal_id))
            if "capacity" in after["what"]:
                asked.append(ConfirmPlaces(change.at))
            return asked
        case "offer":  # its places are as old as when they were stated
            fields = tuple(name for name in PROGRAMME_FIELDS if name != "capacity")
            return [places.VerifyProgramme(fields, change.at, reason, proposal_id)]
        case "capacity":
            return [ConfirmCapacity(id, after["total"], after["free"], change.at, after.get("units", []))]
        case "retire":
            return [places.RetireProgramme(reason or "", False, proposal_id)]
    return [places.ReopenProgramme(reason, False, proposal_id)]


def _version(unit: Unit, change: Change) -> int:
    if change.programme_id:
        return unit.version(PROGRAMME, change.programme_id)
    return unit.version(PARTNER, change.partner_id)


def _changed(unit: Unit, change: Change, events: Sequence[Any]) -> answers.Changed:
    warnings = [] if events else [UNCHANGED]
    if change.action == "retire" and partners.holds_places(unit.db, change.partner_id, change.programme_id):
        warnings.append(PLACES_HELD)
    return {"version": _version(unit, change), "warnings": [*warnings, *_of_statement(events)]}


def _capacity(unit: Unit, change: Change, events: Sequence[Any]) -> answers.Capacity:
    return {
        "programme_id": change.programme_id or "",
        "version": _version(unit, change),
        "warnings": _of_statement(events),
    }


def _of_statement(events: Sequence[Any]) -> list[str]:
    stated = [each for each in events if isinstance(each, CapacityConfirmed)]
    contradicts = [CONTRADICTS] if any(each.contradicted for each in stated) else []
    return contradicts + ([OLDER] if any(each.history for each in stated) else [])
