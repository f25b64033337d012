"""The criteria by which places are ranked for a person, in their order, with their words. Pure.

Source: docs/contract.md, "Ranking is by named criteria in order, each shown; never one opaque score".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.codes.words import Words


@dataclass(frozen=True)
class Criterion:
    """`yes`, `no` and `unknown` are said of a criterion that is a flag; the others have sentences of their own
    (codes.sentences)."""

    code: str
    title: Words
    yes: Words | None = None
    no: Words | None = None
    unknown: Words | None = None


CRITERIA: Mapping[str, Criterion] = {
    each.code: each
    for each in (
        Criterion("path", Words("แนวทางตามกฎหมายเฉพาะ", "The law's own path")),
        # In its place where no specific law leads.
        Criterion("screened_path", Words("แนวทางที่คัดกรองแนะนำ", "A path of the screening")),
        Criterion(
            "outside_ministry",
            Words("นอกสังกัดกระทรวง พม.", "Outside the ministry"),
            Words("นอกสังกัดกระทรวง พม.", "Outside the ministry"),
            Words("สังกัดกระทรวง พม.", "Under the ministry"),
        ),
        Criterion(
            "wish",
            Words("ความประสงค์ของผู้รับบริการ", "The person's wish"),
            Words("ตรงกับความประสงค์", "As the person wishes"),
            Words("ไม่ตรงกับความประสงค์", "Not what the person wishes"),
            Words("ยังไม่ทราบความประสงค์", "The wish is not known yet"),
        ),
        Criterion(
            "home_province",
            Words("ภูมิลำเนา", "Domicile"),
            Words("อยู่ในจังหวัดภูมิลำเนา", "In the province of domicile"),
            Words("อยู่นอกจังหวัดภูมิลำเนา", "In another province than the domicile"),
            Words("ยังไม่ทราบภูมิลำเนา", "The domicile is not known yet"),
        ),
        Criterion("places_free", Words("จำนวนที่ว่าง", "Places free")),
        Criterion("freshness", Words("ข้อมูลที่ว่างเป็นปัจจุบัน", "How fresh that is")),
        Criterion("distance", Words("ระยะทาง", "Distance")),
        Criterion("past_answer", Words("คำตอบครั้งก่อน", "The answer before")),
        # Of people for a place, in the place of what places have.
        Criterion("waiting", Words("รอมานานที่สุดก่อน", "Who has waited longest")),
        Criterion("draw", Words("จับสลาก", "Drawn by lot")),
    )
}
# Where a place's path stands among those of the screening.
PATH_PLACES: Mapping[str, Words] = {
    "lead": Words("แนวทางที่กฎหมายเฉพาะกำหนด: {}", "A specific law's path: {}"),
    "screened": Words("แนวทางที่คัดกรองแนะนำ: {}", "One of the paths of the screening: {}"),
    "other": Words("นอกแนวทางที่คัดกรองแนะนำ: {}", "Not a path of the screening: {}"),
}
