"""What HSDS 3.1 says of its objects: their fields, which of them must be there, and what each may hold.

Ours, for checking what comes in while the system runs; a test holds them against the schemas of the standard. Fields
that we know nothing of are allowed, as they are there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

EACH = " attributes:[attribute] metadata:[metadata]"  # what nearly every object may have

# A field is a text, or after a colon: uuid uri email date-time number, one|of|these, {object}, [list of objects]. One
# with a ! must be there. In the words of a list "_" is a space.
_TABLE: Mapping[str, str] = {
    "accessibility": "id!:uuid location_id:uuid description details url:uri" + EACH,
    "address": (
        "id!:uuid location_id:uuid attention address_1! address_2 city! region state_province! postal_code! country! "
        "address_type!:physical|postal|virtual" + EACH
    ),
    "attribute": (
        "id!:uuid link_id:uuid taxonomy_term_id:uuid link_type link_entity value taxonomy_term:{taxonomy_term} label "
        "metadata:[metadata]"
    ),
    "contact": (
        "id!:uuid organization_id:uuid service_id:uuid service_at_location_id:uuid location_id:uuid name title "
        "department email:email phones:[phone]" + EACH
    ),
    "cost_option": (
        "id!:uuid service_id:uuid valid_from valid_to option currency amount:number amount_description" + EACH
    ),
    "funding": "id!:uuid organization_id:uuid service_id:uuid source" + EACH,
    "language": "id!:uuid service_id:uuid location_id:uuid phone_id:uuid name code note" + EACH,
    "location": (
        "id!:uuid location_type!:physical|postal|virtual url:uri organization_id:uuid name alternate_name description "
        "transportation latitude:number longitude:number external_identifier external_identifier_type "
        "languages:[language] addresses:[address] contacts:[contact] accessibility:[accessibility] phones:[phone] "
        "schedules:[schedule]" + EACH
    ),
    "metadata": (
        "id!:uuid resource_id:uuid resource_type last_action_date! last_action_type! field_name! previous_value! "
        "replacement_value! updated_by!"
    ),
    "organization": (
        "id!:uuid name! alternate_name description! email:email website:uri additional_websites:[url] tax_status "
        "tax_id year_incorporated:number legal_status logo uri:uri parent_organization_id:uuid funding:[funding] "
        "contacts:[contact] phones:[phone] locations:[location] programs:[program] "
        "organization_identifiers:[organization_identifier] services:[service]" + EACH
    ),
    "organization_identifier": (
        "id!:uuid organization_id:uuid identifier_scheme identifier_type! identifier!" + EACH
    ),
    "phone": (
        "id!:uuid location_id:uuid service_id:uuid organization_id:uuid contact_id:uuid service_at_location_id:uuid "
        "number! extension:number type description languages:[language]" + EACH
    ),
    "program": "id!:uuid organization_id:uuid name! alternate_name description!" + EACH,
    "required_document": "id!:uuid service_id:uuid document uri:uri" + EACH,
    "schedule": (
        "id!:uuid service_id:uuid location_id:uuid service_at_location_id:uuid valid_from valid_to dtstart "
        "timezone:number until count:number wkst:MO|TU|WE|TH|FR|SA|SU freq:WEEKLY|MONTHLY interval:number byday "
        "byweekno bymonthday byyearday description opens_at closes_at schedule_link:uri attending_type notes"
        + EACH
    ),
    "service": (
        "id!:uuid organization_id:uuid program_id:uuid name! alternate_name description url:uri additional_urls:[url] "
        "email:email status!:active|inactive|defunct|temporarily_closed interpretation_services application_process "
        "fees_description wait_time fees accreditations eligibility_description minimum_age:number maximum_age:number "
        "assured_date assurer_email:email licenses alert last_modified:date-time phones:[phone] schedules:[schedule] "
        "service_areas:[service_area] languages:[language] organization:{organization} funding:[funding] "
        "cost_options:[cost_option] program:{program} required_documents:[required_document] contacts:[contact] "
        "capacities:[service_capacity] service_at_locations:[service_at_location]" + EACH
    ),
    "service_area": (
        "id!:uuid service_id:uuid service_at_location_id:uuid name description extent extent_type uri" + EACH
    ),
    "service_at_location": (
        "id!:uuid service_id:uuid location_id:uuid description service_areas:[service_area] contacts:[contact] "
        "phones:[phone] schedules:[schedule] location:{location} service:{service}" + EACH
    ),
    "service_capacity": (
        "id!:uuid service_id:uuid unit!:{unit} unit_id:uuid available!:number maximum:number description "
        "updated!:date-time" + EACH
    ),
    "taxonomy": "id!:uuid name! description! uri:uri version metadata:[metadata]",
    "taxonomy_term": (
        "id!:uuid code name! description! parent_id:uuid taxonomy taxonomy_detail:{taxonomy} language "
        "taxonomy_id:uuid term_uri:uri metadata:[metadata]"
    ),
    "unit": "id!:uuid name! scheme identifier uri:uri" + EACH,
    "url": "id!:uuid label url!:uri organization_id:uuid service_id:uuid" + EACH,
}


@dataclass(frozen=True)
class Field:
    """`kind`: text, uuid, uri, email, date-time, number, choice, object or list; `of`: the object it holds, or the
    objects in its list."""

    required: bool
    kind: str
    of: str = ""
    choices: tuple[str, ...] = ()


def _field(text: str) -> tuple[str, Field]:
    name, _, holds = text.partition(":")
    required = name.endswith("!")
    if holds[:1] in ("[", "{"):
        field = Field(required, "list" if holds[0] == "[" else "object", holds[1:-1])
    elif "|" in holds:
        field = Field(required, "choice", choices=tuple(holds.replace("_", " ").split("|")))
    else:
        field = Field(required, holds or "text")
    return name.removesuffix("!"), field


OBJECTS: Mapping[str, Mapping[str, Field]] = {
    name: dict(map(_field, text.split())) for name, text in _TABLE.items()
}

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+")


def problems(name: str, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path of a field, what is wrong with it) of an object of HSDS that somebody sent."""
    if not isinstance(value, dict):
        yield path or name, f"Must be an object: {name}."
        return
    for field_name, field in OBJECTS[name].items():
        here = f"{path}.{field_name}" if path else field_name
        if field_name not in value:
            if field.required:
                yield here, "Is required."
            continue
        yield from _of_field(field, value[field_name], here)


def _of_field(field: Field, value: Any, here: str) -> Iterator[tuple[str, str]]:
    if field.kind == "list":
        if not isinstance(value, list):
            yield here, "Must be a list."
            return
        for number, each in enumerate(value):
            yield from problems(field.of, each, f"{here}.{number}")
    elif field.kind == "object":
        yield from problems(field.of, value, here)
    elif field.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield here, "Must be a number."
    elif not isinstance(value, str):
        yield here, "Must be a text."
    elif not _fits(field, value):
        said = "one of " + ", ".join(field.choices) if field.choices else f"a {field.kind}"
        yield here, f"Must be {said}."


def _fits(field: Field, text: str) -> bool:
    try:
        match field.kind:
            case "uuid":
                return str(UUID(text)) == text.lower()
            case "date-time":
                return "T" in text.upper() and datetime.fromisoformat(text).tzinfo is not None
            case "email":
                return _EMAIL.fullmatch(text) is not None
            case "uri":
                return _URI.fullmatch(text) is not None
            case "choice":
                return text in field.choices
    except ValueError:
        return False
    return True
