"""The doors of partners, and how the service is put together."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from services.codes import statements
from services.codes.access import ROLES, STAFF
from services.codes.registry import FRESH_DAYS, OLD_DAYS
from services.kernel import owners
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Refused
from services.kernel.eventlog import Outcome, Unit
from services.kernel.runtime import ServiceRuntime
from services.kernel.wiring import Reaction, Wiring
from services.partners import (
    answers,
    bodies,
    changing,
    exchanging,
    finding,
    handlers,
    linking,
    reaching,
    schemas,
    weighing,
)
from services.partners.changing import centre_of
from services.partners.domain.asked import OfferProgramme
from services.partners.domain.matching import MATCH
from services.partners.domain.outreach import OUTREACH
from services.partners.domain.places import PROGRAMME
from services.partners.domain.problems import PROBLEM
from services.partners.domain.proposals import PROPOSAL, Change
from services.partners.domain.registry import PARTNER, RegisterPartner
from services.partners.events import Told
from services.partners.projections import (
    adopted,
    details,
    free_places,
    history,
    keepers,
    links,
    matching,
    organisations,
    outreach,
    partners,
    past,
    problems,
    proposals,
    published,
    registry,
    reviews,
    spread,
    upstream,
    waiting,
)
from services.partners.projections.choosing import Chosen, cutoffs, start_of

OVER = (
    "ReferralWithdrawn", "ReferralExpired", "ReferralFailed", "ReferralEnded", "ReferralEnteredInError",
)  # fmt: skip
MAYBE_KNOWN = "maybe_known"

_over = Reaction(schemas.Referral(), handlers.when_over)
_answered = Reaction(schemas.Answer(), handlers.when_answered, problems.look_up)

WIRING = Wiring(
    service="partners",
    aggregates=(PARTNER, PROGRAMME, MATCH, PROPOSAL, OUTREACH, PROBLEM),
    projections=(
        owners.OWNERS,
        registry.REGISTRY,
        upstream.CASES,
        adopted.ADOPTED,
        past.PAST,
        organisations.ORGANISATIONS,
        keepers.KEEPERS,
        proposals.PROPOSALS,
        history.HISTORY,
        published.PUBLISHED,
        waiting.OPENED,
        outreach.OUTREACH,
        problems.PROBLEMS,
        reviews.REVIEWS,
        details.DETAILS,
        links.LINKS,
    ),
    hears={
        "intake": {
            type: () for type in ("CaseOpened", "CaseClosed", "CaseReopened", "PersonErased", owners.TRANSFER)
        },
        "screening": {
            "ScreeningStarted": (),
            "ScreeningCompleted": (Reaction(schemas.Screening(), handlers.when_screened, matching.get),),
            "PlanAgreed": (Reaction(schemas.Plan(), handlers.when_planned, matching.get),),
            "RulesAdopted": (),
            reviews.REVIEWED: (Reaction(schemas.Review(), handlers.when_reviewed, problems.look_up_review),),
        },
        "referral": {
            "ReferralSent": (Reaction(schemas.ReferralSent(), handlers.when_sent, upstream.get_who),),
            **{name: (_over,) for name in OVER},
            "ReferralAccepted": (Reaction(schemas.Referral(), handlers.when_accepted), _answered),
            "ReferralExpired": (_over, _answered),
            "ReferralEnteredInError": (_over, _answered),
            "ReferralDeclined": (Reaction(schemas.Decline(), handlers.when_declined), _answered),
            "ReferralDeclineSettled": (Reaction(schemas.Decline(), handlers.when_declined), _answered),
            "ReferralWaitlisted": (Reaction(schemas.Answer(), handlers.when_waitlisted),),
            "InterimStayAsked": (Reaction(schemas.Stay(), handlers.when_stay_asked, upstream.get_who),),
            "InterimStayBegun": (Reaction(schemas.Stay(), handlers.when_stay_begun),),
            "InterimStayEnded": (Reaction(schemas.Stay(), handlers.when_stay_ended),),
        },
    },
    timers=handlers.timers,
    when_due=handlers.when_due,
    invariants=registry.invariants,
)


def _warm(runtime: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    """What ranking is made from is read before anybody asks."""
    runtime.survey(matching.get_registry)
    runtime.survey(waiting.get_waiting)


class PartnersService(
    changing.Changing,
    exchanging.Exchanging,
    finding.Finding,
    linking.Linking,
    reaching.Reaching,
    weighing.Weighing,
):
    name = "partners"
    runtime = Runtime(WIRING, _warm)

    @command("partner.register", roles=STAFF, schema=schemas.RegisterPartner())
    def register_partner(self, call: Call, body: bodies.RegisterPartner) -> Outcome[answers.NewPartner]:
        partner_id, proposal_id = call.new_id("partner"), call.new_id("proposal")

        def work(unit: Unit) -> answers.NewPartner:
            reaching.require_origin(unit, call, body["outreach_id"])
            known = partners.list_alike(unit.db, body["name"], body["province"])
            unit.handle(PARTNER, partner_id, RegisterPartner(partner_id, **body))
            kept = keepers.works(unit.db, body["province"]) and not call.caller.sees(body["province"])
            keeper = body["province"] if kept else None
            new = Change(partner_id, None, "register", changing.described(body), None, instant(call.at))
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
        told: Told = {"name": body["name"], "path": body["path"], "rules": body["rules"]}
        self.require_adopted(told)
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
            details=body["details"],
            stated_at=instant(call.at),
            **body["capacity"],
        )

        told |= changing.stated(body["capacity"])
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
        """The registry is shared by all centres. `accepts_case` is for those who see the case."""
        chosen = self._chosen(call, body)
        return self.runtime.read(lambda db: partners.list_partners(db, chosen, body["limit"], body["cursor"]))

    @query("partner.list", roles=ROLES, schema=schemas.ChoosePartners())
    def provinces(self, call: Call, body: bodies.ChoosePartners) -> answers.Spread:
        """The same partners, counted by province."""
        chosen = self._chosen(call, body)
        return self.runtime.read(lambda db: spread.list_provinces(db, chosen))

    @query("partner.list", roles=ROLES, schema=schemas.WhenStale())
    def falling_stale(self, call: Call, body: bodies.WhenStale) -> answers.Falling:
        """When facts of the same partners fall stale."""
        chosen = self._chosen(call, body)
        periods = spread.list_periods(call.now, body["by"])
        return self.runtime.read(lambda db: spread.list_falling(db, chosen, periods))

    def _chosen(self, call: Call, body: bodies.ChoosePartners) -> Chosen:
        kept_by, case_id, first = body["kept_by"], body["accepts_case"], body["stale_from"]
        last = start_of(body["stale_until"]) if body["stale_until"] else call.now
        self._require_path(body["path"])
        return Chosen(
            cutoffs(last),
            q=body["q"],
            province=body["province"],
            kind=body["kind"],
            stale=body["stale"],
            not_yet=cutoffs(start_of(first) - timedelta(days=1)) if first else None,
            keeper_in=None if kept_by is None else (kept_by,),
            retired=body["retired"],
            path=body["path"],
            free=body["free"],
            among=self.accepting(call, case_id, body["path"], body["free"]) if case_id else None,
            contradicted=body["contradicted"],
        )

    @query("partner.confirm", roles=STAFF, schema=schemas.NoFields())
    def to_keep(self, call: Call, body: bodies.NoFields) -> answers.ToKeep:
        """How much of it waits for the asker's centres."""
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        return self.runtime.read(
            lambda db: answers.ToKeep(
                proposals=proposals.count_open(db, centres),
                stale=partners.count_stale(db, cutoffs(call.now), centres),
                problems=problems.count_open(db, centres),
            )
        )

    @query("partner.register", roles=STAFF, schema=schemas.NamedPartner())
    def alike(self, call: Call, body: bodies.NamedPartner) -> answers.AlikePartners:
        """Which partners may be this one, before it is registered."""
        return {"items": self.runtime.read(lambda db: partners.list_alike(db, **body))}

    @query("partner.list", roles=ROLES, schema=schemas.FreePlaces())
    def free_places(self, call: Call, body: bodies.FreePlaces) -> answers.FreePlaces:
        """Programmes with places free, the latest stated first. `age`: how old the partner's statement is."""
        self._require_path(body["path"])
        fresh, old = (instant(statements.earliest(call.now, days)) for days in (FRESH_DAYS, OLD_DAYS))
        return self.runtime.read(lambda db: free_places.list_free(db, fresh, old, **body))

    @query("partner.read", roles=ROLES, schema=schemas.ReadPartner())
    def partner(self, call: Call, body: bodies.ReadPartner) -> answers.Partner:
        """The partner with its programmes and their places."""
        return self._partner(call, body["partner_id"])

    def _partner(self, call: Call, partner_id: str) -> answers.Partner:
        stale = cutoffs(call.now)
        return self.runtime.get_or_pull(partial(partners.get, partner_id=partner_id, stale=stale))

    @query("partner.read", roles=ROLES, schema=schemas.ReadNames())
    def names(self, call: Call, body: bodies.ReadNames) -> answers.Names:
        """What programmes are called, those that are known."""
        return {"items": self.runtime.read(lambda db: partners.list_names(db, body["programme_ids"]))}
