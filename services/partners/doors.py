"""Partners' doors by name, each with what it answers."""

from services.kernel.questions import CommandDoor, QueryDoor
from services.partners.answers import (
    Activities,
    AlikePartners,
    Capacity,
    Changed,
    EarlierMatch,
    EarlierMatches,
    Falling,
    FreePlaces,
    History,
    Imported,
    LinkChanged,
    Matches,
    ModifiedProgrammes,
    Names,
    NewOutreach,
    NewPartner,
    NewProgramme,
    Outreach,
    OutreachChanged,
    Partner,
    Partners,
    People,
    ProblemDecided,
    Problems,
    ProposalDecided,
    Proposals,
    Proposed,
    PublishedPartners,
    PublishedProgrammes,
    Spread,
    StandingBefore,
    StandingLink,
    ToKeep,
    WhatIf,
)

REGISTER_PARTNER: CommandDoor[NewPartner] = CommandDoor("partners", "register_partner")
OFFER_PROGRAMME: CommandDoor[NewProgramme] = CommandDoor("partners", "offer_programme")
CONFIRM_CAPACITY: CommandDoor[Capacity | Proposed] = CommandDoor("partners", "confirm_capacity")
CORRECT_PARTNER: CommandDoor[Changed | Proposed] = CommandDoor("partners", "correct_partner")
CORRECT_PROGRAMME: CommandDoor[Changed | Proposed] = CommandDoor("partners", "correct_programme")
CONFIRM_PARTNER: CommandDoor[Changed | Proposed] = CommandDoor("partners", "confirm_partner")
CONFIRM_PROGRAMME: CommandDoor[Changed | Proposed] = CommandDoor("partners", "confirm_programme")
RETIRE_PARTNER: CommandDoor[Changed | Proposed] = CommandDoor("partners", "retire_partner")
RETIRE_PROGRAMME: CommandDoor[Changed | Proposed] = CommandDoor("partners", "retire_programme")
REOPEN_PARTNER: CommandDoor[Changed | Proposed] = CommandDoor("partners", "reopen_partner")
REOPEN_PROGRAMME: CommandDoor[Changed | Proposed] = CommandDoor("partners", "reopen_programme")
ACCEPT_PROPOSAL: CommandDoor[ProposalDecided] = CommandDoor("partners", "accept_proposal")
DISMISS_PROPOSAL: CommandDoor[ProposalDecided] = CommandDoor("partners", "dismiss_proposal")
PROPOSALS: QueryDoor[Proposals] = QueryDoor("partners", "proposals")
TO_KEEP: QueryDoor[ToKeep] = QueryDoor("partners", "to_keep")
HISTORY: QueryDoor[History] = QueryDoor("partners", "history")
ALIKE: QueryDoor[AlikePartners] = QueryDoor("partners", "alike")
PARTNERS: QueryDoor[Partners] = QueryDoor("partners", "partners")
PROVINCES: QueryDoor[Spread] = QueryDoor("partners", "provinces")
FALLING_STALE: QueryDoor[Falling] = QueryDoor("partners", "falling_stale")
FREE_PLACES: QueryDoor[FreePlaces] = QueryDoor("partners", "free_places")
PARTNER: QueryDoor[Partner] = QueryDoor("partners", "partner")
MAKE_LINK: CommandDoor[LinkChanged] = CommandDoor("partners", "make_link")
REVOKE_LINK: CommandDoor[LinkChanged] = CommandDoor("partners", "revoke_link")
STANDING_LINK: QueryDoor[StandingLink] = QueryDoor("partners", "standing_link")
NAMES: QueryDoor[Names] = QueryDoor("partners", "names")
MATCHES: QueryDoor[Matches] = QueryDoor("partners", "matches")
PUBLISHED_PARTNERS: QueryDoor[PublishedPartners] = QueryDoor("partners", "published_partners")
PUBLISHED_PROGRAMMES: QueryDoor[PublishedProgrammes] = QueryDoor("partners", "published_programmes")
MODIFIED_PROGRAMMES: QueryDoor[ModifiedProgrammes] = QueryDoor("partners", "modified_programmes")
EARLIER_MATCHES: QueryDoor[EarlierMatches] = QueryDoor("partners", "earlier_matches")
EARLIER_MATCH: QueryDoor[EarlierMatch] = QueryDoor("partners", "earlier_match")
CANDIDATES: QueryDoor[People] = QueryDoor("partners", "candidates")
STANDING_BEFORE: QueryDoor[StandingBefore] = QueryDoor("partners", "standing_before")
WHAT_IF: QueryDoor[WhatIf] = QueryDoor("partners", "what_if")
WHAT_IF_OF_ALL: QueryDoor[WhatIf] = QueryDoor("partners", "what_if_of_all")
HOLD_OUTREACH: CommandDoor[NewOutreach] = CommandDoor("partners", "hold_outreach")
CORRECT_OUTREACH: CommandDoor[OutreachChanged] = CommandDoor("partners", "correct_outreach")
ENTER_OUTREACH_IN_ERROR: CommandDoor[OutreachChanged] = CommandDoor("partners", "enter_outreach_in_error")
OUTREACH: QueryDoor[Activities] = QueryDoor("partners", "outreach")
ACTIVITY: QueryDoor[Outreach] = QueryDoor("partners", "activity")
PROBLEMS: QueryDoor[Problems] = QueryDoor("partners", "problems")
ACCEPT_PROBLEM: CommandDoor[ProblemDecided] = CommandDoor("partners", "accept_problem")
DISMISS_PROBLEM: CommandDoor[ProblemDecided] = CommandDoor("partners", "dismiss_problem")
CHECK_IMPORT: QueryDoor[Imported] = QueryDoor("partners", "check_import")
IMPORT_PARTNERS: CommandDoor[Imported] = CommandDoor("partners", "import_partners")
