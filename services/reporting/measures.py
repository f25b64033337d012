"""What the overview counts, each measure described once: what it counts, of what, who may see it, and its words. Data
only.

The figures, the lists behind them, what is hidden, the API's document, the dashboards, the files and the page of
definitions read it. What can be counted are the milestones (`projections/milestones.py`). Source of the figures' names:
docs/contract.md, "Reports". Long because it is one catalogue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.codes import (
    DECLINE_REASONS,
    EMPLOYER_PATHS,
    FAMILY_PATH,
    LABELS,
    OUTCOMES,
    PARTNER_KINDS,
    PATHS,
    WHOSE,
)
from services.codes.care import TASK_AREAS
from services.codes.deadlines import DEADLINES
from services.codes.decisions import AGREEMENTS, RATIFICATIONS
from services.codes.following import FOLLOW_UP_DAYS, RETURNED
from services.codes.overrides import OVERRIDDEN_FOR, PASSED_FOR
from services.codes.reviews import FINDINGS
from services.codes.steps import LOST_REASONS, NO_ANSWER, TOLD_BY
from services.codes.words import CodeList, Words

Column = Literal[
    "path", "partner_kind", "outside_ministry", "reason", "whose", "labels", "in_work", "follow_up", "in_time",
    "in_place", "within", "channel",
]  # fmt: skip
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

    `of_total`: how many they are together is told elsewhere, so that a hidden count could be worked out.

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
    of_total: bool = False
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
            "referrals",
            "referrals",
            Words("การส่งต่อที่รอหรือไม่สำเร็จ", "Referrals that waited or came to nothing"),
            Words(
                "การส่งต่อที่เกิดเหตุการณ์นั้นในช่วงเวลา",
                "Referrals to which it happened in the period.",
            ),
        ),
        Part(
            "stays",
            "stays",
            Words("ที่พักชั่วคราว", "Interim beds"),
            Words(
                "การพักชั่วคราวก่อนมีแผน นับแยกจากการเข้าพักหรือเข้าทำงาน ครบกำหนดหมายถึงต้องออกโดยยังไม่มีที่ไป",
                "Stays before there is a plan, counted apart from placements. Those that ran out ended with "
                "nowhere to go yet.",
            ),
        ),
        Part("expired", "expired", Words("เหตุที่การส่งต่อเลยกำหนด", "Why referrals ran out of time")),
        Part("withdrawn", "withdrawn", Words("เหตุที่ยกเลิกการส่งต่อ", "Why referrals were withdrawn")),
        Part("failed", "failed", Words("เหตุที่การเข้าพักหรือเข้าทำงานไม่สำเร็จ", "Why placements did not work out")),
        Part("ended", "ended", Words("ผลเมื่อการเข้าพักหรือเข้าทำงานสิ้นสุด", "How placements ended")),
        Part("declined_by", "declined_by", Words("การไม่รับเป็นการตัดสินใจของใคร", "Whose decision a no was")),
        Part(
            "withdrawn_by",
            "withdrawn_by",
            Words("การยกเลิกเป็นการตัดสินใจของใคร", "Whose decision a withdrawal was"),
        ),
        Part("failed_by", "failed_by", Words("การไม่สำเร็จเกิดจากใคร", "Whose doing a failure was")),
        *(
            Part(code, code, words, means)
            for code, words, means in (
                (
                    "told_by_kind",
                    Words("การแจ้งภาคีเครือข่าย ตามประเภทหน่วยงาน", "Partners told of a referral, by kind"),
                    Words(
                        "การแจ้งภาคีเครือข่ายในช่วงนี้ หลังจากนั้นจึงเริ่มนับกำหนดตอบ",
                        "How often partners were told in the period: from then on they have time to answer.",
                    ),
                ),
                (
                    "told_by_channel",
                    Words("การแจ้งภาคีเครือข่าย ตามช่องทาง", "Partners told of a referral, by channel"),
                    None,
                ),
                (
                    "late_by_kind",
                    Words(
                        "ใกล้ครบกำหนดแล้วยังไม่ตอบ ตามประเภทหน่วยงาน",
                        "No answer yet when it was nearly due, by kind",
                    ),
                    Words(
                        "การส่งต่อที่ถึงวันเตือนในช่วงนี้โดยภาคีเครือข่ายยังไม่ตอบ แม้จะตอบภายหลัง",
                        "Referrals whose partner had not answered when the reminder was due in the period, also where "
                        "it answered later.",
                    ),
                ),
                (
                    "late_by_channel",
                    Words(
                        "ใกล้ครบกำหนดแล้วยังไม่ตอบ ตามช่องทาง", "No answer yet when it was nearly due, by channel"
                    ),
                    Words(
                        "ช่องทางที่แจ้งครั้งล่าสุดก่อนหน้านั้น",
                        "By the channel by which the partner was last told before.",
                    ),
                ),
                (
                    "missed_by_kind",
                    Words("ไม่ตอบภายในกำหนด ตามประเภทหน่วยงาน", "No answer in time, by kind"),
                    Words(
                        "การส่งต่อที่เลยกำหนดตอบในช่วงนี้ เทียบได้กับการแจ้งตามประเภทหน่วยงานหรือช่องทางเดียวกัน",
                        "Referrals that ran out in the period without an answer; to be held beside how often partners "
                        "of that kind, or by that channel, were told.",
                    ),
                ),
                (
                    "missed_by_channel",
                    Words("ไม่ตอบภายในกำหนด ตามช่องทาง", "No answer in time, by channel"),
                    None,
                ),
                (
                    "deadlines_missed",
                    Words("กำหนดอื่นที่เลยไปโดยยังไม่ได้ทำ", "Other deadlines that were missed"),
                    Words(
                        "กำหนดแจ้ง รับทราบ ออกเดินทาง และไปถึง ที่เลยไปในช่วงนี้ แม้จะทำภายหลัง",
                        "Deadlines for telling, reading, setting out and arriving that were over in the period and not "
                        "met, also where it was done later.",
                    ),
                ),
                (
                    "deadlines_missed_by",
                    Words("กำหนดอื่นที่เลยไปเป็นของใคร", "Whose deadlines were missed"),
                    None,
                ),
            )
        ),
        Part(
            "follow_ups",
            "follow_ups",
            Words("การติดตามผลตามกำหนด", "Follow-ups as they were due"),
            Words(
                "การติดตามผลในช่วงนี้ แยกตามรอบ นับรอบละครั้งต่อการเข้าพักหรือเข้าทำงาน ช้าคือทำหลังพ้นช่วงเวลาที่กำหนด "
                "พ้นกำหนดคือพ้นช่วงเวลาในช่วงนี้ และยังไม่มีผู้ติดตามจนบัดนี้",
                "Follow-ups of the period by the days after the placement, each counted once for a placement. Late: "
                "made after their time was over. Missed: their time was over in the period, and nobody has made them "
                "since.",
            ),
        ),
        Part(
            "in_place",
            "in_place",
            Words("ยังอยู่ในที่ที่ส่งต่อเมื่อติดตามผล", "Still in place when followed up"),
            Words(
                "จากการติดตามผลครั้งแรกของแต่ละรอบในช่วงนี้ สัดส่วนคิดจากผู้ที่ติดต่อได้ในรอบนั้น ไม่รวมผู้ที่สิ้นสุดไปก่อน",
                "Of the first follow-up of each in the period. The share is of those who were reached then; whose "
                "placement was over before is not among them.",
            ),
        ),
        Part(
            "tasks",
            "tasks",
            Words("งานในแผนดูแลรายบุคคล ตามด้านของชีวิต", "Tasks of care plans, by area of life"),
            Words("งานที่เพิ่มในช่วงนี้", "Tasks that were added in the period."),
        ),
        Part(
            "tasks_done",
            "tasks_done",
            Words("งานที่สำเร็จ", "Tasks done"),
            Words(
                "งานในแผนดูแลรายบุคคลที่สำเร็จในช่วงนี้",
                "Tasks of care plans that were done in the period.",
            ),
        ),
        Part(
            "tasks_in_time",
            "tasks_in_time",
            Words("งานที่สำเร็จตามกำหนด", "Tasks done in time"),
            Words(
                "จากงานที่สำเร็จในช่วงนี้ งานที่เสร็จภายในวันที่กำหนด หรือไม่ได้กำหนดวัน",
                "Of the tasks done in the period those that were done by their day, or had none.",
            ),
        ),
        Part(
            "ratifications",
            "ratifications",
            Words("การรับรองมติระหว่างการประชุม", "Decisions made between meetings, as meetings looked at them"),
            Words(
                "มติเร่งด่วนระหว่างการประชุมที่ที่ประชุมพิจารณาในช่วงนี้",
                "Decisions made in urgency between meetings on which a meeting voted in the period.",
            ),
        ),
        Part(
            "agreement",
            "agreement",
            Words("มติคณะทำงานเทียบกับแนวทางของการคัดกรอง", "Decisions beside the screening's ways forward"),
            Words(
                "มติของคณะทำงานในช่วงนี้ เทียบกับแนวทางแรกที่การคัดกรองของเจ้าหน้าที่ได้ในขณะนั้น",
                "Decisions of working groups in the period, held against the first way forward that the worker's "
                "screening had found by then.",
            ),
        ),
        Part(
            "out_of_order",
            "out_of_order",
            Words("ผู้ที่ได้รับการพิจารณาก่อนลำดับ ตามเหตุผล", "Taken before others who stood before them, by reason"),
            Words(
                "การนำเรื่องเข้าที่ประชุมในช่วงนี้ ขณะที่มีเรื่องอื่นซึ่งรอคณะทำงานและอยู่ก่อนตามลำดับความจำเป็น "
                "นับเท่าที่ตรวจสอบลำดับได้ในขณะนั้น",
                "Cases put before a meeting in the period while others that waited for the working group stood before "
                "them in the order of need; as far as the order could be looked up then.",
            ),
        ),
        Part(
            "sent_out_of_order",
            "sent_out_of_order",
            Words("ผู้ที่ถูกส่งไปสถานที่ก่อนลำดับ ตามเหตุผล", "Sent to a place before others on its list, by reason"),
            Words(
                "การส่งต่อในช่วงนี้ไปยังสถานที่ที่มีที่ว่างไม่พอสำหรับผู้ที่อยู่ก่อนในรายชื่อของสถานที่นั้น ซึ่งมีแผนไปที่นั่นเช่นกัน "
                "นับเท่าที่ตรวจสอบรายชื่อได้ในขณะนั้น",
                "Referrals in the period to a place whose free places were not enough for those who stood before on "
                "its list and whose plan leads there too; as far as the list could be looked up then.",
            ),
        ),
        Part(
            "reviews",
            "reviews",
            Words("ผลการทบทวนผลลัพธ์โดยคณะทำงาน", "What outcome reviews found"),
            Words(
                "เรื่องที่คณะทำงานทบทวนผลลัพธ์ในช่วงนี้ แยกตามที่พบในการทบทวนครั้งล่าสุดของช่วง หนึ่งเรื่องอาจมีหลายข้อ",
                "Cases on whose outcome a working group looked back in the period, by what the latest of these reviews "
                "found. One case may have several.",
            ),
        ),
        Part(
            "returned_elsewhere",
            "returned_elsewhere",
            Words("ไปปรากฏที่ศูนย์อื่นหลังการเข้าพักหรือเข้าทำงานสิ้นสุด", "Came to another centre afterwards"),
            Words(
                "ผู้ที่ไปรับบริการที่ศูนย์อื่นในช่วงนี้ หลังการเข้าพักหรือเข้าทำงานที่ศูนย์นี้จัดให้สิ้นสุดแล้ว",
                "People whom this centre had placed, and who came to another centre in the period after that was over.",
            ),
        ),
        Part(
            "from_elsewhere",
            "from_elsewhere",
            Words("เคยได้รับการส่งต่อโดยศูนย์อื่น", "Came after a placement by another centre"),
            Words(
                "ผู้ที่มาศูนย์นี้ในช่วงนี้ หลังการเข้าพักหรือเข้าทำงานที่ศูนย์อื่นจัดให้สิ้นสุดแล้ว",
                "People who came here in the period after a placement by another centre was over.",
            ),
        ),
        *(
            Part(
                f"returned_{months}",
                f"returned_{months}",
                Words(f"กลับมาภายใน {months} เดือน", f"Came back within {months} months"),
                Words(
                    "ผู้ที่กลับมาในช่วงนี้หลังการเข้าพักหรือเข้าทำงานสิ้นสุดแล้ว แยกตามแนวทางครั้งก่อน",
                    "Those who came back in the period after their placement was over, by the way forward of that.",
                ),
            )
            for months in RETURNED
        ),
        Part(
            "employment",
            "employment",
            Words("การทำงาน", "Work"),
            Words(
                "การเข้าทำงานกับนายจ้างในช่วงนี้ และจำนวนที่ยังทำงานอยู่เมื่อติดตามครั้งล่าสุด ไม่นับผู้ที่การเข้าทำงานสิ้นสุดแล้ว",
                "Placements with employers in the period, and how many of these were in work at their latest "
                "follow-up; none whose placement is over.",
            ),
        ),
    )
}


def _of_cases(code: str, counts: str, words: Words, beside: bool = False) -> Measure:
    return Measure(code, "cases", code, counts, words, words, once=True, beside=beside)


def _split(
    code: str,
    counts: str,
    by: Column,
    codes: CodeList[str],
    where: Mapping[Column, tuple[Value, ...]] | None = None,
    of_total: bool = False,
) -> Measure:
    """A part of its own: how many of a type by the codes of a column."""
    title = PARTS[code].title
    shown = Words(f"{title.th}: {{}}", f"{title.en}: {{}}")
    return Measure(
        code, code, "", counts, title, shown,
        by=by, codes=codes, of_kind=True, of_total=of_total, where=where or {},
    )  # fmt: skip


def _of_follow_up(
    part: str,
    name: str,
    days: str,
    words: Words,
    where: Mapping[Column, tuple[Value, ...]],
    counts: str = "FollowUpRecorded",
    of_kind: bool = False,
) -> Measure:
    """Of a due day, by which only the first follow-up of it is known (projections.milestones)."""
    due = FOLLOW_UP_DAYS.words[days]
    said = Words(f"{words.th} ({due.th})", f"{words.en} ({due.en})")
    code = f"{name}_{days}"
    return Measure(
        f"{part}_{code}",
        part,
        code,
        counts,
        said,
        said,
        where={"follow_up": (days,), **where},
        of_kind=of_kind,
    )


# How a follow-up was made, and where somebody was: (name, words, what its fact says).
FOLLOWED: Sequence[tuple[str, Words, Mapping[Column, tuple[Value, ...]], str]] = (
    ("in_time", Words("ติดตามตามกำหนด", "Made in time"), {"in_time": (True,)}, "FollowUpRecorded"),
    ("late", Words("ติดตามช้ากว่ากำหนด", "Made late"), {"in_time": (False,)}, "FollowUpRecorded"),
    ("missed", Words("พ้นกำหนดโดยไม่ได้ติดตาม", "Missed"), {}, "FollowUpMissed"),
)
FOUND_THERE = (
    ("still", Words("ยังอยู่ในที่ที่ส่งต่อ", "Still in place"), True),
    ("gone", Words("ไม่อยู่ในที่ที่ส่งต่อแล้ว", "No longer in place"), False),
)
# How partners' answers were waited for, each by whom and by how they were told: the reminder of any deadline but the
# answer's is no milestone.
WAITED_FOR: Sequence[tuple[str, str, Mapping[Column, tuple[Value, ...]]]] = (
    ("told", "PartnerTold", {}),
    ("late", "ReminderDue", {}),
    ("missed", "ReferralExpired", {"reason": (NO_ANSWER,)}),
)
BY_PARTNER: Sequence[tuple[str, Column, CodeList[str]]] = (
    ("kind", "partner_kind", PARTNER_KINDS),
    ("channel", "channel", TOLD_BY),
)
BY_PEOPLE = ("person", "partner", "centre")  # of codes.WHOSE: not the system, which found no place

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
            "family",
            "placements",
            "family",
            "PlacementConfirmed",
            Words("คืนสู่ครอบครัว", "Returned to the family"),
            Words("การคืนสู่ครอบครัว", "Returns to the family"),
            where={"path": (FAMILY_PATH,)},
            means=Words(
                "ผู้ที่กลับไปอยู่กับครอบครัวโดยไม่ผ่านภาคีเครือข่าย นับแยกจากการเข้าพักหรือเข้าทำงานนอกสังกัดกระทรวง พม. "
                "สัดส่วนนอกสังกัดจึงคิดจากผู้ที่มีหน่วยงานรับดูแลเท่านั้น",
                "People who went back to their family, without a partner: counted apart. The share outside the "
                "ministry is of those whom a partner or the ministry took.",
            ),
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
            where={"whose": BY_PEOPLE},
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
        *(
            _of_follow_up(
                "employment",
                "in_work",
                days,
                Words("ยังทำงานอยู่เมื่อติดตามผล", "In work when followed up"),
                {"path": EMPLOYER_PATHS, "in_work": (True,)},
            )
            for days in ("180", "365")
        ),
        *(
            _of_follow_up("follow_ups", name, days, words, where, counts)
            for days in FOLLOW_UP_DAYS
            for name, words, where, counts in FOLLOWED
        ),
        *(
            _of_follow_up("in_place", name, days, words, {"in_place": (still,)}, of_kind=True)
            for days in FOLLOW_UP_DAYS
            for name, words, still in FOUND_THERE
        ),
        Measure(
            "no_place",
            "referrals",
            "no_place",
            "ReferralDeclined",
            Words("ไม่มีที่ว่างให้จอง", "No place was free"),
            Words("ไม่มีที่ว่างให้จอง", "No place was free"),
            where={"whose": ("system",)},
        ),
        Measure(
            "waitlisted",
            "referrals",
            "waitlisted",
            "ReferralWaitlisted",
            Words("อยู่ในรายชื่อรอ", "Put on a waiting list"),
            Words("อยู่ในรายชื่อรอ", "Put on a waiting list"),
        ),
        Measure(
            "stays",
            "stays",
            "begun",
            "InterimStayBegun",
            Words("จัดที่พักชั่วคราว", "Given a bed"),
            Words("จัดที่พักชั่วคราว", "Given an interim bed"),
        ),
        *(
            Measure(
                f"stays_{reason}",
                "stays",
                reason,
                "InterimStayEnded",
                words,
                title,
                where={"reason": (reason,)},
            )
            for reason, words, title in (
                (
                    "placed",
                    Words("ได้ที่อยู่ตามการส่งต่อ", "Went on to a placement"),
                    Words("จากที่พักชั่วคราวไปที่อยู่ตามการส่งต่อ", "From an interim bed to a placement"),
                ),
                (
                    "ran_out",
                    Words("ครบกำหนด", "Ran out"),
                    Words("การพักชั่วคราวที่ครบกำหนด", "Interim beds that ran out"),
                ),
            )
        ),
        _split("expired", "ReferralExpired", "reason", LOST_REASONS),
        _split("withdrawn", "ReferralWithdrawn", "reason", LOST_REASONS),
        _split("failed", "ReferralFailed", "reason", LOST_REASONS),
        _split("ended", "ReferralEnded", "reason", OUTCOMES),
        _split("declined_by", "ReferralDeclined", "whose", WHOSE),
        _split("withdrawn_by", "ReferralWithdrawn", "whose", WHOSE),
        _split("failed_by", "ReferralFailed", "whose", WHOSE),
        *(
            _split(f"{name}_by_{what}", counts, by, codes, where, of_total=True)
            for name, counts, where in WAITED_FOR
            for what, by, codes in BY_PARTNER
        ),
        _split("deadlines_missed", "DeadlineMissed", "reason", DEADLINES, of_total=True),
        _split("deadlines_missed_by", "DeadlineMissed", "whose", WHOSE, of_total=True),
        _split("tasks", "CareTaskSet", "reason", TASK_AREAS),
        _split("tasks_done", "CareProgressNoted", "reason", TASK_AREAS),
        _split("tasks_in_time", "CareProgressNoted", "reason", TASK_AREAS, {"in_time": (True,)}),
        _split("ratifications", "RatificationDecided", "reason", RATIFICATIONS),
        _split("agreement", "PlanAgreed", "reason", AGREEMENTS, of_total=True),
        _split("out_of_order", "OrderOverridden", "reason", OVERRIDDEN_FOR),
        _split("sent_out_of_order", "ReferralSent", "reason", PASSED_FOR),
        Measure(
            "reviews",
            "reviews",
            "",
            "OutcomeReviewed",
            PARTS["reviews"].title,
            Words("ทบทวนพบว่า: {}", "Reviews found: {}"),
            once=True,
            by="labels",
            codes=FINDINGS,
            of_kind=True,
        ),
        _split("returned_elsewhere", "ReturnedElsewhere", "within", RETURNED),
        _split("from_elsewhere", "ReturnedFromElsewhere", "within", RETURNED),
        *(
            _split(
                f"returned_{months}",
                "PersonReturned",
                "path",
                PATHS,
                {"within": RETURNED[: RETURNED.index(months) + 1]},
            )
            for months in RETURNED
        ),
    )
}
# By which facts are told apart; labels, which are several of one fact, are counted by themselves.
COLUMNS: Sequence[Column] = sorted(
    {
        column
        for each in MEASURES.values()
        for column in (*each.where, each.by)
        if column and column != "labels"
    }
)
# Parts that tell of what came to nothing, ended, or came again, each split by the codes of its measure.
SPLIT_PARTS = (
    "expired", "withdrawn", "failed", "ended", "declined_by", "withdrawn_by", "failed_by", "tasks", "tasks_done",
    "tasks_in_time", "ratifications", "agreement", "out_of_order", "sent_out_of_order",
    "told_by_kind", "told_by_channel", "late_by_kind", "late_by_channel",
    "missed_by_kind", "missed_by_channel", "deadlines_missed", "deadlines_missed_by", "returned_elsewhere",
    "from_elsewhere", *(f"returned_{months}" for months in RETURNED),
)  # fmt: skip

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
