"""What an account is made of, as the administrator types or sends it."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from services.codes.access import ROLES
from services.kernel.envelope import ALL_CENTRES
from services.thai import areas


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


class AddUser(Rights):
    user = fields.String(
        required=True, validate=Regexp(r"[a-z0-9][a-z0-9._-]{0,63}\Z", error="a-z 0-9 . _ - only.")
    )
