"""What an account is made of, as the administrator types or sends it."""

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Regexp

from services.codes.access import ROLES
from services.kernel.envelope import ALL_CENTRES
from services.thai import areas


def _centre(code: str) -> None:
    if code != ALL_CENTRES and not areas.is_province(code):
        raise ValidationError("Not the code of a province, nor * for all.")


class AddUser(Schema):
    user = fields.String(
        required=True, validate=Regexp(r"[a-z0-9][a-z0-9._-]{0,63}\Z", error="a-z 0-9 . _ - only.")
    )
    role = fields.String(required=True, validate=OneOf(ROLES))
    centres = fields.List(fields.String(validate=_centre), required=True, validate=Length(max=100))
