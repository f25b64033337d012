"""Screening's doors by name, each with what it answers."""

from services.kernel.questions import CommandDoor, QueryDoor
from services.screening.answers import (
    AdoptedRules,
    CarePlan,
    CareProposals,
    CareVersion,
    CheckedDraft,
    Decisions,
    DraftAdopted,
    Drafts,
    GroupVersion,
    KeptMinutes,
    Meeting,
    MeetingList,
    MeetingVersion,
    Members,
    NewGoal,
    NewMeeting,
    NewMember,
    NewPlan,
    NewScreening,
    NewTask,
    NewTrial,
    NextQuestion,
    NotedAnswers,
    Plan,
    Plans,
    Quorum,
    Ratified,
    Rederived,
    Reviewed,
    ReviewedReferrals,
    Reviews,
    RulesVersions,
    SavedDraft,
    Screening,
    Screenings,
    SheetOfAnswers,
    Tabled,
    Trial,
    Vocabulary,
    Waiting,
    WholeDraft,
    WholeRules,
    WouldFind,
)

COMPLETE: CommandDoor[NewScreening] = CommandDoor("screening", "complete")
NOTE_ANSWERS: CommandDoor[NotedAnswers] = CommandDoor("screening", "note_answers")
NOTED_ANSWERS: QueryDoor[SheetOfAnswers] = QueryDoor("screening", "noted_answers")
ASSESS: QueryDoor[WouldFind] = QueryDoor("screening", "assess")
SCREENING: QueryDoor[Screening | None] = QueryDoor("screening", "screening")
SCREENINGS: QueryDoor[Screenings] = QueryDoor("screening", "screenings")
NEXT_QUESTION: QueryDoor[NextQuestion | None] = QueryDoor("screening", "next_question")
AGREE_PLAN: CommandDoor[NewPlan] = CommandDoor("screening", "agree_plan")
PLAN: QueryDoor[Plan | None] = QueryDoor("screening", "plan")
PLANS: QueryDoor[Plans] = QueryDoor("screening", "plans")
CARE_PLAN: QueryDoor[CarePlan] = QueryDoor("screening", "care_plan")
CARE_PROPOSALS: QueryDoor[CareProposals] = QueryDoor("screening", "care_proposals")
SET_GOAL: CommandDoor[NewGoal] = CommandDoor("screening", "set_goal")
SET_TASK: CommandDoor[NewTask] = CommandDoor("screening", "set_task")
MOVE_TASK: CommandDoor[CareVersion] = CommandDoor("screening", "move_task")
CARE_PROGRESS: CommandDoor[CareVersion] = CommandDoor("screening", "care_progress")
KEEP_MINUTES: CommandDoor[KeptMinutes] = CommandDoor("screening", "keep_minutes")
DECISIONS: QueryDoor[Decisions] = QueryDoor("screening", "decisions")
QUORUM: QueryDoor[Quorum] = QueryDoor("screening", "quorum")
ADOPT_RULES: CommandDoor[AdoptedRules] = CommandDoor("screening", "adopt_rules")
RULES: QueryDoor[RulesVersions] = QueryDoor("screening", "rules")
VOCABULARY: QueryDoor[Vocabulary] = QueryDoor("screening", "vocabulary")
RULEBOOK: QueryDoor[WholeRules] = QueryDoor("screening", "rulebook")
DRAFT_RULES: CommandDoor[SavedDraft] = CommandDoor("screening", "draft_rules")
SAVE_RULES: CommandDoor[SavedDraft] = CommandDoor("screening", "save_rules")
CHECK_RULES: QueryDoor[CheckedDraft] = QueryDoor("screening", "check_rules")
DRAFTS: QueryDoor[Drafts] = QueryDoor("screening", "drafts")
DRAFT: QueryDoor[WholeDraft] = QueryDoor("screening", "draft")
ADOPT_DRAFT: CommandDoor[DraftAdopted | Waiting] = CommandDoor("screening", "adopt_draft")
TRY_DRAFT: CommandDoor[NewTrial] = CommandDoor("screening", "try_draft")
TRIAL: QueryDoor[Trial] = QueryDoor("screening", "trial")
REDERIVE: QueryDoor[Rederived] = QueryDoor("screening", "rederive")
APPOINT_MEMBER: CommandDoor[NewMember] = CommandDoor("screening", "appoint_member")
END_MEMBERSHIP: CommandDoor[GroupVersion] = CommandDoor("screening", "end_membership")
MEMBERS: QueryDoor[Members] = QueryDoor("screening", "members")
CALL_MEETING: CommandDoor[NewMeeting] = CommandDoor("screening", "call_meeting")
INVITE: CommandDoor[MeetingVersion] = CommandDoor("screening", "invite")
TABLE: CommandDoor[Tabled] = CommandDoor("screening", "table")
PROPOSE: CommandDoor[MeetingVersion] = CommandDoor("screening", "propose")
VOTE: CommandDoor[MeetingVersion] = CommandDoor("screening", "vote")
DECLARE_CONFLICT: CommandDoor[MeetingVersion] = CommandDoor("screening", "declare_conflict")
DECIDE: CommandDoor[NewPlan] = CommandDoor("screening", "decide")
RATIFY: CommandDoor[Ratified] = CommandDoor("screening", "ratify")
REVIEW: CommandDoor[Reviewed] = CommandDoor("screening", "review")
REVIEWS: QueryDoor[Reviews] = QueryDoor("screening", "reviews")
REVIEWED: QueryDoor[ReviewedReferrals] = QueryDoor("screening", "reviewed")
CLOSE_MEETING: CommandDoor[MeetingVersion] = CommandDoor("screening", "close_meeting")
MEETING: QueryDoor[Meeting] = QueryDoor("screening", "meeting")
MEETINGS: QueryDoor[MeetingList] = QueryDoor("screening", "meetings")
