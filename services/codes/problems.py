"""What the registry says and what its partners then answer, or what becomes of people there, where the two do not go
together: which answers and reviews speak against it, from how many on, and what they speak about. Data only; this is
the one place of these numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.codes import DECLINE_REASONS
from services.codes.reviews import FINDINGS, OTHERWISE
from services.codes.words import CodeList, Words

# Answers of the last so many days count: what was said longer ago says nothing of today.
WINDOW_DAYS = 365

# A referral was sent on a word on free places that was stale by then (codes.registry.OLD_DAYS), and came to nothing
# because there was no place, or no answer.
OLD_WORD = "old_word"


# What is counted: answers of the programme, or reviews of what became of those who were placed there.
ANSWERS, REVIEWS = "answers", "reviews"


@dataclass(frozen=True)
class Sign:
    """Answers of a kind that speak against the registry: at least `least` of them, and at least `percent` of all that
    the programme answered meanwhile; or as many reviews, `of` all of it. `about` is what they speak against
    (codes.registry.FACT_KINDS): once that was corrected or confirmed, only what comes after counts. `rule`: the rule
    that may be wrong, if it is one."""

    about: str
    least: int
    percent: int
    rule: str | None = None
    of: str = ANSWERS


# Of whom a partner says no to by a reason of theirs, five at least: of fewer nobody is told what kind of people they
# were (decision 23), and what one or two are refused for may lie in them. Half of all answers, because a rule that fits
# every other person is one. Silence, no place, an old word, and a place that is not as it stands here tell nothing of
# a person: three are enough to call.
SIGNS: Mapping[str, Sign] = {
    "health_beyond_care": Sign("rules", 5, 50, "care_level_max"),
    "behaviour_safety": Sign("rules", 5, 50, "accepts_severe_behaviour"),
    "out_of_area": Sign("rules", 5, 50, "domicile"),
    "not_eligible": Sign("rules", 5, 50),
    "missing_documents": Sign("rules", 5, 50),
    "cost": Sign("rules", 5, 50),
    "no_place": Sign("capacity", 3, 50),
    "no_answer": Sign("contact", 3, 50),
    OLD_WORD: Sign("capacity", 3, 50),
    OTHERWISE: Sign("rules", 3, 50, of=REVIEWS),
}

PROBLEM_REASONS = CodeList(
    "problem_reason",
    {
        **{reason: DECLINE_REASONS.words[reason] for reason in SIGNS if reason in DECLINE_REASONS.words},
        OLD_WORD: Words("ส่งไปตามจำนวนที่ว่างซึ่งแจ้งไว้นานแล้ว", "Sent on places stated long ago"),
        OTHERWISE: FINDINGS.words[OTHERWISE],
    },
)

PROBLEM_STATUSES = CodeList(
    "problem_status",
    {
        "open": Words("รอพิจารณา", "To decide"),
        "accepted": Words("แก้ไขหรือยืนยันแล้ว", "Corrected or confirmed"),
        "dismissed": Words("ไม่ใช่ปัญหาของทะเบียน", "Not the registry's"),
        "settled": Words("หมดปัญหาแล้ว", "Settled meanwhile"),
    },
)
