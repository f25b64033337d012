"""A partner in the registry: it joins once, and is then kept true - corrected, confirmed, retired, taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.questions import Json
from services.partners.domain.details import PARTNER_DETAILS, PEOPLE, apart, together
from services.partners.events import (
    Contact,
    Coordinator,
    Origin,
    PartnerCorrected,
    PartnerDetails,
    PartnerEvent,
    PartnerRegistered,
    PartnerReopened,
    PartnerRetired,
    PartnerVerified,
    StandingLinkMade,
    StandingLinkRevoked,
    Told,
)
from services.thai import areas

FIELDS = ("name", "kind", "under_ministry", "province", "subdistrict", "contact", "rules", "network_id")
AT_FIRST: Mapping[str, Json] = {"rules": {}, "network_id": None}  # what is said of a partner only later


@dataclass(frozen=True)
class RegisterPartner:
    partner_id: str
    name: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    contact: Contact
    outreach_id: str | None = None
    details: PartnerDetails = field(default_factory=PartnerDetails)
    people: list[Coordinator] = field(default_factory=list)
    origin: Origin | None = None


@dataclass(frozen=True)
class CorrectPartner:
    """`changes` of FIELDS and details, whole and None for what is not known any more; of the contact only the ways that
    change, None for one that is no more; rules are the whole set; a blank network is none."""

    changes: Told
    reason: str
    proposal_id: str | None = None


@dataclass(frozen=True)
class VerifyPartner:
    """`what` of FIELDS and details was still so `at` an instant."""

    what: tuple[str, ...]
    at: str
    reason: str | None = None
    proposal_id: str | None = None


@dataclass(frozen=True)
class RetirePartner:
    reason: str
    proposal_id: str | None = None


@dataclass(frozen=True)
class ReopenPartner:
    reason: str | None = None
    proposal_id: str | None = None


@dataclass(frozen=True)
class MakeLink:
    """A standing link by which the partner says what is free, in the place of an earlier one."""

    link_id: str


@dataclass(frozen=True)
class RevokeLink:
    reason: str | None = None


Command = (
    RegisterPartner | CorrectPartner | VerifyPartner | RetirePartner | ReopenPartner | MakeLink | RevokeLink
)


@dataclass(frozen=True)
class Partner:
    """`fields` as they stand, by FIELDS, and details (None: nothing is known); `verified`: what was confirmed, and
    when; `link`: the standing link that works, "" if none does."""

    partner_id: str = ""
    fields: Mapping[str, Any] | None = None
    retired: bool = False
    verified: frozenset[tuple[tuple[str, ...], str]] = frozenset()
    link: str = ""

    def corrected(self, changes: Told) -> dict[str, Any]:
        """The fields after a correction. A subdistrict that does not lie in a corrected province was wrong as well."""
        known = dict(self.fields or {})
        after = {**known, **{name: value for name, value in changes.items() if name != "contact"}}
        if "contact" in changes:
            ways = {**known["contact"], **changes["contact"]}
            after["contact"] = {way: told for way, told in ways.items() if told}
        after["network_id"] = after["network_id"] or None
        lies_in = areas.province_of(after["subdistrict"]) if after["subdistrict"] else None
        if "subdistrict" not in changes and lies_in not in (None, after["province"]):
            after["subdistrict"] = None
        return after


def decide(command: Command, partner: Partner) -> list[PartnerEvent]:
    if isinstance(command, RegisterPartner):
        return [] if partner.partner_id else [PartnerRegistered(**vars(command))]
    if not partner.partner_id:
        raise Refused("unknown_partner", "No such partner is registered.")
    match command:
        case CorrectPartner(changes, reason, proposal_id):
            after = partner.corrected(changes)
            before: Any = {
                name: value for name, value in (partner.fields or {}).items() if after[name] != value
            }
            if not before:
                return []
            people = after.pop(PEOPLE) or []
            return [
                PartnerCorrected(
                    partner.partner_id, **together(after, PARTNER_DETAILS), people=people,
                    changed=sorted(before), before=before, reason=reason, proposal_id=proposal_id,
                )
            ]  # fmt: skip
        case VerifyPartner(what, at, reason, proposal_id):
            if (what, at) in partner.verified:
                return []
            return [PartnerVerified(partner.partner_id, list(what), at, reason, proposal_id)]
        case RetirePartner(reason, proposal_id):
            return [] if partner.retired else [PartnerRetired(partner.partner_id, reason, proposal_id)]
        case ReopenPartner(reason, proposal_id):
            return [PartnerReopened(partner.partner_id, reason, proposal_id)] if partner.retired else []
        case MakeLink(link_id):
            if partner.retired:
                raise Refused("retired", "The partner is retired: take it up again first.")
            return [] if partner.link == link_id else [StandingLinkMade(partner.partner_id, link_id)]
        case RevokeLink(reason):
            return [StandingLinkRevoked(partner.partner_id, partner.link, reason)] if partner.link else []
    assert_never(command)


def evolve(partner: Partner, event: PartnerEvent) -> Partner:
    match event:
        case PartnerRegistered():
            return Partner(event.partner_id, _fields(event))
        case PartnerCorrected():
            return replace(partner, fields=_fields(event))
        case PartnerVerified():
            verified = tuple(event.what), event.confirmed_at
            return replace(partner, verified=partner.verified | {verified})
        case PartnerRetired():
            return replace(partner, retired=True)
        case PartnerReopened():
            return replace(partner, retired=False)
        case StandingLinkMade():
            return replace(partner, link=event.link_id)
        case StandingLinkRevoked():
            return replace(partner, link="")
    assert_never(event)


def _fields(event: PartnerRegistered | PartnerCorrected) -> dict[str, Json]:
    own = {name: getattr(event, name, AT_FIRST.get(name)) for name in FIELDS}
    people: Any = event.people or None
    return {**own, **apart(event.details, PARTNER_DETAILS), PEOPLE: people}


PARTNER: Aggregate[Command, Partner, PartnerEvent] = Aggregate(
    "partner",
    Decider(decide, evolve, initial=Partner()),
    (
        PartnerRegistered, PartnerCorrected, PartnerVerified, PartnerRetired, PartnerReopened, StandingLinkMade,
        StandingLinkRevoked,
    ),
    "partner",
)  # fmt: skip
