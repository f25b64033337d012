"""The HTTP API as one table: which call asks which door. docs and the OpenAPI document are made from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from services.codes.steps import STEPS
from services.intake import doors as intake
from services.intake.schemas import (
    AcceptTransfer,
    ChangeCase,
    CloseCase,
    ListCases,
    ListReturns,
    ListTransfers,
    ListWork,
    NoFields,
    OfCase,
    OpenCase,
    ReadCase,
    RecordConsent,
    RejectTransfer,
    RequestErasure,
    RequestTransfer,
    RevokeTransfer,
    SearchCases,
    WithdrawConsent,
)
from services.kernel.questions import CommandDoor, Json, QueryDoor
from services.partners import doors as partners
from services.partners.schemas import (
    Candidates,
    ChoosePartners,
    ConfirmCapacity,
    ConfirmPartner,
    ConfirmProgramme,
    CorrectOutreach,
    CorrectPartner,
    CorrectProgramme,
    DecideProblem,
    DecideProposal,
    EarlierMatch,
    EarlierMatches,
    EnterOutreachInError,
    HoldOutreach,
    ListHistory,
    ListOutreach,
    ListPartners,
    ListProblems,
    ListProposals,
    Matches,
    OfferProgramme,
    OfOutreach,
    ReadPartner,
    RegisterPartner,
    ReopenPartner,
    ReopenProgramme,
    RetirePartner,
    RetireProgramme,
    RevokeLink,
    WhatIf,
    WhatIfOfAll,
    WhenStale,
)
from services.referral import doors as referral
from services.referral.schemas import (
    AddClosure,
    AskForBed,
    EndStay,
    ListClosures,
    ListReferrals,
    ListStays,
    ProlongStay,
    ReadReferral,
    SendReferral,
    StepReferral,
    TakeBackClosure,
)
from services.reporting import doors as reporting
from services.reporting.schemas import Events, Overview, OwnCases, Span, Timeline
from services.screening import doors as screening
from services.screening.schemas import (
    AdoptDraft,
    AgreePlan,
    AppointMember,
    CallMeeting,
    CastVote,
    CompleteScreening,
    DecideCase,
    DeclareConflict,
    DraftRules,
    EndMembership,
    InviteMembers,
    KeepMinutes,
    ListMeetings,
    ListMembers,
    ListRules,
    MoveTask,
    NoteAnswers,
    NoteProgress,
    OfDraft,
    OfMeeting,
    OfRules,
    OfScreening,
    OfTrial,
    ProposeOption,
    RatifyPlan,
    ReviewOutcome,
    SaveRules,
    SetGoal,
    SetTask,
    TableCases,
    TryDraft,
)
from services.screening.schemas import OfCase as DecisionsOfCase

CASE_PAGE = "/api/v1/cases/<case_id>"  # put together by the front door itself


@dataclass(frozen=True)
class Route:
    """`path` in Flask's form; its parts and the query's join the body. `body` is the schema of its door (which the
    front door may not look up there; a test does). `query` turns a query text into the door's type. `at_is_a_field`:
    `at` of the body is the door's own field, and not when it happened."""

    method: str
    path: str
    asks: QueryDoor[Any] | CommandDoor[Any]
    body: type[Schema]
    summary: str
    status: int = 200
    query: Mapping[str, Callable[[str], Json]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 10.0
    at_is_a_field: bool = False

    @property
    def service(self) -> str:
        return self.asks.service

    @property
    def door(self) -> str:
        return self.asks.name

    @property
    def writes(self) -> bool:
        return isinstance(self.asks, CommandDoor)


def whole(text: str) -> int:
    """A whole number in plain digits (Python's own `int` also takes 1_000 and other scripts')."""
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise ValueError
    return int(text)


def decimal(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", text):
        raise ValueError
    return float(text)


LIST: Mapping[str, Callable[[str], Json]] = {"limit": whole, "cursor": str}
CHOOSE: Mapping[str, Callable[[str], Json]] = dict.fromkeys(
    ("q", "province", "kind", "stale", "stale_from", "stale_until", "kept_by", "retired", "path", "free",
        "accepts_case", "contradicted"), str
)  # fmt: skip

ROUTES = (
    Route("POST", "/api/v1/cases", intake.OPEN_CASE, OpenCase, "Open a case", 201),
    Route("GET", "/api/v1/cases", intake.CASES, ListCases, "Cases, newest first",
        query={"centre": str, "status": str, "q": str, "outreach_id": str, **LIST}),
    Route("POST", "/api/v1/cases/search", intake.SEARCH, SearchCases,
        "Find cases by number, identity number or words of a name"),
    Route("GET", "/api/v1/work", intake.WORK, ListWork, "What is next of every open case, in the order to do it",
        query={"centre": str, "owner": str, "part": str, "next": str, **LIST}),
    Route("GET", CASE_PAGE, intake.CASE, ReadCase, "A case, put together from all services", query={"show": str}),
    Route("POST", "/api/v1/cases/<case_id>/close", intake.CLOSE_CASE, CloseCase, "Close a case"),
    Route("POST", "/api/v1/cases/<case_id>/reopen", intake.REOPEN_CASE, ChangeCase, "Open a closed case again"),
    Route("POST", "/api/v1/cases/<case_id>/transfer", intake.REQUEST_TRANSFER, RequestTransfer,
        "Ask another centre to take a case over"),
    Route("POST", "/api/v1/cases/<case_id>/transfer/accept", intake.ACCEPT_TRANSFER, AcceptTransfer,
        "Take a case over from another centre"),
    Route("POST", "/api/v1/cases/<case_id>/transfer/reject", intake.REJECT_TRANSFER, RejectTransfer,
        "Do not take a case over"),
    Route("POST", "/api/v1/cases/<case_id>/transfer/revoke", intake.REVOKE_TRANSFER, RevokeTransfer,
        "Take a request to hand a case over back"),
    Route("GET", "/api/v1/cases/<case_id>/transfer/written", intake.HANDED_ON, OfCase,
        "What a centre that handed a case on reads of it"),
    Route("GET", "/api/v1/transfers", intake.TRANSFERS, ListTransfers,
        "Requests to hand cases over, of and to the caller's centres",
        query={**LIST, "direction": str, "status": str, "case_id": str}),
    Route("POST", "/api/v1/cases/<case_id>/erasure", intake.REQUEST_ERASURE, RequestErasure,
        "Ask that the case's person be erased"),
    Route("POST", "/api/v1/cases/<case_id>/erasure/withdraw", intake.WITHDRAW_ERASURE, OfCase,
        "Take back, or do not confirm, an erasure"),
    Route("POST", "/api/v1/cases/<case_id>/erasure/confirm", intake.CONFIRM_ERASURE, OfCase,
        "Confirm an erasure as the second person"),
    Route("GET", "/api/v1/cases/<case_id>/erasure/minutes", screening.DECISIONS, DecisionsOfCase,
        "The decisions whose minutes go with the person, and what stays of each"),
    Route("POST", "/api/v1/cases/<case_id>/erasure/minutes", screening.KEEP_MINUTES, KeepMinutes,
        "Keep a version of a decision's minutes that does not point to the person"),
    Route("GET", "/api/v1/erasures", intake.ERASURES, NoFields, "Erasures that wait for a second person"),
    Route("GET", "/api/v1/cases/<case_id>/timeline", reporting.TIMELINE, Timeline,
    "Every event of a case, all services"),
    Route("POST", "/api/v1/cases/<case_id>/screening", screening.COMPLETE, CompleteScreening, "Complete a screening"),
    Route("GET", "/api/v1/cases/<case_id>/screening/answers", screening.NOTED_ANSWERS, DecisionsOfCase,
        "What colleagues noted of a screening that is not complete, and where they do not agree"),
    Route("POST", "/api/v1/cases/<case_id>/screening/answers", screening.NOTE_ANSWERS, NoteAnswers,
        "Note one's own answers for colleagues who fill the same screening"),
    Route("GET", "/api/v1/cases/<case_id>/screenings", screening.SCREENINGS, DecisionsOfCase,
        "Every screening of a case, the latest first, each with what had changed since the one before"),
    Route("GET", "/api/v1/cases/<case_id>/next-question", screening.NEXT_QUESTION, DecisionsOfCase,
        "The fact that settles most of what is open, and what each answer would lead to"),
    Route(
        "GET", "/api/v1/cases/<case_id>/matches", partners.MATCHES, Matches,
        "Places that could take the person, ranked with reasons",
        query={"wait": decimal, **LIST}, seconds=40.0,
    ),
    Route("GET", "/api/v1/cases/<case_id>/matches/earlier", partners.EARLIER_MATCHES, EarlierMatches,
        "When the case was matched"),
    Route("GET", "/api/v1/cases/<case_id>/matches/earlier/<match_id>", partners.EARLIER_MATCH, EarlierMatch,
        "A list of matches as it was then, with its reasons", query={"limit": whole}, seconds=30.0),
    Route("GET", "/api/v1/programmes/<programme_id>/candidates", partners.CANDIDATES, Candidates,
        "Who fits a free place and waits, best first", query={"limit": whole}),
    Route("POST", "/api/v1/programmes/<programme_id>/what-if", partners.WHAT_IF, WhatIf,
        "What other rules of a programme would change for those who wait"),
    Route("POST", "/api/v1/partners/<partner_id>/what-if", partners.WHAT_IF_OF_ALL, WhatIfOfAll,
        "What other rules of a partner would change for those who wait"),
    Route("POST", "/api/v1/cases/<case_id>/plan", screening.AGREE_PLAN, AgreePlan,
    "Record the working group's decision"),
    Route("POST", "/api/v1/cases/<case_id>/consents", intake.RECORD_CONSENT, RecordConsent,
        "Record what the person said of being referred, or of data being given", 201),
    Route("GET", "/api/v1/cases/<case_id>/consents", intake.CONSENTS, OfCase, "The consents of a case, newest first"),
    Route("POST", "/api/v1/cases/<case_id>/consents/<consent_id>/withdraw", intake.WITHDRAW_CONSENT, WithdrawConsent,
        "Take a consent back: what rests on it ends"),
    Route("GET", "/api/v1/cases/<case_id>/care-plan", screening.CARE_PLAN, DecisionsOfCase,
        "The goals and tasks of a case, and how they go"),
    Route("GET", "/api/v1/cases/<case_id>/care-plan/proposals", screening.CARE_PROPOSALS, DecisionsOfCase,
        "Documents and facts that wanted places ask for, and that are no task yet"),
    Route("POST", "/api/v1/cases/<case_id>/care-plan/goal", screening.SET_GOAL, SetGoal, "Set a goal", 201),
    Route("POST", "/api/v1/cases/<case_id>/care-plan/task", screening.SET_TASK, SetTask, "Add a task", 201),
    Route("POST", "/api/v1/cases/<case_id>/care-plan/due", screening.MOVE_TASK, MoveTask,
        "Say until which other day a goal or task is due"),
    Route("POST", "/api/v1/cases/<case_id>/care-plan/progress", screening.CARE_PROGRESS, NoteProgress,
        "Note how a goal or task goes"),
    Route("GET", "/api/v1/cases/<case_id>/plans", screening.PLANS, DecisionsOfCase,
        "All decisions of a case, oldest first, each with what took its place"),
    Route("GET", "/api/v1/cases/<case_id>/reviews", screening.REVIEWS, DecisionsOfCase,
        "What meetings found when they looked back on what became of the person, the latest first"),
    Route("GET", "/api/v1/returns", intake.RETURNED, ListReturns,
        "Placements that were over when their person came back, here or to another centre, the latest first",
        query={"centre": str, **LIST}),
    Route("GET", "/api/v1/members", screening.MEMBERS, ListMembers, "Who belongs to the working group, and when",
        query={"centre": str, "on": str}),
    Route("POST", "/api/v1/members", screening.APPOINT_MEMBER, AppointMember,
        "Appoint a member of a centre's working group", 201),
    Route("POST", "/api/v1/members/<member_id>/end", screening.END_MEMBERSHIP, EndMembership,
        "Set the last day of a membership"),
    Route("POST", "/api/v1/meetings", screening.CALL_MEETING, CallMeeting, "Call a meeting of the working group", 201,
        at_is_a_field=True),
    Route("GET", "/api/v1/meetings", screening.MEETINGS, ListMeetings, "Meetings of working groups, the latest first",
        query={"centre": str, "status": str, **LIST}),
    Route("GET", "/api/v1/meetings/<meeting_id>", screening.MEETING, OfMeeting,
        "A meeting with its members, its agenda and the votes so far"),
    Route("POST", "/api/v1/meetings/<meeting_id>/invite", screening.INVITE, InviteMembers, "Call more members"),
    Route("POST", "/api/v1/meetings/<meeting_id>/add", screening.TABLE, TableCases, "Put cases before a meeting"),
    Route("POST", "/api/v1/meetings/<meeting_id>/propose", screening.PROPOSE, ProposeOption,
        "Say what is voted on about a case"),
    Route("POST", "/api/v1/meetings/<meeting_id>/vote", screening.VOTE, CastVote, "Vote oneself"),
    Route("POST", "/api/v1/meetings/<meeting_id>/conflict", screening.DECLARE_CONFLICT, DeclareConflict,
        "Declare an interest of one's own, and not vote"),
    Route("POST", "/api/v1/meetings/<meeting_id>/decide", screening.DECIDE, DecideCase,
        "Decide a case: the plan with everybody's vote"),
    Route("POST", "/api/v1/meetings/<meeting_id>/ratify", screening.RATIFY, RatifyPlan,
        "Vote on what was decided between meetings"),
    Route("POST", "/api/v1/meetings/<meeting_id>/review", screening.REVIEW, ReviewOutcome,
        "Record what the meeting found when it looked back on what became of somebody"),
    Route("POST", "/api/v1/meetings/<meeting_id>/close", screening.CLOSE_MEETING, OfMeeting, "Close a meeting"),
    Route("POST", "/api/v1/referrals", referral.SEND, SendReferral, "Send a referral", 201, seconds=15.0),
    Route(
        "GET", "/api/v1/referrals", referral.REFERRALS, ListReferrals, "Referrals, newest first",
        query={"centre": str, "status": str, "case_id": str, **LIST},
    ),
    Route("POST", "/api/v1/cases/<case_id>/stays", referral.ASK_FOR_BED, AskForBed,
        "A bed for tonight, without a plan", 201, seconds=15.0),
    Route("GET", "/api/v1/stays", referral.STAYS, ListStays, "Interim stays, newest first",
        query={"centre": str, "status": str, "case_id": str, **LIST}),
    Route("POST", "/api/v1/stays/<stay_id>/prolong", referral.PROLONG_STAY, ProlongStay, "Prolong an interim stay"),
    Route("POST", "/api/v1/stays/<stay_id>/end", referral.END_STAY, EndStay, "End an interim stay"),
    Route("GET", "/api/v1/referrals/<referral_id>", referral.REFERRAL, ReadReferral, "One referral with its history"),
    Route("GET", "/api/v1/referrals/<referral_id>/steps", referral.STEPS, ReadReferral,
    "The steps that may be taken now"),
    Route("GET", "/api/v1/referrals/<referral_id>/disclosure", referral.DISCLOSURE, ReadReferral,
        "What the partner was told of the person"),
    *(
        Route("POST", f"/api/v1/referrals/<referral_id>/{step}", referral.STEP, StepReferral, f"Referral: {step}",
            fixed={"step": step})
        for step in STEPS
    ),
    Route("GET", "/api/v1/closures", referral.CLOSURES, ListClosures,
        "Days on which a centre is closed besides Thai holidays, from today on", query={"centre": str}),
    Route("POST", "/api/v1/closures", referral.ADD_CLOSURE, AddClosure, "The centre is closed on a day", 201),
    Route("POST", "/api/v1/closures/take-back", referral.TAKE_BACK_CLOSURE, TakeBackClosure,
        "The centre is open on a day after all"),
    Route("POST", "/api/v1/partners", partners.REGISTER_PARTNER, RegisterPartner, "Register a partner", 201),
    Route("GET", "/api/v1/partners", partners.PARTNERS, ListPartners, "The registry",
        query={**CHOOSE, **LIST}),
    Route("GET", "/api/v1/registry/provinces", partners.PROVINCES, ChoosePartners,
        "The registry counted by province", query=CHOOSE),
    Route("GET", "/api/v1/registry/stale", partners.FALLING_STALE, WhenStale,
        "When what is known of partners falls stale", query={**CHOOSE, "by": str}),
    Route("GET", "/api/v1/partners/<partner_id>", partners.PARTNER, ReadPartner, "One partner with its programmes"),
    Route("POST", "/api/v1/partners/<partner_id>/programmes", partners.OFFER_PROGRAMME, OfferProgramme,
    "Offer a programme", 201),
    Route("PUT", "/api/v1/programmes/<programme_id>/capacity", partners.CONFIRM_CAPACITY, ConfirmCapacity,
        "State total and free places"),
    Route("PATCH", "/api/v1/partners/<partner_id>", partners.CORRECT_PARTNER, CorrectPartner, "Correct a partner"),
    Route("POST", "/api/v1/partners/<partner_id>/confirm", partners.CONFIRM_PARTNER, ConfirmPartner,
        "Confirm what is known of a partner"),
    Route("POST", "/api/v1/partners/<partner_id>/retire", partners.RETIRE_PARTNER, RetirePartner,
        "Retire a partner with its programmes"),
    Route("POST", "/api/v1/partners/<partner_id>/reopen", partners.REOPEN_PARTNER, ReopenPartner,
        "Take up a retired partner again"),
    Route("GET", "/api/v1/partners/<partner_id>/standing-link", partners.STANDING_LINK, ReadPartner,
        "Whether a standing link of a partner works, who made it and who revoked it"),
    Route("POST", "/api/v1/partners/<partner_id>/standing-link/make", partners.MAKE_LINK, ReadPartner,
        "Make a standing link: an earlier one opens nothing any more"),
    Route("POST", "/api/v1/partners/<partner_id>/standing-link/revoke", partners.REVOKE_LINK, RevokeLink,
        "Revoke the standing link of a partner"),
    Route("GET", "/api/v1/partners/<partner_id>/history", partners.HISTORY, ListHistory,
        "What was changed of a partner, by whom and why", query=LIST),
    Route("PATCH", "/api/v1/programmes/<programme_id>", partners.CORRECT_PROGRAMME, CorrectProgramme,
        "Correct a programme"),
    Route("POST", "/api/v1/programmes/<programme_id>/confirm", partners.CONFIRM_PROGRAMME, ConfirmProgramme,
        "Confirm what is known of a programme"),
    Route("POST", "/api/v1/programmes/<programme_id>/retire", partners.RETIRE_PROGRAMME, RetireProgramme,
        "Retire a programme"),
    Route("POST", "/api/v1/programmes/<programme_id>/reopen", partners.REOPEN_PROGRAMME, ReopenProgramme,
        "Take up a retired programme again"),
    Route("GET", "/api/v1/proposals", partners.PROPOSALS, ListProposals,
        "Changes of the registry that other centres propose",
        query={"centre": str, "status": str, "partner_id": str, **LIST}),
    Route("POST", "/api/v1/proposals/<proposal_id>/accept", partners.ACCEPT_PROPOSAL, DecideProposal,
        "Accept a proposed change"),
    Route("POST", "/api/v1/proposals/<proposal_id>/dismiss", partners.DISMISS_PROPOSAL, DecideProposal,
        "Dismiss a proposed change, or take it back"),
    Route("GET", "/api/v1/problems", partners.PROBLEMS, ListProblems,
        "What partners' answers say against the registry", query={"centre": str, "status": str, **LIST}),
    Route("POST", "/api/v1/problems/<problem_id>/accept", partners.ACCEPT_PROBLEM, DecideProblem,
        "Correct or confirm the registry as a problem proposes"),
    Route("POST", "/api/v1/problems/<problem_id>/dismiss", partners.DISMISS_PROBLEM, DecideProblem,
        "Dismiss a problem"),
    Route("POST", "/api/v1/outreach", partners.HOLD_OUTREACH, HoldOutreach, "Note an activity of the centre", 201),
    Route("GET", "/api/v1/outreach", partners.OUTREACH, ListOutreach, "Activities of a centre, the latest first",
        query={"centre": str, "from": str, "to": str, **LIST}),
    Route("GET", "/api/v1/outreach/<outreach_id>", partners.ACTIVITY, OfOutreach, "One activity"),
    Route("PATCH", "/api/v1/outreach/<outreach_id>", partners.CORRECT_OUTREACH, CorrectOutreach,
        "Correct an activity"),
    Route("POST", "/api/v1/outreach/<outreach_id>/entered-in-error", partners.ENTER_OUTREACH_IN_ERROR,
        EnterOutreachInError, "Take out an activity that was noted in error"),
    Route("GET", "/api/v1/reports/own-cases", reporting.OWN_CASES, OwnCases,
        "What became of the cases that the caller screened or answered for",
        query={"from": str, "to": str}, seconds=30.0),
    Route("GET", "/api/v1/reports/waits", reporting.WAITS, Span,
        "How long people wait and waited, by sex, age, nationality, domicile and label",
        query={"centre": str, "from": str, "to": str}, seconds=30.0),
    Route("GET", "/api/v1/reports/outreach", reporting.OUTREACH_FIGURES, Span,
        "Activities and what came of them, by kind and month",
        query={"centre": str, "from": str, "to": str}, seconds=30.0),
    Route(
        "GET", "/api/v1/reports/overview", reporting.OVERVIEW, Overview, "The overview report",
        query={"centre": str, "from": str, "to": str, "as_of": str}, seconds=30.0,
    ),
    Route("GET", "/api/v1/rules", screening.RULES, ListRules, "Versions of the rules, newest first"),
    Route("GET", "/api/v1/rules/<rules_version>", screening.RULEBOOK, OfRules,
        "One version whole: labels, laws, paths, forms, deadlines", query={"format": str}),
    Route("GET", "/api/v1/screenings/<screening_id>/rederive", screening.REDERIVE, OfScreening,
        "Whether a screening is derived again from its facts, byte for byte"),
    Route("GET", "/api/v1/rules/drafts", screening.DRAFTS, ListRules, "Drafts of rules, the latest first"),
    Route("POST", "/api/v1/rules/drafts", screening.DRAFT_RULES, DraftRules,
        "Save a draft of rules, with what the linter says of it", 201),
    Route("GET", "/api/v1/rules/drafts/<draft_id>", screening.DRAFT, OfDraft, "One draft whole"),
    Route("PUT", "/api/v1/rules/drafts/<draft_id>", screening.SAVE_RULES, SaveRules, "Save a draft anew"),
    Route("POST", "/api/v1/rules/drafts/<draft_id>/trial", screening.TRY_DRAFT, TryDraft,
        "Try a draft on past screenings", 201),
    Route("GET", "/api/v1/rules/trials/<trial_id>", screening.TRIAL, OfTrial,
        "What a trial came to, or how far it is", seconds=30.0),
    Route("POST", "/api/v1/rules/drafts/<draft_id>/adopt", screening.ADOPT_DRAFT, AdoptDraft,
        "Adopt a draft from a day on: two people"),
    Route("GET", "/api/v1/events", reporting.EVENTS, Events, "The merged log as CloudEvents",
        query={"after": whole, "limit": whole}),
)  # fmt: skip
