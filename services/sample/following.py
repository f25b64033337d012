"""What a follow-up of the sample finds: where somebody is, how they are, and what they say themselves."""

from collections.abc import Mapping
from random import Random

from services.codes import procedure
from services.codes.following import HEALTH

FOLLOW_UPS = procedure.EVERYWHERE.follow_ups
LATE = 8  # days after a follow-up is due by which it is made; sooner where its time is shorter
# Where somebody is found who is not in place any more, by what the placement ends with.
FOUND: Mapping[str, str] = {
    "moved": "moved",
    "died": "died",
    "left": "left",
    "lost": "lost",
    "returned": "left",
}
OWN_WORDS = (
    "อยู่สบายดี มีคนคุยด้วย", "คิดถึงบ้านบ้าง แต่อยู่ได้", "นอนหลับดีขึ้น", "อยากมีงานทำเพิ่ม", "กับข้าวถูกปาก", "ยังไม่คุ้นกับเพื่อนร่วมห้อง",
)  # fmt: skip


def days_late(chance: Random, each: procedure.FollowUp) -> int:
    """Days from when it is due until it is made; now and then after its time."""
    if chance.random() < 0.06:
        return each.closes - each.days + chance.randint(1, 5)
    return chance.randint(0, min(LATE, (each.closes - each.days) // 2))


def tries(chance: Random) -> int:
    """How often nobody is reached before somebody is."""
    luck = chance.random()
    return 0 if luck < 0.85 else 1 if luck < 0.96 else 2


def how_they_are(chance: Random) -> tuple[str | None, str | None]:
    """Their health, and what they say themselves, as far as it was told."""
    health = chance.choice((*HEALTH, "good", "same", "better")) if chance.random() < 0.7 else None
    return health, chance.choice(OWN_WORDS) if chance.random() < 0.4 else None
