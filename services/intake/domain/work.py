"""The one next step of every open case: a table of where the case, its referral and its placement stand. Pure.

The table says what is next, who acts, and in how many working days; `ORDER` puts cases in the order to see to them and
names its reasons. Nothing here commands anything. Long because the whole table is read in one place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from services.codes import FAMILY_PATH, KIND_OF_PATH
from services.codes.deadlines import ARRIVAL
from services.codes.deadlines import ESCALATED as ESCALATED_DEADLINES
from services.codes.work import AT_ONCE, ESCALATED, LAW_TERMS, RED
from services.kernel.envelope import moment
from services.thai.calendar import add_working_days
from services.thai.dates import bangkok_day

CENTRE, GROUP, OTHERS = "centre", "group", "others"  # who acts


class Row(NamedTuple):
    """`days`: working days from when it came to stand so; None: the day stands in the facts."""

    next: str
    acts: str
    days: int | None


# How a referral stands that is under way: the furthest along of a case says what is next.
UNDER_WAY: Mapping[str, Row] = {
    "declining": Row("await_final", OTHERS, 1),
    "in_review": Row("review_no", CENTRE, None),
    "reserving": Row("await_place", OTHERS, 1),
    "waitlisted": Row("await_turn", OTHERS, None),
    "sent": Row("await_answer", OTHERS, None),
    "acknowledged": Row("await_answer", OTHERS, None),
    "family_asked": Row("ask_family", CENTRE, 3),
    "untold": Row("tell_partner", CENTRE, None),
    "family_agreed": Row("arrange_travel", CENTRE, 3),
    "accepted": Row("arrange_travel", CENTRE, 3),
    "travelling": Row("confirm_arrival", CENTRE, 1),
    "admitted": Row("confirm_placement", CENTRE, 3),
    "placed": Row("follow_up", OTHERS, None),
    "followed": Row("end_placement", CENTRE, 7),
    "follow_up_due": Row("follow_up", CENTRE, None),
    "found_moved": Row("end_placement", CENTRE, 3),
    "absent": Row("find_person", CENTRE, 1),
    "found_dead": Row("end_placement", CENTRE, 1),
}
FURTHEST = tuple(UNDER_WAY)
# Nothing is under way: how the case stands, with what became of its last referral since the plan.
OVER = ("declined", "expired", "withdrawn", "failed")
ENDED: Mapping[str, str] = {  # by outcome
    "stable": "ended_stable",
    "died": "ended_died",
    "moved": "ended_moved",
    "left": "ended_gone",
    "lost": "ended_gone",
}
ENDINGS = ("ended_stable", "ended_died", "ended_moved", "ended_gone", "ended_otherwise")
OF_CASE: Mapping[str, Row] = {
    "open": Row("screen", CENTRE, 3),
    "asking": Row("ask_facts", CENTRE, 3),
    "screened": Row("decide", GROUP, 7),
    "reopened": Row("decide_again", GROUP, 7),
    "planned": Row("send", CENTRE, 3),
    "planned_home": Row("send_home", CENTRE, 3),
    "planned_alone": Row("carry_out", CENTRE, 14),
    "retired": Row("decide_again", GROUP, 7),
    "not_ratified": Row("decide_again", GROUP, 7),
    "erased": Row("close", CENTRE, 7),
}
AFTER: Mapping[str, Row] = {
    "declined": Row("send_elsewhere", CENTRE, 3),
    "declined_asking": Row("ask_facts", CENTRE, 3),
    "declined_gone": Row("find_person", CENTRE, 1),
    "family_declined": Row("decide_again", GROUP, 7),
    "family_silent": Row("decide_again", GROUP, 7),
    "expired": Row("send_elsewhere", CENTRE, 3),
    "no_place": Row("send_elsewhere", CENTRE, 3),
    "withdrawn": Row("send_elsewhere", CENTRE, 3),
    "failed": Row("decide_again", GROUP, 7),
    "ended_stable": Row("close", CENTRE, 7),
    "ended_died": Row("close", CENTRE, 1),
    "ended_moved": Row("close", CENTRE, 7),
    "ended_gone": Row("find_person", CENTRE, 1),
    "ended_otherwise": Row("decide_again", GROUP, 7),
}
UNTIL_SCREENED = ("declined_asking", "declined_gone")  # after these something comes before the next place
NEXT_PLACE = Row("send_next", CENTRE, 3)  # the plan names another place that was not asked yet
SENDING = ("send", "send_next")
BOUND = Row("decide_again", GROUP, 7)  # no place of the plan is to be had any more
TABLE: Mapping[str, Row] = {**OF_CASE, **UNDER_WAY, **AFTER}
ALONE = ("home", "advice")  # kinds of paths on which nobody is referred
IN_GOOD_HANDS = ("family_agreed", "accepted", "travelling", "admitted", "placed", "followed", "follow_up_due")
SHELTERED = (
    "admitted",
    "placed",
    "followed",
    "follow_up_due",
    *ENDINGS,
)  # a bed that ran out is no matter any more
IN_REVIEW = "in_review"  # a no that the director accepts or sends back
NOT_THERE = ("found_moved", "absent", "found_dead")  # says the latest follow-up
IN_PLACE = ("placed", "followed", "follow_up_due", *NOT_THERE)
WITH_PLACE = ("untold", "accepted", "travelling", "admitted", *IN_PLACE)
SAY_THEIR_DAY = (
    "accepted",
    "family_agreed",
    "travelling",
)  # facts of before did not: then the row's days hold
KEPT_BY_ANSWER = ("sent", "acknowledged", "waitlisted")


@dataclass(frozen=True)
class Opening:
    """What the door and its corrections say of a case. Instants are RFC 3339 UTC text; `child`: surely under 18;
    `erased`: since when nothing of the person is known any more."""

    at: str
    danger: str = "none"
    child: bool = False
    erased: str | None = None


@dataclass(frozen=True)
class Closing:
    at: str
    closed: bool


@dataclass(frozen=True)
class Screening:
    at: str
    recorded: str = ""
    asking: bool = False
    trafficking: bool = False
    child: bool = False


@dataclass(frozen=True)
class Plan:
    """`refused`: decided between meetings and, since `at`, not ratified."""

    at: str
    recorded: str
    path: str
    programme_ids: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class Referral:
    """`standing`: of UNDER_WAY, AFTER, or "" for one that was entered in error; `at` since when, `recorded` when that
    was told; `due`: until when it should go on, if the facts say; `follow_ups`: the due days of
    follow-ups, `answered`: of those that are done;
    `lapses`: when else it ends by itself and gives its place back; `lapsed`: it did, for nobody told the partner or the
    partner did not answer. `near`, `late`: the deadline (codes.deadlines) that is near or was missed; `to_user`,
    `to_role`: who answers for the latter. `programme_id` "": a return to the family, which has no place."""

    referral_id: str
    programme_id: str
    standing: str
    at: str
    recorded: str
    due: str | None = None
    placed_at: str | None = None
    follow_ups: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    lapses: str | None = None
    lapsed: bool = False
    near: str = ""
    late: str = ""
    to_user: str | None = None
    to_role: str | None = None


@dataclass(frozen=True)
class Known:
    """All that is known of a case, of each source as far as it was heard. `held`: referrals for which partners holds a
    place. `stays_until`: until which instant the person has an interim bed; `ran_out_at`: when the latest one ran out.
    `retired`: of the programmes that its plan and its referrals name those that take nobody any more, and since
    when."""

    opening: Opening
    closing: Closing | None = None
    screening: Screening | None = None
    plan: Plan | None = None
    referrals: Sequence[Referral] = ()
    held: frozenset[str] = frozenset()
    retired: Mapping[str, str] = field(default_factory=dict)
    stays_until: str | None = None
    ran_out_at: str | None = None


@dataclass(frozen=True)
class Next:
    """The next step of a case. `standing`: codes.work.STANDINGS; `due`: a day in Thailand; `flags`: of codes.work.FLAGS
    as far as no clock is needed; `referral`: what it is about; `proposes`: the place of the plan that comes next;
    `screened`: the day of the screening that is still decided on (ISO, in Thailand): whoever has a place is followed up
    instead."""

    next: str
    standing: str
    acts: str
    since: str
    due: str
    flags: tuple[str, ...]
    referral: Referral | None = None
    proposes: str | None = None
    screened: str | None = None


def next_of(known: Known) -> Next | None:
    """The one next step of a case, None once it is closed."""
    if known.closing and known.closing.closed:
        return None
    standing, row, since, referral = _stands(known)
    due = _due(row, since, referral)
    flags = list(_red(known, standing))
    if "law_deadline" in flags:
        due = min(due, law_deadline(known) or due)
    if {*AT_ONCE} & {*flags}:
        due = min(due, bangkok_day(moment(known.opening.at)))
    if known.stays_until:
        # Something is to be settled before the last night.
        flags.append("interim_stay")
        due = min(due, bangkok_day(moment(known.stays_until)) - timedelta(days=2))
    elif known.ran_out_at and standing not in SHELTERED:
        flags.append("stay_ran_out")
    if known.plan and known.plan.refused and standing in UNDER_WAY:
        flags.append("not_ratified")
    if standing == IN_REVIEW:
        flags.append(ESCALATED)
    if standing == "untold":
        flags.append("not_told")
    if standing in ("expired", "family_silent") and referral and referral.lapsed:
        flags.append(ESCALATED)
    if referral and referral.late in ESCALATED_DEADLINES and ESCALATED not in flags:
        flags.append(ESCALATED)
    if referral and referral.late == ARRIVAL:
        flags.append("not_arrived")
    if referral and referral.near and not referral.late:
        flags.append("due_soon")
    if standing in ("found_moved", "absent", "ended_gone"):
        flags.append("not_in_place")
    proposes = next(iter(_left(known)), None) if row.next in SENDING else None
    decided_on = known.screening if standing not in (*SHELTERED, *NOT_THERE, "erased") else None
    screened = bangkok_day(moment(decided_on.at)).isoformat() if decided_on else None
    return Next(
        row.next, standing, row.acts, since, due.isoformat(), tuple(flags), referral, proposes, screened
    )


def _stands(known: Known) -> tuple[str, Row, str, Referral | None]:
    """(standing, its row, since when, the referral that it is about)."""
    if death := _death(known):  # whatever was done after it
        return death.standing, AFTER[death.standing], death.at, death
    live = [each for each in known.referrals if each.standing in UNDER_WAY]
    if live:
        first = max(live, key=lambda each: (FURTHEST.index(each.standing), each.recorded, each.referral_id))
        return first.standing, UNDER_WAY[first.standing], first.at, first
    if known.opening.erased:  # nobody can be asked, screened or decided about any more
        return "erased", TABLE["erased"], known.opening.erased, None
    if known.plan and known.plan.refused:
        return "not_ratified", TABLE["not_ratified"], known.plan.at, None
    planned = known.plan.recorded if known.plan else ""
    over = [each for each in known.referrals if each.standing in AFTER and each.recorded >= planned]
    last = max(over, key=lambda each: (each.recorded, each.referral_id)) if over else None
    reopened = known.closing.at if known.closing else ""
    latest = max(last.at if last else "", known.plan.at if known.plan else "")
    if known.screening and reopened and reopened >= max(latest, known.screening.at):
        return "reopened", TABLE["reopened"], reopened, None
    if last and (known.plan or last.standing in ENDINGS):
        if last.standing in UNTIL_SCREENED and known.screening and known.screening.recorded > last.recorded:
            last = replace(last, standing="declined")
        row, since = _after(last, known)
        return last.standing, row, since, last
    if known.plan and _none_left(known.plan.programme_ids, known):
        gone = max(known.retired[each] for each in known.plan.programme_ids)
        return "retired", TABLE["retired"], max(gone, known.plan.at), None
    if known.plan:
        name = _planned(known.plan)
        return name, TABLE[name], known.plan.at, None
    if known.screening:
        name = "asking" if known.screening.asking else "screened"
        return name, TABLE[name], known.screening.at, None
    return "open", TABLE["open"], max(known.opening.at, reopened), None


def _death(known: Known) -> Referral | None:
    """The first ending that says that the person died."""
    deaths = [each for each in known.referrals if each.standing == "ended_died"]
    return min(deaths, key=lambda each: (each.recorded, each.referral_id)) if deaths else None


def _planned(plan: Plan) -> str:
    """What a plan waits for. One of before there were returns to the family may name a programme for that."""
    if plan.path == FAMILY_PATH:
        return "planned" if plan.programme_ids else "planned_home"
    return "planned_alone" if KIND_OF_PATH.get(plan.path) in ALONE else "planned"


def _after(last: Referral, known: Known) -> tuple[Row, str]:
    """What follows a referral that came to nothing, and since when: the next place of the plan, or the group if there
    is none."""
    row, named = AFTER[last.standing], known.plan.programme_ids if known.plan else ()
    if not last.programme_id and row.next == "send_elsewhere":
        return BOUND, last.at
    if row.next != "send_elsewhere" or not named:
        return row, last.at
    if _left(known):
        return NEXT_PLACE, last.at
    gone = [known.retired[each] for each in named if each in known.retired and each not in _asked(known)]
    return BOUND, max([last.at, *gone])


def _asked(known: Known) -> frozenset[str]:
    """The programmes that somebody was referred to since the plan; what was entered in error was not asked."""
    planned = known.plan.recorded if known.plan else ""
    sent = (each for each in known.referrals if each.standing and each.recorded >= planned)
    return frozenset(each.programme_id for each in sent)


def _left(known: Known) -> list[str]:
    """The places of the plan that were not asked yet and still take people, best first."""
    named, asked = known.plan.programme_ids if known.plan else (), _asked(known)
    return [each for each in named if each not in asked and each not in known.retired]


def _none_left(programmes: Sequence[str], known: Known) -> bool:
    """Whether programmes are named, and none of them takes anybody any more."""
    return bool(programmes) and all(each in known.retired for each in programmes)


def _due(row: Row, since: str, referral: Referral | None) -> date:
    if row.days is not None and not (referral and referral.due and referral.standing in SAY_THEIR_DAY):
        return add_working_days(bangkok_day(moment(since)), row.days)
    assert referral is not None
    if referral.standing == "placed":
        return follow_up_day(referral) or bangkok_day(moment(since))
    return bangkok_day(moment(referral.due or since))


def follow_up_day(referral: Referral) -> date | None:
    """The day of the next follow-up that nobody has done yet."""
    left = [days for days in referral.follow_ups if days > max(referral.answered, default=0)]
    if not left or referral.placed_at is None:
        return None
    return bangkok_day(moment(referral.placed_at)) + timedelta(days=left[0])


def _red(known: Known, standing: str) -> Sequence[str]:
    screened, danger = known.screening, known.opening.danger
    helped = standing in IN_GOOD_HANDS + ENDINGS
    # Whoever is referred to nobody has the help that was needed, says the working group.
    at_once = danger if danger in AT_ONCE and not helped and standing != "planned_alone" else None
    holds = {
        "trafficking": danger == "trafficking" or (screened is not None and screened.trafficking),
        "child": danger == "child" or known.opening.child or (screened is not None and screened.child),
        "law_deadline": law_deadline(known) is not None and not helped,
    }
    return [flag for flag in RED if flag == at_once or holds.get(flag)]


def law_deadline(known: Known) -> date | None:
    """The day until which the law wants somebody with who is responsible for them."""
    term = LAW_TERMS.get(known.opening.danger)
    return bangkok_day(moment(known.opening.at)) + timedelta(days=term.days) if term else None


def contradictions_of(known: Known) -> list[tuple[str, str]]:
    """(codes.work.CONTRADICTIONS, referral) of what does not go together as far as it was heard: an instant later it
    may be settled; what stays is for somebody to look at."""
    closed = known.closing is not None and known.closing.closed
    live = [each for each in known.referrals if each.standing in UNDER_WAY]
    placed = [each.referral_id for each in live if each.standing in IN_PLACE]
    with_place = [each.referral_id for each in live if each.programme_id and each.standing in WITH_PLACE]
    found = [("open_after_closing", each.referral_id) for each in live if closed]
    found += [("two_placements", referral_id) for referral_id in placed if len(placed) > 1]
    found += [("referral_without_place", each) for each in with_place if each not in known.held]
    death = _death(known)
    found += [("referral_after_death", each.referral_id) for each in live if death and not closed]
    if death and not closed and known.plan and known.plan.recorded > death.recorded:
        found.append(("plan_after_death", death.referral_id))
    going_on = {each.referral_id for each in live}
    found += [("place_without_referral", each) for each in known.held if each not in going_on]
    on_the_way = [each for each in live if each.standing not in IN_PLACE]
    found += [
        ("referral_to_retired", each.referral_id) for each in on_the_way if each.programme_id in known.retired
    ]
    return sorted(found)


class Weight(NamedTuple):
    """`key` is text that sorts, `because` names the reasons (codes.work.WORK_REASONS) in the order in which they weigh,
    `part` is of codes.work.WORK_PARTS."""

    key: str
    because: list[str]
    part: str


def by_urgency(flags: Sequence[str], acts: str, due: str, today: str) -> Weight:
    """Red flags first, unless all that is left is to wait, and of these what is overdue or due; then what a missed
    deadline brought to the director; then what is overdue or due; then what the centre can do itself before what waits
    for others; then by the day."""
    late, now = due < today, due == today
    red = [flag for flag in flags if flag in RED] if late or now or acts != OTHERS else []
    missed = [flag for flag in flags if flag == ESCALATED]
    when = ["overdue"] if late else ["due_today"] if now else []
    who = {CENTRE: "centre_acts", GROUP: "group_decides", OTHERS: "others_act"}[acts]
    waits = {CENTRE: "coming", GROUP: "group", OTHERS: "waiting"}[acts]
    part = "red" if red else [*missed, *when, waits][0]
    no = (
        *(not red, not (red and late), not (red and now), *(flag not in red for flag in RED)),
        *(not missed, not late, not now, acts == OTHERS),
    )
    because = [*when, *red, *missed] if red else [*missed, *when]
    return Weight("".join("1" if each else "0" for each in no) + due, [*because, who, "earlier_due"], part)


ORDER: Callable[[Sequence[str], str, str, str], Weight] = (
    by_urgency  # the one place where another order is put
)
