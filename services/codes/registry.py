"""The registry of partners as people keep it true, in codes: what may be changed of it, and what of it grows old, and
how fast. Data only."""

from collections.abc import Mapping

from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.codes.words import CodeList, Words

# What is done to a partner or a programme, at once or as a proposal to who keeps it. What is new stands at once, and
# whoever keeps it is to confirm it.
CHANGES = CodeList(
    "registry_change",
    {
        "register": Words("ขึ้นทะเบียนใหม่", "Register"),
        "offer": Words("เพิ่มบริการใหม่", "Add a programme"),
        "correct": Words("แก้ไขข้อมูล", "Correct"),
        "confirm": Words("ยืนยันว่ายังถูกต้อง", "Confirm that it is still so"),
        "capacity": Words("แจ้งจำนวนที่ว่าง", "State the places"),
        "retire": Words("เลิกใช้", "Retire"),
        "reopen": Words("เปิดใช้อีกครั้ง", "Take up again"),
        "link": Words("ออกลิงก์ประจำสำหรับแจ้งจำนวนที่ว่าง", "Make a standing link"),
        "unlink": Words("ยกเลิกลิงก์ประจำ", "Revoke the standing link"),
    },
)

PROPOSAL_STATUSES = CodeList(
    "proposal_status",
    {
        "open": Words("รอพิจารณา", "Waiting"),
        "accepted": Words("รับแล้ว", "Accepted"),
        "dismissed": Words("ไม่รับ", "Dismissed"),
    },
)

# What of a partner, and of a programme, can be corrected; `capacity` is stated, not corrected.
PARTNER_FIELDS = CodeList(
    "partner_field",
    {
        "name": Words("ชื่อ", "Name"),
        "kind": Words("ประเภท", "Kind"),
        "under_ministry": Words("สังกัดกระทรวง พม.", "Under the ministry"),
        "province": Words("จังหวัด", "Province"),
        "subdistrict": Words("ที่ตั้ง", "Place"),
        "contact": Words("ข้อมูลติดต่อ", "Contact"),
        "rules": Words("เงื่อนไขการรับของทั้งหน่วยงาน", "Whom the whole organisation takes"),
        "network_id": Words("เครือข่ายที่สังกัด", "The network it belongs to"),
        **{code: detail.label for code, detail in OF_PARTNER.items()},
    },
)
# At which level a rule stands: all of them must hold.
RULE_LEVELS = CodeList(
    "rule_level",
    {
        "network": Words("เงื่อนไขของเครือข่าย", "A rule of the network"),
        "organisation": Words("เงื่อนไขของหน่วยงาน", "A rule of the organisation"),
        "programme": Words("เงื่อนไขของบริการ", "A rule of the programme"),
    },
)
# What a partner's own account corrects and confirms of itself: what it knows best, not what was agreed with it.
OWN_FIELDS = ("contact", *(code for code in OF_PARTNER if code not in ("agreement", "standard")))
PROGRAMME_FIELDS = CodeList(
    "programme_field",
    {
        "name": Words("ชื่อบริการ", "Name of the programme"),
        "path": Words("แนวทาง", "Way forward"),
        "rules": Words("เงื่อนไขการรับ", "Whom it takes"),
        "capacity": Words("จำนวนที่", "Places"),
        **{code: detail.label for code, detail in OF_PROGRAMME.items()},
    },
)
# What somebody should look at of a row that is taken from a file.
FINDINGS = CodeList(
    "import_finding",
    {
        "no_contact": Words("ไม่มีข้อมูลติดต่อ", "There is no way to reach it"),
        "no_places": Words(
            "ไม่ได้แจ้งจำนวนที่ จึงยังไม่ทราบจำนวนที่ว่าง", "No places are stated: nobody knows how many are free"
        ),
        "agreement_over": Words("บันทึกข้อตกลงหมดอายุแล้ว", "The agreement has run out"),
        "more_free_than_places": Words(
            "จำนวนที่ว่างมากกว่าจำนวนที่ทั้งหมด", "More places are free than there are in all"
        ),
        "ages_upside_down": Words("อายุต่ำสุดมากกว่าอายุสูงสุด", "The youngest age is above the oldest"),
        "not_active": Words(
            "แหล่งข้อมูลระบุว่าบริการนี้ปิดอยู่ จึงไม่นำเข้าบริการ หากอยู่ในทะเบียนแล้ว โปรดสอบถามและเลิกใช้",
            "The file says that this service is closed, so it stays out; where the registry has it, ask and retire it",
        ),
    },
)
# What the headline of the reports counts by.
SUPERVISION = CodeList(
    "supervision",
    {
        "outside_ministry": Words("นอกสังกัดกระทรวง พม.", "Outside the ministry"),
        "under_ministry": Words("สังกัดกระทรวง พม.", "Under the ministry"),
    },
)
# Kinds of facts that grow old, each by itself.
FACT_KINDS = CodeList(
    "registry_fact",
    {
        "capacity": Words("จำนวนที่ว่าง", "Places free"),
        "contact": Words("ข้อมูลติดต่อ", "Contact"),
        "rules": Words("เงื่อนไขการรับ", "Whom it takes"),
        "details": Words("รายละเอียดอื่น", "Other details"),
        "agreement": Words("บันทึกข้อตกลงที่หมดอายุ", "Agreement that has run out"),
    },
)
# Of a word on free places, in days: fresh up to the first, stale after the second.
FRESH_DAYS, OLD_DAYS = 30, 90
# After so many days without somebody asking, a fact of that kind (FACT_KINDS) is stale; an agreement is on the
# day after it ends.
STALE_DAYS: Mapping[str, int] = {"capacity": OLD_DAYS, "contact": 365, "rules": 365, "details": 365}

STATEMENT_AGES = CodeList(
    "statement_age",
    {
        "fresh": Words(f"แจ้งไว้ไม่เกิน {FRESH_DAYS} วัน", f"Stated in the last {FRESH_DAYS} days"),
        "ageing": Words(
            f"แจ้งไว้ {FRESH_DAYS + 1}–{OLD_DAYS} วันก่อน", f"Stated {FRESH_DAYS + 1} to {OLD_DAYS} days ago"
        ),
        "stale": Words(f"แจ้งไว้เกิน {OLD_DAYS} วัน", f"Stated more than {OLD_DAYS} days ago"),
    },
)
