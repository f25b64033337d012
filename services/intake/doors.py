"""Intake's doors by name, each with what it answers."""

from services.intake.answers import (
    Accesses,
    Acquaintances,
    AgeOn,
    AnswerableCases,
    Assignment,
    Call,
    Case,
    CaseClosing,
    CaseOutline,
    CaseOutlines,
    Cases,
    CasesInHands,
    CaseStatus,
    CasesToTakeOver,
    ConsentStatus,
    Contradictions,
    Correction,
    DescribedPerson,
    ErasedCases,
    Erasure,
    Erasures,
    ErasureStatus,
    FoundCases,
    HandedOn,
    NewCase,
    NewConsent,
    OpenEnds,
    PersonCorrections,
    Pointing,
    RecordedConsents,
    Returned,
    Transfers,
    TransferStatus,
    Work,
)
from services.kernel.questions import CommandDoor, QueryDoor

OPEN_CASE: CommandDoor[NewCase] = CommandDoor("intake", "open_case")
CLOSE_CASE: CommandDoor[CaseClosing] = CommandDoor("intake", "close_case")
REOPEN_CASE: CommandDoor[CaseStatus] = CommandDoor("intake", "reopen_case")
ASSIGN: CommandDoor[Assignment] = CommandDoor("intake", "assign")
CARRY_OVER: CommandDoor[Assignment] = CommandDoor("intake", "carry_over")
TO_TAKE_OVER: QueryDoor[CasesToTakeOver] = QueryDoor("intake", "to_take_over")
CORRECT_PERSON: CommandDoor[Correction] = CommandDoor("intake", "correct_person")
AGE: QueryDoor[AgeOn] = QueryDoor("intake", "age")
RETURNED: QueryDoor[Returned] = QueryDoor("intake", "returned")
OPEN_ENDS: QueryDoor[OpenEnds] = QueryDoor("intake", "open_ends")
PERSON: QueryDoor[DescribedPerson] = QueryDoor("intake", "person")
CORRECTIONS: QueryDoor[PersonCorrections] = QueryDoor("intake", "corrections")
CASE: QueryDoor[Case | CaseOutline] = QueryDoor("intake", "case")
CASES: QueryDoor[Cases | CaseOutlines] = QueryDoor("intake", "cases")
SEARCH: QueryDoor[FoundCases] = QueryDoor("intake", "search")
KNOWN: QueryDoor[Acquaintances] = QueryDoor("intake", "known")
WORK: QueryDoor[Work] = QueryDoor("intake", "work")
CALLED: CommandDoor[Call] = CommandDoor("intake", "called")
CONTRADICTIONS: QueryDoor[Contradictions] = QueryDoor("intake", "contradictions")
COUNTS: QueryDoor[dict[str, int]] = QueryDoor("intake", "counts")
ANSWERABLE: QueryDoor[AnswerableCases] = QueryDoor("intake", "answerable")
IN_HANDS: QueryDoor[CasesInHands] = QueryDoor("intake", "in_hands")
ACCESSES: QueryDoor[Accesses] = QueryDoor("intake", "accesses")
RECORD_CONSENT: CommandDoor[NewConsent] = CommandDoor("intake", "record_consent")
WITHDRAW_CONSENT: CommandDoor[ConsentStatus] = CommandDoor("intake", "withdraw_consent")
CONSENTS: QueryDoor[RecordedConsents] = QueryDoor("intake", "consents")
REQUEST_TRANSFER: CommandDoor[TransferStatus] = CommandDoor("intake", "request_transfer")
REVOKE_TRANSFER: CommandDoor[TransferStatus] = CommandDoor("intake", "revoke_transfer")
ACCEPT_TRANSFER: CommandDoor[TransferStatus] = CommandDoor("intake", "accept_transfer")
REJECT_TRANSFER: CommandDoor[TransferStatus] = CommandDoor("intake", "reject_transfer")
TRANSFERS: QueryDoor[Transfers] = QueryDoor("intake", "transfers")
HANDED_ON: QueryDoor[HandedOn] = QueryDoor("intake", "handed_on")
REQUEST_ERASURE: CommandDoor[ErasureStatus] = CommandDoor("intake", "request_erasure")
WITHDRAW_ERASURE: CommandDoor[ErasureStatus] = CommandDoor("intake", "withdraw_erasure")
CONFIRM_ERASURE: CommandDoor[ErasureStatus] = CommandDoor("intake", "confirm_erasure")
ERASURE: QueryDoor[Erasure] = QueryDoor("intake", "erasure")
ERASURES: QueryDoor[Erasures] = QueryDoor("intake", "erasures")
POINTING: QueryDoor[Pointing] = QueryDoor("intake", "pointing")
ERASED: QueryDoor[ErasedCases] = QueryDoor("intake", "erased")
