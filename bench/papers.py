"""How many letters a second one process prints, and for how long anything else in it waits meanwhile.

In the thread pool, as the front door does it, while a heart beats on the hub every 5 ms.
"""

import json
import sys
import time
from datetime import UTC, datetime

import eventlet

eventlet.monkey_patch()

import eventlet.tpool  # noqa: E402

from services.web.documents import press  # noqa: E402
from services.web.documents.legible import legible  # noqa: E402
from services.web.documents.office import thai_figures  # noqa: E402

COUNT, SIDE_BY_SIDE, BEAT = 100, 4, 0.005
BODY = (
    "ด้วยศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์ได้ให้ความช่วยเหลือผู้รับบริการ จำนวน 1 ราย ตามเรื่องเลขที่ 60-2570-{:04} "
    "ซึ่งคณะทำงานของศูนย์ได้พิจารณาแล้ว เห็นควรส่งต่อผู้รับบริการรายนี้ให้ได้รับการดูแลในบริการของท่าน"
)


def data(number: int) -> press.Data:
    words = {"number": "ที่", "subject": "เรื่อง", "to": "เรียน", "refers": "อ้างถึง", "enclosed": "สิ่งที่ส่งมาด้วย"}
    return thai_figures(
        {
            "title": "หนังสือส่งต่อ", "author": "ศูนย์", "pages": [str(page) for page in range(1, 10)],
            "number": "พม 1/", "from": "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์",
            "address": ["ถนนสวรรค์วิถี"], "day": "30 พฤศจิกายน 2569",
            "subject": "ขอความอนุเคราะห์พิจารณารับผู้รับบริการ จำนวน 1 ราย", "to": "ผู้บริหารมูลนิธิ", "refers": "",
            "enclosed": ["1. ข้อมูลประกอบการส่งต่อ"], "body": [BODY.format(number)] * 2,
            "closing": "จึงเรียนมาเพื่อโปรดพิจารณา",
            "signer": {"name": "", "role": ["ผู้อำนวยการ"]}, "foot": ["โทร. 0 5622 2222"],
            "qr": press.qr(f"https://songtor.example/answer/{number}"),
            "words": {**words, "regards": "ขอแสดงความนับถือ", "qr": "สแกนเพื่ออ่านและตอบ", "signed": "ลงชื่อ"},
        }
    )  # fmt: skip


def main() -> None:
    gaps, going = [0.0], True

    def beat() -> None:
        while going:
            began = time.perf_counter()
            eventlet.sleep(BEAT)
            gaps.append(time.perf_counter() - began - BEAT)

    def one(number: int) -> float:
        began, at = time.perf_counter(), datetime(2026, 11, 30, tzinfo=UTC)
        eventlet.tpool.execute(lambda: legible(press._compiled("letter", data(number), at)))
        return time.perf_counter() - began

    one(0)  # reads the fonts
    heart = eventlet.spawn(beat)
    began = time.perf_counter()
    seconds = sorted(eventlet.GreenPool(SIDE_BY_SIDE).imap(one, range(1, COUNT + 1)))
    whole, going = time.perf_counter() - began, False
    heart.wait()
    figure = {
        "figure": "p: letters printed", "letters_per_second": round(COUNT / whole, 1),
        "median_ms": round(seconds[COUNT // 2] * 1000), "slowest_ms": round(seconds[-1] * 1000),
        "hub_waited_at_most_ms": round(max(gaps) * 1000, 1), "side_by_side": SIDE_BY_SIDE,
    }  # fmt: skip
    print(json.dumps(figure, ensure_ascii=False))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
