"""Names of what rows are about, asked for in one question."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.kernel.lists import LIMIT_MOST
from services.web.pages.frame import doors


def programmes(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """{programme_id: {partner, programme, partner_id}} of what rows are about."""
    ids = sorted({row["programme_id"] for row in rows if row.get("programme_id")})[:LIMIT_MOST]
    if not ids:
        return {}
    found = doors.together(names=("partners", "names", {"programme_ids": ids}))["names"]
    return {each["programme_id"]: each for each in (found or {"items": []})["items"]}


def cases(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """{case_id: case} of what rows are about."""
    ids = sorted({row["case_id"] for row in rows if row["case_id"]})[:LIMIT_MOST]
    if not ids:
        return {}
    found = doors.together(cases=("intake", "cases", {"case_ids": ids, "limit": len(ids)}))["cases"]
    return {case["case_id"]: case for case in (found or {"items": []})["items"]}
