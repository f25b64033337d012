"""Facts about a referral. Stored and published: add fields, never rename or reuse one. Long because all of them are."""

from dataclasses import dataclass
from typing import ClassVar, TypedDict

from services.codes.procedure import Deadline, Window
from services.kernel.codec import OfCase, OfCentre, Public, personal


class Work(TypedDict):
    """Work at a follow-up: a code of `codes.WORK_KINDS` and whole baht a month (None: not known)."""

    kind: str
    income_baht_month: int | None


class Family(TypedDict):
    """To whom somebody returns, and what was found: who the relative is; whether that one agreed to take the person,
    and whether the home was visited (or the day, ISO); what speaks against it. None: not known yet."""

    relative: str
    agreed: bool | None
    visited: bool | str | None
    risk: str | None


@dataclass(frozen=True, kw_only=True)
class About:
    """What every fact about a referral carries: whose it is. Personal fields are sealed under `person_id`. A return to
    the family has neither a programme nor a partner."""

    VERSION: ClassVar[int] = 2

    referral_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    programme_id: OfCentre[str | None]
    partner_id: OfCentre[str | None]


@dataclass(frozen=True, kw_only=True)
class ReferralSent(About):
    """`consent_id`: the consent it rests on, if that was recorded before; else it brings its own. `path` is the plan's;
    `kind`, `under_ministry` and `outside_ministry` are the partner's then, None for a return
    to the `family`; `consent` is given or unable. `passed_over`: how many on the list of a free place stood before and
    could have been sent there too (None: it was not looked up); `passed_for`: why (codes.overrides.PLACE_OVERRIDES;
    None: nobody said)."""

    plan_id: Public[str]
    path: OfCentre[str]
    kind: OfCentre[str | None]
    under_ministry: Public[bool | None]
    outside_ministry: Public[bool | None]
    consent: OfCase[str]
    waitlist: Public[bool]
    answer_due: Public[str]
    witness: str | None = personal()
    family: Family | None = personal()
    consent_id: OfCentre[str | None] = None
    passed_over: OfCentre[int | None] = None
    passed_for: OfCase[str | None] = None


@dataclass(frozen=True, kw_only=True)
class PlaceSecured(About):
    """A place is reserved: now the partner is to be told. It should be by `tell_due`; at `release_due` the place is
    given back. `deadlines`: those that begin with a fact, with when somebody is reminded; None in facts of before
    anybody was."""

    tell_due: Public[str]
    release_due: Public[str]
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class PartnerTold(About):
    """The partner was told, and has until `answer_due`. `how`: codes.steps.TELLING; before there was PlaceSecured this
    fact said without it that a place is reserved."""

    answer_due: Public[str]
    how: OfCentre[str | None] = None
    by_channel: OfCentre[str | None] = None
    to: str | None = personal()
    said_by: str | None = personal()
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class FactsDisclosed(About):
    """The partner was given what it may know of the person: `facts` names it, `how` is the way (a link). `basis`: the
    person's consent, or the law where the person was unable to consent."""

    how: OfCentre[str]
    facts: OfCase[list[str]]
    basis: OfCentre[str]


@dataclass(frozen=True, kw_only=True)
class DisclosureOpened(About):
    """The partner opened what it was given, by `how`: for the first time since."""

    how: OfCentre[str]


@dataclass(frozen=True, kw_only=True)
class ReferralAcknowledged(About):
    """`answer_due`: where nobody had noted that the partner was told, it has time to answer from now on."""

    answer_due: Public[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralDeclined(About):
    """`no_more_places`: the partner says with it that the programme has no place free. `final_at`: until then the
    partner may take it back and the place is held; None: it is final at once. `in_review`: until then the centre's
    director accepts it or sends it back."""

    reason: OfCase[str]
    whose: OfCase[str]
    no_more_places: OfCentre[bool] = False
    final_at: Public[str | None] = None
    in_review: OfCentre[bool] = False
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralDeclineReturned(About):
    """The partner took its no back, or the director sent it back and asks something (codes.declines.REVIEW_ASKS): it
    has read the referral, and answers until `answer_due`."""

    answer_due: Public[str]
    asks: OfCentre[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralDeclineSettled(About):
    """A no that could be taken back, or was reviewed, is final: what follows from it follows now."""

    reason: OfCase[str]
    whose: OfCase[str]
    no_more_places: OfCentre[bool] = False


@dataclass(frozen=True, kw_only=True)
class ReferralWaitlisted(About):
    """On a waiting list: the programme's queue for a place, or the partner's own once it was told; `no_more_places` as
    in ReferralDeclined."""

    answer_due: Public[str]
    no_more_places: OfCentre[bool] = False
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralExpired(About):
    """No answer by the deadline; or the partner was not even told in time, or no place came: `reason` and `whose` say
    which. Facts without them are of times when only the answer was waited for. `to_role`, `to_user`: who answers for it
    now (codes.deadlines.ESCALATED_TO; one user of the centre, None: everybody of that role)."""

    was: Public[str]
    reason: OfCase[str | None] = None
    whose: OfCase[str | None] = None
    to_role: OfCentre[str | None] = None
    to_user: OfCentre[str | None] = None


@dataclass(frozen=True, kw_only=True)
class ReminderDue(About):
    """A deadline (codes.deadlines.DEADLINES) is near: it is over at `due`. `days`: of which follow-up."""

    deadline: Public[str]
    due: Public[str]
    days: Public[int | None] = None


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(About):
    """A deadline that ends nothing is over, and what it was for is not done: the partner was not told, has not read the
    referral, nobody set out, or nobody arrived. `to_role`, `to_user` as in ReferralExpired."""

    deadline: Public[str]
    due: Public[str]
    to_role: OfCentre[str | None] = None
    to_user: OfCentre[str | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralWithdrawn(About):
    """`reason`: codes.DECLINE_REASONS, or codes.steps.STAND_DOWN where the system withdrew it."""

    was: Public[str]
    reason: OfCase[str | None] = None
    whose: OfCase[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PersonTravelling(About):
    """`brought_by`: codes.steps.ESCORTS, `escort` is their name; `arrives_on`: the day (ISO, in Thailand) on which the
    person is expected; `cost_baht`: whole baht. None: nobody said."""

    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    brought_by: OfCase[str | None] = None
    escort: str | None = personal()
    arrives_on: OfCentre[str | None] = None
    cost_baht: OfCentre[int | None] = None
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class PersonAdmitted(About):
    """`handed_to`: the name of who received the person."""

    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    handed_to: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PlacementConfirmed(About):
    """The person is placed. What figures count by is repeated, so that they need this fact alone. `follow_ups`: when
    the person is followed up, by the procedure of then; None in facts of times when each had the same days."""

    path: OfCentre[str]
    kind: OfCentre[str | None]
    outside_ministry: Public[bool | None]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    follow_ups: Public[list[Window] | None] = None


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(About):
    """`days` have passed since the placement. `closes`: the day (ISO, in Thailand) until which it is in time; None in
    facts of times when nothing said so."""

    days: Public[int]
    closes: Public[str | None] = None
    deadlines: Public[list[Deadline] | None] = None


@dataclass(frozen=True, kw_only=True)
class FollowUpMissed(About):
    """The follow-up that was due so many `days` after the placement was not made in time; `to_role`, `to_user` as in
    ReferralExpired."""

    days: Public[int]
    to_role: OfCentre[str | None] = None
    to_user: OfCentre[str | None] = None


@dataclass(frozen=True, kw_only=True)
class FollowUpAttempted(About):
    """Somebody tried the follow-up that is due after so many days (`answers`), and reached nobody: it stays due."""

    answers: Public[int]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class FollowUpRecorded(About):
    """`found`: where the person is (codes.following.FOUND), None if it was not said. `work` None: it is not known; no
    work has a code of its own. `health`: codes.following.HEALTH; `wellbeing` is in the person's own words. `answers`:
    the due day that it answers; None in facts of times when it answered all that were due. `in_time`: it was made
    before that one's window closed."""

    in_place: OfCase[bool]
    path: OfCentre[str]
    work: OfCase[Work | None] = None
    answers: Public[int | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()
    found: OfCase[str | None] = None
    health: OfCase[str | None] = None
    wellbeing: str | None = personal()
    in_time: Public[bool | None] = None


@dataclass(frozen=True, kw_only=True)
class ReferralFailed(About):
    """It was accepted and came to nothing; `was` is the status before, `reason` as in ReferralWithdrawn."""

    was: Public[str]
    reason: OfCase[str | None] = None
    whose: OfCase[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnded(About):
    outcome: OfCase[str]
    path: OfCentre[str]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnteredInError(About):
    """It should never have been recorded; `was` is the status before."""

    was: Public[str]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PlacementMoved:
    """How a referral of a case stands to the one placement that the case may have: sent, accepted, admitted, placed, or
    over. All referrals of a case move here, one after the other."""

    case_id: Public[str]
    referral_id: Public[str]
    status: Public[str]


@dataclass(frozen=True, kw_only=True)
class CaseReferralsClosed:
    """The case was closed: nothing more is sent, and what was open is ended with this."""

    case_id: Public[str]


@dataclass(frozen=True, kw_only=True)
class CaseReferralsReopened:
    """The case was opened again: it may be referred anew. What was ended stays so."""

    case_id: Public[str]


@dataclass(frozen=True, kw_only=True)
class AboutStay:
    """What every fact about an interim stay carries: whose it is and where, until which instant at most."""

    stay_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    programme_id: OfCentre[str]
    partner_id: OfCentre[str]
    until: Public[str]


@dataclass(frozen=True, kw_only=True)
class InterimStayAsked(AboutStay):
    """A bed is asked for, from `first` (a day in Thailand) on."""

    first: Public[str]


@dataclass(frozen=True, kw_only=True)
class InterimStayBegun(AboutStay):
    """The bed is held: the person may sleep there."""


@dataclass(frozen=True, kw_only=True)
class InterimStayRefused(AboutStay):
    """No bed was free, or the programme is retired."""


@dataclass(frozen=True, kw_only=True)
class InterimStayProlonged(AboutStay):
    """It may go on until then."""


@dataclass(frozen=True, kw_only=True)
class InterimStayEnded(AboutStay):
    """The bed is free again. `reason`: codes.stays.ENDS; `was`: the status before."""

    reason: OfCase[str]
    was: Public[str]
    note: str | None = personal()


@dataclass(frozen=True)
class ClosureAdded:
    """The centre is closed on that day (ISO, in Thailand), as on a holiday, for deadlines that begin from now on."""

    centre: Public[str]
    day: Public[str]
    name: OfCentre[str]


@dataclass(frozen=True)
class ClosureTakenBack:
    """It is open on that day after all."""

    centre: Public[str]
    day: Public[str]


ClosureEvent = ClosureAdded | ClosureTakenBack
StayEvent = InterimStayAsked | InterimStayBegun | InterimStayRefused | InterimStayProlonged | InterimStayEnded
CaseEvent = PlacementMoved | CaseReferralsClosed | CaseReferralsReopened
Event = (
    ReferralSent
    | PlaceSecured
    | PartnerTold
    | FactsDisclosed
    | DisclosureOpened
    | ReferralAcknowledged
    | ReferralAccepted
    | ReferralDeclined
    | ReferralDeclineReturned
    | ReferralDeclineSettled
    | ReferralWaitlisted
    | ReferralExpired
    | ReminderDue
    | DeadlineMissed
    | ReferralWithdrawn
    | PersonTravelling
    | PersonAdmitted
    | PlacementConfirmed
    | FollowUpDue
    | FollowUpMissed
    | FollowUpAttempted
    | FollowUpRecorded
    | ReferralFailed
    | ReferralEnded
    | ReferralEnteredInError
)
