"""Partners and programmes in the form of HSDS 3.1: organizations, services, and where they are given. A field of which
nothing is known is left out: the schemas know no null. The people at a partner, and what was agreed with it, are nobody
else's affair.

organization          a partner; its one location is where it is
service               a programme; a retired one is inactive
service_at_location   a programme at its partner's location: it has the programme's id
"""

from collections.abc import Mapping, Sequence

from services.codes import sentences
from services.codes.details import ACCESSIBILITY, COSTS, LANGUAGES, OF_PARTNER, OF_PROGRAMME, Detail
from services.codes.situation import DOCUMENTS
from services.kernel.envelope import derived_id, moment
from services.kernel.questions import Json
from services.partners.answers import PartnerAlone, PartnerDetails, Programme, ProgrammeDetails
from services.thai import areas, dates
from services.web.formats import capacities, taxonomies
from services.web.formats.taxonomies import KIND, PATH, UNDER

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/3.1/"  # HSDS itself, without a profile of its own
THAILAND = "TH"
BANGKOK_OFFSET = 7

Thing = dict[str, Json]


def known(**fields: Json) -> Thing:
    """The fields of which something is known."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def organization(partner: PartnerAlone, services: Sequence[Thing]) -> Thing:
    """With its location and these services."""
    id = partner["partner_id"]
    return {
        **organization_alone(partner),
        "phones": _phones(partner, "organization_id", id),
        "locations": [location(partner)],
        "attributes": _sorted(partner),
        "services": services,
    }


def _sorted(partner: PartnerAlone) -> list[Thing]:
    """What an organisation is sorted by."""
    id = partner["partner_id"]
    return [
        *_carries(KIND, partner["kind"], "organization", id),
        *_carries(UNDER, _supervision(partner), "organization", id),
    ]


def organization_alone(partner: PartnerAlone) -> Thing:
    """What a list says of it, and what stands in its services."""
    contact = partner["contact"]
    return known(
        id=partner["partner_id"],
        name=partner["name"],
        email=contact.get("email"),
        website=contact.get("website"),
    ) | {"description": _described(partner)}


def _described(partner: PartnerAlone) -> str:
    told = partner["details"].get("description")
    return told or outline(partner["kind"], _supervision(partner), partner["province"])


def outline(kind: str, supervision: str, province: str) -> str:
    """What stands as the description, which HSDS must have, of a partner that nobody described."""
    where = f"จังหวัด{sentences.province(province, 'th')}"
    return " · ".join((KIND.codes.word(kind, "th"), UNDER.codes.word(supervision, "th"), where))


def _supervision(partner: PartnerAlone) -> str:
    return "under_ministry" if partner["under_ministry"] else "outside_ministry"


def service(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    """With all that belongs to it."""
    id = programme["programme_id"]
    return {
        **service_alone(partner, programme, modified),
        "organization": {**organization_alone(partner), "attributes": _sorted(partner)},
        "phones": _phones(partner, "service_id", id),
        "schedules": _schedules(partner, "service_id", id),
        "languages": _languages(partner, "service_id", id),
        "service_areas": _areas(programme),
        "service_at_locations": [_at(partner, programme)],
        "cost_options": _costs(programme),
        "required_documents": _documents(programme),
        "capacities": capacities.written(programme),
        "attributes": _carries(PATH, programme["path"], "service", id),
    }


def service_in_list(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    """What a list says of it: what it has one of."""
    said = service_alone(partner, programme, modified)
    return {**said, "organization": organization_alone(partner)}


def service_alone(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    rules, contact = programme["rules"], partner["contact"]
    assured = dates.bangkok_day(moment(programme["rules_confirmed_at"])).isoformat()
    said = known(
        id=programme["programme_id"],
        organization_id=partner["partner_id"],
        name=programme["name"],
        description=programme["details"].get("description") or PATH.codes.word(programme["path"], "th"),
        url=contact.get("website"),
        email=contact.get("email"),
        status="inactive" if programme["retired"] else "active",
        fees_description=_in_words(OF_PROGRAMME, programme["details"], "cost"),
        application_process=_in_words(OF_PROGRAMME, programme["details"], "work"),
        accreditations=_in_words(OF_PARTNER, partner["details"], "standard"),
        eligibility_description=" · ".join(sentences.rules_in_words(rules, "th")),
        assured_date=None if programme["unconfirmed"] else assured,
        last_modified=modified,
    )
    ages = {"minimum_age": rules.get("min_age"), "maximum_age": rules.get("max_age")}
    return said | {name: age for name, age in ages.items() if age is not None}


def service_at_location(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    """With its service, whole but for itself."""
    whole = {
        name: value
        for name, value in service(partner, programme, modified).items()
        if name != "service_at_locations"
    }
    return {**_at(partner, programme), "service": whole}


def service_at_location_in_list(partner: PartnerAlone, programme: Programme, modified: str) -> Thing:
    said = {name: value for name, value in _at(partner, programme).items() if name != "attributes"}
    return {**said, "service": service_alone(partner, programme, modified)}


def _at(partner: PartnerAlone, programme: Programme) -> Thing:
    id = programme["programme_id"]
    return {
        "id": id,
        "service_id": id,
        "location_id": location_id(partner["partner_id"]),
        "location": location(partner),
        "attributes": _carries(PATH, programme["path"], "service_at_location", id),
    }


def location_id(partner_id: str) -> str:
    return derived_id(partner_id, "location")


def location(partner: PartnerAlone) -> Thing:
    id = location_id(partner["partner_id"])
    return known(
        id=id,
        location_type="physical",
        organization_id=partner["partner_id"],
        name=partner["name"],
        external_identifier=partner["subdistrict"] or partner["province"],
        external_identifier_type="DOPA",
        addresses=_addresses(partner, id),
        accessibility=_accessibility(partner, id),
        languages=_languages(partner, "location_id", id),
        phones=_phones(partner, "location_id", id),
        schedules=_schedules(partner, "location_id", id),
    )


def _addresses(partner: PartnerAlone, location_id: str) -> list[Thing]:
    """Where it is, as far as it is known: an address whose subdistrict nobody knows is none."""
    code = partner["subdistrict"]
    found = areas.area(code) if code else None
    district, province = areas.area(code[:4]) if code else None, areas.area(partner["province"])
    if found is None or district is None or province is None:
        return []
    within = ("แขวง", "เขต") if code and code.startswith(areas.BANGKOK) else ("ตำบล", "อำเภอ")
    return [
        {
            "id": derived_id(location_id, "address"),
            "location_id": location_id,
            "address_1": " ".join(
                filter(None, (partner["details"].get("address"), f"{within[0]}{found.thai}"))
            ),
            "city": f"{within[1]}{district.thai}",
            "state_province": province.thai,
            "postal_code": found.postcodes[0] if found.postcodes else "",
            "country": THAILAND,
            "address_type": "physical",
        }
    ]


def _phones(partner: PartnerAlone, owner: str, id: str) -> list[Thing]:
    first = partner["contact"].get("phone")
    told = [known(number=first), *({"number": each["number"]} | known(description=each.get("about"))
            for each in partner["details"].get("phones", ()) if "number" in each)]  # fmt: skip
    return [
        {"id": derived_id(id, f"phone/{number}"), owner: id, "type": "voice", **each}
        for number, each in enumerate(told)
        if each
    ]


def _schedules(partner: PartnerAlone, owner: str, id: str) -> list[Thing]:
    hours = partner["details"].get("hours")
    if not hours:
        return []
    days = hours.get("weekdays")
    said = known(
        byday=",".join(days or ()),
        opens_at=hours.get("opens"),
        closes_at=hours.get("closes"),
        notes=hours.get("note"),
        description=_in_words(OF_PARTNER, partner["details"], "hours"),
    )
    weekly: Thing = {"freq": "WEEKLY", "wkst": "MO", "timezone": BANGKOK_OFFSET} if days else {}
    return [{"id": derived_id(id, "schedule"), owner: id, **weekly, **said}]


def _languages(partner: PartnerAlone, owner: str, id: str) -> list[Thing]:
    return [
        {
            "id": derived_id(id, f"language/{code}"),
            owner: id,
            "code": code,
            "name": LANGUAGES.word(code, "th"),
        }
        for code in partner["details"].get("languages", ())
    ]


def _accessibility(partner: PartnerAlone, location_id: str) -> list[Thing]:
    return [
        {
            "id": derived_id(location_id, f"accessibility/{code}"),
            "location_id": location_id,
            "description": ACCESSIBILITY.word(code, "th"),
        }
        for code in partner["details"].get("accessibility", ())
    ]


def _areas(programme: Programme) -> list[Thing]:
    id = programme["programme_id"]
    return [
        {
            "id": derived_id(id, f"area/{code}"),
            "service_id": id,
            "name": f"จังหวัด{sentences.province(code, 'th')}",
            "extent": code,
            "extent_type": "other",
        }
        for code in programme["details"].get("service_area", ())
    ]


def _costs(programme: Programme) -> list[Thing]:
    id, cost = programme["programme_id"], programme["details"].get("cost")
    if not cost:
        return []
    said = known(option=COSTS.word(cost["kind"], "th") if "kind" in cost else None, amount_description=_in_words(
        OF_PROGRAMME, programme["details"], "cost"))  # fmt: skip
    amount: Thing = {"amount": cost["baht"], "currency": "THB"} if "baht" in cost else {}
    return [{"id": derived_id(id, "cost"), "service_id": id, **said, **amount}]


def _in_words(details: Mapping[str, Detail], known: PartnerDetails | ProgrammeDetails, code: str) -> str:
    return sentences.detail_in_words(details[code], dict(known.items()).get(code), "th")


def _documents(programme: Programme) -> list[Thing]:
    id = programme["programme_id"]
    return [
        {"id": derived_id(id, f"document/{code}"), "service_id": id, "document": DOCUMENTS.word(code, "th")}
        for code in programme["rules"].get("documents", ())
    ]


def _carries(about: taxonomies.Taxonomy, code: str, entity: str, id: str) -> list[Thing]:
    return [taxonomies.attribute(about, code, entity, id)] if code in about.codes.everyone else []
