"""What a partner's own system may do with its key. Data only; which calls each scope opens stands beside the calls
(services/web/api/scopes.py)."""

from services.codes.words import CodeList, Words

READ_REFERRALS, ANSWER_REFERRALS = "referrals.read", "referrals.answer"
STATE_CAPACITY, READ_REGISTRY = "capacity.state", "registry.read"
FOLLOW_EVENTS = "events.follow"

SCOPES = CodeList(
    "scope",
    {
        READ_REFERRALS: Words("อ่านรายการที่ส่งต่อมาถึงหน่วยงาน", "Read the referrals sent to the partner"),
        ANSWER_REFERRALS: Words("ตอบรับ ปฏิเสธ หรือบันทึกความคืบหน้าของรายการเหล่านั้น", "Answer those referrals"),
        STATE_CAPACITY: Words("แจ้งจำนวนที่ว่างของหน่วยงาน", "State the partner’s free places"),
        FOLLOW_EVENTS: Words(
            "อ่านเหตุการณ์ของรายการเหล่านั้น และจัดการเว็บฮุกของหน่วยงาน",
            "Follow the events of those referrals, by webhooks too",
        ),
        READ_REGISTRY: Words("อ่านทะเบียนภาคีเครือข่าย", "Read the registry of partners"),
    },
)
LIFETIMES = (30, 90, 180, 365)  # days for which a key is given
