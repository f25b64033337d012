"""What follows from a no, by the reason that was given for it and whose it was: said where the reason is chosen, and
followed by matching, the day's work and the registry's problem log. Data only (decision 45).

Nothing here is a no of anybody but who gave it: a place that said no to one case is asked for another as before, and
what nobody said anything of (no answer, another reason) rules nothing out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.codes import DECLINE_REASONS
from services.codes.words import CodeList, Words

NOTHING, REST, NOT_WISHED, FULL, SCREEN_AGAIN, REGISTRY, FORBIDDEN, FIND = (
    "nothing", "rest", "not_wished", "full", "screen_again", "registry_wrong", "forbidden", "find_person",
)  # fmt: skip
PLACES_STATED, RULES_STATED, SCREENED = "places_stated", "rules_stated", "screened"


@dataclass(frozen=True)
class Effect:
    """`days`: how long the place is not proposed to the case (0: it is proposed as before; None: as long as nothing of
    `ends` happens); `rules_out`: else it is proposed after those with a place free. `ends`: what ends that at once: its
    places or its conditions are stated or confirmed anew, the person is screened again."""

    words: Words
    days: int | None = 0
    rules_out: bool = True
    ends: frozenset[str] = frozenset()


def _days(count: int, th: str, en: str) -> Words:
    return Words(th.format(count), en.format(count))


EFFECTS: Mapping[str, Effect] = {
    NOTHING: Effect(Words("ไม่มีผลต่อการเสนอที่นี่ครั้งต่อไป", "The place is proposed as before.")),
    REST: Effect(
        _days(
            30,
            "จะไม่เสนอที่นี่ให้ผู้รับบริการรายนี้ {} วัน หรือจนกว่าภาคีเครือข่ายจะยืนยันเงื่อนไขใหม่",
            "The place is not proposed for this person for {} days, or until the partner confirms its conditions.",
        ),
        days=30,
        ends=frozenset({RULES_STATED}),
    ),
    NOT_WISHED: Effect(
        _days(
            30,
            "จะไม่เสนอที่นี่ให้ผู้รับบริการรายนี้ {} วัน หรือจนกว่าจะถามความประสงค์ในการคัดกรองอีกครั้ง",
            "The place is not proposed for this person for {} days, or until a screening asks again what they want.",
        ),
        days=30,
        ends=frozenset({SCREENED}),
    ),
    FULL: Effect(
        _days(
            30,
            "ถือว่าที่นี่เต็ม {} วัน หรือจนกว่าจะแจ้งว่ามีที่ว่าง และขอให้ยืนยันจำนวนที่ว่าง",
            "The place counts as full for {} days, or until it says it has one free; it is asked to state its places.",
        ),
        days=30,
        rules_out=False,  # whoever waits for a place there may still be put on its list
        ends=frozenset({PLACES_STATED}),
    ),
    SCREEN_AGAIN: Effect(
        _days(
            90,
            "ต้องคัดกรองผู้รับบริการอีกครั้งก่อนส่งต่อ ระหว่างนี้ไม่เสนอที่นี่ (ไม่เกิน {} วัน)",
            "The person is screened again first; until then, {} days at most, the place is not proposed for them.",
        ),
        days=90,
        ends=frozenset({SCREENED, RULES_STATED}),
    ),
    REGISTRY: Effect(
        _days(
            90,
            "เงื่อนไขในทะเบียนอาจไม่ถูกต้อง จึงนับเป็นข้อสังเกต และไม่เสนอที่นี่ให้ผู้รับบริการรายนี้ {} วัน "
            "หรือจนกว่าจะยืนยันเงื่อนไขหรือคัดกรองอีกครั้ง",
            "The registry may be wrong, and this counts as a sign of it; the place is not proposed for this person for "
            "{} days, or until its conditions are confirmed or the person is screened again.",
        ),
        days=90,
        ends=frozenset({SCREENED, RULES_STATED}),
    ),
    FORBIDDEN: Effect(
        Words(
            "เงื่อนไขของที่นี่ไม่รับ จึงไม่เสนอที่นี่ให้ผู้รับบริการรายนี้ จนกว่าเงื่อนไขหรือผลการคัดกรองจะเปลี่ยน",
            "A condition forbids it: the place is not proposed for this person until its conditions are stated anew or "
            "the person is screened again.",
        ),
        days=None,
        ends=frozenset({SCREENED, RULES_STATED}),
    ),
    FIND: Effect(Words("ต้องตามหาผู้รับบริการก่อน", "The person is looked for before anything else.")),
}
DECLINE_EFFECTS = CodeList("decline_effect", {code: effect.words for code, effect in EFFECTS.items()})

_OF_PEOPLE = ("person", "partner", "centre")  # what the system ends says nothing of the place or the person
# By reason and whose no it was; what is not named here has no effect.
FOLLOWS: Mapping[str, Mapping[str, str]] = {
    "no_place": {"partner": FULL},
    "out_of_area": {"partner": REGISTRY, "centre": FORBIDDEN},
    "not_eligible": {"partner": REGISTRY, "centre": FORBIDDEN},
    "missing_documents": {},
    "health_beyond_care": {"partner": SCREEN_AGAIN, "centre": SCREEN_AGAIN},
    "behaviour_safety": {"partner": REST},
    "person_refused": dict.fromkeys(_OF_PEOPLE, NOT_WISHED),
    "person_left": dict.fromkeys(_OF_PEOPLE, FIND),
    "cost": {"partner": REST, "person": REST},
    "no_answer": {},
    "wrong_information": dict.fromkeys(_OF_PEOPLE, SCREEN_AGAIN),
    "other": {},
}
# What the centre does about it, whoever said it.
ADVICE = CodeList(
    "decline_advice",
    {
        "no_place": Words(
            "ขอให้ภาคีเครือข่ายยืนยันจำนวนที่ว่าง แล้วส่งไปที่ถัดไป",
            "Ask the partner to state its places, and go on to the next place.",
        ),
        "out_of_area": Words(
            "ตรวจภูมิลำเนาที่บันทึกไว้ และถามว่าที่นี่รับคนจากพื้นที่ใด",
            "Check the domicile on record, and ask which area the place takes people from.",
        ),
        "not_eligible": Words(
            "ถามว่าไม่เข้าเกณฑ์ข้อใด แล้วแก้เงื่อนไขในทะเบียนหรือคัดกรองใหม่",
            "Ask which condition is not met; then correct the registry or screen again.",
        ),
        "missing_documents": Words(
            "จัดหาเอกสารให้ครบ แล้วส่งไปที่เดิมได้อีก", "Get the papers; the same place may be asked again."
        ),
        "health_beyond_care": Words(
            "คัดกรองสุขภาพและระดับการดูแลอีกครั้ง และปรึกษาโรงพยาบาลหากอาการหนัก",
            "Screen health and the level of care again; ask the hospital where it is serious.",
        ),
        "behaviour_safety": Words(
            "ถามว่ากังวลเรื่องใด และบันทึกพฤติกรรมไว้ในการคัดกรอง",
            "Ask what the worry is, and note the behaviour in the screening.",
        ),
        "person_refused": Words(
            "ถามผู้รับบริการว่าต้องการอย่างไร ก่อนเสนอที่อื่น",
            "Ask the person what they want before another place is proposed.",
        ),
        "person_left": Words(
            "ตามหาผู้รับบริการ และปิดเรื่องหากไม่พบ", "Look for the person; close the case if they are not found."
        ),
        "cost": Words(
            "หาผู้รับผิดชอบค่าใช้จ่ายหรือเงินช่วยเหลือ แล้วตกลงกับที่เดิมหรือส่งไปที่อื่น",
            "Look for who pays or for support, then settle it with the place or go elsewhere.",
        ),
        "no_answer": Words(
            "ติดต่อทางอื่น และตรวจช่องทางติดต่อในทะเบียน",
            "Try another way of contact, and check the one in the registry.",
        ),
        "wrong_information": Words(
            "แก้ข้อมูลให้ถูกต้องและคัดกรองใหม่ก่อนส่งต่อ", "Correct what is wrong and screen again before referring."
        ),
        "other": Words(
            "อ่านหมายเหตุ และถามภาคีเครือข่ายหากไม่ชัดเจน", "Read the note; ask the partner if it is not clear."
        ),
    },
)
assert set(FOLLOWS) == set(ADVICE) == set(DECLINE_REASONS)


# What a director asks the partner when a no comes back to it, in words that tell nothing of the person.
REVIEW_ASKS = CodeList(
    "review_ask",
    {
        "say_more": Words("ขอให้บอกเหตุผลให้ชัดขึ้น", "Please say more exactly why."),
        "with_support": Words(
            "ขอให้พิจารณาอีกครั้ง ศูนย์จะช่วยดูแลต่อเนื่อง", "Please think about it again: the centre goes on helping."
        ),
        "for_a_trial": Words("ขอให้รับไว้ทดลองช่วงหนึ่งก่อน", "Please take the person for a trial first."),
        "ask_person": Words("ขอให้พูดคุยกับผู้รับบริการอีกครั้ง", "Please talk with the person once more."),
        "call": Words(
            "ศูนย์จะโทรไปปรึกษา ขอให้รอตอบหลังจากนั้น", "The centre will call you; please answer after that."
        ),
    },
)


# Whose a no is that the partner itself gives, where it is not its own.
_NOT_THE_PARTNERS = {
    "person_refused": "person",
    "person_left": "person",
    "missing_documents": "centre",
    "wrong_information": "centre",
}
assert _NOT_THE_PARTNERS.keys() <= {*DECLINE_REASONS}


def whose_no(reason: str) -> str:
    """Whose a no is that the partner itself gives for a reason, without being asked whose."""
    return _NOT_THE_PARTNERS.get(reason, "partner")


def is_reviewed(kinds: Collection[str], reason: str, whose: str) -> bool:
    """Whether a no is of one of the kinds (`kinds_of_noes`) that a centre's director reviews."""
    return whose in kinds or f"{whose}/{reason}" in kinds


def kinds_of_noes() -> list[str]:
    """Each kind of no that may be named for review: whose it is, or that with the reason (`partner/behaviour_safety`).
    What the system ends is nobody's."""
    return [
        kind for whose in _OF_PEOPLE for kind in (whose, *(f"{whose}/{reason}" for reason in DECLINE_REASONS))
    ]


def effect_of(reason: str | None, whose: str | None) -> str:
    """What follows from a no (a code of EFFECTS); nothing from a reason that is newer than this program."""
    return FOLLOWS.get(reason or "", {}).get(whose or "", NOTHING)
