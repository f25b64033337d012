"""A referral as a Task and as a ServiceRequest, as it stood after each of its steps; and what a Task that was sent back
says."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.codes import AWAITING_ANSWER, DECLINE_REASONS, PATHS, REFERRAL_STATUSES
from services.codes.declines import whose_no
from services.codes.steps import LOST_REASONS
from services.kernel.errors import Invalid
from services.kernel.questions import Body, Json
from services.referral.answers import HistoryItem, ReferralRecord
from services.web.formats.fhir import terms
from services.web.formats.fhir.terms import (
    OUTPUTS,
    REQUEST_STATUS,
    TASK_STATUS,
    TASK_STATUSES,
    Thing,
    concept,
    known,
    reference,
)

TASK, REQUEST, PERSON = "Task", "ServiceRequest", "Patient"
PLACED = "PlacementConfirmed"
WITH_REASON = ("rejected", "cancelled", "on-hold", "failed")
CHANGED = ("status", "statusReason", "output")  # what somebody may send back otherwise than it was
OF_THE_SERVER = ("versionId", "lastUpdated")


def task(record: ReferralRecord, version: int | None = None) -> Thing:
    """As it stood at a version; None: as it stands."""
    id, steps = record["referral_id"], record["history"][:version]
    sent, last = steps[0], steps[-1]
    status, placed = last["status"], _placed(steps)
    due = _answer_due(steps)
    return known(
        resourceType=TASK,
        id=id,
        meta=_meta(steps),
        contained=[_placement(record, placed)] if placed else None,
        identifier=[terms.identifier(id)],
        groupIdentifier={"system": terms.CASES, "value": record["case_id"]},
        status=TASK_STATUS[status],
        statusReason=_reason(steps),
        businessStatus=concept(REFERRAL_STATUSES, status),
        intent="order",
        code={"coding": [{"system": terms.TASK_CODES, "code": "fulfill"}]},
        focus=reference(REQUEST, id),
        authoredOn=sent["time"],
        lastModified=max(step["time"] for step in steps),
        requester=terms.centre(record["centre"]),
        owner=_owner(record),
        restriction={"period": {"end": due}} if due else None,
        output=[{"type": concept(OUTPUTS, "placement"), "valueReference": {"reference": "#placement"}}] if placed
        else None,
        **{"for": reference(PERSON, id)},
    )  # fmt: skip


def request(record: ReferralRecord) -> Thing:
    id, steps = record["referral_id"], record["history"]
    programme = record["programme_id"]
    return known(
        resourceType=REQUEST,
        id=id,
        meta=_meta(steps),
        identifier=[terms.identifier(id)],
        requisition={"system": terms.CASES, "value": record["case_id"]},
        status=REQUEST_STATUS[record["status"]],
        intent="order",
        code=concept(PATHS, record["path"]),
        subject=reference(PERSON, id),
        authoredOn=steps[0]["time"],
        requester=terms.centre(record["centre"]),
        performer=[reference("HealthcareService", programme)] if programme else None,
    )


def _meta(steps: Sequence[HistoryItem]) -> Thing:
    return {"versionId": str(len(steps)), "lastUpdated": steps[-1]["recordedtime"]}


def _owner(record: ReferralRecord) -> Thing | None:
    """Of a return to the family there is none."""
    partner = record["partner_id"]
    return reference("Organization", partner) if partner else None


def _placed(steps: Sequence[HistoryItem]) -> HistoryItem | None:
    done = TASK_STATUS[steps[-1]["status"]] == "completed"
    return next((step for step in steps if step["type"] == PLACED), None) if done else None


def _placement(record: ReferralRecord, placed: HistoryItem) -> Thing:
    return {
        "resourceType": "Procedure",
        "id": "placement",
        "status": "completed",
        "code": concept(PATHS, record["path"]),
        "subject": reference(PERSON, record["referral_id"]),
        "performedDateTime": placed["time"],
    }


def _reason(steps: Sequence[HistoryItem]) -> Thing | None:
    """Why it stands there, as far as the reader may know; else that it does."""
    status = steps[-1]["status"]
    if TASK_STATUS[status] not in WITH_REASON:
        return None
    since = len(steps)
    while since and steps[since - 1]["status"] == status:
        since -= 1
    reason = steps[since].get("reason")
    return concept(LOST_REASONS, reason) if reason else concept(REFERRAL_STATUSES, status)


def _answer_due(steps: Sequence[HistoryItem]) -> str | None:
    due = None
    for step in steps:
        due = None if step["type"] == "PlaceSecured" else step.get("answer_due") or due
    return due if steps[-1]["status"] in AWAITING_ANSWER else None


# -- what is sent back ------------------------------------------------------------------------------------------------


def other_elements(before: Thing, sent: Body) -> list[str]:
    """The elements that are otherwise than they were, and may not be."""
    was, now = _comparable(before), _comparable(sent)
    return sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))


def has_changed(record: ReferralRecord, version: int) -> bool:
    """Whether the Task says something else than at a version: that its Patient was read, say, changes nothing of it."""
    was, now = task(record, version), task(record)
    return any(was.get(name) != now.get(name) for name in {*was, *now} - {"meta", "lastModified"})


def _comparable(task: Body) -> Thing:
    meta = task.get("meta")
    kept = {name: value for name, value in task.items() if name not in (*CHANGED, "meta")}
    if not isinstance(meta, Mapping):
        return kept | known(meta=meta)
    return kept | known(meta={name: value for name, value in meta.items() if name not in OF_THE_SERVER})


class Answer(NamedTuple):
    """What a Task that was sent back says: the step, what it takes, and when it happened (None: now). `step` None:
    there is none that leads there."""

    step: str | None
    words: dict[str, Json]
    at: str | None


def read_answer(before: Thing, sent: Body, stands: str, by_partner: bool) -> Answer | None:
    """None: nothing that the Task did not say before. `before`: the Task as it was, of a referral that stands at
    `stands`. Invalid, by elements, if it cannot be read."""
    wanted = sent.get("status")
    if wanted not in TASK_STATUSES:
        raise Invalid({"Task.status": [f"Must be one of: {', '.join(TASK_STATUSES)}."]})
    words, at = _of_output(before, sent)
    if sent.get("statusReason") not in (None, before.get("statusReason")):
        words |= _of_reason(sent["statusReason"])
    if wanted == before["status"]:
        if words or at:
            raise Invalid({"Task.status": ["A reason or an output says something only with another status."]})
        return None
    step = _step(str(wanted), stands, by_partner)
    if step == "decline":
        if "reason" not in words:
            raise Invalid({"Task.statusReason": [_WITHOUT_REASON]})
        words["whose"] = whose_no(str(words["reason"]))
    return Answer(step, words, at)


_WITHOUT_REASON = f"Must carry a code of {terms.system(DECLINE_REASONS)}: {', '.join(DECLINE_REASONS)}."


def _step(status: str, stands: str, by_partner: bool) -> str | None:
    """Whoever takes the person in says that they have arrived; that the placement stands the centre confirms."""
    match status:
        case "received":
            return "take-back" if stands == "declined" else "acknowledge"
        case "completed":
            return "admit" if by_partner else "confirm"
    return {
        "accepted": "accept",
        "rejected": "decline",
        "on-hold": "waitlist",
        "in-progress": "travel",
        "cancelled": "withdraw",
        "failed": "fail",
        "entered-in-error": "entered-in-error",
    }.get(status)


def _of_reason(reason: Json) -> dict[str, Json]:
    """{reason, note} of a CodeableConcept; its text is a note where it says more than the code."""
    if not isinstance(reason, Mapping):
        raise Invalid({"Task.statusReason": ["Must be a CodeableConcept."]})
    codings, text = reason.get("coding", []), reason.get("text")
    if not isinstance(codings, list) or not all(isinstance(each, Mapping) for each in codings):
        raise Invalid({"Task.statusReason.coding": ["Must be a list of Codings."]})
    if text is not None and not isinstance(text, str):
        raise Invalid({"Task.statusReason.text": ["Must be a text."]})
    ours = [each.get("code") for each in codings if each.get("system") == terms.system(DECLINE_REASONS)]
    if len(ours) > 1 or (ours and ours[0] not in DECLINE_REASONS):
        raise Invalid({"Task.statusReason.coding": [_WITHOUT_REASON]})
    code = str(ours[0]) if ours else None
    says_more = text and text.strip() not in (DECLINE_REASONS.words[code] if code else ())
    return known(reason=code, note=text if says_more else None)


def _of_output(before: Thing, sent: Body) -> tuple[dict[str, Json], str | None]:
    """({no_more_places}, when it happened) of the outputs that were not there before."""
    outputs, were = sent.get("output", []), before.get("output", [])
    if not isinstance(outputs, list):
        raise Invalid({"Task.output": ["Must be a list."]})
    words: dict[str, Json] = {}
    at: str | None = None
    for number, output in enumerate(outputs):
        if isinstance(were, list) and output in were:
            continue
        match _code_of(output):
            case "happened" if isinstance(output.get("valueDateTime"), str):
                at = output["valueDateTime"]
            case "no_more_places" if isinstance(output.get("valueBoolean"), bool):
                words["no_more_places"] = output["valueBoolean"]
            case _:
                told = f"happened (valueDateTime) or no_more_places (valueBoolean) of {terms.system(OUTPUTS)}"
                raise Invalid({f"Task.output[{number}]": [f"Must be {told}."]})
    return words, at


def _code_of(output: Json) -> str | None:
    about = output.get("type") if isinstance(output, Mapping) else None
    codings = about.get("coding") if isinstance(about, Mapping) else None
    for each in codings if isinstance(codings, list) else ():
        if isinstance(each, Mapping) and each.get("system") == terms.system(OUTPUTS):
            code = each.get("code")
            return code if isinstance(code, str) else None
    return None
