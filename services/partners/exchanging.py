"""The registry goes out to others, in pages that anybody may read."""

from services.kernel.doors import Call, Doors, query
from services.partners import answers, bodies, schemas
from services.partners.projections import partners, published

STRANGERS = ("system",)  # the front door asks for those who have no account


class Exchanging(Doors):
    @query("partner.publish", roles=STRANGERS, schema=schemas.Published())
    def published_partners(self, call: Call, body: bodies.Published) -> answers.PublishedPartners:
        """Retired ones too: whoever keeps a copy must hear of it."""
        stale = partners.cutoffs(call.now)
        return self.runtime.read(lambda db: published.list_partners(db, body, stale))

    @query("partner.publish", roles=STRANGERS, schema=schemas.Published())
    def published_programmes(self, call: Call, body: bodies.Published) -> answers.PublishedProgrammes:
        stale = partners.cutoffs(call.now)
        return self.runtime.read(lambda db: published.list_programmes(db, body, stale))

    @query("partner.publish", roles=STRANGERS, schema=schemas.ModifiedProgrammes())
    def modified_programmes(self, call: Call, body: bodies.Published) -> answers.ModifiedProgrammes:
        """What there is, without what it is."""
        return self.runtime.read(lambda db: published.list_modified(db, body))
