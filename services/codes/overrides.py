"""Why somebody is taken before others who stand before them, in codes, and how many those are: before a meeting, in the
order of need, and at a free place, in the order of its list. Data, and the rules of who stands before whom (decision
64)."""

from collections.abc import Collection, Sequence

from services.codes.words import CodeList, Words

OTHER = "other"  # asks for words
OVERRIDES = CodeList(
    "order_override",
    {
        "worse_since": Words("สถานการณ์ของผู้รับบริการแย่ลง", "Things got worse for the person"),
        "place_would_be_lost": Words("มีที่ว่างที่เหมาะสมซึ่งอาจเสียไป", "A place that suits would be lost"),
        "others_not_ready": Words(
            "เรื่องที่อยู่ก่อนยังไม่พร้อมให้พิจารณา", "Those who stand before are not ready to be decided"
        ),
        "there_that_day": Words(
            "ผู้รับบริการหรือครอบครัวมาร่วมประชุมได้ในวันนั้น", "The person or the family can be there that day"
        ),
        "together": Words(
            "พิจารณาพร้อมกับเรื่องของคู่หรือครอบครัวเดียวกัน",
            "It is decided together with a partner’s or relative’s case",
        ),
        "asked_for": Words("ศาลหรือหน่วยงานที่มีอำนาจขอให้พิจารณา", "A court or an authority asked for it"),
        OTHER: Words("เหตุผลอื่น", "Another reason"),
    },
)
NOT_TOLD = "not_told"
# The same where figures are split by it: nobody has to say why.
OVERRIDDEN_FOR = CodeList(
    "overridden_for", {**OVERRIDES.words, NOT_TOLD: Words("ไม่ได้ระบุเหตุผล", "No reason told")}
)

PLACE_OVERRIDES = CodeList(
    "place_override",
    {
        "worse_since": OVERRIDES.words["worse_since"],
        "others_not_ready": Words(
            "ผู้ที่อยู่ก่อนยังไม่พร้อมเดินทางหรือยังไม่ให้ความยินยอม",
            "Those who stand before are not ready to go, or do not consent yet",
        ),
        "others_wish_otherwise": Words("ผู้ที่อยู่ก่อนประสงค์จะไปที่อื่น", "Those who stand before wish to go elsewhere"),
        "place_asked": Words("สถานที่ขอรับผู้รับบริการรายนี้", "The place asked for this person"),
        "together": Words("ไปพร้อมกับคู่หรือครอบครัวเดียวกัน", "Goes together with a partner or relative"),
        "asked_for": Words("ศาลหรือหน่วยงานที่มีอำนาจขอให้ส่ง", "A court or an authority asked for it"),
        OTHER: OVERRIDES.words[OTHER],
    },
)
PASSED_FOR = CodeList("passed_for", {**PLACE_OVERRIDES.words, NOT_TOLD: OVERRIDDEN_FOR.words[NOT_TOLD]})


def passed_over(before: Collection[str], could_go: Collection[str], free: int) -> int:
    """How many of those `before` on the list of a place could be sent there as well, where its `free` places are not
    enough for them; 0 where they are, and of a place of which none is free, which has a queue of its own."""
    left = sum(case_id in could_go for case_id in before)
    return left if 0 < free <= left else 0


def stood_before(order: Sequence[str], chosen: Collection[str], taken: Collection[str]) -> dict[str, int]:
    """{chosen case: how many stand before it in the order and are not taken now}, of those before whom anybody does.
    `taken`: what lies before a meeting already. Who is not in the order stands behind nobody."""
    passed, found = 0, dict[str, int]()
    for case_id in order:
        if case_id in chosen:
            if passed:
                found[case_id] = passed
        elif case_id not in taken:
            passed += 1
    return found
