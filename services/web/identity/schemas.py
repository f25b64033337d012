"""What an account is made of, as the administrator types or sends it."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from services.codes.access import ROLES
from services.fields import Words
from services.kernel.envelope import ALL_CENTRES
from services.thai import areas, names, numbers
from services.web.identity.people import Person


def _centre(code: str) -> None:
    if code != ALL_CENTRES and not areas.is_province(code):
        raise ValidationError("Not the code of a province, nor * for all.")


class Rights(Schema):
    """What an account may do, and where. A partner's user belongs to a partner; nobody else does."""

    role = fields.String(required=True, validate=OneOf(ROLES))
    centres = fields.List(fields.String(validate=_centre), required=True, validate=Length(max=100))
    partner_id = fields.UUID(load_default=None)

    @validates_schema
    def _belongs(self, data: Any, **_: Any) -> None:
        if data["role"] == "partner" and data["partner_id"] is None:
            raise ValidationError("Missing data for required field.", "partner_id")

    @post_load
    def _as_text(self, data: Any, **_: Any) -> Any:
        """A form that still shows a partner when another role is chosen means the role."""
        found = data["partner_id"] if data["role"] == "partner" else None
        return {**data, "partner_id": str(found) if found else None}


class Details(Schema):
    """Who somebody is."""

    title = Words(60, names.without_prison_prefix)
    name = Words(200, names.without_prison_prefix)
    position = Words(120)
    phone = Words(40, numbers.read_phone)

    @post_load
    def _title_once(self, data: Any, **_: Any) -> Any:
        """นางสาวสมศรี ใจดี typed as a name has a title too."""
        if data.get("name"):
            title, data["name"] = names.parted(data.get("title") or "", data["name"])
            data["title"] = title or None
        return data


class NamedDetails(Details):
    """As people are asked: somebody has a name."""

    name = Words(200, names.without_prison_prefix, required=True)


def person_of(data: Any) -> Person:
    return Person(*(data.get(part) or "" for part in Person._fields))


def rights_of(data: Any) -> Any:
    """What of the same data is the account's."""
    return {name: value for name, value in data.items() if name not in Person._fields}


class Change(Rights, Details):
    """An account as its administrator changes it."""


class AddUser(Change):
    user = fields.String(
        required=True, validate=Regexp(r"[a-z0-9][a-z0-9._-]{0,63}\Z", error="a-z 0-9 . _ - only.")
    )


class AddNamedUser(NamedDetails, AddUser):
    """As a page asks for it."""
