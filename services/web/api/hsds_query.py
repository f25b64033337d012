"""What an address of the published registry may ask for. Texts in, filters of the doors out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.kernel.doors import flat
from services.kernel.envelope import instant
from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.kernel.questions import Json
from services.partners.schemas import IDS_MOST
from services.web.api.routes import whole
from services.web.formats.taxonomies import PATH, TAXONOMIES, UNDER, Taxonomy, terms
from services.web.gateway import storable

PAGE_MOST = 10_000


@dataclass(frozen=True)
class Query:
    """What is asked for; what a list does not take, it was not asked for."""

    page: int = 1
    per_page: int | None = None
    format: str = "json"
    search: str | None = None
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    parent_id: str | None = None
    modified_after: str | None = None
    full: bool = False
    full_service: bool = False
    minimal: bool = False
    top_only: bool = False

    @property
    def size(self) -> int:
        """Of a page."""
        return self.per_page or (IDS_MOST if self.minimal else LIMIT_DEFAULT)


class Number(fields.Integer):
    """In plain digits."""

    def _validated(self, value: Any) -> int:
        try:
            return whole(value)
        except ValueError:
            raise self.make_error("invalid", input=value) from None


def flag(description: str) -> fields.Boolean:
    return fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        error_messages={"invalid": "Either true or false."},
        metadata={"description": description},
    )


def text(description: str, most: int = 200) -> fields.String:
    return fields.String(
        load_default=None, validate=validate.Length(max=most), metadata={"description": description}
    )


class Moment(fields.Field[str]):
    """An instant; a day, or a time without its zone, is one of UTC."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Json] | None, **kwargs: Any
    ) -> str:
        try:
            at = datetime.fromisoformat(value)
            return instant(at if at.tzinfo else at.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            raise ValidationError("Not a time, as 2026-11-22T09:30:00Z.") from None


class One(Schema):
    """One thing."""

    error_messages = {"unknown": "Unknown parameter."}  # noqa: RUF012 (marshmallow's)

    class Meta:
        unknown = RAISE


class OneOrganization(One):
    full_service = flag("Its services whole.")


class Paged(One):
    """A list, in pages by number."""

    search = text("Part of a name.")
    page = Number(
        load_default=1,
        validate=validate.Range(1, PAGE_MOST),
        metadata={"description": "The number of the page, from 1."},
    )
    per_page = Number(
        load_default=None,
        validate=validate.Range(1, IDS_MOST),
        metadata={
            "description": f"{LIMIT_DEFAULT} unless said, {LIMIT_MOST} at most; with `minimal` {IDS_MOST}."
        },
    )
    format = fields.String(
        load_default="json",
        validate=validate.OneOf(("json", "ndjson")),
        metadata={"description": "ndjson: all of it, a line for each, without pages."},
    )

    @validates_schema
    def sized(self, data: Mapping[str, Json], **_: Any) -> None:
        size = data["per_page"]
        if isinstance(size, int) and size > LIMIT_MOST and not data.get("minimal"):
            raise ValidationError(f"Must be at most {LIMIT_MOST}.", "per_page")


class _Sorted(Paged):
    taxonomy_term_id = text("Only what carries this term.", 64)
    taxonomy_id = text("Only what carries a term of this taxonomy.", 64)
    full = flag("Whole, with all that belongs to it.")


class _OfServices(_Sorted):
    organization_id = text("Only of this organisation.", 64)
    modified_after = Moment(
        load_default=None,
        metadata={
            "type": "string",
            "format": "date-time",
            "description": "Modified then or later.",
        },
    )


class Services(_OfServices):
    minimal = flag("Ids, and when each was modified.")


class ServiceAtLocations(_OfServices):
    pass


class Organizations(_Sorted):
    full_service = flag("With their services whole.")


class Taxonomies(Paged):
    pass


class TaxonomyTerms(Paged):
    taxonomy_id = text("Only of this taxonomy.", 64)
    top_only = flag("Only terms without a parent: all of them, for our lists have no levels.")
    parent_id = text("Only terms under this one: none, for our lists have no levels.", 64)


def read(schema: Schema) -> Query:
    """The parameters of the request; 422 naming what cannot be read, or is not known. Filters are cumulative: one that
    was passed over would answer more than was asked for."""
    args = request.args
    errors = {name: ["Given more than once."] for name in args if len(args.getlist(name)) > 1}
    errors |= {name: ["It contains the character NUL."] for name, said in args.items() if "\x00" in said}
    errors |= storable.unstorable(dict(args.items()))
    if errors:
        raise Invalid(errors)
    try:
        return Query(**schema.load({name: said for name, said in args.items() if said}))
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None


def filters(query: Query, carried: tuple[Taxonomy, ...]) -> dict[str, Json] | None:
    """What the doors are asked for, where what is listed carries terms of these taxonomies; None if nothing can fit
    it."""
    found = {
        "q": query.search,
        "partner_id": query.organization_id,
        "modified_from": query.modified_after,
    }
    wanted: dict[str, Json] = {name: value for name, value in found.items() if value is not None}
    if query.taxonomy_id and TAXONOMIES.get(query.taxonomy_id) not in carried:
        return None
    if query.taxonomy_term_id:
        term = terms().get(query.taxonomy_term_id)
        if term is None or term.taxonomy not in carried:
            return None
        if term.taxonomy is UNDER:
            wanted["under_ministry"] = term.code == "under_ministry"
        else:
            wanted["path" if term.taxonomy is PATH else "kind"] = term.code
    return wanted
