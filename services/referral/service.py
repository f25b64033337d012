"""Referral's doors and wiring. Each door parses, hands over one command or question, and answers.

Long because sending and the steps that follow it are decided by the same doors.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import orjson
from sqlalchemy import Connection, RowMapping

from services.codes.access import CASE_READERS, STAFF
from services.codes.coarse import coarse
from services.codes.decisions import DIED, FIT_SECONDS, PERSON_DIED, fit_warnings
from services.codes.procedure import Book, window_on
from services.codes.procedure.reckoning import windows
from services.kernel import owners
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import ALL_CENTRES, SYSTEM, instant
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Unavailable, naming
from services.kernel.eventlog import Outcome, Unit
from services.kernel.wiring import Reaction, Wiring
from services.referral import (
    answers,
    bodies,
    closing,
    disclosing,
    exchanging,
    handlers,
    ordering,
    reading,
    schemas,
    staying,
    sweeping,
)
from services.referral.domain.closures import CLOSURES
from services.referral.domain.commands import SendReferral, StandDown
from services.referral.domain.life_cycle import REFERRAL, why_untold
from services.referral.domain.placement import MOVING, PLACEMENT, MoveReferral
from services.referral.domain.stays import STAYS
from services.referral.domain.steps import ENDING, LIFE_CYCLE, Circumstances, step_named, steps_after
from services.referral.domain.words import (
    AWAITING_ANSWER,
    OVER,
    Place,
    Status,
)
from services.referral.projections import (
    closed_paths,
    closures,
    consents,
    following,
    referrals,
    running,
    stays,
    terms,
    upstream,
)
from services.thai.dates import bangkok_day
from services.thai.order import require_order

PLACE_SECONDS = 5.0
DIRECTOR = "director"
TOLD = "told"
DISCLOSE = "disclose"  # what may be done of a referral besides its steps
OWN_WORDS = ("link", "system")  # the channels of what a partner says itself: by its link, by its account
SEALED = (
    "said_by",
    "note",
    "to",
    "wellbeing",
    "escort",
    "handed_to",
)  # fields of steps, and of what they answer
SEE_REFERRALS = (*CASE_READERS, "partner")
# Of these the ministry reads an outline: not where a person was sent, nor why not.
READERS = (*SEE_REFERRALS, "ministry")


def _open_of_case(db: Connection, heard: Mapping[str, str]) -> dict[str, list[tuple[str, str]] | str | None]:
    """What ends with a case."""
    return {**referrals.get_open(db, heard), "staying": stays.get_staying(db, heard["case_id"])}


def _of_place(db: Connection, heard: Mapping[str, str | bool]) -> dict[str, str | Book | None]:
    return {**stays.get_of_place(db, heard), **terms.get_of_referral(db, heard)}


WIRING = Wiring(
    service="referral",
    aggregates=(REFERRAL, PLACEMENT, STAYS, CLOSURES),
    projections=(
        owners.OWNERS,
        referrals.REFERRALS,
        upstream.UPSTREAM,
        closed_paths.CLOSED_PATHS,
        stays.STAYS,
        consents.CONSENTS,
        terms.TERMS,
        closures.CLOSURES,
    ),
    hears={
        "intake": {
            "CaseOpened": (),
            owners.TRANSFER: (),
            "CaseClosed": (Reaction(schemas.CaseClosed(), handlers.when_case_closed, _open_of_case),),
            "CaseReopened": (Reaction(schemas.CaseReopened(), handlers.when_case_reopened),),
            "ConsentRecorded": (),
            "ConsentWithdrawn": (
                Reaction(schemas.ConsentWithdrawn(), handlers.when_consent_withdrawn, referrals.list_resting),
            ),
        },
        "screening": {
            "ScreeningCompleted": (),
            "PlanAgreed": (),
            "RatificationDecided": (),
            "RulesAdopted": (),
        },
        "partners": {
            **{type: () for type in (*upstream.PROGRAMME_FACTS, *upstream.PARTNER_FACTS)},
            "PlaceReserved": (Reaction(schemas.PlaceReserved(), handlers.when_place_reserved, _of_place),),
            "PlaceRefused": (Reaction(schemas.PlaceRefused(), handlers.when_place_refused, _of_place),),
        },
    },
    timers=handlers.timers,
    when_due=handlers.when_due,
    look_up_due=terms.list_for_deadlines,
    invariants=referrals.invariants,
    keeps=coarse,
)


def _in_order(call: Call, step: str, row: RowMapping) -> None:
    """A step is not dated before the one before it; follow-ups only not before the placement, for they may be written
    down in any order."""
    if step == "follow-up":
        require_order(call.at, {"the placement was confirmed": row["placed_at"]})
    else:
        require_order(
            call.at, {"the referral was sent": row["sent_at"], "the step before it": row["last_at"]}
        )


def _steps(call: Call, referral: answers.Referral, died: bool) -> list[str]:
    """The steps that may be taken now; a partner is told its own."""
    names = steps_after(
        Status(referral["status"]),
        Place(referral["place"]),
        referral["told"],
        bool(referral["final_at"] and instant(call.now) < referral["final_at"]),
        home=referral["programme_id"] is None,
        died=died,
        in_review=referral["in_review"],
    )
    if call.caller.role == "partner":
        return [name for name in names if LIFE_CYCLE[name].by_partner]
    return [name for name in names if call.caller.role == DIRECTOR or not LIFE_CYCLE[name].of_review]


def _may(call: Call, referral: answers.Referral, died: bool) -> list[str]:
    """What the caller may do of a referral that is theirs; `died`: an ending says that the person did."""
    if call.caller.role not in (*STAFF, "partner"):
        return []
    staff, status, place = call.caller.role in STAFF, Status(referral["status"]), Place(referral["place"])
    tells = staff and not died and why_untold(status, place) is None
    return [*_steps(call, referral, died), *([DISCLOSE] if tells else [])]


class ReferralService(
    closing.Closing, disclosing.Disclosing, ordering.Ordering, staying.Staying, exchanging.Exchanging
):
    name = "referral"
    runtime = Runtime(WIRING, after_start=sweeping.finish)

    @command("referral.send", roles=STAFF, schema=schemas.SendReferral())
    def send(self, call: Call, body: bodies.SendReferral) -> Outcome[answers.NewReferral]:
        """Answers once a place is reserved or refused, at most 5 s later (else pending); of a return to the
        family, which needs none, at once."""
        case_id, programme_id, consent_id = body["case_id"], body["programme_id"], body["consent_id"]
        with naming("case_id"):
            case = self._own_case(call, case_id)
        programme = self._programme(programme_id) if programme_id is not None else None
        plan = self._upstream(
            lambda db: upstream.get_plan(db, case_id),
            lambda plan: plan.covers(programme) and not plan.closed,
            "screening",
        )
        recorded = self._consent(case_id, consent_id) if consent_id else None
        follows = {
            "the case was opened": case.opened,
            "the plan was agreed": plan.agreed if plan else None,
            "the consent was given": recorded.at if recorded else None,
        }
        now_given = body["consent"] or {"status": recorded.status if recorded else "", "witness": None}
        witness = now_given["witness"] or None
        if witness or body["family"]:
            self.runtime.ensure_key(call, case.person_id)
        referral_id = call.new_id("referral")
        warnings = self._fit(call, case_id, programme_id) if programme_id is not None else []
        passed = self._passed_over(call, case_id, programme) if programme else None

        def work(unit: Unit) -> answers.SentReferral:
            require_order(call.at, follows)
            closed = upstream.is_closed(unit.db, case_id)
            sending = SendReferral(
                referral_id=referral_id,
                case=replace(case, closed=closed, died=bool(referrals.list_died(unit.db, [case_id]))),
                programme=programme,
                plan=plan,
                consent=now_given["status"],
                witness=witness,
                waitlist=bool(body["waitlist"]),
                already_open=referrals.is_open(unit.db, case_id, programme_id),
                now=call.now,
                family=body["family"],
                asked=referrals.count_asked(unit.db, case_id),
                consent_id=consent_id,
                data_refused=consents.is_data_refused(unit.db, case_id) and programme is not None,
                terms=terms.get(unit.db, case.centre, bangkok_day(call.now)),
                passed_over=passed,
                passed_for=body["out_of_order"],
            )
            if unit.handle(REFERRAL, referral_id, sending, expected=call.if_match):
                self._move(unit, case_id, referral_id, closed)
            return {"referral_id": referral_id, "warnings": warnings, "out_of_order": passed}

        outcome = self.runtime.execute(call.envelope(case.centre), work)
        # The stored answer is of the moment of sending; whoever asks, and asks again, is told what came of it.
        referral_id = outcome.answer["referral_id"]
        answered = self.runtime.until(lambda db: referrals.get_with_place(db, referral_id), PLACE_SECONDS)
        now = answered or self._referral(referral_id)
        answer: answers.NewReferral = {
            "referral_id": referral_id,
            "status": now["status"],
            "place": now["place"],
            "version": now["version"],
            "warnings": outcome.answer.get("warnings", []),  # an earlier version kept none
            "out_of_order": outcome.answer.get("out_of_order"),
        }
        return Outcome(answer, outcome.position)

    def _consent(self, case_id: str, consent_id: str) -> consents.Consent:
        """A consent to be referred that was recorded of the case, and that stands as intake has it now."""
        self.runtime.catch_up("intake")
        found = self.runtime.read(lambda db: consents.get(db, consent_id))
        if found is None or found.case_id != case_id or found.kind != "referral":
            raise Refused("consent_unknown", "This is no consent of this case to be referred.")
        if found.withdrawn:
            raise Refused("consent_withdrawn", "The person took this consent back.")
        return found

    def _fit(self, call: Call, case_id: str, programme_id: str) -> list[str]:
        """What partners' matching says of the programme a person is sent to, as warnings."""
        body = {"case_id": case_id, "programme_ids": [programme_id], "wait": FIT_SECONDS / 2}
        try:
            told = self.runtime.ask("partners", "matches", call, body, FIT_SECONDS)
        except (Unavailable, NotFound, Forbidden, Invalid):
            return fit_warnings(())
        return fit_warnings([each["verdict"] for each in told["candidates"]])

    @command("referral.step", roles=(*STAFF, "partner"), schema=schemas.StepReferral())
    def step(self, call: Call, body: bodies.StepReferral) -> Outcome[answers.ReferralStatus]:
        """A partner gives its own answer; the centre's staff may take every step."""
        referral_id, step = body["referral_id"], body["step"]
        referral = self._own(call, referral_id)
        if call.caller.role == "partner" and not LIFE_CYCLE[step].by_partner:
            raise Forbidden(f"A partner does not {step} a referral.")
        if (LIFE_CYCLE[step].of_review or "asks" in body) and call.caller.role != DIRECTOR:
            raise Forbidden("Only the director accepts a no that is reviewed, or sends it back.")
        if not referral["secured"] and referral["programme_id"] is not None:
            self._upstream(lambda db: referrals.get(db, referral_id), lambda row: row["secured"], "partners")
        words = {name: value for name, value in body.items() if name in schemas.FIELDS[step]}
        if words.keys() & SEALED:
            self.runtime.ensure_key(call, referral["person_id"])

        def work(unit: Unit) -> answers.ReferralStatus:
            row = referrals.get(unit.db, referral_id)
            assert row is not None, "it was found before"
            if step not in ENDING and referrals.list_died(unit.db, [row["case_id"]]):
                raise Refused("person_died", PERSON_DIED)
            taking = step_named(step, words, self._circumstances(call, unit.db, row, body))
            if unit.handle(REFERRAL, referral_id, taking, expected=call.if_match):
                _in_order(call, step, row)
                self._move(unit, row["case_id"], referral_id)
                status = unit.state(REFERRAL, referral_id).status
                staying.resolve(unit, row["case_id"], row["person_id"], status)
                if (
                    step == TOLD and body.get("how") == disclosing.BY_ACCOUNT
                ):  # there it reads what it decides by
                    disclosing.give(unit, row, disclosing.BY_ACCOUNT)
            status = unit.state(REFERRAL, referral_id).status
            return {"status": status.value, "version": unit.version(REFERRAL, referral_id)}

        return self.runtime.execute(call.envelope(referral["centre"]), work)

    def _circumstances(
        self, call: Call, db: Connection, row: RowMapping, body: bodies.StepReferral
    ) -> Circumstances:
        by_link = call.caller.role == "partner" and body.get("by_channel") in OWN_WORDS
        on = bangkok_day(call.at)
        holds = terms.get(db, row["centre"], bangkok_day(call.now))
        own = orjson.loads(row["follow_ups"]) or windows(holds, on)
        return Circumstances(call.now, on, window_on(on, own), by_link, holds)

    def _move(self, unit: Unit, case_id: str, referral_id: str, closed: bool = False) -> None:
        """What a referral now is to its case's one placement, decided in view of the case's others. Once one partner
        says yes, the others are not asked any more; once one ending says that the person died, all others end."""
        status = unit.state(REFERRAL, referral_id).status
        if status not in MOVING:
            return
        rows = [(id, last_at) for id, last_at in referrals.list_open(unit.db, case_id) if id != referral_id]
        others = {id: unit.state(REFERRAL, id).status for id, _ in rows}
        moving = MoveReferral(case_id, referral_id, status, others, closed)
        moved = unit.handle(PLACEMENT, case_id, moving)
        died = unit.state(REFERRAL, referral_id).died
        if not moved or not (died or status == Status.ACCEPTED):
            return
        # Whose yes it was is not the others' to know.
        end = (
            StandDown("person_died", "person", DIED)
            if died
            else StandDown("placed_elsewhere", "system", "other")
        )
        envelope = unit.envelope
        for id, last_at in rows:
            if died or others[id] in AWAITING_ANSWER | OVER:
                unit.envelope = replace(envelope, actor=SYSTEM.user, time=max(envelope.time, last_at))
                unit.handle(REFERRAL, id, end)
        unit.envelope = envelope

    @query("referral.read", roles=READERS, schema=schemas.ReadReferral())
    def referral(
        self, call: Call, body: bodies.ReadReferral
    ) -> answers.ReferralWithHistory | answers.OutlineWithHistory:
        """The referral with its history; the centre's staff also read who said what. A partner reads it as it stands
        once what the person took back was heard."""
        if call.caller.role == "partner":
            self.runtime.catch_up("intake")
        referral = self._referral(body["referral_id"])
        untold = call.caller.role == "partner" and not referral["secured"]
        if untold or not reading.is_theirs(call, referral):
            raise NotFound("referral")
        id = body["referral_id"]
        history = self.runtime.read(lambda db: referrals.list_steps(db, id))
        died = self._died(referral["case_id"])
        if call.caller.role not in SEE_REFERRALS:
            return {
                **referrals.outline(referrals.public(referral)),
                "history": [referrals.outline_step(item) for item, _ in history],
            }
        if call.caller.role == "partner":
            shown, steps = (
                referrals.public(referral),
                partial(referrals.list_steps_for_partner, referral_id=id),
            )
            may = _may(call, shown, died)
            shown["deadlines"] = running.of_partner(shown["deadlines"])
            return {**shown, "may": may, "history": self.runtime.read(steps), "follow_ups": []}
        if call.caller.role in STAFF and any(sealed for _, sealed in history):
            read = REFERRAL.stream(body["referral_id"]), referral["person_id"]
            self.runtime.note_access(call.caller.user, "history", [read])
            for item, sealed in history:
                reading.unseal(self.runtime, item, sealed, referral["person_id"])
        shown = referrals.public(referral)
        over = shown["status"] != Status.PLACED
        return {
            **shown,
            "may": _may(call, shown, died),
            "history": [item for item, _ in history],
            "follow_ups": following.schedule(orjson.loads(referral["follow_ups"]), over),
        }

    @query("referral.read", roles=(*STAFF, "member", "partner"), schema=schemas.ReadReferral())
    def steps(self, call: Call, body: bodies.ReadReferral) -> list[answers.PossibleStep]:
        """The steps that may be taken of a referral now. Staff may also take a partner's, who said it; a partner is
        told its own."""
        referral = self._own(call, body["referral_id"])
        if call.caller.role == "partner" and not referral["secured"]:
            raise NotFound("referral")
        return [
            {
                "step": name,
                "fields": schemas.fields_of(name),
                "by": "partner" if LIFE_CYCLE[name].by_partner else "staff",
            }
            for name in _steps(call, referrals.public(referral), self._died(referral["case_id"]))
        ]

    @query("referral.list", roles=READERS, schema=schemas.ListReferrals())
    def referrals(
        self, call: Call, body: bodies.ListReferrals
    ) -> answers.Referrals | answers.ReferralOutlines:
        """Newest first."""
        centre, partner_id = body["centre"], call.caller.partner_id
        if centre is not None and partner_id is None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        seen = None if partner_id is not None or ALL_CENTRES in call.caller.centres else call.caller.centres
        centres = seen if centre is None else (centre,)
        found = self.runtime.read(
            lambda db: referrals.list_referrals(
                db,
                centres=centres,
                partner_id=partner_id,
                status=body["status"],
                case_id=body["case_id"],
                referral_ids=body["referral_ids"],
                limit=body["limit"],
                cursor=body["cursor"],
            )
        )
        if call.caller.role not in SEE_REFERRALS:
            return {"items": [referrals.outline(row) for row in found["items"]], "next": found["next"]}
        cases = {row["case_id"] for row in found["items"]}
        died = self.runtime.read(lambda db: referrals.list_died(db, cases))
        for row in found["items"]:
            row["may"] = _may(call, row, row["case_id"] in died)
            if partner_id is not None:
                row["deadlines"] = running.of_partner(row["deadlines"])
        return found

    @query("user.hand_over", roles=("admin",), schema=schemas.OfUser())
    def in_hands(self, call: Call, body: bodies.OfUser) -> answers.ReferralsInHands:
        """Referrals that a user sent and that are not over, ids only."""
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        return {"items": self.runtime.read(lambda db: referrals.list_in_hands(db, body["user"], centres))}

    def _died(self, case_id: str) -> bool:
        return bool(self.runtime.read(lambda db: referrals.list_died(db, [case_id])))
