"""The HTTP API as one table: which call asks which door. docs and the OpenAPI document are made from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.codes.steps import STEPS

CASE_PAGE = "/api/v1/cases/<case_id>"  # put together by the front door itself


@dataclass(frozen=True)
class Route:
    """`path` in Flask's form; its parts and the query's join the body. `query` turns a query text into the door's
    type."""

    method: str
    path: str
    service: str
    door: str
    summary: str
    status: int = 200
    query: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 10.0

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def whole(text: str) -> int:
    """A whole number in plain digits (Python's own `int` also takes 1_000 and other scripts')."""
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise ValueError
    return int(text)


def decimal(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", text):
        raise ValueError
    return float(text)


LIST: Mapping[str, Callable[[str], Any]] = {"limit": whole, "cursor": str}

ROUTES = (
    Route("POST", "/api/v1/cases", "intake", "open_case", "Open a case", 201),
    Route("GET", "/api/v1/cases", "intake", "cases", "Cases, newest first",
        query={"centre": str, "status": str, "q": str, **LIST}),
    Route("GET", CASE_PAGE, "intake", "case", "A case, put together from all services", query={"show": str}),
    Route("POST", "/api/v1/cases/<case_id>/close", "intake", "close_case", "Close a case"),
    Route("POST", "/api/v1/cases/<case_id>/reopen", "intake", "reopen_case", "Open a closed case again"),
    Route("GET", "/api/v1/cases/<case_id>/timeline", "reporting", "timeline", "Every event of a case, all services"),
    Route("POST", "/api/v1/cases/<case_id>/screening", "screening", "complete", "Complete a screening"),
    Route(
        "GET", "/api/v1/cases/<case_id>/matches", "partners", "matches",
        "Places that could take the person, ranked with reasons",
        query={"wait": decimal, **LIST}, seconds=40.0,
    ),
    Route("POST", "/api/v1/cases/<case_id>/plan", "screening", "agree_plan", "Record the working group's decision"),
    Route("POST", "/api/v1/referrals", "referral", "send", "Send a referral", 201, seconds=15.0),
    Route(
        "GET", "/api/v1/referrals", "referral", "referrals", "Referrals, newest first",
        query={"centre": str, "status": str, "case_id": str, **LIST},
    ),
    Route("GET", "/api/v1/referrals/<referral_id>", "referral", "referral", "One referral with its history"),
    Route("GET", "/api/v1/referrals/<referral_id>/steps", "referral", "steps", "The steps that may be taken now"),
    Route("GET", "/api/v1/referrals/<referral_id>/disclosure", "referral", "disclosure", "What the partner was told of the person"),
    *(
        Route("POST", f"/api/v1/referrals/<referral_id>/{step}", "referral", "step", f"Referral: {step}",
            fixed={"step": step})
        for step in STEPS
    ),
    Route("POST", "/api/v1/partners", "partners", "register_partner", "Register a partner", 201),
    Route("GET", "/api/v1/partners", "partners", "partners", "The registry",
        query={"q": str, "province": str, "kind": str, **LIST}),
    Route("GET", "/api/v1/partners/<partner_id>", "partners", "partner", "One partner with its programmes"),
    Route("POST", "/api/v1/partners/<partner_id>/programmes", "partners", "offer_programme", "Offer a programme", 201),
    Route("PUT", "/api/v1/programmes/<programme_id>/capacity", "partners", "confirm_capacity",
        "State total and free places"),
    Route(
        "GET", "/api/v1/reports/overview", "reporting", "overview", "The overview report",
        query={"centre": str, "from": str, "to": str, "as_of": str}, seconds=30.0,
    ),
    Route("GET", "/api/v1/events", "reporting", "events", "The merged log as CloudEvents",
        query={"after": whole, "limit": whole}),
)  # fmt: skip
