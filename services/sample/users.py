"""The sample users: who signs in, as what, for which centres, and for which partner."""

from typing import NamedTuple


class User(NamedTuple):
    """`role` of codes.ROLES; `centres` province codes, "*" for all; `person` (title, name, position): nobody real."""

    name: str
    role: str
    centres: tuple[str, ...]
    person: tuple[str, str, str] = ("", "", "")


# All with one family name, so that everybody sees that they are a sample.
USERS: tuple[User, ...] = (
    User("worker-60", "worker", ("60",), ("นางสาว", "พิมพ์ใจ ตัวอย่างดี", "นักสังคมสงเคราะห์ปฏิบัติการ")),
    User("director-60", "director", ("60",), ("นาง", "วิไลวรรณ ตัวอย่างดี", "ผู้อำนวยการศูนย์คุ้มครองคนไร้ที่พึ่ง")),
    # Decides with the director, or for them.
    User("deputy-60", "director", ("60",), ("นาย", "ธีรเดช ตัวอย่างดี", "รองผู้อำนวยการศูนย์คุ้มครองคนไร้ที่พึ่ง")),
    User("nurse-60", "worker", ("60",), ("นางสาว", "อรทัย ตัวอย่างดี", "พยาบาลวิชาชีพชำนาญการ")),
    User("member-60", "member", ("60",), ("นาง", "สุมาลี ตัวอย่างดี", "คณะทำงาน สำนักงานสาธารณสุขจังหวัด")),
    User("partner-60", "partner", (), ("นาย", "มานพ ตัวอย่างดี", "ผู้ประสานงาน")),
    User("worker-61", "worker", ("61",), ("นาย", "อนุชา ตัวอย่างดี", "นักพัฒนาสังคมปฏิบัติการ")),
    User("director-61", "director", ("61",), ("นาง", "กัลยา ตัวอย่างดี", "ผู้อำนวยการศูนย์คุ้มครองคนไร้ที่พึ่ง")),
    User("worker-62", "worker", ("62",), ("นางสาว", "ดวงพร ตัวอย่างดี", "นักสังคมสงเคราะห์ปฏิบัติการ")),
    User("director-62", "director", ("62",), ("นาย", "สมบูรณ์ ตัวอย่างดี", "ผู้อำนวยการศูนย์คุ้มครองคนไร้ที่พึ่ง")),
    User("ministry", "ministry", ("*",), ("นางสาว", "ชุติมา ตัวอย่างดี", "นักวิเคราะห์นโยบายและแผนชำนาญการ")),
    User("rules", "rule_keeper", ("*",), ("นาย", "ปรีชา ตัวอย่างดี", "นิติกรชำนาญการ")),
    User("admin", "admin", (), ("นาย", "เอกชัย ตัวอย่างดี", "นักวิชาการคอมพิวเตอร์")),
)

NURSE = "nurse-60"  # fills screenings of her centre with the social worker
PARTNERS_PROVINCE = "60"  # of the partner that the partner's user belongs to

DONE = "director-62"  # users are made last: where this account is, the sample network is whole
