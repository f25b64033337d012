"""Why a working group takes somebody before others whom the order of need puts first, in codes, and how many those are.
Data, and the one rule of who stands before whom (decision 64)."""

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
