"""Fields that marshmallow's own take too much for."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields


class Flag(fields.Boolean):
    """true or false, and nothing that equals them: for marshmallow 1 and 0 are yes and no as well."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value
