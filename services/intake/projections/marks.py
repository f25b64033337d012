"""What is known of one thing of a case, folded from the facts of its source: what the day's work is worked out from.

Long because what each fact makes of a case is told side by side.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from services.codes import PATHS
from services.codes.care import GOING_ON
from services.codes.deadlines import ARRIVAL, FOLLOW_UP, TRAVEL
from services.codes.declines import FIND, SCREEN_AGAIN, effect_of
from services.codes.facts import ASKED_FOR
from services.codes.following import DIED, MOVED
from services.codes.procedure import Window, window_on, windows_of
from services.intake.domain.work import (
    ENDED,
    IN_REVIEW,
    KEPT_BY_ANSWER,
    Closing,
    Known,
    Opening,
    Plan,
    Referral,
    Screening,
)
from services.kernel.envelope import Recorded, instant, moment
from services.thai.dates import bangkok_day, utc_span


class Mark(TypedDict, total=False):
    """Whatever things there are: what was heard of one of them, in JSON."""

    at: str
    recorded: str
    centre: str
    number: str
    danger: str
    by: str
    child: bool
    erased: str
    closed: bool
    from_user: str | None
    to_user: str | None
    taken: bool
    calls: list[tuple[str, str]]
    asking: bool
    trafficking: bool
    path: str
    bound: list[str]
    refused: bool
    programme: str
    standing: str
    due: str | None
    kept: str
    lapses: str | None
    lapsed: bool
    near: str
    late: str
    late_role: str | None
    late_user: str | None
    placed_at: str
    follow_ups: list[int]
    answered: list[int]
    held: bool
    stays_until: str | None
    ran_out_at: str | None
    tasks: dict[str, tuple[str | None, bool]]
    owner: str
    waits: bool


OPENING, CLOSING, SCREENING, PLAN, HANDS, CALLS = "opening", "closing", "screening", "plan", "hands", "calls"
STAY = "stay"  # the latest interim stay
CARE = "care"  # what of the care plan goes on
PLAN_FACTS = ("PlanAgreed", "RatificationDecided")
CARE_FACTS = ("CareGoalSet", "CareTaskSet", "CareTaskMoved", "CareProgressNoted")
TRANSFER = (
    "transfer"  # whose the case is since it was handed over, and whether another centre is asked to take it
)
CALLS_KEPT = 20
# Whose standing is what the fact says; the others are folded below.
STANDS: Mapping[str, str] = {
    "ReferralSent": "reserving",
    "PlaceSecured": "untold",
    "PartnerTold": "sent",
    "ReferralAcknowledged": "acknowledged",
    "ReferralDeclineReturned": "acknowledged",
    "ReferralWaitlisted": "waitlisted",
    "ReferralAccepted": "accepted",
    "ReferralDeclined": "declined",
    "ReferralDeclineSettled": "declined",
    "ReferralExpired": "expired",
    "ReferralWithdrawn": "withdrawn",
    "PersonTravelling": "travelling",
    "PersonAdmitted": "admitted",
    "PlacementConfirmed": "placed",
    "FollowUpDue": "follow_up_due",
    "ReferralFailed": "failed",
    "ReferralEnteredInError": "",
}
OF_FAMILY: Mapping[str, str] = {
    "ReferralAccepted": "family_agreed",
    "ReferralDeclined": "family_declined",
    "ReferralExpired": "family_silent",
}
BY_EFFECT: Mapping[str, str] = {SCREEN_AGAIN: "declined_asking", FIND: "declined_gone"}  # else "declined"
PLACE_FACTS: Mapping[str, bool] = {"PlaceReserved": True, "PlaceTaken": True, "PlaceReleased": False}
PROGRAMME_FACTS: Mapping[str, bool] = {"ProgrammeRetired": True, "ProgrammeReopened": False}
SYSTEM, NO_PLACE = "system", "no_place"  # whose it was, and why, that a referral found no place
MISSED = (None, "no_answer", "not_told")  # why a referral ran out of time: somebody missed a deadline
PLACE = "place/"  # and the referral that the place is for
TRANSFER_FACTS = (
    "CaseTransferRequested",
    "CaseTransferAccepted",
    "CaseTransferRejected",
    "CaseTransferRevoked",
)
STAY_FACTS = ("InterimStayBegun", "InterimStayProlonged", "InterimStayEnded")
FOUND: Mapping[str | None, str] = {MOVED: "found_moved", DIED: "found_dead"}  # else "absent"
NEAR, LATE = "ReminderDue", "DeadlineMissed"
REFERRAL_FACTS = (*STANDS, "FollowUpRecorded", "ReferralEnded", NEAR, LATE, "FollowUpMissed")
ATTEMPT = "FollowUpAttempted"  # somebody called, and nobody answered


def _opened(fact: Recorded, _: Mark) -> Mark:
    number, danger = fact.data["case_number"], fact.data["danger"]
    return {
        "at": fact.time, "number": number, "danger": danger, "by": fact.actor, "centre": fact.centre,
        "child": _is_child(fact.data["age"]),
    }  # fmt: skip


def _described(fact: Recorded, before: Mark) -> Mark:
    return {**before, "child": _is_child(fact.data["age"])}


def _erased(fact: Recorded, before: Mark) -> Mark:
    return {**before, "erased": fact.time}


def _is_child(age: Mapping[str, Any] | None) -> bool:
    return age is not None and age["max"] < 18


def _closed(fact: Recorded, _: Mark) -> Mark:
    return {"at": fact.time, "closed": fact.type == "CaseClosed"}


def _assigned(fact: Recorded, _: Mark) -> Mark:
    data = fact.data
    return {"from_user": data["from_user"], "to_user": data["to_user"], "taken": data["taken"]}


def _handed_over(fact: Recorded, before: Mark) -> Mark:
    if fact.type == "CaseTransferAccepted":
        return {"owner": fact.data["to"], "waits": False}
    return {**before, "waits": fact.type == "CaseTransferRequested"}


def _called(fact: Recorded, before: Mark) -> Mark:
    return {"calls": [*before.get("calls", ()), (fact.time, fact.actor)][-CALLS_KEPT:]}


def _screened(fact: Recorded, _: Mark) -> Mark:
    labels = fact.data.get("labels", ())
    said_no = {*(fact.data.get("asked_declined") or ())}
    declined = said_no | {
        ASKED_FOR[each] for each in said_no & ASKED_FOR.keys()
    }  # nobody asks again for these
    met = {label["code"] for label in labels if label["verdict"] == "met"}
    return {
        "at": fact.time,
        "recorded": fact.recorded,
        "asking": any({*label["ask"]} - declined for label in labels),
        "trafficking": "trafficking_suspected" in met,
        "child": "child" in met,
    }


def programmes_named(fact: Recorded) -> list[str]:
    """The programmes that a plan or a referral names, best first."""
    if fact.type not in ("PlanAgreed", "ReferralSent"):
        return []
    return [each for each in fact.data.get("programme_ids") or [fact.data.get("programme_id")] if each]


def _planned(fact: Recorded, _: Mark) -> Mark:
    path = fact.data["path"] if fact.data["path"] in PATHS else ""
    return {"at": fact.time, "recorded": fact.recorded, "path": path, "bound": programmes_named(fact)}


def _ratified(fact: Recorded, before: Mark) -> Mark:
    """What was decided between meetings counts no more once a meeting did not ratify it."""
    return before if fact.data["ratified"] else {**before, "at": fact.time, "refused": True}


def _referred(fact: Recorded, before: Mark) -> Mark:
    """A step of a referral. One whose beginning was not heard, which cannot be, would stand for nothing."""
    data = fact.data
    of_family = data.get("programme_id", "") is None
    if fact.type == NEAR:
        return {**before, "near": data["deadline"]}
    if fact.type in (LATE, "FollowUpMissed"):
        late = data.get("deadline", FOLLOW_UP)
        return {**before, "late": late, "late_role": data.get("to_role"), "late_user": data.get("to_user")}
    after: Mark = {
        **before, "at": fact.time, "recorded": fact.recorded, "due": None, "lapses": None, "near": "", "late": "",
        "late_role": data.get("to_role"), "late_user": data.get("to_user"),
    }  # fmt: skip
    match fact.type:
        case "ReferralSent" if of_family:
            return {
                **after,
                "standing": "family_asked",
                "programme": "",
                "lapses": data["answer_due"],
                "answered": [],
            }
        case "ReferralSent":
            return {
                **after,
                "standing": "reserving",
                "programme": data.get("programme_id", ""),
                "answered": [],
            }
        case "PlaceSecured":
            # Its programme's queue has a place now, whatever the partner said before.
            return {**after, "standing": "untold", "due": data["tell_due"], "lapses": data["release_due"]}
        case "PartnerTold" if before.get("standing") in ("acknowledged", "waitlisted") and data.get("how"):
            return {**before, "due": data["answer_due"], "lapses": data["answer_due"], "near": "", "late": ""}
        case "PartnerTold" | "ReferralWaitlisted" | "ReferralDeclineReturned":
            return {
                **after,
                "standing": STANDS[fact.type],
                "due": data["answer_due"],
                "kept": data["answer_due"],
                "lapses": data["answer_due"],
            }
        case "ReferralAcknowledged":
            due = data.get("answer_due") or before.get("due")
            return {**after, "standing": "acknowledged", "due": due, "lapses": due}
        case "ReferralExpired" | "ReferralDeclined" | "ReferralAccepted" if of_family:
            due = _ends(data, TRAVEL)
            return {
                **after,
                "standing": OF_FAMILY[fact.type],
                "lapsed": fact.type == "ReferralExpired",
                "due": due,
            }
        case "ReferralAccepted" | "PersonTravelling":
            return {
                **after,
                "standing": STANDS[fact.type],
                "due": _ends(data, TRAVEL) or _ends(data, ARRIVAL),
            }
        case "ReferralExpired" | "ReferralDeclined" if (
            data.get("whose") == SYSTEM and data.get("reason") == NO_PLACE
        ):
            return {**after, "standing": "no_place"}  # nobody was asked
        case "ReferralExpired":
            # One of before there were reasons ran out while its partner was asked.
            return {**after, "standing": "expired", "lapsed": data.get("reason") in MISSED}
        case "ReferralDeclined" if data.get("in_review"):
            return {**after, "standing": IN_REVIEW, "due": data["final_at"], "lapses": data["final_at"]}
        case "ReferralDeclined" if data.get("final_at"):
            return {**after, "standing": "declining"}
        case "ReferralDeclined" | "ReferralDeclineSettled" if not of_family:
            effect = effect_of(data.get("reason"), data.get("whose"))
            return {**after, "standing": BY_EFFECT.get(effect, "declined")}
        case "PlacementConfirmed":
            days = [each["days"] for each in _windows(fact.time, data.get("follow_ups"))]
            return {**after, "standing": "placed", "placed_at": fact.time, "follow_ups": days}
        case "FollowUpDue" if before.get("standing") in ("placed", "followed", "follow_up_due"):
            last = date.fromisoformat(data["closes"]) if data.get("closes") else None
            due = instant(utc_span(last, last)[0]) if last else fact.time
            return {**after, "standing": "follow_up_due", "due": due}
        case "FollowUpDue":
            return before
        case "FollowUpRecorded":
            return _followed_up(fact, after)
        case "ReferralEnded":
            return {**after, "standing": ENDED.get(data["outcome"], "ended_otherwise")}
    return {**after, "standing": STANDS[fact.type]}


def _ends(data: Any, code: str) -> str | None:
    """When a deadline is over that begins with a fact."""
    return next((each["due"] for each in data.get("deadlines") or () if each["code"] == code), None)


def _followed_up(fact: Recorded, after: Mark) -> Mark:
    """A follow-up answers the due day that its fact names, else the one that its day is of; somebody who is not where
    they should be is looked for, whatever day is due, unless it is known where they are."""
    answers = fact.data.get("answers")
    if answers is None and after.get("placed_at"):
        answers = window_on(bangkok_day(moment(fact.time)), _windows(after["placed_at"], None))["days"]
    answered = sorted({*after.get("answered", ()), *([answers] if answers else [])})
    done = bool(answered) and answered[-1] >= max(after.get("follow_ups", ()), default=0)
    found = FOUND.get(fact.data.get("found"), "absent")
    standing = found if not fact.data["in_place"] else "followed" if done else "placed"
    return {**after, "standing": standing, "answered": answered}


def _windows(placed_at: str, own: Sequence[Window] | None) -> Sequence[Window]:
    return windows_of(bangkok_day(moment(placed_at)), own)


def _stayed(fact: Recorded, before: Mark) -> Mark:
    if fact.type != "InterimStayEnded":
        return {"stays_until": fact.data["until"], "ran_out_at": None}
    # A bed that was asked for and never held ends without anybody leaving it.
    ran_out = fact.data["reason"] == "ran_out" and fact.data["was"] == "staying"
    return {"stays_until": None, "ran_out_at": fact.time if ran_out else None}


def _place(fact: Recorded, before: Mark) -> Mark:
    """Whether partners holds a place for a referral. A place that falls free in one centre's work may go to
    another's."""
    centre = fact.data.get("centre") or before.get("centre") or fact.centre
    return {"held": PLACE_FACTS[fact.type], "centre": centre}


def _cared(fact: Recorded, before: Mark) -> Mark:
    """{goal or task: (until when, whether it goes on)}; what ended may go on again."""
    tasks, data = before.get("tasks", {}), fact.data
    id = data.get("item_id") or data.get("goal_id" if fact.type == "CareGoalSet" else "task_id", "")
    due, goes_on = tasks.get(id, (None, True))
    match fact.type:
        case "CareProgressNoted":
            goes_on = data["progress"] in GOING_ON
        case _:
            due = data["due"]
    return {"tasks": {**tasks, id: (due, goes_on)}}


def tasks_due(marks: Mapping[str, Mark]) -> str | None:
    """The first day (ISO) until which something of the care plan is to be done."""
    tasks = marks.get(CARE, {}).get("tasks", {})
    return min((due for due, goes_on in tasks.values() if goes_on and due), default=None)


FOLDS: Mapping[str, tuple[str, Callable[[Recorded, Mark], Mark]]] = {
    "CaseOpened": (OPENING, _opened),
    "PersonIdentified": (OPENING, _described),
    "PersonCorrected": (OPENING, _described),
    "PersonErased": (OPENING, _erased),
    "CaseClosed": (CLOSING, _closed),
    "CaseReopened": (CLOSING, _closed),
    "CaseAssigned": (HANDS, _assigned),
    "CallUnanswered": (CALLS, _called),
    **{type: (TRANSFER, _handed_over) for type in TRANSFER_FACTS},
    ATTEMPT: (CALLS, _called),
    "ScreeningCompleted": (SCREENING, _screened),
    "PlanAgreed": (PLAN, _planned),
    "RatificationDecided": (PLAN, _ratified),
    **{type: (CARE, _cared) for type in CARE_FACTS},
    **{type: (STAY, _stayed) for type in STAY_FACTS},
    **{type: (PLACE, _place) for type in PLACE_FACTS},
    **{type: ("", _referred) for type in REFERRAL_FACTS},  # by the referral's id
}


def name_of(name: str, fact: Recorded) -> str:
    return name if name not in ("", PLACE) else f"{name}{fact.data['referral_id']}"


def programmes_of(marks: Mapping[str, Mark]) -> set[str]:
    """The programmes that a case's plan and referrals name."""
    named = {
        programme for each in marks.values() for programme in (*each.get("bound", ()), each.get("programme"))
    }
    return {each for each in named if each}


def known_of(marks: Mapping[str, Mark], retired: Mapping[str, str]) -> Known:
    """`retired`: {programme: since when}, at least of those that the case names."""
    opened, closing, screened, plan = (marks.get(name) for name in (OPENING, CLOSING, SCREENING, PLAN))
    stay = marks.get(STAY, {})
    assert opened is not None
    own = {OPENING, CLOSING, SCREENING, PLAN, HANDS, CALLS, STAY, CARE, TRANSFER}
    return Known(
        Opening(opened["at"], opened["danger"], opened["child"], opened.get("erased")),
        Closing(closing["at"], closing["closed"]) if closing else None,
        _screening(screened) if screened else None,
        Plan(plan["at"], plan["recorded"], plan["path"], tuple(plan["bound"]), plan.get("refused", False))
        if plan
        else None,
        tuple(
            _referral(name, each)
            for name, each in sorted(marks.items())
            if name not in own and not name.startswith(PLACE)
        ),
        frozenset(
            name.removeprefix(PLACE)
            for name, each in marks.items()
            if name.startswith(PLACE) and each["held"]
        ),
        {each: retired[each] for each in programmes_of(marks) if each in retired},
        stay.get("stays_until"),
        stay.get("ran_out_at"),
    )


def _screening(known: Mark) -> Screening:
    return Screening(known["at"], known["recorded"], known["asking"], known["trafficking"], known["child"])


def _referral(referral_id: str, known: Mark) -> Referral:
    due = known["due"] or (known.get("kept") if known["standing"] in KEPT_BY_ANSWER else None)
    return Referral(
        referral_id,
        known.get("programme", ""),
        known["standing"],
        known["at"],
        known["recorded"],
        due,
        known.get("placed_at"),
        tuple(known.get("follow_ups", ())),
        tuple(known.get("answered", ())),
        known.get("lapses"),
        known.get("lapsed", False),
        known.get("near", ""),
        known.get("late", ""),
        known.get("late_user"),
        known.get("late_role"),
    )
