"""The doors of partners, and how the service is put together."""

from dataclasses import replace
from datetime import date
from functools import partial

from services.codes import ages, statements
from services.codes.access import ROLES, STAFF
from services.codes.registry import FRESH_DAYS, OLD_DAYS
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import ALL_CENTRES, instant, moment
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Unavailable
from services.kernel.eventlog import Outcome, Unit
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.wiring import Reaction, Wiring
from services.partners import answers, bodies, changing, exchanging, handlers, schemas
from services.partners.changing import centre_of
from services.partners.domain import candidates, ranking
from services.partners.domain.matching import MATCH
from services.partners.domain.places import PROGRAMME, OfferProgramme
from services.partners.domain.proposals import PROPOSAL, Change
from services.partners.domain.registry import PARTNER, RegisterPartner
from services.partners.events import Told
from services.partners.projections import (
    free_places,
    history,
    keepers,
    matching,
    partners,
    past,
    proposals,
    published,
    registry,
    upstream,
)
from services.thai import dates

OVER = (
    "ReferralWithdrawn", "ReferralExpired", "ReferralFailed", "ReferralEnded", "ReferralEnteredInError",
)  # fmt: skip
AGE_SECONDS = 2.0  # to ask intake for an age
MAYBE_KNOWN = "maybe_known"

_over = Reaction(schemas.Referral(), handlers.when_over)

WIRING = Wiring(
    service="partners",
    aggregates=(PARTNER, PROGRAMME, MATCH, PROPOSAL),
    projections=(
        registry.REGISTRY,
        upstream.CASES,
        past.PAST,
        keepers.KEEPERS,
        proposals.PROPOSALS,
        history.HISTORY,
        published.PUBLISHED,
    ),
    hears={
        "screening": {
            "ScreeningStarted": (),
            "ScreeningCompleted": (Reaction(schemas.Screening(), handlers.when_screened, matching.get),),
            "PlanAgreed": (Reaction(schemas.Plan(), handlers.when_planned, matching.get),),
        },
        "referral": {
            "ReferralSent": (Reaction(schemas.ReferralSent(), handlers.when_sent),),
            "ReferralAccepted": (Reaction(schemas.Referral(), handlers.when_accepted),),
            **{name: (_over,) for name in OVER},
            "ReferralDeclined": (Reaction(schemas.Decline(), handlers.when_declined),),
            "ReferralDeclineSettled": (Reaction(schemas.Decline(), handlers.when_declined),),
            "ReferralWaitlisted": (Reaction(schemas.Answer(), handlers.when_waitlisted),),
        },
    },
    invariants=registry.invariants,
)


class PartnersService(changing.Changing, exchanging.Exchanging):
    name = "partners"
    runtime = Runtime(WIRING)

    @command("partner.register", roles=STAFF, schema=schemas.RegisterPartner())
    def register_partner(self, call: Call, body: bodies.RegisterPartner) -> Outcome[answers.NewPartner]:
        partner_id, proposal_id = call.new_id("partner"), call.new_id("proposal")

        def work(unit: Unit) -> answers.NewPartner:
            known = partners.list_alike(unit.db, body["name"], body["province"])
            unit.handle(PARTNER, partner_id, RegisterPartner(partner_id, **body))
            kept = keepers.works(unit.db, body["province"]) and not call.caller.sees(body["province"])
            keeper = body["province"] if kept else None
            new = Change(partner_id, None, "register", _described(body), None, instant(call.at))
            return {
                "partner_id": partner_id,
                "version": unit.version(PARTNER, partner_id),
                "warnings": [MAYBE_KNOWN] if known else [],
                "maybe_known": known,
                "confirmation": changing.to_confirm(unit, proposal_id, new, keeper),
            }

        return self.runtime.execute(call.envelope(centre_of(call, body["province"])), work)

    @command("programme.offer", roles=STAFF, schema=schemas.OfferProgramme())
    def offer_programme(self, call: Call, body: bodies.OfferProgramme) -> Outcome[answers.NewProgramme]:
        """NotFound for an unknown partner."""
        programme_id, proposal_id = call.new_id("programme"), call.new_id("proposal")
        partner = self._partner(call, body["partner_id"])
        offer = OfferProgramme(
            programme_id=programme_id,
            partner_id=partner["partner_id"],
            partner=partner["name"],
            kind=partner["kind"],
            under_ministry=partner["under_ministry"],
            province=partner["province"],
            subdistrict=partner["subdistrict"],
            name=body["name"],
            path=body["path"],
            rules=body["rules"],
            stated_at=instant(call.at),
            **body["capacity"],
        )

        told: Told = {"name": body["name"], "path": body["path"], "rules": body["rules"]}
        told |= {"total": body["capacity"]["total"], "free": body["capacity"]["free"]}
        new = Change(partner["partner_id"], programme_id, "offer", told, None, instant(call.at))

        def work(unit: Unit) -> answers.NewProgramme:
            if unit.state(PARTNER, partner["partner_id"]).retired:
                raise Refused("retired", "The partner is retired: take it up again first.")
            unit.handle(PROGRAMME, programme_id, offer)
            keeper = keepers.get_keeper(unit.db, partner["partner_id"])
            return {
                "programme_id": programme_id,
                "version": unit.version(PROGRAMME, programme_id),
                "confirmation": changing.to_confirm(
                    unit, proposal_id, new, None if keeper and call.caller.sees(keeper) else keeper
                ),
            }

        return self.runtime.execute(call.envelope(centre_of(call, partner["province"])), work)

    @query("partner.list", roles=ROLES, schema=schemas.ListPartners())
    def partners(self, call: Call, body: bodies.ListPartners) -> answers.Partners:
        """The registry is shared by all centres."""
        kept_by = body["kept_by"]
        return self.runtime.read(
            lambda db: partners.list_partners(
                db, partners.cutoffs(call.now), body["q"], body["province"], body["kind"], body["stale"],
                None if kept_by is None else (kept_by,), body["retired"], body["limit"], body["cursor"],
            )
        )  # fmt: skip

    @query("partner.confirm", roles=STAFF, schema=schemas.NoFields())
    def to_keep(self, call: Call, body: bodies.NoFields) -> answers.ToKeep:
        """How much of it waits for the asker's centres."""
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        return self.runtime.read(
            lambda db: answers.ToKeep(
                proposals=proposals.count_open(db, centres),
                stale=partners.count_stale(db, partners.cutoffs(call.now), centres),
            )
        )

    @query("partner.register", roles=STAFF, schema=schemas.NamedPartner())
    def alike(self, call: Call, body: bodies.NamedPartner) -> answers.AlikePartners:
        """Which partners may be this one, before it is registered."""
        return {"items": self.runtime.read(lambda db: partners.list_alike(db, **body))}

    @query("partner.list", roles=ROLES, schema=schemas.FreePlaces())
    def free_places(self, call: Call, body: bodies.FreePlaces) -> answers.FreePlaces:
        """Programmes with places free, the latest stated first. `age`: how old the partner's statement is."""
        fresh, old = (instant(statements.earliest(call.now, days)) for days in (FRESH_DAYS, OLD_DAYS))
        return self.runtime.read(lambda db: free_places.list_free(db, fresh, old, **body))

    @query("partner.read", roles=ROLES, schema=schemas.ReadPartner())
    def partner(self, call: Call, body: bodies.ReadPartner) -> answers.Partner:
        """The partner with its programmes and their places."""
        return self._partner(call, body["partner_id"])

    def _partner(self, call: Call, partner_id: str) -> answers.Partner:
        stale = partners.cutoffs(call.now)
        return self.runtime.get_or_pull(partial(partners.get, partner_id=partner_id, stale=stale))

    @query("partner.read", roles=ROLES, schema=schemas.ReadNames())
    def names(self, call: Call, body: bodies.ReadNames) -> answers.Names:
        """What programmes are called, those that are known."""
        return {"items": self.runtime.read(lambda db: partners.list_names(db, body["programme_ids"]))}

    @query("case.matches", roles=(*STAFF, "member"), schema=schemas.Matches())
    def matches(self, call: Call, body: bodies.Matches) -> answers.Matches:
        """All programmes ranked for a case as of now, or those asked for, a page at a time. A candidate keeps its rank
        among all, whatever is asked for."""
        case_id, wait = body["case_id"], body["wait"]
        case = self._case(call, case_id, wait)
        if case is not None and not call.caller.sees(case.centre):
            raise NotFound("case")
        screened = case and (
            case.screened or self.runtime.long_until(partial(upstream.get_screened, case_id=case_id), wait)
        )
        if screened is None:
            return {
                "computed_at": None,
                "rules_version": None,
                "counts": ranking.NONE,
                "provinces": {},
                "candidates": [],
                "next": None,
            }
        return self._ranked(call, screened, body)

    def _case(self, call: Call, case_id: str, wait: float) -> upstream.Case | None:
        """A case we know, or hear of in time, for screening itself may not have heard of it yet; None where intake has
        it and nobody else so far. Nobody waits for one that is not there."""
        find = partial(upstream.get, case_id=case_id)
        try:
            return self.runtime.get_or_pull(find, "screening")
        except NotFound:
            if not wait:
                raise
        today = dates.bangkok_day(call.now).isoformat()
        self.runtime.ask("intake", "age", call, {"case_id": case_id, "day": today}, AGE_SECONDS)
        return self.runtime.long_until(find, wait)

    def _of_age(self, call: Call, screened: ranking.Screened, day: date) -> ranking.Screened:
        """With the age on the day by the birth date, which intake alone knows, where a birthday may have come since the
        screening; if intake cannot be asked, the age may be either."""
        facts = screened.facts
        if not facts.get("age") or facts["age"]["on"] >= day.isoformat():
            return screened
        body = {"case_id": screened.case_id, "day": day.isoformat()}
        try:
            known = self.runtime.ask("intake", "age", call, body, AGE_SECONDS)["age"]
        except (Unavailable, NotFound, Forbidden, Invalid):
            return screened
        age = ages.narrowed(ages.aged(facts["age"], day), known and ages.aged(ages.of_case(known), day))
        return replace(screened, facts={**facts, "age": age})

    def _ranked(self, call: Call, screened: ranking.Screened, body: bodies.Matches) -> answers.Matches:
        """The cursor keeps the first page's moment and screening, so that all pages are ranked alike."""
        computed_at, key = instant(call.now), -1
        if body["cursor"]:
            computed_at, key = _continued(body["cursor"], screened)
        screened = self._of_age(call, screened, dates.bangkok_day(moment(computed_at)))
        ranked = ranking.rank(self.runtime.read(matching.get_registry), screened, moment(computed_at))
        wanted = ranked.where(
            body["verdict"], body["path"], body["province"], body["outside"], body["programme_ids"]
        )
        left = wanted[wanted >= ranked.after(key)]
        places = [int(position) for position in left[: body["limit"]]]
        return {
            "computed_at": computed_at,
            "rules_version": screened.rules_version,
            "counts": ranked.counts,
            "provinces": ranked.by_province(wanted),
            "candidates": [candidates.candidate(ranked, position) for position in places],
            "next": make_cursor([computed_at, screened.screening_id, int(ranked.keys[places[-1]])])
            if len(left) > body["limit"]
            else None,
        }


def _described(body: bodies.RegisterPartner) -> Told:
    """What a registration says of a partner."""
    contact = {way: str(told) for way, told in body["contact"].items()}
    return {
        "name": body["name"], "kind": body["kind"], "under_ministry": body["under_ministry"],
        "province": body["province"], "subdistrict": body["subdistrict"], "contact": {**contact},
    }  # fmt: skip


def _continued(cursor: str, screened: ranking.Screened) -> tuple[str, int]:
    """(the first page's moment, the last sort key shown); Invalid when the cursor is broken or of another screening."""
    computed_at, screening_id, key = page_cursor(cursor, 3)
    try:
        moment(computed_at)
        key = int(key)
    except (TypeError, ValueError):
        raise Invalid({"cursor": ["Not a cursor of this list."]}) from None
    if screening_id != screened.screening_id:
        raise Invalid({"cursor": ["The case was screened again; begin with the first page."]})
    return computed_at, key
