"""Lists and histories as Bundles, and what went wrong as an OperationOutcome."""

from collections.abc import Mapping, Sequence

from services.codes.words import CodeList, Words
from services.kernel.questions import Json
from services.referral.answers import ReferralRecord
from services.web.formats.fhir import terms
from services.web.formats.fhir.tasks import TASK, task
from services.web.formats.fhir.terms import Thing, known

PROBLEMS = CodeList("problem", {"wrong_state": Words("ทำไม่ได้ในสถานะนี้", "Not possible as it stands now")})
# By status of HTTP: a code of http://hl7.org/fhir/ValueSet/issue-type.
ISSUES: Mapping[int, str] = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    409: "business-rule", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "invalid", 428: "required",
    429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip
# What the doors call what a Task says.
ELEMENTS: Mapping[str, str] = {
    "reason": "Task.statusReason",
    "note": "Task.statusReason.text",
    "no_more_places": "Task.output",
    "at": "Task.output",
}


def searchset(base: str, total: int, resources: Sequence[Thing], itself: str, more: str | None) -> Thing:
    links = [{"relation": "self", "url": itself}, *([{"relation": "next", "url": more}] if more else [])]
    return known(
        resourceType="Bundle",
        type="searchset",
        total=total,
        link=links,
        entry=[
            {
                "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
                "resource": each,
                "search": {"mode": "match"},
            }
            for each in resources
        ],
    )


def history(base: str, record: ReferralRecord, since: str | None = None) -> Thing:
    """Every version of a Task, the latest first; `since`: those recorded then or later."""
    address = f"{TASK}/{record['referral_id']}"
    entries: list[Json] = []
    for number, step in enumerate(record["history"], 1):
        if since is not None and step["recordedtime"] < since:
            continue
        first = number == 1
        entries.insert(
            0,
            {
                "fullUrl": f"{base}/{address}",
                "resource": task(record, number),
                "request": {"method": "POST" if first else "PUT", "url": TASK if first else address},
                "response": {
                    "status": "201" if first else "200",
                    "etag": etag(number),
                    "lastModified": step["recordedtime"],
                },
            },
        )
    return known(
        resourceType="Bundle",
        type="history",
        total=len(entries),
        link=[{"relation": "self", "url": f"{base}/{address}/_history"}],
        entry=entries,
    )


def etag(version: int) -> str:
    return f'W/"{version}"'


def outcome(
    status: int, detail: str, code: str | None = None, errors: Mapping[str, Sequence[str]] | None = None
) -> Thing:
    """What went wrong: an issue for each element that is named."""
    told: Thing = {"severity": "error", "code": ISSUES.get(status, "processing")}
    if code:
        told["details"] = {"coding": [{"system": terms.system(PROBLEMS), "code": code}], "text": detail}
    issues: list[Json] = [
        {**told, "diagnostics": " ".join(messages), "expression": [ELEMENTS.get(name, name)]}
        for name, messages in (errors or {}).items()
    ]
    return {"resourceType": "OperationOutcome", "issue": issues or [{**told, "diagnostics": detail}]}
