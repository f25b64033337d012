"""The standing link of a partner without an account: who keeps the partner makes and revokes it; whoever reads the
registry sees that there is one."""

from functools import partial

from services.codes.access import READERS, STAFF
from services.kernel.doors import Call, Doors, command, query
from services.kernel.errors import Forbidden
from services.kernel.eventlog import Outcome, Unit
from services.partners import answers, bodies, schemas
from services.partners.changing import centre_of
from services.partners.domain.registry import PARTNER, MakeLink, RevokeLink
from services.partners.projections import keepers, links
from services.thai.order import require_order


class Linking(Doors):
    @command("partner.link", roles=STAFF, schema=schemas.ReadPartner())
    def make_link(self, call: Call, body: bodies.ReadPartner) -> Outcome[answers.LinkChanged]:
        """An earlier link opens nothing any more. NotFound for an unknown partner."""
        return self._of_link(call, body["partner_id"], MakeLink(call.new_id("link")))

    @command("partner.link", roles=STAFF, schema=schemas.RevokeLink())
    def revoke_link(self, call: Call, body: bodies.RevokeLink) -> Outcome[answers.LinkChanged]:
        return self._of_link(call, body["partner_id"], RevokeLink(body["reason"]))

    @query("partner.link", roles=(*READERS, "partner"), schema=schemas.ReadPartner())
    def standing_link(self, call: Call, body: bodies.ReadPartner) -> answers.StandingLink:
        """Which one works. NotFound for an unknown partner."""
        partner_id = body["partner_id"]
        self.runtime.get_or_pull(partial(keepers.get_keeper, partner_id=partner_id))
        if call.caller.partner_id not in (None, partner_id):
            raise Forbidden("A partner's link is for its own partner only.")
        return self.runtime.read(lambda db: links.get(db, partner_id))

    def _of_link(
        self, call: Call, partner_id: str, change: MakeLink | RevokeLink
    ) -> Outcome[answers.LinkChanged]:
        keeper = self.runtime.get_or_pull(partial(keepers.get_keeper, partner_id=partner_id))
        if not call.caller.sees(keeper):
            raise Forbidden("Another centre keeps this partner.")

        def work(unit: Unit) -> answers.LinkChanged:
            if unit.handle(PARTNER, partner_id, change, call.if_match):
                require_order(call.at, {"the link was made": links.get(unit.db, partner_id)["made_at"]})
            return {"version": unit.version(PARTNER, partner_id)}

        return self.runtime.execute(call.envelope(centre_of(call, keeper)), work)
