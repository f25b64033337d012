"""รายงานการประชุม: the minutes of a meeting of a centre's working group.

In the form of the Prime Minister's Office Regulation on Clerical Work B.E. 2526, s. 25: which meeting, when and where,
who came and who did not, what was decided, who wrote it down. A paper of the centre's own: it has of the person what
its reader reads of the case.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.codes import PATHS, SEXES
from services.codes.access import CASE_READERS
from services.codes.decisions import LIFE_AREAS, MEMBER_ROLES, VOTES, lacks_reason
from services.codes.overrides import NOT_TOLD, OVERRIDDEN_FOR
from services.codes.reviews import FINDINGS
from services.intake.answers import Case
from services.intake.doors import CASE
from services.kernel.envelope import moment
from services.kernel.errors import Forbidden, NotFound
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.partners.doors import NAMES
from services.screening.answers import AgendaItem, Goal, Meeting, Member, Minutes, Plan, Ratification
from services.screening.doors import MEETING, PLANS
from services.thai import dates
from services.web.documents.office import NO_BREAK, Desk, long_day, office
from services.web.documents.papers import Paper, Printed
from services.web.documents.press import Data
from services.web.documents.referral import called

NOTHING = "–"
UNEXPLAINED = "ไม่ได้ให้เหตุผล"
ROOM = "........................"  # to write in
CLOSED_PATH = "มตินี้เป็นแนวทางที่ผลการคัดกรองไม่เปิดให้ ที่ประชุมมีมติโดยมีเหตุผลว่า"
WRITTEN_AGAIN = "ข้อความบางส่วนถูกตัดออกเพื่อไม่ให้ระบุถึงตัวผู้รับบริการ ซึ่งได้ลบข้อมูลแล้ว"
UNRATIFIED = "ไม่รับรองมติระหว่างการประชุม ต้องมีมติใหม่ สิ่งที่ดำเนินการไปแล้วไม่ถูกยกเลิกโดยอัตโนมัติ"
REPLACED = "หมายเหตุ มตินี้ถูกแทนที่ด้วยมติเมื่อวันที่"
LOOKED_BACK = "ที่ประชุมทบทวนผลลัพธ์แล้ว โดยไม่เปลี่ยนแปลงแผนการช่วยเหลือ"
ERASED = "เหตุผล เป้าหมาย และการลงมติรายบุคคลถูกลบพร้อมกับข้อมูลของผู้รับบริการแล้ว"


class Tabled(NamedTuple):
    """A case before the meeting, None if it is no longer this centre's, and what this meeting decided about it,
    whatever was decided later."""

    item: AgendaItem
    case: Case | None
    decided: Plan | None

    @property
    def ratification(self) -> Ratification | None:
        """What the meeting said of a decision made between meetings, if that is what it decided."""
        looked_at = self.item["ratifies"] is not None and self.item["ratifies"] == self.item["plan_id"]
        return self.decided["ratification"] if self.decided and looked_at else None

    @property
    def voters(self) -> Sequence[Member] | None:
        """Everybody's vote in the meeting; None: nothing is decided, or the words are gone."""
        if ratification := self.ratification:
            told = ratification.get("minutes")
            return told["members"] if told else None
        return self.written["members"] if self.written else None

    @property
    def written(self) -> Minutes | None:
        return self.decided.get("minutes") if self.decided else None


def minutes(desk: Desk, meeting_id: str) -> Printed:
    meeting = desk.ask(MEETING.of(meeting_id=meeting_id))
    here = office(desk, meeting["centre"])
    tabled = [_tabled(desk, item) for item in meeting["agenda"]]
    places = _places(desk, tabled)
    came = _came(meeting, tabled)
    seats = [
        (each["member"] in came, [each["name"], MEMBER_ROLES.word(each["role"], "th")])
        for each in meeting["members"]
    ]
    settled = bool(tabled) and all(each.written for each in tabled)
    data: Data = {
        "heading": ["รายงานการประชุมคณะทำงาน", here.name, f"ครั้งที่ {ROOM}"],
        "draft": "ร่าง (ยังไม่ปิดประชุม)" if meeting["status"] == "open" else "",
        "when": f"เมื่อวันที่ {long_day(meeting['at'])} เวลา {_clock(meeting['at'])}",
        "where": f"ณ {meeting['place'] or ROOM}",
        "came": [seat for there, seat in seats if there],
        "absent": [seat for there, seat in seats if not there],
        # Who votes on nothing was not there, as far as every vote is known.
        "absent_title": "ผู้ไม่มาประชุม" if settled else "ผู้ได้รับเชิญที่ยังไม่ปรากฏการลงมติ",
        "began": f"เริ่มประชุมเวลา {_clock(meeting['at'])}",
        "cases": [_case(number, each, meeting, places) for number, each in enumerate(tabled, 1)],
        "ended": f"เลิกประชุมเวลา {_end(meeting)}",
        "signers": [
            {"name": _of_role(meeting, "secretary"), "role": "ผู้จดรายงานการประชุม"},
            {"name": _of_role(meeting, "chair"), "role": "ประธาน ผู้ตรวจรายงานการประชุม"},
        ],
    }
    day = dates.bangkok_day(moment(meeting["at"]))
    return Printed("minutes", here.finished("รายงานการประชุม", data), f"songtor-minutes-{here.code}-{day}")


PAPERS = (Paper("minutes", "/meetings/<uuid:meeting_id>/minutes.pdf", minutes, CASE_READERS),)


def _tabled(desk: Desk, item: AgendaItem) -> Tabled:
    about = {"case_id": item["case_id"]}
    try:
        case, agreed = desk.ask(CASE.of(**about)), desk.ask(PLANS.of(**about))["items"]
    except NotFound:
        return Tabled(item, None, None)
    if "person" not in case:
        raise Forbidden
    plan = next((each for each in agreed if each["plan_id"] == item["plan_id"]), None)
    return Tabled(item, case, plan)


def _places(desk: Desk, tabled: Sequence[Tabled]) -> dict[str, str]:
    """{programme: what it is called}, of those proposed and decided."""
    ids = {id for each in tabled for id in each.item["programme_ids"]}
    ids |= {id for each in tabled if each.decided for id in each.decided["programme_ids"]}
    known = sorted(ids)
    named: dict[str, str] = {}
    for start in range(0, len(known), LIMIT_MOST):
        found = desk.ask(NAMES.of(programme_ids=known[start : start + LIMIT_MOST]))["items"]
        named |= {each["programme_id"]: f"{each['programme']} ({each['partner']})" for each in found}
    return named


def _came(meeting: Meeting, tabled: Sequence[Tabled]) -> set[str]:
    """The numbers of those who voted on a case, or said why they do not."""
    numbers = {each["name"]: each["member"] for each in meeting["members"]}
    came = {vote["member"] for each in tabled for vote in each.item["votes"]}
    came |= {member for each in tabled for member in each.item["conflicts"]}
    voted = {member["name"] for each in tabled for member in each.voters or ()}
    return came | {numbers[name] for name in voted if name in numbers}


def _case(number: int, tabled: Tabled, meeting: Meeting, places: Mapping[str, str]) -> Data:
    item, case, plan, written = tabled.item, tabled.case, tabled.decided, tabled.written
    names = {each["member"]: each["name"] for each in meeting["members"]}
    out = [names[member] for member in item["conflicts"]]
    return {
        "title": f"เรื่องที่ {number} เรื่องเลขที่ {case['case_number'] if case else NOTHING}",
        "about": [
            ["ผู้รับบริการ", _person(case)],
            ["ข้อเสนอต่อที่ประชุม", _option(item["path"], item["programme_ids"], places)],
            *_urgent(tabled),
            *_out_of_order(item),
            ["ผู้มีส่วนได้เสีย (ไม่ลงมติ)", ", ".join(out) or "ไม่มี"],
        ],
        "votes": _votes(tabled, names),
        "decision": _decision(tabled),
        "result": [
            ["แนวทางการช่วยเหลือ", PATHS.word(plan["path"], "th")],
            *([["ส่งต่อไปยัง ตามลำดับ", _in_order(plan["programme_ids"], places)]] if plan["programme_ids"] else []),
            *([["เหตุผล", written["why"]]] if written else []),
        ] if plan else [],
        "goals": [_goal(goal) for goal in written["goals"]] if written else [],
        "override": _override(written),
        "note": ERASED if plan and not written else WRITTEN_AGAIN if written and "redacted" in written else "",
        "replaced": _replaced(plan),
        "review": _review(item),
    }  # fmt: skip


def _review(item: AgendaItem) -> list[Json]:
    """What the meeting found when it looked back; the words are gone with the person's data."""
    review = item["review"]
    if review is None:
        return []
    found = "\n".join(FINDINGS.word(code, "th") for code in review["findings"])
    rows: list[Json] = [["ผลการทบทวน", found]]
    rows += [["ข้อพิจารณา", review["found"]]] if review["found"] else []
    return rows + ([["สิ่งที่จะปรับปรุง", review["lesson"]]] if review["lesson"] else [])


def _out_of_order(item: AgendaItem) -> list[Json]:
    """That it was taken before others who stood before it, and why."""
    told = item["out_of_order"]
    if told is None:
        return []
    why = OVERRIDDEN_FOR.word(told["reason"] or NOT_TOLD, "th")
    note = f" {told['note']}" if told["note"] else ""
    return [["ลำดับการพิจารณา", f"นำเข้าก่อน {told['before']} เรื่องที่อยู่ก่อนตามลำดับความจำเป็น เหตุผล: {why}{note}"]]


def _urgent(tabled: Tabled) -> list[Json]:
    """What lies there to be ratified: when it was decided, by whom and why at once."""
    plan = tabled.decided if tabled.item["ratifies"] else None
    if plan is None or not plan["between_meetings"]:
        return []
    written = plan.get("minutes")
    rows: list[Json] = [["มติระหว่างการประชุม", f"เมื่อวันที่ {long_day(plan['agreed_at'])}"]]
    if written:
        rows.append(["ผู้มีมติ", ", ".join(each["name"] for each in written["members"])])
        rows.append(["เหตุเร่งด่วน", written.get("urgency") or NOTHING])
    return rows


def _person(case: Case | None) -> str:
    """As the reader knows them: who may not read the name reads the description."""
    if case is None:
        return "เรื่องนี้ไม่อยู่ในความดูแลของศูนย์แล้ว"
    person = case["person"]
    age = f"อายุ {person['age_band']} ปี" if person.get("age_band") else ""
    parts = (called(case), SEXES.word(person["sex"], "th") if person.get("sex") else "", age)
    return " ".join(filter(None, parts)) or NOTHING


def _option(path: str | None, programme_ids: Sequence[str], places: Mapping[str, str]) -> str:
    if path is None:
        return "ไม่มีข้อเสนอก่อนลงมติ"
    said = PATHS.word(path, "th")
    return f"{said}\n{_in_order(programme_ids, places)}" if programme_ids else said


def _in_order(programme_ids: Sequence[str], places: Mapping[str, str]) -> str:
    """The best first, one a line."""
    named = [places.get(id, "สถานที่ซึ่งไม่มีในทะเบียนแล้ว") for id in programme_ids]
    return "\n".join(f"{number}. {name}" for number, name in enumerate(named, 1)) if named[1:] else named[0]


def _votes(tabled: Tabled, names: Mapping[str, str]) -> list[Json]:
    """[name, vote, reason and by whom it was written]: of the decision, or the own votes so far."""
    if tabled.voters is not None:
        cut = bool(tabled.written and "redacted" in tabled.written)  # what is gone may have been given
        return [
            [
                each["name"], VOTES.word(each["vote"], "th"), _reason(each["vote"], each["reason"], cut),
                _how(each.get("own")),
            ]
            for each in tabled.voters
        ]  # fmt: skip
    return [
        [
            names[each["member"]], VOTES.word(each["vote"], "th"), _reason(each["vote"], each["reason"]),
            _how(True),
        ]
        for each in tabled.item["votes"]
    ]  # fmt: skip


def _reason(vote: str, reason: str | None, cut: bool = False) -> str:
    return reason or (UNEXPLAINED if lacks_reason(vote, reason) and not cut else NOTHING)


def _how(own: bool | None) -> str:
    return "ลงมติด้วยบัญชีของตนเอง" if own else "เลขานุการบันทึก"


def _decision(tabled: Tabled) -> str:
    item, plan = tabled.item, tabled.decided
    if item["plan_id"] is None:
        return LOOKED_BACK if item["review"] else "ที่ประชุมยังไม่มีมติในเรื่องนี้"
    if plan is None:
        return "ที่ประชุมมีมติแล้ว แต่เรื่องนี้ไม่อยู่ในความดูแลของศูนย์แล้ว จึงไม่แสดงมติ"
    if ratification := tabled.ratification:
        votes = ratification["votes"]
        said = "รับรองมติระหว่างการประชุม" if ratification["ratified"] else UNRATIFIED
        return (
            f"ที่ประชุม{said} ด้วยคะแนน เห็นชอบ {_voices(votes['agree'])} "
            f"ไม่เห็นชอบ {_voices(votes['dissent'])} งดออกเสียง {_voices(votes['abstain'])}"
        )
    votes, quorum = plan["votes"], plan["quorum"]
    chair = " และมีประธานร่วมลงมติ" if quorum["chair"] else ""
    return (
        f"ที่ประชุมมีมติด้วยคะแนน เห็นชอบ {_voices(votes['agree'])} ไม่เห็นชอบ {_voices(votes['dissent'])} "
        f"งดออกเสียง {_voices(votes['abstain'])} ครบองค์ประชุม (มีผู้ลงมติ {quorum['votes']} คนขึ้นไป{chair})"
    )


def _replaced(plan: Plan | None) -> str:
    """That a later decision took the place of this one, which stands as it was made."""
    by = plan["replaced_by"] if plan else None
    return f"{REPLACED} {long_day(by['agreed_at'])}" if by else ""


def _voices(number: int) -> str:
    return f"{number}{NO_BREAK}เสียง"


def _goal(goal: str | Goal) -> str:
    if isinstance(goal, str):
        return goal
    more = (
        f"ด้าน{LIFE_AREAS.word(goal['area'], 'th')}" if goal["area"] else "",
        f"ผู้รับผิดชอบ {goal['owner']}" if goal["owner"] else "",
        f"ภายในวันที่ {long_day(date.fromisoformat(goal['due']))}" if goal["due"] else "",
    )
    said = " ".join(filter(None, more))
    return f"{goal['text']} ({said})" if said else goal["text"]


def _override(written: Minutes | None) -> str:
    override = written.get("override") if written else None
    return f"{CLOSED_PATH} {override['reason']} (ประธาน: {override['chair']})" if override else ""


def _clock(at: str) -> str:
    return f"{moment(at).astimezone(dates.BANGKOK):%H.%M}{NO_BREAK}น."


def _end(meeting: Meeting) -> str:
    """When it was closed, if that was on its day: minutes may be closed when they are written."""
    at = meeting["closed_at"]
    same = at and dates.bangkok_day(moment(at)) == dates.bangkok_day(moment(meeting["at"]))
    return _clock(at) if at and same else f"{ROOM} น."


def _of_role(meeting: Meeting, role: str) -> str:
    """'' if nobody, or more than one, is called as that: there is room to write the name."""
    named = [each["name"] for each in meeting["members"] if each["role"] == role]
    return named[0] if len(named) == 1 else ""
