"""A partner joins the registry, once."""

from dataclasses import dataclass

from services.kernel.decider import Aggregate, Decider
from services.partners.events import Contact, PartnerRegistered


@dataclass(frozen=True)
class RegisterPartner:
    partner_id: str
    name: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    contact: Contact


Partner = PartnerRegistered | None


def decide(command: RegisterPartner, partner: Partner) -> list[PartnerRegistered]:
    if partner is not None:
        return []
    c = command
    return [
        PartnerRegistered(
            c.partner_id, c.name, c.kind, c.under_ministry, c.province, c.subdistrict, c.contact
        )
    ]


def evolve(partner: Partner, event: PartnerRegistered) -> Partner:
    return event


PARTNER: Aggregate[RegisterPartner, Partner, PartnerRegistered] = Aggregate(
    "partner", Decider(decide, evolve, initial=None), (PartnerRegistered,), "partner"
)
