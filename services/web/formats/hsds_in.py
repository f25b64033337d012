"""What others say in HSDS, read into rows of the import: JSON of services or organisations, or a datapackage of CSV
files. Every service is a row; an organisation that offers none is one too.

What HSDS has no word for - the kind of a partner, the way forward of a programme - is taken from our own taxonomies
where the file carries their terms, else from what whoever brings the file says of all of it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import orjson

from services.codes.details import ACCESSIBILITY, LANGUAGES
from services.codes.situation import document_code
from services.kernel.questions import Json
from services.thai import areas
from services.web.formats import capacities, shapes
from services.web.formats.entries import ROWS_MOST, CellError, Reading, Sent, Unreadable, id_of, same_partner
from services.web.formats.hsds import outline
from services.web.formats.tables import decoded, places_named
from services.web.formats.taxonomies import KIND, PATH, UNDER, Taxonomy, terms
from services.web.formats.xlsx import unpacked

SCHEME = "hsds"
FILES_MOST = 60
UNPACKED_MOST = 60 * 1024 * 1024  # bytes of one table

# What the tables of a package may be called, by version: ours, 3.0, and those of 1.1 to 2.0.
TABLES: Mapping[str, tuple[str, ...]] = {
    "organization": ("organizations", "organization"),
    "service": ("services", "service"),
    "service_at_location": (
        "service_at_locations",
        "service_at_location",
        "services_at_location",
        "services_at_locations",
    ),
    "location": ("locations", "location"),
    "address": ("addresses", "address", "physical_addresses", "physical_address"),
    "phone": ("phones", "phone"),
    "schedule": ("schedules", "schedule", "regular_schedules", "regular_schedule"),
    "language": ("languages", "language"),
    "accessibility": ("accessibility", "accessibilities", "accessibility_for_disabilities"),
    "required_document": ("required_documents", "required_document"),
    "service_capacity": ("service_capacities", "service_capacity", "capacities"),
    "attribute": ("attributes", "attribute", "services_taxonomy"),
}
# Fields that older versions call otherwise.
FIELDS: Mapping[str, str] = {
    "weekday": "byday", "opens": "opens_at", "closes": "closes_at", "language": "name", "accessibility": "description",
    "taxonomy_detail": "taxonomy_term_id",
}  # fmt: skip


@dataclass(frozen=True)
class Usual:
    """What holds of all of a file where it says nothing itself."""

    kind: str | None = None
    path: str | None = None
    province: str | None = None


def read_json(content: bytes, usual: Usual) -> Reading:
    """A service or organisation, a list of them, or a page of an API."""
    try:
        told = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The file is not JSON: line {error.lineno}, column {error.colno}.") from None
    if isinstance(told, dict):
        told = told.get("contents", told.get("services", [told]) if "id" not in told else [told])
    if not isinstance(told, list) or not told:
        raise Unreadable("The file has no services and no organizations.")
    return _read([each for thing in told for each in _services_of(thing)], usual)


def read_lines(content: bytes, usual: Usual) -> Reading:
    """NDJSON."""
    return read_json(b"[" + b",".join(line for line in content.splitlines() if line.strip()) + b"]", usual)


def _services_of(thing: Any) -> Iterator[Any]:
    """A service with its organisation; an organisation's services, or itself alone. A service at a location is its
    service."""
    if not isinstance(thing, dict):
        yield thing
    elif isinstance(thing.get("service"), dict):
        yield {**thing["service"], "service_at_locations": [thing]}
    elif "status" in thing or "organization" in thing or "organization_id" in thing:
        yield thing
    else:
        services = thing.get("services")
        alone = {name: value for name, value in thing.items() if name != "services"}
        if isinstance(services, list) and services:
            yield from (
                {**each, "organization": alone} if isinstance(each, dict) else each for each in services
            )
        else:
            yield {"organization": alone}


def read_package(content: bytes, usual: Usual) -> Reading:
    tables = _tables(content)
    for needed in ("organization", "service"):
        if needed not in tables:
            raise Unreadable(f"The package has no table of {TABLES[needed][0]}.")
    return _read(_joined(tables), usual)


def _tables(content: bytes) -> dict[str, list[dict[str, str]]]:
    names = {name: table for table, called in TABLES.items() for name in called}
    found: dict[str, list[dict[str, str]]] = {}
    try:
        with ZipFile(BytesIO(content)) as archive:
            files = archive.namelist()
            if len(files) > FILES_MOST:
                raise Unreadable(f"The package has more than {FILES_MOST} files.")
            for file in files:
                table = names.get(file.rpartition("/")[2].lower().removesuffix(".csv"))
                if table is None or not file.lower().endswith(".csv"):
                    continue
                text = decoded(unpacked(archive, file, UNPACKED_MOST))
                rows = [*csv.DictReader(StringIO(text, newline=""))]
                if len(rows) > ROWS_MOST * 10:
                    raise Unreadable(f"The table {file} is too long.")
                found.setdefault(table, []).extend(
                    {FIELDS.get(name, name): cell or "" for name, cell in row.items() if name} for row in rows
                )
    except (BadZipFile, NotImplementedError, csv.Error):
        raise Unreadable("The file is not a package of CSV files.") from None
    return found


def _joined(tables: Mapping[str, list[dict[str, str]]]) -> list[dict[str, Json]]:
    """Services with what belongs to them, as they would be nested in JSON."""

    def by(table: str, key: str) -> dict[str, list[dict[str, Json]]]:
        grouped: dict[str, list[dict[str, Json]]] = {}
        for row in tables.get(table, ()):
            if row.get(key):
                grouped.setdefault(row[key], []).append(_known(row))
        return grouped

    addresses, place_phones = by("address", "location_id"), by("phone", "location_id")
    locations = {
        row["id"]: {
            **_known(row), "addresses": addresses.get(row["id"], []), "phones": place_phones.get(row["id"], []),
            "accessibility": by_location.get(row["id"], []),
        }
        for by_location in (by("accessibility", "location_id"),)
        for row in tables.get("location", ())
        if row.get("id")
    }  # fmt: skip
    of_organization = by("location", "organization_id")
    org_phones, org_attributes = by("phone", "organization_id"), by("attribute", "link_id")
    organizations = {
        row["id"]: {
            **_known(row), "phones": org_phones.get(row["id"], []), "attributes": org_attributes.get(row["id"], []),
            "locations": [locations[str(each["id"])] for each in of_organization.get(row["id"], [])],
        }
        for row in tables["organization"]
        if row.get("id")
    }  # fmt: skip
    placed, schedules = by("service_at_location", "service_id"), by("schedule", "service_id")
    places, documents = by("service_capacity", "service_id"), by("required_document", "service_id")
    languages, phones, taxonomy = (
        by("language", "service_id"),
        by("phone", "service_id"),
        by("attribute", "service_id"),
    )
    services: list[dict[str, Json]] = []
    for row in tables["service"]:
        id = row.get("id", "")
        at = [
            {"location": locations[str(each["location_id"])]}
            for each in placed.get(id, [])
            if each.get("location_id") in locations
        ]
        services.append({
            **_known(row), "organization": organizations.get(row.get("organization_id", ""), {}),
            "service_at_locations": at, "schedules": schedules.get(id, []), "capacities": places.get(id, []),
            "required_documents": documents.get(id, []), "languages": languages.get(id, []),
            "phones": phones.get(id, []), "attributes": [*org_attributes.get(id, []), *taxonomy.get(id, [])],
        })  # fmt: skip
    offering = {row.get("organization_id") for row in tables["service"]}
    return services + [{"organization": each} for id, each in organizations.items() if id not in offering]


def _known(row: Mapping[str, str]) -> dict[str, Json]:
    """A line of a table without its empty cells, and with its numbers as numbers."""
    numbers = ("minimum_age", "maximum_age", "available", "maximum", "latitude", "longitude", "amount")
    return {
        name: (float(cell) if name in numbers and cell.replace(".", "", 1).isdigit() else cell)
        for name, cell in row.items()
        if cell.strip()
    }


def _read(services: Sequence[Any], usual: Usual) -> Reading:
    if len(services) > ROWS_MOST:
        raise Unreadable(f"The file has more than {ROWS_MOST:,} services.")
    reading = Reading(SCHEME, columns=COLUMNS)
    for number, each in enumerate(services, start=1):
        wrong = [*_faults(each)]
        reading.errors += [CellError(number, path, said) for path, said in wrong]
        if wrong:
            continue
        entry = _entry(number, each, usual)
        if entry.get("programme") is not None and each.get("status", "active") != "active":
            reading.findings.append((number, "not_active"))  # of its partner all else is still true
            entry |= {"programme_id": None, "programme": None}
        reading.entries.append(entry)
    same_partner(reading.entries)
    return reading


def _faults(service: Any) -> Iterator[tuple[str, str]]:
    """What the standard says of it, as far as we read it. Ids that are no UUIDs are taken as they are, as they were
    before 3.0."""
    if not isinstance(service, dict):
        yield "", "Must be an object: service."
        return
    organization = service.get("organization")
    if not isinstance(organization, dict) or not organization.get("id"):
        yield "organization", "Its organization is not in the file."
        return
    things = [("organization", organization, "organization")]
    if "id" in service or "name" in service:
        alone = {name: value for name, value in service.items() if name != "organization"}
        things.append(("service", alone, ""))
    for name, thing, path in things:
        for where, said in shapes.problems(name, thing, path):
            last = where.rpartition(".")[2]
            if (
                said == "Is required."
                and last in ("id", "description", "unit", "updated", "location_type", "address_type")
                and where not in ("id", "organization.id")
            ):
                continue
            if said == "Must be a uuid." or last in (
                "attention",
                "state_province",
                "postal_code",
                "address_1",
                "city",
                "country",
            ):
                continue
            yield where, said


# What the file calls what the door finds fault with.
COLUMNS: Mapping[str, str] = {
    "partner.name": "organization.name", "partner.kind": "organization.attributes",
    "partner.under_ministry": "organization.attributes",
    "partner.province": "organization.locations.addresses.state_province",
    "partner.contact.phone": "phones.number", "partner.contact.email": "email", "partner.contact.website": "website",
    "programme.name": "name", "programme.path": "attributes", "programme.total": "capacities.maximum",
    "programme.free": "capacities.available", "programme.rules.min_age": "minimum_age",
    "programme.rules.max_age": "maximum_age",
}  # fmt: skip


def _entry(number: int, service: Sent, usual: Usual) -> dict[str, Json]:
    organization = service["organization"]
    locations = [
        *(
            each["location"]
            for each in service.get("service_at_locations", ())
            if isinstance(each.get("location"), dict)
        ),
        *organization.get("locations", ()),
    ]
    partner = _partner(organization, service, locations, usual)
    entry: dict[str, Json] = {"row": number, "partner_id": id_of(str(organization["id"])), "partner": partner}
    if service.get("name"):
        entry |= {
            "programme_id": id_of(str(service.get("id") or ""), str(organization["id"]), service["name"])
        }
        entry |= {"programme": _programme(service, usual)}
    return entry


def _partner(
    organization: Sent,
    service: Sent,
    locations: Sequence[Sent],
    usual: Usual,
) -> dict[str, Json]:
    phones = [
        each["number"]
        for of in (organization, *locations, service)
        for each in of.get("phones", ())
        if each.get("number")
    ]
    contact = {
        "phone": phones[0] if phones else None,
        "email": organization.get("email"),
        "website": organization.get("website"),
    }
    province, subdistrict = _where(locations)
    under = _term(organization, UNDER)
    said = {
        "name": organization.get("name"),
        "kind": _term(organization, KIND) or usual.kind,
        "under_ministry": under == "under_ministry" if under else False if usual.kind else None,
        "province": province or usual.province,
        "subdistrict": subdistrict,
        "contact": {way: told for way, told in contact.items() if told},
        "description": organization.get("description"),
        "hours": _hours(service, locations),
        "languages": _codes(service, "languages", "code", LANGUAGES),
        "accessibility": [
            code
            for place in locations[:1]
            for each in place.get("accessibility", ())
            for code, words in ACCESSIBILITY.words.items()
            if each.get("description") in (code, words.th, words.en)
        ],
    }
    if said["description"] == outline(str(said["kind"]), under or "", str(said["province"])):
        said["description"] = None
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _programme(service: Sent, usual: Usual) -> dict[str, Json]:
    rules = {
        "min_age": capacities.whole(service.get("minimum_age")),
        "max_age": capacities.whole(service.get("maximum_age")),
        "documents": [
            document_code(each["document"])
            for each in service.get("required_documents", ())
            if each.get("document")
        ],
    }
    said = {
        "name": service["name"],
        "path": _term(service, PATH) or usual.path,
        "description": service.get("description"),
        **capacities.read(service.get("capacities", ())),
    }
    if said["description"] == PATH.codes.word(said["path"], "th"):  # nobody described it
        said["description"] = None
    known = {name: value for name, value in rules.items() if value not in (None, [])}
    told = {name: value for name, value in said.items() if value not in (None, "")}
    return told | ({"rules": known} if known else {})


def _term(thing: Sent, of: Taxonomy) -> str | None:
    """The code of ours that a thing carries."""
    for each in thing.get("attributes", ()):
        found = terms().get(str(each.get("taxonomy_term_id", "")))
        if found and found.taxonomy is of:
            return found.code
    return None


def _codes(thing: Sent, name: str, field: str, known: Sequence[str]) -> list[str]:
    told = [each.get(field) for each in thing.get(name, ())]
    return [code for code in known if code in told]


def _hours(service: Sent, locations: Sequence[Sent]) -> dict[str, Json]:
    for of in (service, *locations):
        for each in of.get("schedules", ()):
            days = [day for day in str(each.get("byday", "")).split(",") if len(day) == 2]
            said = {
                "weekdays": days,
                "opens": each.get("opens_at"),
                "closes": each.get("closes_at"),
                "note": each.get("notes"),
            }
            return {name: value for name, value in said.items() if value}
    return {}


def _where(locations: Sequence[Sent]) -> tuple[str | None, str | None]:
    """(province, subdistrict): by the code that we write ourselves, else by the words of an address."""
    for place in locations:
        code = str(place.get("external_identifier") or "")
        if place.get("external_identifier_type") == "DOPA" and areas.area(code):
            return code[:2], code if areas.is_subdistrict(code) else None
        for address in place.get("addresses", ()):
            for text in (address.get("state_province"), address.get("region")):
                found = places_named(str(text), "province") if text else ()
                if found:
                    return found[0], None
    return None, None
