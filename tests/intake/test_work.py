"""The table of next steps: every way a case, its referral and its placement can stand; and the list made of it.

Long because the table and the list are one thing: what the one says the other keeps.
"""

from dataclasses import replace
from datetime import date
from itertools import product
from random import Random

import pytest
from sqlalchemy import create_engine, select

from services.codes import CASE_STATUSES, REFERRAL_STATUSES
from services.codes.acts import case_acts
from services.codes.procedure import EVERYWHERE
from services.codes.procedure.reckoning import windows
from services.codes.steps import STEPS
from services.codes.work import (
    AT_ONCE,
    FLAGS,
    NEXT_STEPS,
    RED,
    STANDINGS,
    WORK_PARTS,
    WORK_REASONS,
)
from services.intake.domain import case, person
from services.intake.domain.work import (
    AFTER,
    CENTRE,
    ENDINGS,
    GROUP,
    IN_PLACE,
    NEXT_PLACE,
    ORDER,
    OTHERS,
    TABLE,
    UNDER_WAY,
    Closing,
    Known,
    Opening,
    Plan,
    Referral,
    Screening,
    contradictions_of,
    next_of,
)
from services.intake.events import CallUnanswered, CaseAssigned, CaseClosed, CaseReopened
from services.intake.projections import contradictions, marks, terms, work, worklist
from services.intake.projections.reassessments import Reassessments
from services.kernel.codec import Codec
from services.kernel.envelope import Caller
from tests.intake.samples import CASE, IDENTIFIED, MALEE, OPENED, PERSON, SOMBAT, fact, own

CODEC = Codec((case.CASE, person.PERSON))
MONDAY, TUESDAY, FRIDAY = (f"2026-03-0{day}T03:00:00.000000Z" for day in (2, 3, 6))
OF_CASE = {
    "open": {},
    "asking": {"screening": Screening(MONDAY, MONDAY, asking=True)},
    "screened": {"screening": Screening(MONDAY, MONDAY)},
    "planned": {
        "screening": Screening(MONDAY, MONDAY), "plan": Plan(TUESDAY, TUESDAY, "foundation"),
    },
    "planned_alone": {
        "screening": Screening(MONDAY, MONDAY), "plan": Plan(TUESDAY, TUESDAY, "advice_only"),
    },
    "planned_home": {
        "screening": Screening(MONDAY, MONDAY), "plan": Plan(TUESDAY, TUESDAY, "return_family"),
    },
    "closed": {"closing": Closing(FRIDAY, True)},
}  # fmt: skip
STANDS = (*UNDER_WAY, *AFTER, "")  # "": entered in error


DAYS = (30, 90, 180, 365)


def referral(standing, at=FRIDAY, programme="p", **more):
    more.setdefault("due", FRIDAY)
    more.setdefault("follow_ups", DAYS)
    return Referral(f"r-{standing}-{at}", programme, standing, at, at, placed_at=MONDAY, **more)


@pytest.mark.parametrize("of_case, standing", list(product(OF_CASE, (None, *STANDS))))
def test_every_open_case_has_exactly_one_next_step_with_its_day(of_case, standing):
    referrals = () if standing is None else (referral(standing),)
    step = next_of(Known(Opening(MONDAY), referrals=referrals, **OF_CASE[of_case]))
    if of_case == "closed":
        assert step is None
        return
    assert step.next in NEXT_STEPS and step.standing in STANDINGS and step.acts in (CENTRE, GROUP, OTHERS)
    assert step.due >= "2026-03-02" and set(step.flags) <= set(FLAGS)
    if standing in UNDER_WAY:
        assert (step.next, step.standing) == (UNDER_WAY[standing].next, standing)
        assert step.referral is not None
    elif standing in AFTER and of_case.startswith("planned"):
        assert (step.next, step.standing) == (AFTER[standing].next, standing)
    elif standing not in AFTER:
        assert (step.next, step.standing) == (TABLE[of_case].next, of_case)


def test_a_screening_is_decided_on_until_the_person_has_a_place():
    screened = {"screening": Screening(MONDAY), "plan": Plan(TUESDAY, TUESDAY, "foundation")}
    days = {
        each: next_of(Known(Opening(MONDAY), referrals=(referral(each),), **screened)).screened
        for each in (*UNDER_WAY, *AFTER)
    }
    followed_up = {"admitted", *IN_PLACE, *ENDINGS}
    assert days == {each: None if each in followed_up else "2026-03-02" for each in days}
    assert next_of(Known(Opening(MONDAY))).screened is None


def test_of_somebody_erased_only_the_case_is_left_to_close_once_nothing_is_under_way():
    gone = Opening(MONDAY, erased=FRIDAY)
    for of_case in ("open", "asking", "screened", "planned"):
        step = next_of(Known(gone, **OF_CASE[of_case]))
        assert (step.next, step.standing, step.since) == ("close", "erased", FRIDAY)
    assert next_of(Known(gone, referrals=(referral("placed"),), **OF_CASE["planned"])).next == "follow_up"
    assert case_acts("planned", over=True) == ["close"] and case_acts("closed", over=True) == ["reopen"]


@pytest.mark.parametrize("of_case", ["open", "asking", "screened", "planned", "planned_home"])
@pytest.mark.parametrize("later", [None, *UNDER_WAY, "declined", "failed"])
def test_of_somebody_who_died_only_the_case_is_left_to_close_whatever_follows(of_case, later):
    death = referral("ended_died")
    referrals = (death,) if later is None else (death, referral(later, "2026-03-09T03:00:00.000000Z"))
    plans = {"plan": Plan("2026-03-10T03:00:00.000000Z", "2026-03-10T03:00:00.000000Z", "foundation")}
    for more in ({}, plans, {"closing": Closing("2026-03-11T03:00:00.000000Z", False)}):
        known = Known(Opening(MONDAY), referrals=referrals, **OF_CASE[of_case] | more)
        step = next_of(known)
        assert (step.next, step.standing, step.referral) == ("close", "ended_died", death)
    in_error = replace(death, standing="")
    assert next_of(Known(Opening(MONDAY), referrals=(in_error,), **OF_CASE["planned"])).next == "send"


def test_what_was_done_for_somebody_after_they_died_does_not_go_together():
    death, sent = referral("ended_died", TUESDAY), referral("sent")
    plan = Plan(FRIDAY, FRIDAY, "foundation")
    after = Known(Opening(MONDAY), plan=plan, referrals=(death, sent))
    assert contradictions_of(after) == [
        ("plan_after_death", death.referral_id),
        ("referral_after_death", sent.referral_id),
    ]
    assert contradictions_of(replace(after, closing=Closing(FRIDAY, True), referrals=(death,))) == []
    assert (
        contradictions_of(replace(after, plan=Plan(MONDAY, MONDAY, "foundation"), referrals=(death,))) == []
    )
    assert contradictions_of(replace(after, referrals=(replace(death, standing=""), sent))) == []


def test_the_table_speaks_of_every_status_and_says_every_step():
    assert {row.next for row in (*TABLE.values(), NEXT_PLACE)} == set(NEXT_STEPS)
    assert set(TABLE) == set(STANDINGS)
    told = {*marks.STANDS.values(), "entered_in_error", "ended"}
    assert {"sent", *(set(REFERRAL_STATUSES) - {"sent"})} <= told
    assert {step.fact for step in STEPS.values()} <= set(marks.REFERRAL_FACTS)
    assert set(CASE_STATUSES) == {"open", "screened", "planned", "referred", "placed", "closed"}


def test_of_several_referrals_the_furthest_along_says_what_is_next():
    both = referral("acknowledged"), referral("admitted", MONDAY)
    step = next_of(Known(Opening(MONDAY), referrals=both, **OF_CASE["planned"]))
    assert (step.next, step.due) == ("confirm_placement", "2026-03-06")
    assert (
        next_of(
            Known(Opening(MONDAY), referrals=(referral("declined"), referral("sent")), **OF_CASE["planned"])
        ).next
        == "await_answer"
    )


def test_after_a_no_another_place_is_chosen_and_by_the_group_if_the_plan_named_this_one():
    for programmes, expected in (
        ((), "send_elsewhere"),
        (("p",), "decide_again"),
        (("p", "q"), "send_next"),
    ):
        plan = Plan(TUESDAY, TUESDAY, "foundation", programmes)
        known = Known(Opening(MONDAY), None, Screening(MONDAY), plan, (referral("declined"),))
        assert next_of(known).next == expected
    newer = Plan(FRIDAY.replace("03:00", "04:00"), FRIDAY.replace("03:00", "04:00"), "foundation", ("q",))
    assert (
        next_of(Known(Opening(MONDAY), None, Screening(MONDAY), newer, (referral("declined"),))).next
        == "send"
    )


def test_a_plan_whose_programmes_are_all_retired_goes_back_to_the_group():
    def planned(*programmes, retired, referrals=()):
        plan = Plan(TUESDAY, TUESDAY, "foundation", programmes)
        since = dict.fromkeys(retired, FRIDAY)
        return next_of(Known(Opening(MONDAY), None, Screening(MONDAY), plan, referrals, retired=since))

    gone = planned("p", retired="p")
    assert (gone.next, gone.standing, gone.acts, gone.since) == ("decide_again", "retired", GROUP, FRIDAY)
    assert gone.due == "2026-03-17"
    assert planned("p", "q", retired="p").standing == planned("p", retired="q").standing == "planned"
    assert planned("p", "q", retired="pq").standing == "retired"
    assert planned(retired="p").standing == "planned"  # any place of the path
    going = planned("p", retired="p", referrals=(referral("sent"),))
    assert going.standing == "sent"  # what is under way goes on
    lost = referral("declined", MONDAY.replace("03:00", "04:00").replace("02T", "04T"))
    left = planned("p", "q", retired="", referrals=(lost,))
    assert (left.next, left.proposes) == ("send_next", "q")
    none_left = planned("p", "q", retired="q", referrals=(lost,))
    assert (none_left.next, none_left.standing, none_left.since) == ("decide_again", "declined", FRIDAY)


def test_the_next_place_of_a_plan_is_the_best_that_was_not_asked_in_whatever_order_others_were():
    plan = Plan(MONDAY, MONDAY, "foundation", ("p", "q", "r"))

    def proposed(*referrals, retired=()):
        since = dict.fromkeys(retired, FRIDAY)
        step = next_of(Known(Opening(MONDAY), None, Screening(MONDAY), plan, referrals, retired=since))
        return step.next, step.proposes

    assert proposed() == ("send", "p")
    assert proposed(retired="p") == ("send", "q")
    assert proposed(referral("declined", programme="q")) == ("send_next", "p")
    assert proposed(referral("no_place")) == proposed(referral("expired")) == ("send_next", "q")
    assert proposed(referral("declined"), retired="q") == ("send_next", "r")
    assert proposed(referral("declined"), referral("sent", programme="q")) == ("await_answer", None)
    both = referral("declined"), referral("expired", TUESDAY, "q")
    assert proposed(*both) == ("send_next", "r")
    assert proposed(*both, retired="r") == ("decide_again", None)
    assert proposed(referral("", programme="q"), referral("declined")) == (
        "send_next",
        "q",
    )  # that was a mistake
    assert proposed(referral("failed")) == ("decide_again", None)


@pytest.mark.parametrize("standing", ENDINGS)
def test_how_a_placement_ended_is_told_without_a_plan_too_and_a_lost_referral_is_not(standing):
    ended = Known(Opening(MONDAY), None, Screening(MONDAY), None, (referral(standing),))
    assert next_of(ended).standing == standing
    lost = replace(ended, referrals=(referral("expired"),))
    assert next_of(lost).standing == "screened"


def test_of_several_that_came_to_nothing_the_last_one_heard_counts_and_one_from_before_the_plan_does_not():
    early, late = referral("declined", FRIDAY), referral("expired", FRIDAY.replace("03:00", "04:00"))
    for referrals in ((early, late), (late, early)):
        assert (
            next_of(Known(Opening(MONDAY), referrals=referrals, **OF_CASE["planned"])).standing == "expired"
        )
    same_instant = Plan(FRIDAY, FRIDAY, "foundation")
    known = Known(Opening(MONDAY), None, Screening(MONDAY), same_instant, (early,))
    assert next_of(known).standing == "declined"


@pytest.mark.parametrize(
    ("hour", "standing"), [(3, "declined"), (4, "declined"), (5, "reopened"), (6, "reopened")]
)
def test_what_was_decided_since_a_case_was_opened_again_counts_and_nothing_before(hour, standing):
    """The plan of 4:00, the no of 5:00: opened again at that very instant, the group decides again."""
    at = [FRIDAY.replace("03:00", f"0{each}:00") for each in (4, 5)]
    lost = replace(referral("declined"), at=at[1], recorded=at[1])
    known = Known(
        Opening(MONDAY), Closing(FRIDAY.replace("03:00", f"0{hour}:00"), False), Screening(MONDAY),
        Plan(at[0], at[0], "foundation"), (lost,),
    )  # fmt: skip
    assert next_of(known).standing == standing
    screened_since = replace(known, referrals=(), plan=None, screening=Screening(at[1], at[1]))
    assert next_of(screened_since).standing == ("screened" if hour < 5 else "reopened")


def test_a_case_that_is_open_again_goes_back_to_the_group_or_to_screening():
    again = Closing(FRIDAY.replace("03:00", "05:00"), closed=False)
    assert next_of(Known(Opening(MONDAY), again)).standing == "open"
    lost = referral("withdrawn")
    assert next_of(Known(Opening(MONDAY), again, Screening(MONDAY), referrals=(lost,))).next == "decide_again"


def test_the_next_follow_up_is_the_first_that_nobody_has_done():
    days = [
        next_of(Known(Opening(MONDAY), referrals=(referral("placed", answered=done),))).due
        for done in ((), (30,), (30, 90), (90,))
    ]
    assert days == ["2026-04-01", "2026-05-31", "2026-08-29", "2026-08-29"]
    done = referral("placed", answered=DAYS)
    assert next_of(Known(Opening(MONDAY), referrals=(done,))).due == "2026-03-06"  # since it stands so
    undated = replace(referral("placed"), placed_at=None)
    assert next_of(Known(Opening(MONDAY), referrals=(undated,))).due == "2026-03-06"


def test_red_flags_come_of_the_door_the_age_and_the_screening_and_the_law_brings_the_day_forward():
    plain = next_of(Known(Opening(MONDAY)))
    assert plain.flags == () and plain.due == "2026-03-06"
    at_door = next_of(Known(Opening(MONDAY, danger="trafficking")))
    assert at_door.flags == ("trafficking", "law_deadline") and at_door.due == "2026-03-03"
    assert next_of(Known(Opening(MONDAY, child=True))).flags == ("child",)
    signs = Screening(MONDAY, trafficking=True, child=True)
    assert next_of(Known(Opening(MONDAY), screening=signs)).flags == ("trafficking", "child")
    safe = Known(Opening(MONDAY, danger="trafficking"), referrals=(referral("admitted"),))
    assert next_of(safe).flags == ("trafficking",)


@pytest.mark.parametrize("danger", AT_ONCE)
def test_an_emergency_at_the_door_is_red_and_due_at_once_until_somebody_helps(danger):
    at_door = next_of(Known(Opening(MONDAY, danger=danger)))
    assert (at_door.next, at_door.flags, at_door.due) == ("screen", (danger,), "2026-03-02")
    assert ORDER(at_door.flags, at_door.acts, at_door.due, at_door.due).part == "red"
    unanswered = Known(Opening(MONDAY, danger=danger), referrals=(referral("sent"),))
    assert next_of(unanswered).flags == (danger,) and next_of(unanswered).due == "2026-03-02"
    helped = Known(Opening(MONDAY, danger=danger), referrals=(referral("accepted"),))
    assert next_of(helped).flags == () and next_of(helped).due > "2026-03-02"
    advised = Known(Opening(MONDAY, danger=danger), plan=Plan(MONDAY, MONDAY, "advice_only"))
    assert next_of(advised).flags == () and next_of(advised).due > "2026-03-02"


def test_red_comes_before_overdue_before_today_before_what_waits_and_each_says_why():
    today = "2026-03-04"
    rows = {
        "red": (("trafficking",), CENTRE, "2026-03-09"),
        "escalated": (("escalated",), CENTRE, "2026-03-09"),
        "overdue": ((), CENTRE, "2026-03-01"),
        "due_today": ((), OTHERS, today),
        "coming": ((), CENTRE, "2026-03-05"),
        "group": ((), GROUP, "2026-03-06"),
        "waiting": (("child",), OTHERS, "2026-03-05"),
    }
    weights = {part: ORDER(*row, today) for part, row in rows.items()}
    assert sorted(weights, key=lambda part: weights[part].key) == list(rows)
    assert {part: weight.part for part, weight in weights.items()} == {part: part for part in WORK_PARTS}
    red = [
        ORDER((flag,), CENTRE, day, today).key
        for flag, day in zip(RED, (f"2026-03-0{day}" for day in (9, 8, 7, 6, 5)), strict=True)
    ]
    assert red == sorted(red) and {ORDER((flag,), CENTRE, "2026-03-09", today).part for flag in RED} == {
        "red"
    }
    assert weights["red"].because == ["trafficking", "centre_acts", "earlier_due"]
    assert weights["waiting"].because == ["others_act", "earlier_due"]
    assert all(set(weight.because) <= set(WORK_REASONS) for weight in weights.values())


def test_what_does_not_go_together_is_named_with_its_referral():
    def named(*referrals, held=(), **more):
        return contradictions_of(Known(Opening(MONDAY), referrals=referrals, held=frozenset(held), **more))

    placed, accepted, lost = referral("placed"), referral("accepted"), referral("declined")
    ids = [each.referral_id for each in (placed, accepted, lost)]
    assert named(placed, lost, held=ids[:1]) == []
    assert named(accepted) == [("referral_without_place", ids[1])]
    assert named(lost, held=["r", ids[2]]) == [
        ("place_without_referral", "r"),
        ("place_without_referral", ids[2]),
    ]
    assert named(accepted, held=[ids[1]], closing=Closing(FRIDAY, True)) == [("open_after_closing", ids[1])]
    gone = named(accepted, placed, lost, held=ids[:2], retired={"p": FRIDAY})
    assert gone == [("referral_to_retired", ids[1])]  # who lives there lives there
    twice = named(placed, referral("absent"), held=[ids[0], f"r-absent-{FRIDAY}"])
    assert {code for code, _ in twice} == {"two_placements"} and len(twice) == 2


def test_a_return_to_the_family_needs_no_place_and_the_group_decides_again_if_it_fails():
    at_home = referral("family_agreed", programme="")
    assert (
        contradictions_of(Known(Opening(MONDAY), referrals=(at_home, referral("placed", programme="")))) == []
    )
    lost = referral("withdrawn", programme="")
    step = next_of(Known(Opening(MONDAY), referrals=(lost,), **OF_CASE["planned_home"]))
    assert (step.next, step.standing, step.acts) == ("decide_again", "withdrawn", GROUP)
    old = OF_CASE["planned_home"] | {"plan": Plan(TUESDAY, TUESDAY, "return_family", ("p",))}
    assert next_of(Known(Opening(MONDAY), **old)).next == "send"


FOUND = {None: "absent", "left": "absent", "lost": "absent", "moved": "found_moved", "died": "found_dead"}


@pytest.mark.parametrize("found", FOUND)
def test_whoever_is_not_in_place_is_looked_for_unless_it_is_known_where_they_are(db, found):
    facts = [ours(OPENED, 1, "01"), *placement("05"), followed_up("13", in_place=False, found=found)]
    work.project(db, facts)
    [row] = work.list_open(db, None)
    known = FOUND[found]
    assert (row.standing, row.next) == (known, TABLE[known].next)
    assert ("not_in_place" in row.flags) == (found != "died")
    assert work.list_under_way(db, CASE)[0]["placed"]


def test_a_follow_up_is_due_until_its_time_is_over_and_who_was_called_in_vain_is_counted(db):
    facts = [ours(OPENED, 1, "01"), *placement("05")]
    work.project(db, facts)
    [row] = work.list_open(db, None)
    assert (row.standing, row.due, row.acts) == ("placed", "2026-03-12", OTHERS)
    work.project(db, [referred("FollowUpDue", SOMBAT, "12", days=7, closes="2026-03-19")])
    [row] = work.list_open(db, None)
    assert (row.standing, row.due, row.acts) == ("follow_up_due", "2026-03-19", CENTRE)
    tries = [referred("FollowUpAttempted", SOMBAT, day, answers=7) for day in ("12", "13")]
    work.project(db, tries)
    [row] = work.list_open(db, None)
    assert (row.standing, row.called.count("worker-60")) == ("follow_up_due", 2)
    work.project(db, [followed_up("14", answers=7, in_place=True, found="in_place")])
    [row] = work.list_open(db, None)
    assert (row.standing, row.due, row.called) == ("placed", "2026-04-04", None)
    assert work.list_open(db, None, next="follow_up") and not work.list_open(db, None, next="close")


def placement(day):
    """Of a case on that day of March, with the follow-ups that its fact says."""
    own = windows(EVERYWHERE, date(2026, 3, int(day)))
    return [
        referred("ReferralSent", SOMBAT, day),
        referred("ReferralAccepted", SOMBAT, day),
        referred("PlacementConfirmed", SOMBAT, day, follow_ups=own),
    ]


def followed_up(day, **said):
    return referred("FollowUpRecorded", SOMBAT, day, **said)


# -- the list ------------------------------------------------------------------------------------------------------


@pytest.fixture
def db():
    with fresh() as connection:
        yield connection


def fresh():
    engine = create_engine("sqlite://")
    for room in (work, terms):
        room.metadata.create_all(engine)
    return engine.connect()


def rows(db):
    return [
        sorted(map(tuple, db.execute(select(table))), key=str)
        for table in (work.mark, work.work, work.programme, work.named)
    ]


def on(day):
    return f"2026-03-{day}T03:00:00.000000Z"


def ours(event, version, recorded, stream=f"case/{CASE}"):
    return own(CODEC, event, stream, version, on(recorded))


def referred(type, referral_id, recorded, **more):
    return fact(
        "referral",
        type,
        {"referral_id": referral_id, "case_id": CASE, "programme_id": "p", **more},
        on(recorded),
    )


def place(type, referral_id, recorded, **more):
    """A place that falls free in another centre's work may come to this one's."""
    data = {"referral_id": referral_id, "case_id": CASE, **more}
    return fact("partners", type, data, on(recorded), centre="61")


def story():
    """{source: its facts in order}: two referrals, one placed, in a case that was closed and opened again."""
    screened = {"case_id": CASE, "labels": [{"code": "child", "verdict": "unknown", "ask": ["age"]}]}
    plan = {"case_id": CASE, "path": "foundation", "programme_id": None}
    return {
        "intake": [
            ours(OPENED, 1, "01"),
            ours(IDENTIFIED, 1, "01", f"person/{PERSON}"),
            ours(CaseAssigned(CASE, None, "colleague", "left", False), 2, "02"),
            ours(CallUnanswered(CASE, "c", "send"), 3, "20"),
            ours(CaseClosed(CASE, PERSON, "died"), 4, "30"),
            ours(CaseReopened(CASE, PERSON, "closed_in_error"), 5, "31"),
        ],
        "screening": [
            fact("screening", "ScreeningCompleted", screened, on("03")),
            fact("screening", "PlanAgreed", plan, on("04")),
        ],
        "referral": [
            referred("ReferralSent", MALEE, "05"),
            referred("PartnerTold", MALEE, "06", answer_due=FRIDAY),
            referred("ReferralDeclined", MALEE, "07"),
            referred("ReferralSent", SOMBAT, "08"),
            referred("PartnerTold", SOMBAT, "09", answer_due=FRIDAY),
            referred("ReferralAccepted", SOMBAT, "10"),
            referred("PersonAdmitted", SOMBAT, "11"),
            referred("PlacementConfirmed", SOMBAT, "12"),
            referred("FollowUpRecorded", SOMBAT, "13", in_place=False),
        ],
        "partners": [
            place("PlaceReserved", MALEE, "05", centre="60"),
            place("PlaceReleased", MALEE, "08"),
            place("PlaceReserved", SOMBAT, "09", centre="60"),
            place("PlaceTaken", SOMBAT, "11"),
        ],
    }


def test_what_the_family_says_is_no_word_of_a_partner(db):
    ways = {
        "family_asked": (),
        "family_agreed": ("ReferralAccepted",),
        "family_declined": ("ReferralDeclined",),
        "family_silent": ("ReferralExpired",),
        "travelling": ("ReferralAccepted", "PersonTravelling"),
    }
    plan = {"case_id": CASE, "path": "return_family", "programme_id": None}
    told = [ours(OPENED, 1, "01"), ours(IDENTIFIED, 1, "01", f"person/{PERSON}")]
    told.append(fact("screening", "PlanAgreed", plan, on("04")))
    for day, (standing, types) in enumerate(ways.items(), start=10):
        home = {"programme_id": None, "answer_due": FRIDAY}
        sent = [referred(type, standing, str(day), **home) for type in ("ReferralSent", *types)]
        with fresh() as other:
            work.project(other, [*told, *sent])
            row = other.execute(select(work.work)).one()
        assert (row.standing, row.programme_id) == (standing, None)
        assert (standing == "family_silent") == ("escalated" in row.flags)


def retired(type, recorded, programme="p"):
    return fact("partners", type, {"programme_id": programme, "partner_id": "h"}, on(recorded), centre="61")


def to_retired():
    """The same, planned for a programme that is retired, taken up again, and retired once more."""
    told = story()
    plan = {"case_id": CASE, "path": "foundation", "programme_id": "p"}
    told["intake"] = told["intake"][:4]
    told["screening"].append(fact("screening", "PlanAgreed", plan, on("15")))
    told["referral"] = told["referral"][:4]
    told["partners"] = [
        retired("ProgrammeRetired", "08"), retired("ProgrammeReopened", "12"), retired("ProgrammeRetired", "16", "q"),
        retired("ProgrammeRetired", "18"),
    ]  # fmt: skip
    return told


def test_whom_a_retired_programme_concerns_is_told_until_it_is_taken_up_again(db):
    told = to_retired()
    early, again, _other, late = told["partners"]
    work.project(db, [*told["intake"][:2], *told["screening"]])
    assert work.list_open(db, None)[0].standing == "planned"
    for facts, standing in (([early], "retired"), ([again], "planned"), ([late], "retired")):
        work.project(db, facts)
        [row] = work.list_open(db, None)
        assert (row.standing, row.next == "decide_again") == (standing, standing == "retired")
    work.project(db, told["referral"])
    assert ("referral_to_retired", SOMBAT) in {
        (each["code"], each["referral_id"]) for each in contradictions.list_contradictions(db, ["60"])
    }
    work.project(db, [again])
    assert "referral_to_retired" not in {
        each["code"] for each in contradictions.list_contradictions(db, ["60"])
    }


def test_what_would_lapse_says_when_and_what_lapsed_is_the_directors(db):
    told = story()
    work.project(db, [*told["intake"][:2], *told["screening"], referred("ReferralSent", MALEE, "05")])
    secured = referred("PlaceSecured", MALEE, "06", tell_due=on("09"), release_due=on("11"))
    answered = referred("PartnerTold", SOMBAT, "08", answer_due=on("20"), how="phone")
    for facts, lapses in (
        ([secured], on("11")),
        ([referred("ReferralExpired", MALEE, "12", reason="not_told", whose="centre")], None),
        ([referred("ReferralSent", SOMBAT, "13"), answered], on("20")),
    ):
        work.project(db, facts)
        [row] = work.list_open(db, None)
        assert row.lapses == lapses
        escalated = lapses is None
        item = worklist.item(row, Reassessments(db), Caller("worker", "worker", ("60",)), "2026-03-12")
        assert ("escalated" in item["flags"], item["lapses"]) == (escalated, lapses)
        assert (item["part"] == "escalated", "escalated" in item["because"]) == (escalated, escalated)


@pytest.mark.parametrize(
    ("reason", "escalated"), [("not_told", True), ("no_answer", True), (None, True), ("no_place", False)]
)
def test_only_a_missed_deadline_goes_to_the_director(db, reason, escalated):
    told = story()
    work.project(db, [*told["intake"][:2], *told["screening"], referred("ReferralSent", MALEE, "05")])
    work.project(db, [referred("ReferralExpired", MALEE, "12", reason=reason)])
    [row] = work.list_open(db, None)
    assert ("escalated" in row.flags) is escalated


def test_what_is_escalated_comes_after_red_and_before_what_is_overdue():
    def weight(*flags, due="2026-03-05"):
        return ORDER(flags, CENTRE, due, "2026-03-04")

    late = weight(due="2026-03-01")
    assert weight("child").key < weight("escalated").key < late.key < weight().key
    assert (weight("escalated").part, late.part) == ("escalated", "overdue")
    assert weight("escalated", "child").because[:2] == ["child", "escalated"]


def test_of_what_is_red_the_overdue_comes_first_and_says_so():
    def weight(day, *flags):
        return ORDER(flags, CENTRE, day, "2026-03-04")

    missing, today = weight("2026-02-05", "child", "not_in_place"), weight("2026-03-04", "child")
    coming = weight("2026-03-07", "child", "law_deadline")
    assert missing.key < today.key < coming.key < weight("2026-02-05").key
    assert missing.because[:2] == ["overdue", "child"] and today.because[:2] == ["due_today", "child"]
    assert {each.part for each in (missing, today, coming)} == {"red"}
    # Of what is overdue alike, what is graver.
    assert weight("2026-03-03", "trafficking").key < missing.key < weight("2026-02-05", "law_deadline").key


@pytest.mark.parametrize("type", ["ReferralDeclined", "ReferralExpired"])
def test_of_a_referral_that_found_no_place_nobody_says_that_the_partner_answered(db, type):
    told = story()
    work.project(db, [*told["intake"][:2], *told["screening"], referred("ReferralSent", MALEE, "05")])
    for whose, reason, standing in (
        ("system", "no_place", "no_place"),
        ("partner", "no_place" if type == "ReferralDeclined" else "no_answer", None),
    ):
        work.project(db, [referred(type, MALEE, "12", reason=reason, whose=whose)])
        [row] = work.list_open(db, None)
        assert row.next == "send_elsewhere"
        assert row.standing == (standing or {"ReferralDeclined": "declined"}.get(type, "expired"))


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize(
    ("reason", "whose", "standing", "next"),
    [
        ("cost", "partner", "declined", "send_elsewhere"),
        ("wrong_information", "centre", "declined_asking", "ask_facts"),
        ("health_beyond_care", "partner", "declined_asking", "ask_facts"),
        ("person_left", "person", "declined_gone", "find_person"),
    ],
)
def test_some_noes_ask_for_something_else_before_the_next_place_until_the_person_is_screened_again(
    db, reason, whose, standing, next, settled
):
    told = story()
    why = {"reason": reason, "whose": whose}
    work.project(db, [*told["intake"][:2], *told["screening"], referred("ReferralSent", MALEE, "05")])
    if settled:
        work.project(db, [referred("ReferralDeclined", MALEE, "12", **why, final_at=FRIDAY)])
        assert work.list_open(db, None)[0].standing == "declining"
    work.project(
        db, [referred("ReferralDeclineSettled" if settled else "ReferralDeclined", MALEE, "13", **why)]
    )
    [row] = work.list_open(db, None)
    assert (row.standing, row.next, row.acts) == (standing, next, CENTRE)
    again = {"case_id": CASE, "labels": []}
    work.project(db, [fact("screening", "ScreeningCompleted", again, on("14"))])
    [row] = work.list_open(db, None)
    assert (row.standing, row.next) == ("declined", "send_elsewhere")


def test_who_does_not_want_to_say_more_is_the_working_groups_and_is_not_asked_again(db):
    labels = [
        {"code": "disabled", "verdict": "unknown", "ask": ["disability_types", "disability_card"]},
        {"code": "older_person", "verdict": "unknown", "ask": ["age"]},  # which is asked as a birth date
    ]
    work.project(db, story()["intake"][:2])
    for declined, standing, step in (
        (None, "asking", "ask_facts"),
        (["disability_types"], "asking", "ask_facts"),
        (["disability_card", "disability_types"], "asking", "ask_facts"),
        (["disability_card", "disability_types", "birth_date"], "screened", "decide"),
    ):
        screened = {"case_id": CASE, "labels": labels, "asked_declined": declined}
        work.project(db, [fact("screening", "ScreeningCompleted", screened, on("14"))])
        [row] = work.list_open(db, None)
        assert (row.standing, row.next) == (standing, step)


def test_a_no_that_is_reviewed_is_the_directors_until_it_is_accepted_or_comes_back(db):
    told, why = story(), {"reason": "cost", "whose": "partner"}
    work.project(db, [*told["intake"][:2], *told["screening"], referred("ReferralSent", MALEE, "05")])
    work.project(db, [referred("ReferralDeclined", MALEE, "11", **why, final_at=FRIDAY, in_review=True)])
    [row] = work.list_open(db, None)
    assert (row.standing, row.next, row.acts, row.lapses) == ("in_review", "review_no", CENTRE, FRIDAY)
    assert "escalated" in row.flags and row.due == FRIDAY[:10]
    for type, standing in (
        ("ReferralDeclineReturned", "acknowledged"),
        ("ReferralDeclineSettled", "declined"),
    ):
        more = {"answer_due": FRIDAY} if type == "ReferralDeclineReturned" else why
        work.project(db, [referred(type, MALEE, "12", **more)])
        [row] = work.list_open(db, None)
        assert row.standing == standing and "escalated" not in row.flags and row.lapses != row.since


@pytest.mark.parametrize("tell", [story, to_retired])
def test_in_any_order_of_the_sources_and_in_any_batches_the_rows_are_the_same(db, tell):
    told = tell()
    work.project(db, [each for facts in told.values() for each in facts])
    expected, random = rows(db), Random(9)
    for _ in range(60):
        with fresh() as other:
            left = {source: list(facts) for source, facts in told.items()}
            while any(left.values()):
                source = random.choice([name for name, facts in left.items() if facts])
                batch = [left[source].pop(0) for _ in range(random.randint(1, len(left[source])))]
                work.project(other, batch)
            assert rows(other) == expected


def test_a_case_stands_once_in_the_list_with_its_owner_and_its_calls(db):
    told = story()
    work.project(db, told["intake"][:2])
    [row] = work.list_open(db, ["60"])
    assert (row.next, row.owner, row.from_user, row.due) == ("screen", row.owner, None, row.due) and row.owner
    work.project(db, [*told["intake"][2:4], *told["screening"]])
    [row] = work.list_open(db, ["60"], owner="colleague")
    assert (row.next, row.owner, row.case_id) == ("send", "colleague", CASE)
    item = worklist.item(row, Reassessments(db), Caller("worker", "worker", ("60",)), "2026-03-04")
    assert item["flags"][0] == "to_take_over" and len(item["called"]) == 1
    assert not work.list_open(db, ["61"]) and not work.list_open(db, ["60"], owner="somebody")
    work.project(db, [*told["referral"]])
    [row] = work.list_open(db, None, case_id=CASE)
    assert (row.next, row.standing, row.referral_id) == ("find_person", "absent", SOMBAT)
    work.project(db, told["intake"][4:5])
    assert not work.list_open(db, None)
    [open_one] = work.list_under_way(db, CASE)
    assert (open_one["referral_id"], open_one["standing"], open_one["placed"]) == (SOMBAT, "absent", True)
    codes = {(each["code"], each["referral_id"]) for each in contradictions.list_contradictions(db, ["60"])}
    assert codes == {("open_after_closing", SOMBAT), ("referral_without_place", SOMBAT)}
    assert not contradictions.list_contradictions(db, ["61"])


def test_what_a_flag_says_of_a_person_is_for_the_case_s_own_centre(db):
    work.project(db, [ours(replace(OPENED, danger="trafficking"), 1, "01")])
    work.project(db, [referred("PlaceSecured", MALEE, "02", tell_due=on("02"), release_due=on("04"))])
    [row] = work.list_open(db, None)
    theirs = worklist.item(row, Reassessments(db), Caller("worker", "worker", ("60",)), "2026-03-04")
    others = worklist.item(row, Reassessments(db), Caller("worker", "worker", ("*",)), "2026-03-04")
    assert (
        theirs["flags"] == ["trafficking", "law_deadline", "not_told", "overdue"]
        and "trafficking" in theirs["because"]
    )
    assert others["flags"] == ["not_told", "overdue"] and not {*others["because"]} & {*RED}
