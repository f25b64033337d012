"""Thai text in lines: what must not be parted.

Browsers part Thai where their dictionary sees a word end, which is also inside longer words (ผู้|ดูแล|ระบบ) and
sometimes wrong (ห|นึ่ง). HTML is given marks that hold such words together; nothing of the text itself changes, so
that it is found and copied as it is. How the words were found: docs/decisions/0025-thai-words-in-one-line.md.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

# Words that a browser parts, and those that end like a prefix (BEFORE) without being one.
WORDS = frozenset(
    """
กดปุ่ม กรรมการ กรอก กระทำ กระบวนการ กลับ กลางคืน กลุ่มเป้าหมาย กว่า กำหนดเวลา ก่อนหน้า ขัดแย้ง
ขั้นตอน ขึ้นต้น ขึ้นทะเบียน ข้อบ่งชี้ ข้อผิดพลาด ข้อเท็จจริง ข้อเสนอ ข้าราชการ คณะทำงาน คดีอาญา
คนพิการ คนเข้าเมือง ความคืบหน้า ความถูกต้อง ความผิดปกติ คัดกรอง คัดลอก คัดเลือก คำตอบ คำนำหน้า
คำสั่ง คำเตือน คุณภาพชีวิต คุ้มครอง ค่าจ้าง ค่าใช้จ่าย ค้ามนุษย์ ฆ่าตัวตาย งานค้าง งานประจำวัน
จัดการ จัดอันดับ จับคู่ จ้างงาน จ้างเหมา ชานชาลา ชีวิตประจำวัน ชื่อเล่น ช่วงต่อ ช่วงเวลา ช่วยตัวเอง
ช่วยเหลือ ช่องทาง ดำรงชีวิต ดำเนินการ ด้านบน ด้านล่าง ตนเอง ตรงกัน ตรวจทาน ตรวจสอบ ตอบรับ ตอบสนอง
ตัดสินใจ ตัวชี้วัด ตัวตน ตัวอย่าง ตัวอักษร ตัวเลือก ตั้งครรภ์ ตามปกติ ตามลำพัง ติดตั้ง ติดตามผล
ต่อไป ต่างกัน ต่างประเทศ ต่างหาก ต่ำสุด ต้องการ ถัดไป ถึงกำหนด ถูกต้อง ทะเบียนบ้าน ทะเบียนราษฎร
ทักษะอาชีพ ทางการ ทางจิต ทางจิตใจ ทางเลือก ที่ตั้ง ที่ต้องการ ที่ทำงาน ที่ประชุม ที่ผ่านมา
ที่พักอาศัย ที่พึ่ง ที่พึ่งพา ที่ยอมรับ ที่ว่าง ที่สาธารณะ ที่อยู่ ที่อยู่อาศัย ที่อื่น ที่เกิด
ท้องถิ่น นักพัฒนาสังคม นักสังคมสงเคราะห์ นายจ้าง น้อยกว่า บรรลุเป้าหมาย บริการ บัตรประจำตัว บันทึก
บางส่วน บำบัดรักษา บ้านพัก ปฏิบัติการ ปฏิบัติงาน ประกอบอาชีพ ประการ ประกาศใช้ ประจำตัว ประมวลผล
ปราบปราม ปิดเรื่อง ผิดพลาด ผู้ดูแล ผู้ดูแลระบบ ผู้ตรวจสอบ ผู้บันทึก ผู้รับบริการ ผู้รับผิดชอบ
ผู้สูงอายุ ผู้อำนวยการ ผู้อื่น ผู้เชี่ยวชาญ ผู้เสียหาย ผู้แก้ไข ผู้ใช้ ผู้ให้บริการ ฝึกอาชีพ
พักอาศัย พิการ พึ่งพา พึ่งพิง พื้นที่ ภาพรวม มาถึง ยังคง ย้อนกลับ ย้อนหลัง รหัสผ่าน รหัสไปรษณีย์
ระยะทาง ระยะยาว ระยะสั้น ระยะเวลา ระหว่างทาง รับทราบ รับผิดชอบ รับสาย ราชการ ราชอาณาจักร รายการ
รายชื่อ รายละเอียด รายละเอียดอื่น รายเดือน รายได้ ริมถนน รูปแบบ ร่วมกัน ร้อยละ ลงมติ ลานวัด ลายมือชื่อ ลูกจ้าง
วันที่ วันสุดท้าย วันเกิด วันเดียวกัน ว่าด้วย สติปัญญา สถานที่ สถานสงเคราะห์ สถานีขนส่ง สถาบันศาสนา
สวัสดิการ สายด่วน สิ้นสุด สุขภาพจิต สูงอายุ ส่งต่อ ส่งมอบ ส่งเสริม ส่วนจังหวัด ส่วนท้องถิ่น
ส่วนบุคคล หนึ่ง หน่วยงาน หน้าจอ หมดอายุ หมดเวลา หมายถึง หรือไม่ หลักการ หลักฐาน หลักเกณฑ์ องค์การ
องค์ประชุม ออกเดินทาง ออกเสียง ออทิสติก อาการ อีกครั้ง อีกสักครู่ เกิดขึ้น เกินกำหนด เกี่ยวกับ
เกี่ยวข้อง เก็บรักษา เขตการปกครอง เข้าข่าย เข้าทำงาน เข้าพัก เข้าสู่ระบบ เข้าเกณฑ์ เครือข่าย
เจ็บป่วย เจ้าหน้าที่ เจ้าหน้าที่ศูนย์ เฉพาะเรื่อง เชื่อมต่อ เดินทาง เด็กเล็ก เบื้องหลัง เปรียบเทียบ
เปิดเรื่อง เป็นอันตราย เป้าหมาย เผยแพร่ เพิกถอน เพิ่มเติม เพียงพอ เริ่มต้น เริ่มใหม่ เรี่ยไร เรือนจำ
เร่งด่วน เลขที่ เลขประจำตัว เลขานุการ เลยกำหนด เล็กน้อย เสียชีวิต เหมาะสม เหมือนกัน เห็นชอบ
แจ้งตำรวจ แท็บ แบบฟอร์ม แพร่เชื้อ แสดงความสามารถ แสดงผล โครงการ โดยประมาณ โดยอัตโนมัติ โรคติดต่อ
ครึ่งหนึ่ง นานที่สุด ขึ้นไป โทรสอบถาม คิวอาร์โค้ด เข้าถึง แจ้งเมื่อ เครื่องนี้ ยืนยันล่าสุด
โรงพยาบาล ใช้งาน ใบรับรอง ใบรับรองแพทย์ ใบอนุญาต ให้คำปรึกษา ได้รับ ไม่เกิน ไม่ได้ระบุ ไร้ที่พึ่ง
""".split()
)
BEFORE = ("การ", "ความ", "ผู้")  # prefixes: never the last of a line
LETTERS = "ก-ฺเ-๎"
SYLLABLE = "[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]*"  # as much of what follows as cannot be parted
AREA = rf"[ตอจ]\.(?!ค\.)[{LETTERS}]+"  # ต.บางพระหลวง อ.เมืองนครสวรรค์, but not the month of ต.ค.
CLOSED = re.compile(  # a tag; and what takes none inside
    r"(<(title|option|textarea|select|style|script|svg)\b.*?</\2>|<[a-zA-Z/!][^>]*>)", re.DOTALL
)
LABEL = 100  # letters of a text that may be one of the labels of pages; what is longer somebody wrote
SHORT = 12  # letters of a word of a name that is held whole: less than half a line of a phone
KEPT = r'<span class="app-word">\g<0></span>'
NO_BREAK = "\u00a0"


def whole(html: str) -> str:
    """A page of which no line begins inside a word, with the sign of repetition, or with a point between parts."""
    parts = CLOSED.split(html)
    # Of three: text, the tag, its name if it was one that is closed.
    parts[::3] = [_text(text) for text in parts[::3]]
    parts[2::3] = [""] * len(parts[2::3])
    return "".join(parts)


def whole_words(text: str) -> str:
    """Each word between spaces kept in one line: a name, of which no list knows the words. `text` is HTML already."""
    return re.sub(r"[^ ]+", KEPT, text)


@lru_cache(maxsize=4096)  # the names of a registry, not of people
def whole_names(text: str) -> str:
    """The name of a place or programme: its short words, of which no list knows (ปันสุข), kept in one line each; longer
    ones may be parted where their words end. `text` is HTML already."""
    return re.sub(
        rf"[{LETTERS}.]{{4,}}", lambda word: word.expand(KEPT) if letters(word[0]) <= SHORT else word[0], text
    )


def letters(word: str) -> int:
    """How many letters stand beside each other."""
    return len(re.sub("[ัิ-ฺ็-๎]", "", word))


def _text(text: str) -> str:
    if text.isascii():
        return text  # a number, a code, or the blanks between two tags
    return _held(text) if len(text) <= LABEL else _words(text)


def _words(text: str) -> str:
    return _pattern().sub(KEPT, text.replace(" ๆ", f"{NO_BREAK}ๆ").replace(" · ", f"{NO_BREAK}· "))


_held = lru_cache(maxsize=4096)(_words)  # most of what pages say they say again


@cache
def _pattern() -> re.Pattern[str]:
    before = "|".join(BEFORE)
    words = _one_of(WORDS)
    return re.compile(rf"{AREA}|(?:{before})?{words}|(?:{before}){SYLLABLE}")


def _one_of(words: Iterable[str]) -> str:
    """An expression for the longest of the words, which looks at each letter once."""
    after: dict[str, list[str]] = {}
    for word in filter(None, words):
        after.setdefault(word[0], []).append(word[1:])
    tails = "|".join(letter + _one_of(rests) for letter, rests in sorted(after.items()))
    return f"(?:{tails})?" if "" in words else f"(?:{tails})" if tails else ""
