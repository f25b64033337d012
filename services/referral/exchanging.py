"""What other systems read of referrals: each whole, by when something of it was last recorded."""

from services.codes.access import STAFF
from services.kernel.doors import Call, query
from services.kernel.envelope import ALL_CENTRES
from services.referral import answers, bodies, reading, schemas
from services.referral.projections import records


class Exchanging(reading.Reading):
    @query("referral.exchange", roles=(*STAFF, "partner"), schema=schemas.ListRecords())
    def records(self, call: Call, body: bodies.ListRecords) -> answers.ReferralRecords:
        """A partner's own, as it reads them; the staff's those of their centres. A partner reads them as they stand
        once what the person took back was heard."""
        partner_id = call.caller.partner_id
        if partner_id is not None:
            self.runtime.catch_up("intake")
        everywhere = partner_id is not None or ALL_CENTRES in call.caller.centres
        centres = None if everywhere else call.caller.centres
        return self.runtime.read(lambda db: records.list_records(db, body, centres, partner_id))
