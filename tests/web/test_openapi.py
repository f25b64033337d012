"""The OpenAPI document says what the doors do and what docs/contract.md promises."""

import re
from typing import Any

from jsonschema import Draft202012Validator

from services.codes.feed import EVENT_TYPES
from services.codes.steps import STEPS
from services.kernel.doors import doors_of
from services.system import DOORS
from services.web.api.openapi import answer_schema, document, properties, template
from services.web.api.routes import ROUTES

SCHEMAS = {(cls.name, name): door.schema for cls in DOORS for name, door in doors_of(cls).items()}
# What integrations rely on: the calls, and what their bodies must take and their answers must have.
PROMISED = [
    ("POST /api/v1/cases", {"centre", "channel", "found", "person", "danger", "note"},
        {"case_id", "case_number", "version", "warnings"}),
    ("POST /api/v1/cases/search", {"q", "centre", "status", "limit", "cursor"}, {"items", "next"}),
    ("GET /api/v1/cases", {"centre", "status", "q", "limit", "cursor"}, {"items", "next"}),
    (
        "GET /api/v1/cases/{case_id}", {"show"},
        {"case_id", "case_number", "centre", "status", "person", "screening", "matches", "plan", "referrals",
            "version"},
    ),
    ("GET /api/v1/work", {"centre", "owner", "next", "limit", "cursor"}, {"items", "next"}),
    ("POST /api/v1/cases/{case_id}/close", {"reason", "note"}, {"status", "version", "ends"}),
    ("POST /api/v1/cases/{case_id}/reopen", {"reason", "note"}, {"status", "version"}),
    ("GET /api/v1/cases/{case_id}/timeline", set(), {"items"}),
    ("POST /api/v1/cases/{case_id}/transfer", {"to", "reason", "note"}, {"transfer_id", "status", "version"}),
    ("POST /api/v1/cases/{case_id}/transfer/accept", set(), {"transfer_id", "status", "version"}),
    ("POST /api/v1/cases/{case_id}/transfer/reject", {"reason", "note"}, {"transfer_id", "status", "version"}),
    ("POST /api/v1/cases/{case_id}/transfer/revoke", set(), {"transfer_id", "status", "version"}),
    (
        "GET /api/v1/cases/{case_id}/transfer/written", set(),
        {"case_id", "case_number", "to_centre", "at", "person", "place", "note", "consents"},
    ),
    (
        "GET /api/v1/transfers", {"direction", "status", "case_id", "limit", "cursor"}, {"items", "next"},
    ),
    ("POST /api/v1/cases/{case_id}/erasure", {"reason", "confirmer"}, {"status", "version"}),
    ("POST /api/v1/cases/{case_id}/erasure/withdraw", set(), {"status", "version"}),
    ("POST /api/v1/cases/{case_id}/erasure/confirm", set(), {"status", "version"}),
    ("GET /api/v1/cases/{case_id}/erasure/minutes", set(), {"items"}),
    (
        "POST /api/v1/cases/{case_id}/erasure/minutes", {"plan_id", "why", "goals", "members", "override"},
        {"kept_id", "version"},
    ),
    ("GET /api/v1/erasures", set(), {"items"}),
    (
        "POST /api/v1/cases/{case_id}/screening", {"facts", "asked_declined", "settled"},
        {"screening_id", "form", "rules_version", "facts", "labels", "paths", "version", "answered_by"},
    ),
    (
        "POST /api/v1/cases/{case_id}/screening/answers", {"facts", "asked_declined", "of"}, {"noted", "version"},
    ),
    ("GET /api/v1/cases/{case_id}/screening/answers", set(), {"answers", "disputed"}),
    ("GET /api/v1/cases/{case_id}/screenings", set(), {"items"}),
    ("GET /api/v1/cases/{case_id}/next-question", set(), {"fact", "question", "why", "law", "decides"}),
    (
        "GET /api/v1/cases/{case_id}/matches", {"wait", "limit", "cursor"},
        {"computed_at", "rules_version", "counts", "settles", "draw", "candidates", "next"},
    ),
    ("GET /api/v1/cases/{case_id}/matches/earlier", set(), {"items"}),
    ("GET /api/v1/cases/{case_id}/matches/earlier/{match_id}", {"limit"},
        {"match_id", "at", "counts", "draw", "same", "settles", "candidates"}),
    ("GET /api/v1/programmes/{programme_id}/candidates", {"limit"}, {"items", "elsewhere", "draw"}),
    *((f"POST /api/v1/{things}/what-if", {"rules", "limit"}, {"of", "gained", "lost", "items", "elsewhere"})
        for things in ("programmes/{programme_id}", "partners/{partner_id}")),
    ("POST /api/v1/cases/{case_id}/plan", {"members", "path", "programme_id", "why", "goals", "override"},
        {"plan_id", "version"}),
    ("POST /api/v1/referrals", {"case_id", "programme_id", "consent", "waitlist"},
        {"referral_id", "status", "place", "version"}),
    ("GET /api/v1/referrals", {"centre", "status", "limit", "cursor"}, {"items", "next"}),
    (
        "GET /api/v1/referrals/{referral_id}", set(),
        {"referral_id", "case_id", "programme_id", "status", "place", "history", "version"},
    ),
    ("GET /api/v1/referrals/{referral_id}/steps", set(), {"step", "fields", "by"}),
    ("GET /api/v1/referrals/{referral_id}/disclosure", set(), {"at", "to", "how", "facts", "basis", "opened_at"}),
    ("POST /api/v1/cases/{case_id}/consents", {"kind", "status", "how", "witness", "scope"},
        {"consent_id", "version"}),
    ("GET /api/v1/cases/{case_id}/consents", set(), {"items"}),
    ("POST /api/v1/cases/{case_id}/consents/{consent_id}/withdraw", {"how", "witness", "note"},
        {"status", "referral_ids", "version"}),
    *((f"POST /api/v1/referrals/{{referral_id}}/{step}", {"said_by", "by_channel"},
        {"status", "version"}) for step in STEPS if step != "uphold"),
    ("POST /api/v1/referrals/{referral_id}/uphold", set(), {"status", "version"}),
    ("POST /api/v1/referrals/{referral_id}/take-back", {"asks"}, set()),
    ("POST /api/v1/referrals/{referral_id}/decline", {"reason", "whose", "note"}, set()),
    ("POST /api/v1/referrals/{referral_id}/follow-up",
        {"in_place", "found", "work", "health", "wellbeing", "note"}, set()),
    ("POST /api/v1/referrals/{referral_id}/end", {"outcome"}, set()),
    ("GET /api/v1/cases/{case_id}/care-plan", set(), {"case_id", "closed", "goals", "tasks", "open", "version"}),
    ("GET /api/v1/cases/{case_id}/care-plan/proposals", set(), {"items"}),
    ("POST /api/v1/cases/{case_id}/care-plan/goal", {"area", "text", "owner", "due"}, {"goal_id", "version"}),
    ("POST /api/v1/cases/{case_id}/care-plan/task",
        {"goal_id", "area", "kind", "code", "programme_id", "text", "owner", "due"}, {"task_id", "version"}),
    ("POST /api/v1/cases/{case_id}/care-plan/due", {"item_id", "due"}, {"version"}),
    ("POST /api/v1/cases/{case_id}/care-plan/progress", {"item_id", "progress", "reason", "note"}, {"version"}),
    ("GET /api/v1/cases/{case_id}/plans", set(), {"items"}),
    ("GET /api/v1/members", {"centre", "on"}, {"items"}),
    ("POST /api/v1/members", {"centre", "user", "name", "role", "since", "until"}, {"member_id", "version"}),
    ("POST /api/v1/members/{member_id}/end", {"until"}, {"version"}),
    ("GET /api/v1/closures", {"centre"}, {"items", "announced_until", "days_announced"}),
    ("POST /api/v1/closures", {"centre", "day", "name"}, {"day", "version"}),
    ("POST /api/v1/closures/take-back", {"centre", "day"}, {"day", "version"}),
    ("POST /api/v1/meetings", {"centre", "at", "place", "members"}, {"meeting_id", "version"}),
    ("GET /api/v1/meetings", {"centre", "status", "limit", "cursor"}, {"items", "next"}),
    ("GET /api/v1/meetings/{meeting_id}", set(),
        {"meeting_id", "centre", "at", "place", "members", "agenda", "quorum"}),
    ("POST /api/v1/meetings/{meeting_id}/invite", {"members"}, {"status", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/add", {"case_id", "case_ids", "reason"}, {"status", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/propose", {"case_id", "path", "programme_ids"}, {"status", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/vote", {"case_id", "vote", "reason"}, {"status", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/conflict", {"case_id"}, {"status", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/decide",
        {"case_id", "votes", "abstains_for_conflict", "path", "programme_ids", "why", "override_reason", "goals"},
        {"plan_id", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/ratify", {"case_id", "votes", "abstains_for_conflict"},
        {"plan_id", "ratified", "version"}),
    ("POST /api/v1/meetings/{meeting_id}/review", {"case_id", "referral_id", "findings", "found", "lesson"},
        {"review_id", "version"}),
    ("GET /api/v1/cases/{case_id}/reviews", set(), {"items"}),
    ("GET /api/v1/returns", {"centre", "limit", "cursor"}, {"items", "next"}),
    ("POST /api/v1/meetings/{meeting_id}/close", set(), {"status", "version"}),
    ("POST /api/v1/cases/{case_id}/stays", {"programme_id", "days"}, {"stay_id", "status", "until", "version"}),
    ("GET /api/v1/stays", {"centre", "status", "case_id", "limit", "cursor"}, {"items", "next"}),
    ("POST /api/v1/stays/{stay_id}/prolong", {"days"}, {"status", "until", "version"}),
    ("POST /api/v1/stays/{stay_id}/end", {"reason", "note"}, {"status", "until", "version"}),
    ("POST /api/v1/partners", {"name", "kind", "under_ministry", "province", "subdistrict", "contact"},
        {"partner_id", "version"}),
    ("POST /api/v1/partners/{partner_id}/programmes", {"name", "path", "capacity", "rules"},
        {"programme_id", "version"}),
    ("PUT /api/v1/programmes/{programme_id}/capacity", {"total", "free"}, {"version", "warnings"}),
    ("GET /api/v1/partners", {"q", "province", "kind", "path", "free", "stale", "accepts_case", "limit", "cursor"},
        {"items", "next"}),
    ("PATCH /api/v1/partners/{partner_id}",
        {"name", "kind", "under_ministry", "province", "subdistrict", "contact", "rules", "network_id", "reason"},
        {"version", "warnings"}),
    ("PATCH /api/v1/programmes/{programme_id}", {"name", "path", "rules", "reason"}, {"version", "warnings"}),
    *((f"POST /api/v1/{things}/{step}", {"reason"}, {"version"})
        for things in ("partners/{partner_id}", "programmes/{programme_id}")
        for step in ("confirm", "retire", "reopen")),
    ("GET /api/v1/partners/{partner_id}/standing-link", set(),
        {"link_id", "made_by", "made_at", "revoked_by", "revoked_at"}),
    ("POST /api/v1/partners/{partner_id}/standing-link/make", set(), {"version"}),
    ("POST /api/v1/partners/{partner_id}/standing-link/revoke", {"reason"}, {"version"}),
    ("GET /api/v1/partners/{partner_id}/history", {"limit", "cursor"}, {"items", "next"}),
    ("GET /api/v1/registry/provinces",
        {"q", "province", "kind", "path", "free", "stale", "kept_by"}, {"items", "nearly"}),
    ("GET /api/v1/registry/stale", {"q", "province", "kind", "by", "kept_by"}, {"periods", "nearly"}),
    ("GET /api/v1/proposals", {"centre", "limit", "cursor"}, {"items", "next"}),
    ("POST /api/v1/proposals/{proposal_id}/accept", {"reason"}, {"version"}),
    ("POST /api/v1/proposals/{proposal_id}/dismiss", {"reason"}, {"version"}),
    ("POST /api/v1/outreach",
        {"kind", "date", "province", "place", "reached", "partner_ids", "material", "note"}, {"outreach_id"}),
    ("GET /api/v1/outreach", {"centre", "from", "to", "limit", "cursor"}, {"items", "next"}),
    ("GET /api/v1/outreach/{outreach_id}", set(), {"outreach_id", "kind", "date", "partners", "version"}),
    ("POST /api/v1/outreach/{outreach_id}/entered-in-error", {"reason"}, {"version"}),
    ("PATCH /api/v1/outreach/{outreach_id}", {"kind", "date", "reached", "reason"}, {"version"}),
    ("GET /api/v1/reports/own-cases", {"from", "to"}, {"period", "counts", "items", "more"}),
    ("GET /api/v1/reports/waits", {"centre", "from", "to"}, {"period", "decision", "place", "hidden"}),
    ("GET /api/v1/reports/outreach", {"centre", "from", "to"}, {"total", "by_kind", "by_month"}),
    ("GET /api/v1/rules", set(), {"items"}),
    ("GET /api/v1/screenings/{screening_id}/rederive", set(), {"same", "rules_version", "form_version"}),
    ("GET /api/v1/rules/drafts", set(), {"items"}),
    ("POST /api/v1/rules/drafts", {"based_on", "content"}, {"draft_id", "lint", "version"}),
    ("GET /api/v1/rules/drafts/{draft_id}", set(), {"draft_id", "lint", "content", "asked_by", "adopted"}),
    ("PUT /api/v1/rules/drafts/{draft_id}", {"based_on", "content"}, {"draft_id", "lint", "version"}),
    ("POST /api/v1/rules/drafts/{draft_id}/trial", {"from", "to", "centre"}, {"trial_id"}),
    ("GET /api/v1/rules/trials/{trial_id}", set(),
        {"of", "changed", "gained", "lost", "first_path", "by", "cases", "seconds", "over", "done"}),
    ("POST /api/v1/rules/drafts/{draft_id}/adopt", {"valid_from", "reason"}, set()),
    ("GET /api/v1/rules/{rules_version}", {"format"}, {"labels", "laws", "paths", "forms", "deadlines", "content"}),
    ("GET /api/v1/problems", {"centre", "limit", "cursor"}, {"items", "next"}),
    ("POST /api/v1/problems/{problem_id}/accept", {"reason"}, {"version"}),
    ("POST /api/v1/problems/{problem_id}/dismiss", {"reason"}, {"version"}),
    ("GET /api/v1/partners/{partner_id}", set(), {"programmes"}),
    (
        "GET /api/v1/reports/overview", {"centre", "from", "to", "as_of"},
        {"as_of", "cases", "placements", "by_path", "by_label", "median_days", "declined", "employment",
            "follow_ups", "in_place", "returned_6", "returned_12", "returned_24"},
    ),
    ("GET /api/v1/events", {"after", "limit"}, {"items", "next"}),
]  # fmt: skip


def resolved(schema: Any) -> Any:
    if "$ref" not in schema:
        return schema
    return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def test_every_call_has_the_schema_of_its_door_and_an_answer():
    for route in ROUTES:
        assert route.body is type(SCHEMAS[route.service, route.door]), route
        assert answer_schema(route), route


def test_every_query_parameter_is_a_field_of_its_door():
    for route in ROUTES:
        known = {field.data_key or name for name, field in route.body().fields.items()}
        assert set(route.query) <= known, route.path


ASKED = ("search", "what_if", "what_if_of_all")  # questions that need a body


def test_what_was_promised_is_in_the_document():
    for call, takes, answers in PROMISED:
        method, _, path = call.partition(" ")
        operation = document()["paths"][path][method.lower()]
        known = {p["name"] for p in operation["parameters"] if p.get("in") == "query"}
        if "requestBody" in operation:
            body = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
            known |= set(body["properties"])
            assert ("at" in known) is (operation["operationId"] not in ASKED)  # a question asked in the body
        [good] = [status for status in operation["responses"] if status in ("200", "201")]
        answer = operation["responses"][good]["content"]["application/json"]["schema"]
        answer = properties(answer.get("items", answer))  # of one of a list
        assert takes <= known, (call, takes - known)
        assert answers <= set(answer), (call, answers - set(answer))


def test_what_another_centre_keeps_is_answered_as_waiting():
    waiting = {
        f"{method.upper()} {path}": operation["responses"]["202"]["content"]["application/json"]["schema"]
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if "202" in operation["responses"]
    }
    things = ("/api/v1/partners/{partner_id}", "/api/v1/programmes/{programme_id}")
    assert waiting.keys() == {
        *(f"PATCH {thing}" for thing in things),
        *(f"POST {thing}/{step}" for thing in things for step in ("confirm", "retire", "reopen")),
        f"PUT {things[1]}/capacity",
        "POST /api/v1/rules/drafts/{draft_id}/adopt",
    }
    adopting = waiting.pop("POST /api/v1/rules/drafts/{draft_id}/adopt")
    assert set(properties(adopting)) == {"waiting_for", "draft_id", "version"}
    assert all(set(properties(schema)) == {"proposal_id", "waiting_for"} for schema in waiting.values())


def test_every_call_is_promised():
    promised = {call for call, _, _ in PROMISED}
    assert {f"{route.method} {template(route.path)}" for route in ROUTES} == promised


def test_every_schema_is_one_and_every_reference_leads_somewhere():
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for target in re.findall(r"'\$ref': '#/([^']+)'", str(document())):
        found = document()
        for part in target.split("/"):
            found = found[part]


def test_operations_are_named_once_and_answer_errors_as_problems():
    operations = [o for path in document()["paths"].values() for o in path.values()]
    names = [o["operationId"] for o in operations if "operationId" in o]
    of_webhooks = [
        operation for operation in operations if operation["tags"] in (["webhooks"], ["notifications"])
    ]
    assert len(names) == len(set(names)) == len(ROUTES) + len(of_webhooks)
    for status, response in document()["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], status


def test_webhooks_are_described_with_what_is_sent():
    paths, one = document()["paths"], "/api/v1/webhooks/{webhook_id}"
    made = paths["/api/v1/webhooks"]["post"]
    body = made["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"url", "types", "centre"} <= set(body)
    answer = made["responses"]["201"]["content"]["application/json"]["schema"]
    assert {"webhook_id", "secret"} <= set(properties(answer))
    acts = {f"{one}/{act}" for act in ("pause", "resume", "replay", "rotate", "test", "end")}
    assert acts | {one, f"{one}/deliveries"} <= set(paths)
    assert set(document()["webhooks"]) == {*EVENT_TYPES}
    for sent in document()["webhooks"].values():
        schema = sent["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert {"type", "timestamp", "data", "position", "previous"} <= set(resolved(schema)["properties"])
        headers = {parameter["name"] for parameter in sent["post"]["parameters"]}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
