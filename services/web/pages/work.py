"""My work: what is due, overdue, waiting, answered and still to ask - the first page of a centre's staff."""

from typing import Any

from flask import Blueprint, Response

from services.web.pages import drafts, shell
from services.web.pages.language import later
from services.web.pages.menu import STAFF

SHOWN = 20  # items of each part
PARTS = (
    ("overdue", later("Overdue")),
    ("due_today", later("Due today")),
    ("answered", later("Answers to read")),
    ("waiting", later("Waiting for a partner")),
)

blueprint = Blueprint("work", __name__)


@blueprint.get("/work")
@shell.roles(*STAFF)
def today() -> Response:
    found = shell.together(
        referrals=("referral", "duties", {"limit": SHOWN}), facts=("screening", "to_ask", {"limit": SHOWN})
    )
    duties, facts = found["referrals"], found["facts"]
    rows = [row for rows in (duties or {"items": {}})["items"].values() for row in rows]
    rows += (facts or {"items": []})["items"]
    unfinished = drafts.unfinished()
    rows += [each for each in unfinished if each["case_id"]]
    return shell.page(
        "work/today.html", duties=duties, facts=facts, parts_of_work=PARTS, cases=_cases(rows), shown=SHOWN,
        unfinished=unfinished,
    )  # fmt: skip


def _cases(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """{case_id: case} of those that rows are about."""
    wanted = sorted({row["case_id"] for row in rows})
    if not wanted:
        return {}
    found = shell.together(cases=("intake", "cases", {"case_ids": wanted, "limit": len(wanted)}))["cases"]
    return {case["case_id"]: case for case in (found or {"items": []})["items"]}
