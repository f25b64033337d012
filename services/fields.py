"""Fields of requests that marshmallow's own take too much for; for the schemas of every service."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, missing

from services.kernel.call import NOW
from services.thai import dates, names

D = TypeVar("D", str, date, datetime)


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


class Near:
    """Of a day that somebody states: at most so many years before and after the day on which it is stated; else a year
    was mistyped, or one of another era. (Where a form is checked before its door sees it, only the door knows that
    day.)"""

    def __init__(self, behind: int, ahead: int) -> None:
        self.behind, self.ahead = behind, ahead

    def __call__(self, value: D) -> D:
        now = NOW.get()
        if now is None:
            return value
        day, today = _day(value), dates.bangkok_day(now)
        if day > today + timedelta(days=366 * self.ahead):
            said = f"It is more than {_years(self.ahead)} ahead: look at the year again."
            raise ValidationError(said if self.ahead else "It cannot lie in the future.")
        if day < today - timedelta(days=366 * self.behind):
            raise ValidationError(f"It is more than {_years(self.behind)} ago: look at the year again.")
        return value


def _years(count: int) -> str:
    return f"{count} years" if count > 1 else "a year"


def _day(value: str | date | datetime) -> date:
    """In Thailand."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return dates.bangkok_day(value) if isinstance(value, datetime) else value


class Day(fields.String):
    """A day in Thailand, ISO, CE; `near`: in which years it may lie."""

    def __init__(self, near: Near | None = None, **more: Any) -> None:
        def check(text: str) -> None:
            _require_day(text)
            if near:
                near(text)

        super().__init__(validate=check, metadata={"format": "date"}, **more)


def _require_day(text: str) -> None:
    try:
        if len(text) != 10:
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValidationError("Not a day, as 2026-11-22.") from None


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
