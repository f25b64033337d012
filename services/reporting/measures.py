"""What the overview counts, each measure described once: what it counts, of what, who may see it, and its words. Data
only.

The figures, the lists behind them, what is hidden, the API's document, the dashboards, the files and the page of
definitions read it. What can be counted are the milestones (`projections/milestones.py`). Source of the figures' names:
docs/contract.md, "Reports".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.codes import DECLINE_REASONS, EMPLOYER_PATHS, LABELS, PATHS
from services.codes.words import CodeList, Words

Column = Literal["path", "partner_kind", "outside_ministry", "reason", "labels", "in_work"]
Value = str | bool


@dataclass(frozen=True)
class Part:
    """Measures that are shown together: `code` names them in the overview, `key` on the page. `means` defines them."""

    code: str
    key: str
    title: Words
    means: Words | None = None


@dataclass(frozen=True)
class Measure:
    """How many facts of the type `counts` happened in the period, of those whose columns are as `where` says; `once`:
    how many cases, each by its first. `by` splits the count by the codes of a column (then `part` has one number for
    each code, else one as `name`).

    `words` name it in its part, `title` the list behind it, which the centre's own staff open by `code`. `means`
    defines it, where its part does not say enough. `of_kind`: it tells what kind of people they were, so who may not
    see cases is told no small count of it; its sum with others must not be shown. `beside`: not told in the overview
    itself, but with what was waited for (projections.figures).
    """

    code: str
    part: str
    name: str
    counts: str
    words: Words
    title: Words
    once: bool = False
    where: Mapping[Column, tuple[Value, ...]] = field(default_factory=dict)
    by: Column | None = None
    codes: CodeList[str] | None = None
    of_kind: bool = False
    beside: bool = False
    means: Words | None = None


@dataclass(frozen=True)
class Median:
    """The median days from the opening of a case to its first fact of the type `counts`; `measure` counts the same
    cases."""

    name: str
    counts: str
    words: Words
    measure: str


PARTS: Mapping[str, Part] = {
    part.code: part
    for part in (
        Part("placements", "placements", Words("การเข้าพักหรือเข้าทำงาน", "Placements")),
        Part(
            "cases",
            "cases",
            Words("จากเปิดเรื่องถึงเข้าพักหรือเข้าทำงาน", "From opening to placement"),
            Words(
                "จำนวนเรื่องที่มีเหตุการณ์นั้นในช่วงเวลา นับเรื่องละครั้ง เรื่องที่เข้าพักหรือเข้าทำงานอาจเปิดไว้ก่อนช่วงนี้",
                "Different cases to which it happened in the period, each counted once. The cases placed are "
                "not always those opened in "
                "the same period.",
            ),
        ),
        Part(
            "median_days",
            "days",
            Words("จำนวนวันนับจากเปิดเรื่อง (มัธยฐาน)", "Median days from opening"),
            Words(
                "ครึ่งหนึ่งของเรื่องใช้เวลาไม่เกินนี้ นับจากเปิดเรื่องถึงการคัดกรองครั้งแรก การตอบรับ และการเข้าพักหรือเข้าทำงานที่เกิดในช่วงนี้",
                "Half of the cases took this long at most: from opening to the first screening, accepted "
                "referral and placement that lie "
                "in the period.",
            ),
        ),
        Part(
            "by_path",
            "paths",
            Words("การเข้าพักหรือเข้าทำงานตามแนวทางการช่วยเหลือ", "Placements by way forward"),
            Words(
                "ตามแนวทางการช่วยเหลือในแผนที่คณะทำงานเห็นชอบ",
                "By the way forward of the plan that the working group agreed.",
            ),
        ),
        Part(
            "by_label",
            "labels",
            Words("ผู้รับการคัดกรองตามกลุ่มเป้าหมาย", "People screened by group"),
            Words(
                "เรื่องที่คัดกรองในช่วงนี้ แยกตามกลุ่มที่ผลคัดกรองครั้งล่าสุดเข้าเกณฑ์ หนึ่งเรื่องอาจอยู่หลายกลุ่ม",
                "Cases screened in the period, by the groups that the latest of these screenings found met. "
                "One case may be in several "
                "groups.",
            ),
        ),
        Part(
            "declined",
            "declined",
            Words("เหตุผลที่ภาคีเครือข่ายไม่รับ", "Why partners declined"),
            Words(
                "การส่งต่อที่ภาคีเครือข่ายไม่รับในช่วงนี้ แยกตามเหตุผลที่แจ้ง",
                "Referrals declined in the period, by the reason given.",
            ),
        ),
        Part(
            "employment",
            "employment",
            Words("การทำงาน", "Work"),
            Words(
                "การเข้าทำงานกับนายจ้างในช่วงนี้ และจำนวนที่ยังทำงานอยู่เมื่อติดตามครั้งล่าสุด",
                "Placements with employers in the period, and how many of these were in work at their latest "
                "follow-up.",
            ),
        ),
    )
}


def _of_cases(code: str, counts: str, words: Words, beside: bool = False) -> Measure:
    return Measure(code, "cases", code, counts, words, words, once=True, beside=beside)


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "outside",
            "placements",
            "outside_ministry",
            "PlacementConfirmed",
            Words("นอกสังกัดกระทรวง พม.", "Outside the ministry"),
            Words("การเข้าพักหรือเข้าทำงานนอกสังกัดกระทรวง พม.", "Placements outside the ministry"),
            where={"outside_ministry": (True,)},
        ),
        Measure(
            "ministry",
            "placements",
            "ministry",
            "PlacementConfirmed",
            Words("ในสถานที่สังกัดกระทรวง พม.", "In the ministry's places"),
            Words("การเข้าพักในสถานที่สังกัดกระทรวง พม.", "Placements in the ministry's places"),
            where={"outside_ministry": (False,)},
        ),
        Measure(
            "placements",
            "placements",
            "total",
            "PlacementConfirmed",
            Words("การเข้าพักหรือเข้าทำงานทั้งหมด", "All placements"),
            PARTS["placements"].title,
        ),
        _of_cases("opened", "CaseOpened", Words("เปิดเรื่อง", "Cases opened")),
        _of_cases("screened", "ScreeningCompleted", Words("คัดกรองแล้ว", "Screened")),
        _of_cases("planned", "PlanAgreed", Words("มีแผนแล้ว", "Planned")),
        _of_cases("referred", "ReferralSent", Words("ส่งต่อแล้ว", "Referred")),
        _of_cases(
            "accepted", "ReferralAccepted", Words("ภาคีเครือข่ายตอบรับแล้ว", "Accepted by a partner"), beside=True
        ),
        _of_cases("placed", "PlacementConfirmed", Words("เข้าพักหรือเข้าทำงานแล้ว", "Placed")),
        _of_cases("closed", "CaseClosed", Words("ปิดเรื่องแล้ว", "Closed")),
        Measure(
            "path",
            "by_path",
            "",
            "PlacementConfirmed",
            PARTS["by_path"].title,
            Words("การเข้าพักหรือเข้าทำงาน: {}", "Placements: {}"),
            by="path",
            codes=PATHS,
            of_kind=True,
        ),
        Measure(
            "label",
            "by_label",
            "",
            "ScreeningCompleted",
            PARTS["by_label"].title,
            Words("คัดกรองพบ: {}", "Screened: {}"),
            once=True,
            by="labels",
            codes=LABELS,
            of_kind=True,
        ),
        Measure(
            "declined",
            "declined",
            "",
            "ReferralDeclined",
            PARTS["declined"].title,
            Words("ไม่รับ: {}", "Declined: {}"),
            by="reason",
            codes=DECLINE_REASONS,
            of_kind=True,
        ),
        Measure(
            "employment",
            "employment",
            "started",
            "PlacementConfirmed",
            Words("เริ่มงานกับนายจ้าง", "Started with an employer"),
            Words("การเข้าทำงานกับนายจ้าง", "Placements with employers"),
            where={"path": EMPLOYER_PATHS},
        ),
        Measure(
            "in_work",
            "employment",
            "in_work",
            "PlacementConfirmed",
            Words("ยังทำงานอยู่เมื่อติดตามครั้งล่าสุด", "In work at the latest follow-up"),
            Words("ยังทำงานอยู่เมื่อติดตามครั้งล่าสุด", "In work at the latest follow-up"),
            where={"path": EMPLOYER_PATHS, "in_work": (True,)},
        ),
    )
}

MEDIANS = (
    Median(
        "to_screening",
        "ScreeningCompleted",
        Words("ถึงการคัดกรองครั้งแรก", "To the first screening"),
        "screened",
    ),
    Median(
        "to_acceptance",
        "ReferralAccepted",
        Words("ถึงการตอบรับของภาคีเครือข่าย", "To the partner's yes"),
        "accepted",
    ),
    Median(
        "to_placement", "PlacementConfirmed", Words("ถึงการเข้าพักหรือเข้าทำงาน", "To the placement"), "placed"
    ),
)


def of_part(part: str) -> list[Measure]:
    """The measures of a part, in the order in which they are shown."""
    return [each for each in MEASURES.values() if each.part == part]


def told_of(part: str) -> list[Measure]:
    """The measures of a part that the overview tells, each by its name."""
    return [each for each in of_part(part) if not each.beside]
