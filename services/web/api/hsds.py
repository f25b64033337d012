"""The registry for everybody, as Open Referral HSDS 3.1: services, organisations, service_at_locations, and what they
are sorted by. Open, in pages by number, with an ETag; a minute old at most where somebody keeps a copy.

Of what the specification leaves open, postcode and proximity are not offered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import ceil
from typing import TypeAlias, TypedDict
from uuid import UUID

import orjson
from flask import Blueprint, Response, request

from services.codes.shapes import Count, Id
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.kernel.runtime import ServiceRuntime
from services.partners.answers import PublishedPartner
from services.partners.doors import MODIFIED_PROGRAMMES, PUBLISHED_PARTNERS, PUBLISHED_PROGRAMMES
from services.partners.schemas import IDS_MOST
from services.web.api import bodies, hsds_query
from services.web.api.hsds_query import Paged, Query
from services.web.formats import hsds, taxonomies
from services.web.formats.taxonomies import KIND, PATH, TAXONOMIES, UNDER
from services.web.gateway import calls
from services.web.gateway.request import runtime

NDJSON = "application/x-ndjson"
KEPT_SECONDS = 60

Thing: TypeAlias = Mapping[str, Json]
Part: TypeAlias = dict[str, Json]  # which part of a list: limit, and skip or after

blueprint = Blueprint("hsds", __name__, url_prefix="/hsds")


@dataclass(frozen=True)
class Found:
    """A part of a list: how many there are in all, and these."""

    total: int
    items: Sequence[Thing]


NOTHING = Found(0, ())


def _services(host: ServiceRuntime, query: Query, part: Part) -> Found:
    wanted = hsds_query.filters(query, (PATH,))
    if wanted is None:
        return NOTHING
    if query.minimal:
        found = calls.ask_as_system(host, MODIFIED_PROGRAMMES.of(**wanted, **part)).answer
        items = [{"id": each["id"], "modified_date": each["modified"]} for each in found["items"]]
        return Found(found["total"], items)
    return _of_programmes(host, {**wanted, **part}, hsds.service if query.full else hsds.service_in_list)


def _at_locations(host: ServiceRuntime, query: Query, part: Part) -> Found:
    wanted = hsds_query.filters(query, (PATH,))
    if wanted is None:
        return NOTHING
    say = hsds.service_at_location if query.full else hsds.service_at_location_in_list
    return _of_programmes(host, {**wanted, **part}, say)


def _of_programmes(host: ServiceRuntime, filters: Part, say: Callable[..., Thing]) -> Found:
    answer = calls.ask_as_system(host, PUBLISHED_PROGRAMMES.of(**filters)).answer
    items = [say(each["partner"], each["programme"], each["modified"]) for each in answer["items"]]
    return Found(answer["total"], items)


def _organizations(host: ServiceRuntime, query: Query, part: Part) -> Found:
    filters = hsds_query.filters(query, (KIND, UNDER))
    return NOTHING if filters is None else _of_partners(host, {**filters, **part}, query)


def _of_partners(host: ServiceRuntime, filters: Part, query: Query) -> Found:
    answer = calls.ask_as_system(host, PUBLISHED_PARTNERS.of(**filters)).answer
    return Found(answer["total"], [_organization(each, query) for each in answer["items"]])


def _organization(each: PublishedPartner, query: Query) -> Thing:
    """With its services as a list says them, or whole."""
    partner = each["partner"]
    if not query.full and not query.full_service:
        return hsds.organization_alone(partner)
    say = hsds.service if query.full_service else hsds.service_alone
    modified = each["programmes_modified"]
    return hsds.organization(
        partner,
        [say(partner, programme, modified[programme["programme_id"]]) for programme in partner["programmes"]],
    )


def _taxonomies(host: ServiceRuntime, query: Query, part: Part) -> Found:
    return _of_data([taxonomies.taxonomy(each) for each in TAXONOMIES.values()], query, part)


def _terms(host: ServiceRuntime, query: Query, part: Part) -> Found:
    terms = [
        taxonomies.term(each, detail=False)
        for each in taxonomies.terms().values()
        if query.taxonomy_id in (None, each.taxonomy.id) and not query.parent_id
    ]
    return _of_data(terms, query, part)


def _of_data(things: Sequence[Thing], query: Query, part: Part) -> Found:
    searched = (query.search or "").casefold()
    fitting = [each for each in things if searched in f"{each['name']} {each['description']}".casefold()]
    fitting = sorted(
        (each for each in fitting if str(each["id"]) > str(part.get("after", ""))),
        key=lambda each: str(each["id"]),
    )
    start, limit = int(str(part.get("skip", 0))), int(str(part["limit"]))
    return Found(len(fitting), fitting[start : start + limit])


@dataclass(frozen=True)
class Listing:
    """A list, and one of it: the parameters it takes, how a part of it is found by them as loaded, and one by its
    id."""

    takes: type[Paged]
    find: Callable[[ServiceRuntime, Query, Part], Found]
    one: Callable[[ServiceRuntime, str, Query], Found]
    summary: str
    one_takes: type[hsds_query.One] = hsds_query.One


LISTINGS: Mapping[str, Listing] = {
    "services": Listing(
        hsds_query.Services,
        _services,
        lambda host, id, query: _of_programmes(host, {"ids": [id]}, hsds.service),
        "Services: what partners offer",
    ),
    "organizations": Listing(
        hsds_query.Organizations,
        _organizations,
        lambda host, id, query: _of_partners(host, {"ids": [id]}, replace(query, full=True)),
        "Organisations: the partners",
        hsds_query.OneOrganization,
    ),
    "service_at_locations": Listing(
        hsds_query.ServiceAtLocations,
        _at_locations,
        lambda host, id, query: _of_programmes(host, {"ids": [id]}, hsds.service_at_location),
        "Services, each where it is given",
    ),
    "taxonomies": Listing(
        hsds_query.Taxonomies,
        _taxonomies,
        lambda host, id, query: _only(taxonomies.taxonomy(TAXONOMIES[id]) if id in TAXONOMIES else None),
        "What services and organisations are sorted by",
    ),
    "taxonomy_terms": Listing(
        hsds_query.TaxonomyTerms,
        _terms,
        lambda host, id, query: _only(
            taxonomies.term(found) if (found := taxonomies.terms().get(id)) else None
        ),
        "The terms of all taxonomies",
    ),
}


def _only(thing: Thing | None) -> Found:
    return NOTHING if thing is None else Found(1, (thing,))


class Listed(TypedDict):
    """One of a list; HSDS describes the rest of it."""

    id: Id


class Page(TypedDict):
    """A page of a list, as HSDS has them; `size`: how many are on this one."""

    total_items: Count
    total_pages: Count
    page_number: Count
    size: Count
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Listed]


@blueprint.get("/")
def about() -> Response:
    base = runtime().settings.public_url or request.host_url.rstrip("/")
    said = {"version": hsds.VERSION, "profile": hsds.PROFILE, "openapi_url": f"{base}/api/openapi.json"}
    return _kept(said)


def _list_view(name: str) -> Callable[[], Response]:
    chosen = LISTINGS[name]

    def listing() -> Response:
        query = hsds_query.read(chosen.takes())
        if query.format == "ndjson":
            return Response(_lines(runtime(), chosen, query), mimetype=NDJSON)
        number, size = query.page, query.size
        found = chosen.find(runtime(), query, {"limit": size, "skip": (number - 1) * size})
        pages = ceil(found.total / size)
        return _kept(
            {
                "total_items": found.total,
                "total_pages": pages,
                "page_number": number,
                "size": len(found.items),
                "first_page": number == 1,
                "last_page": number >= pages,
                "empty": not found.items,
                "contents": found.items,
            }
        )

    return listing


def _lines(host: ServiceRuntime, chosen: Listing, query: Query) -> Iterator[bytes]:
    """All of it, a line for each: read part by part, so that none of it is held as a whole. By then the request is
    over: nothing of it may be looked at."""
    most = IDS_MOST if query.minimal else LIMIT_MOST
    part: Part = {"limit": most}
    while True:
        found = chosen.find(host, query, part)
        for each in found.items:
            yield orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE)
        if len(found.items) < most:
            return
        part = {"limit": most, "after": found.items[-1]["id"]}


def _one_view(name: str) -> Callable[[str], Response]:
    chosen = LISTINGS[name]

    def one(id: str) -> Response:
        query = hsds_query.read(chosen.one_takes())
        try:
            found = chosen.one(runtime(), str(UUID(id)), query)
        except ValueError:
            raise NotFound from None
        if not found.items:
            raise NotFound
        return _kept(found.items[0])

    return one


for _name in LISTINGS:
    blueprint.add_url_rule(f"/{_name}", _name, _list_view(_name), methods=["GET"])
    blueprint.add_url_rule(f"/{_name}/<id>", f"one_of_{_name}", _one_view(_name), methods=["GET"])


def _kept(body: Thing) -> Response:
    """Whoever keeps a copy may show it for a minute, and then ask whether it still holds."""
    answer = bodies.as_json(body)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
