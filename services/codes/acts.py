"""What may be done with a case by where it stands: answers about a case say it, and pages offer nothing else. Data
only.

Each service decides for itself; `tests/house/test_acts.py` asks every door in every status and compares.
"""

from collections.abc import Mapping

from services.codes import CASE_STATUSES, PLANNED, SCREENED
from services.codes.words import CodeList, Words

CASE_ACTS = CodeList(
    "case_act",
    {
        "screen": Words("คัดกรองผู้รับบริการ", "Screen the person"),
        "plan": Words("บันทึกมติคณะทำงาน", "Record what the working group decides"),
        "refer": Words("ส่งต่อ", "Send a referral"),
        "call": Words("บันทึกว่าโทรแล้วไม่มีผู้รับสาย", "Note a call that nobody answered"),
        "transfer": Words("ขอโอนไปศูนย์อื่น", "Ask another centre to take it over"),
        "close": Words("ปิดเรื่อง", "Close the case"),
        "reopen": Words("เปิดเรื่องอีกครั้ง", "Open the case again"),
    },
)

_NOT_CLOSED = tuple(status for status in CASE_STATUSES if status != "closed")
TAKEN_WHILE: Mapping[str, tuple[str, ...]] = {
    "screen": _NOT_CLOSED,
    "plan": SCREENED,
    "refer": PLANNED,  # to one place beside another; once somebody said yes referral knows of it, and refuses
    "call": _NOT_CLOSED,
    "transfer": _NOT_CLOSED,
    "close": _NOT_CLOSED,
    "reopen": ("closed",),
}


# With a person who died, or of whom nothing is known any more, nothing else is done.
OF_CASE_ALONE = ("close", "reopen")


def case_acts(status: str, over: bool = False) -> list[str]:
    """`over`: the person died, as an ending says, or was erased."""
    return [act for act in CASE_ACTS if status in TAKEN_WHILE[act] and (act in OF_CASE_ALONE or not over)]
