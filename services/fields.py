"""Fields of requests that marshmallow's own take too much for; for the schemas of every service."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, missing

from services.thai import names


class Flag(fields.Boolean):
    """true or false, and nothing that equals them: for marshmallow 1 and 0 are yes and no as well."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Words(fields.String):
    """Words as they were meant (`clean` of each line), at most `most` characters; blank is none, or refused if
    required."""

    def __init__(
        self,
        most: int,
        clean: Callable[[str], str] = names.normalise,
        *,
        required: bool = False,
        validate: Callable[[str], object] | None = None,
    ) -> None:
        absent = missing if required else None
        super().__init__(required=required, load_default=absent, allow_none=not required, validate=validate)
        self.most, self.clean = most, clean

    def _deserialize(  # type: ignore[override]  # blank words are none
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        typed = super()._deserialize(value, attr, data, **kwargs)
        words = "\n".join(self.clean(line) for line in typed.splitlines()).strip()
        if len(words) > self.most:
            raise ValidationError(f"Longer than {self.most} characters.")
        if self.required and not words:
            raise ValidationError("May not be blank.")
        return words or None


class _Line(fields.String):
    """One line as it was meant, before it is checked; blank is none."""

    def deserialize(  # type: ignore[override]  # blank is none
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> str | None:
        meant = names.normalise(value) or None if isinstance(value, str) else value
        found: str | None = super().deserialize(meant, attr, data, **kwargs)
        return found


class Email(_Line, fields.Email):
    """An e-mail address with nothing invisible in it."""


class Website(_Line, fields.Url):
    """An http or https address with nothing invisible in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"http", "https"}, **kwargs)
