"""A partner as an Organization and a programme as a HealthcareService: what the published registry has of them. The
people at a partner, and what was agreed with it, are nobody else's affair."""

from services.codes import PARTNER_KINDS, PATHS, sentences
from services.codes.registry import SUPERVISION
from services.kernel.questions import Json
from services.partners.answers import PartnerAlone, Programme
from services.thai import areas
from services.web.formats.fhir import terms
from services.web.formats.fhir.people import EXTENSION
from services.web.formats.fhir.terms import THAILAND, Thing, concept, known, reference

DAYS = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}


def organization(partner: PartnerAlone, modified: str) -> Thing:
    under = "under_ministry" if partner["under_ministry"] else "outside_ministry"
    return known(
        resourceType="Organization",
        id=partner["partner_id"],
        meta={"lastUpdated": modified},
        identifier=[terms.identifier(partner["partner_id"])],
        active=not partner["retired"],
        type=[concept(PARTNER_KINDS, partner["kind"]), concept(SUPERVISION, under)],
        name=partner["name"],
        telecom=_telecom(partner),
        address=[_address(partner)],
    )


def service(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    rules = " · ".join(sentences.rules_in_words(programme["rules"], "th"))
    return known(
        resourceType="HealthcareService",
        id=programme["programme_id"],
        meta={"lastUpdated": modified},
        extension=_places(programme),
        identifier=[terms.identifier(programme["programme_id"])],
        active=not programme["retired"],
        providedBy=reference("Organization", partner["partner_id"]),
        type=[concept(PATHS, programme["path"])],
        name=programme["name"],
        comment=programme["details"].get("description"),
        telecom=_telecom(partner),
        eligibility=[{"comment": rules}] if rules else None,
        availableTime=_hours(partner),
    )


def _places(programme: Programme) -> list[Thing]:
    """What can be reserved now, of how many, and when the partner said so; nothing where nobody stated any."""
    places = programme["places"]
    if not places["known"]:
        return []
    parts: list[Thing] = [
        {"url": "free", "valueUnsignedInt": places["free"]},
        {"url": "total", "valueUnsignedInt": places["total"]},
        {"url": "confirmed", "valueDateTime": places["confirmed_at"]},
    ]
    return [{"url": f"{EXTENSION}places", "extension": parts}]


def _telecom(partner: PartnerAlone) -> list[Thing]:
    contact = partner["contact"]
    ways = (("phone", contact.get("phone")), ("email", contact.get("email")), ("url", contact.get("website")))
    more = [each["number"] for each in partner["details"].get("phones", ()) if "number" in each]
    return [
        {"system": system, "value": value}
        for system, value in (*ways, *(("phone", number) for number in more))
        if value
    ]


def _address(partner: PartnerAlone) -> Thing:
    """As far as it is known: the province always is."""
    code = partner["subdistrict"]
    place, district = (areas.area(code), areas.area(code[:4])) if code else (None, None)
    line: list[Json] = [
        text for text in (partner["details"].get("address"), place.thai if place else None) if text
    ]
    return known(
        type="physical",
        line=line,
        district=district.thai if district else None,
        state=sentences.province(partner["province"], "th"),
        postalCode=place.postcodes[0] if place and place.postcodes else None,
        country=THAILAND,
    )


def _hours(partner: PartnerAlone) -> list[Thing]:
    hours = partner["details"].get("hours")
    days = [DAYS[day] for day in hours.get("weekdays", ())] if hours else []
    if not hours or not days:
        return []
    return [
        known(
            daysOfWeek=days,
            availableStartTime=_time(hours.get("opens")),
            availableEndTime=_time(hours.get("closes")),
        )
    ]


def _time(text: str | None) -> str | None:
    """hh:mm as FHIR's hh:mm:ss."""
    return f"{text}:00" if text else None
