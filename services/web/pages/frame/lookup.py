"""Names of what rows are about, asked for in one question."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.kernel.lists import LIMIT_MOST
from services.web.pages.frame import doors


def programmes(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """{programme_id: {partner, programme, partner_id}} of what rows are about."""
    wanted = sorted({row["programme_id"] for row in rows if row.get("programme_id")})[:LIMIT_MOST]
    if not wanted:
        return {}
    found = doors.together(names=("partners", "names", {"programme_ids": wanted}))["names"]
    return {each["programme_id"]: each for each in (found or {"items": []})["items"]}
