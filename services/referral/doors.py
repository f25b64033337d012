"""Referral's doors by name, each with what it answers."""

from services.kernel.questions import CommandDoor, QueryDoor
from services.referral.answers import (
    Closures,
    ClosureSet,
    Disclosed,
    DisclosedCodes,
    Disclosure,
    InterimStays,
    NewReferral,
    NewStay,
    OutlineWithHistory,
    PossibleStep,
    ReferralOutlines,
    ReferralRecords,
    Referrals,
    ReferralsInHands,
    ReferralStatus,
    ReferralWithHistory,
    StayStatus,
    TakenFirst,
    ThoseBefore,
)

ADD_CLOSURE: CommandDoor[ClosureSet] = CommandDoor("referral", "add_closure")
TAKE_BACK_CLOSURE: CommandDoor[ClosureSet] = CommandDoor("referral", "take_back_closure")
CLOSURES: QueryDoor[Closures] = QueryDoor("referral", "closures")
ASK_FOR_BED: CommandDoor[NewStay] = CommandDoor("referral", "ask_for_bed")
PROLONG_STAY: CommandDoor[StayStatus] = CommandDoor("referral", "prolong_stay")
END_STAY: CommandDoor[StayStatus] = CommandDoor("referral", "end_stay")
STAYS: QueryDoor[InterimStays] = QueryDoor("referral", "stays")
SEND: CommandDoor[NewReferral] = CommandDoor("referral", "send")
THOSE_BEFORE: QueryDoor[ThoseBefore] = QueryDoor("referral", "those_before")
TAKEN_FIRST: QueryDoor[TakenFirst] = QueryDoor("referral", "taken_first")
STEP: CommandDoor[ReferralStatus] = CommandDoor("referral", "step")
REFERRAL: QueryDoor[ReferralWithHistory | OutlineWithHistory] = QueryDoor("referral", "referral")
STEPS: QueryDoor[list[PossibleStep]] = QueryDoor("referral", "steps")
DISCLOSE: CommandDoor[Disclosed] = CommandDoor("referral", "disclose")
OPEN_DISCLOSURE: CommandDoor[ReferralStatus] = CommandDoor("referral", "open_disclosure")
WOULD_DISCLOSE: QueryDoor[DisclosedCodes] = QueryDoor("referral", "would_disclose")
DISCLOSABLE: QueryDoor[DisclosedCodes] = QueryDoor("referral", "disclosable")
TOLD_OF: QueryDoor[DisclosedCodes] = QueryDoor("referral", "told_of")
DISCLOSURE: QueryDoor[list[Disclosure]] = QueryDoor("referral", "disclosure")
REFERRALS: QueryDoor[Referrals | ReferralOutlines] = QueryDoor("referral", "referrals")
RECORDS: QueryDoor[ReferralRecords] = QueryDoor("referral", "records")
IN_HANDS: QueryDoor[ReferralsInHands] = QueryDoor("referral", "in_hands")
