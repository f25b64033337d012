"""One case from the day the person comes: opened, screened, planned by the working group, referred, placed and
followed.

Long because it is one story, told in the order in which it happens.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import TypeVar

from services.codes import AWAITING_ANSWER, EMPLOYER_PATHS, FAMILY_PATH, PLACES_MOST, stays
from services.codes.following import NOT_REACHED
from services.intake.doors import CLOSE_CASE, OPEN_CASE, REOPEN_CASE
from services.kernel.questions import Body, CommandDoor, Json
from services.partners.answers import Candidate
from services.partners.doors import FREE_PLACES, MATCHES
from services.referral.answers import NewReferral
from services.referral.doors import ASK_FOR_BED, REFERRAL, SEND, STEP
from services.sample import journey
from services.sample.fates import Fate
from services.sample.following import FOLLOW_UPS, FOUND, days_late, how_they_are, tries
from services.sample.office import Office
from services.sample.people import CENTRES, Person, full_name, invent
from services.sample.users import NURSE
from services.screening.doors import AGREE_PLAN, COMPLETE, DECIDE, NOTE_ANSWERS, TABLE
from services.thai import idcard
from services.thai.dates import BANGKOK

A = TypeVar("A")
Work = Iterator[datetime]

# Days a recent case needs to get where it stands today, one step a day.
LEAD_DAYS = {
    "open": 0, "screened": 1, "planned": 2, "sent": 3, "acknowledged": 4, "waitlisted": 4, "accepted": 5,
    "travelling": 6, "declined": 6, "in_review": 7,
    "admitted": 7, "placed": 8, "reopened": 4,
}  # fmt: skip
ATTEMPTS = 6
HEALTH = ("care_level", "communicable_disease")  # what a nurse finds out
# Why somebody is sent to a place, or decided, while others stand before them; now and then nobody says.
PASSED_OVER = ("others_not_ready", "others_wish_otherwise", "worse_since", None)
OUT_OF_ORDER = ("place_would_be_lost", "others_not_ready", "others_not_ready", "there_that_day", None)
CAME = 0.2  # of those who come within a month of an activity
AT_ONCE = 30  # matches of a page
WHOSE = {
    "no_place": "partner", "out_of_area": "partner", "not_eligible": "partner", "missing_documents": "centre",
    "health_beyond_care": "partner", "behaviour_safety": "partner", "person_refused": "person", "person_left": "person",
    "cost": "partner", "no_answer": "partner", "wrong_information": "centre", "other": "partner",
}  # fmt: skip
CHANNELS = ("phone", "phone", "line", "letter", "visit", "email")
WORK_KINDS = {"employer_33": "section_33", "employer_35": "section_35", "employer_general": "general"}
WAGES = {
    "section_33": (9500, 14000),
    "section_35": (9000, 12500),
    "general": (8500, 12000),
    "own": (3000, 7500),
}
WORKING = frozenset({*EMPLOYER_PATHS, "vocational_training", "independent"})  # paths of who earns something
PROTECTING = frozenset({"child_agency", "trafficking_referral", "psychiatric_hospital"})
# What goes with some paths only; of another something that goes with all is said instead.
ONLY = {
    "มีกฎหมายเฉพาะคุ้มครอง และหน่วยงานพร้อมรับ": PROTECTING,
    "ทำงานได้และต้องการมีรายได้ของตนเอง": WORKING,
    "มีรายได้ประจำ": WORKING,
    "ออมเงินเดือนละ 500 บาท": WORKING,
    "ได้รับเบี้ยยังชีพ": frozenset({"local_home", "foundation", "religious", "ministry_shelter", FAMILY_PATH}),
    "เริ่มทำงานแล้ว หัวหน้างานชม": WORKING,
}
OF_ALL = {
    "why": "หน่วยงานพร้อมรับ และดูแลได้ตรงตามความจำเป็น",
    "goal": "มีที่อยู่ที่มั่นคงภายใน 30 วัน",
    "remark": "กินอยู่เรียบร้อย มีเพื่อนร่วมบ้าน",
}
WHY = (
    "ตรงกับความประสงค์ของผู้รับบริการและอยู่ใกล้ภูมิลำเนา", "มีกฎหมายเฉพาะคุ้มครอง และหน่วยงานพร้อมรับ",
    "ทำงานได้และต้องการมีรายได้ของตนเอง",
    "ต้องการการดูแลต่อเนื่องที่บ้านเดิมให้ไม่ได้", "อยู่ใกล้ญาติที่ยังติดต่อกัน", "เป็นทางเลือกที่เป็นอิสระที่สุดเท่าที่ปลอดภัย",
)  # fmt: skip
GOALS = {  # each with the area of life that it is about
    "มีที่อยู่ที่มั่นคงภายใน 30 วัน": "housing", "ได้บัตรประจำตัวประชาชนใหม่": "rights", "ได้รับเบี้ยยังชีพ": "rights",
    "มีรายได้ประจำ": "income", "ติดต่อญาติเดือนละครั้ง": "housing", "รับยาต่อเนื่องไม่ขาด": "health", "ทำบัตรคนพิการ": "rights",
    "ออมเงินเดือนละ 500 บาท": "income",
}  # fmt: skip
DISSENT = (
    "ควรรอผลตรวจสุขภาพก่อน", "เห็นว่าควรอยู่ใกล้ญาติมากกว่า", "เกรงว่าการเดินทางไกลเกินไป", "ผู้รับบริการยังลังเล ควรคุยอีกครั้ง",
)  # fmt: skip
BETWEEN_MEETINGS = 0.3  # of what is decided in the last weeks while nobody meets
URGENT = ("คืนนี้ไม่มีที่พัก", "หน่วยงานรับได้ถึงวันพรุ่งนี้เท่านั้น", "อาการป่วยรอประชุมไม่ได้")
RELATIVES = ("พี่สาว", "น้องชาย", "บุตร", "หลาน", "น้า")
RISKS = (
    "เยี่ยมบ้านแล้วไม่พบความเสี่ยง", "บ้านอยู่ห่างสถานพยาบาล อสม. รับไปเยี่ยมเดือนละครั้ง", "รายได้ครอบครัวไม่แน่นอน ประสาน อบต. แล้ว",
)  # fmt: skip
FOLLOWED = (
    "กินอยู่เรียบร้อย มีเพื่อนร่วมบ้าน",
    "สุขภาพดีขึ้น",
    "เริ่มทำงานแล้ว หัวหน้างานชม",
    "ขอย้ายห้อง ที่พักกำลังจัดให้",
    "ไปเยี่ยมญาติมาแล้ว",
)
CLOSED = {"stable": "goal_reached", "moved": "moved", "died": "died", "left": "left", "lost": "lost_contact"}
NEVER = datetime.max.replace(tzinfo=UTC)


class Life:
    """The `number`th case; `run` does one thing at a time and says when it goes on."""

    def __init__(self, office: Office, number: int, fate: Fate) -> None:
        self.office, self.number, self.fate = office, number, fate
        self.chance: Random = office.chance("case", number)
        self.centre = CENTRES[fate.centre]
        self.worker, self.director = f"worker-{self.centre}", f"director-{self.centre}"
        self.case_id = ""
        self.last = office.start  # when something was last recorded of this case
        self.tried: set[str] = set()
        self.path, self.named = "", list[str]()  # of the plan: which, and where to, best first
        self.paths: list[str] = []
        self.wants: list[str] = []
        self.who: Json = None  # as they are described when the case is opened
        self.urgent = self.wants_shelter = self.stands = False
        self.courses = list(fate.course)

    # -- the story -------------------------------------------------------------------------------------------------

    def run(self) -> Work:
        person = self._open()
        self._sleep_tonight()
        if self.fate.now_at == "open":
            self._see_nurse(person)  # the screening is not complete yet
        yield from self._stands_at("open")
        if self.fate.course == ("gone",):
            yield self._later(1, 8)
            self._close("left_before_screening")
            return
        self.urgent = person.danger != "none"
        yield self._later(1, 6)
        self._screen(person)
        yield from self._stands_at("screened")
        if self.fate.now_at == "reopened":
            yield from self._come_back(person, 1, 1)
            yield NEVER
        if self.fate.course == ("advice",) or self.paths == ["advice_only"]:
            yield self._later(1, 5)
            self._close("advice_given")
            return
        returns = self.fate.course == ("return",)
        yield from self._placed("returned" if returns else self.fate.ending)
        if returns:
            yield from self._come_back(person, 20, 120)
            yield from self._placed("")

    def _placed(self, ending: str) -> Work:
        """Referrals until one holds, its follow-ups, and its end."""
        referral = yield from self._find_place()
        if not referral:
            yield self._later(10, 40)
            self._close("no_answer_found")
            return
        yield from self._stands_at("placed")
        yield from self._follow(referral, ending)
        closing = CLOSED.get(ending or "stable")
        if closing and (closing == "died" or self.chance.random() < 0.97):  # now and then it is forgotten
            yield self._later(1, 9)
            self._close(closing)
            if closing != "died" and _is_sure(self.who):
                self.office.moved_on.append((self.centre, self.who))
        elif ending in ("returned", "other") and self.fate.course != ("return",):
            yield self._later(1, 6)
            yield from self._placed("")

    def _come_back(self, person: Person, least: int, most: int) -> Work:
        yield self._later(1, 5)
        self._close("left")
        yield self._later(least, most)
        self._say(REOPEN_CASE, {"case_id": self.case_id, "reason": "came_back"}, self.worker)
        yield self._later(1, 4)
        self.tried.clear()
        self._screen(person)

    def _stands_at(self, status: str) -> Work:
        """A recent case stops here if this is where it stands today."""
        if self.fate.now_at == status:
            self.stands = True
            yield NEVER

    # -- intake and screening --------------------------------------------------------------------------------------

    def _open(self) -> Person:
        at = None
        if (
            not self.fate.now_at and self.chance.random() < 0.25
        ):  # found at night or on the road, written down later
            at = self.office.moment - timedelta(minutes=self.chance.randint(60, 60 * 50))
        day = (at or self.office.moment).astimezone(BANGKOK).date()
        person = invent(self.chance, self.number + 1, self.fate.kind, self.centre, day)
        origin = self.office.came_from(self.centre, self.office.chance("came", self.number), CAME)
        body: Body = {"centre": self.centre, "outreach_id": origin, **person.opening}
        self.who = body["person"]
        if self.fate.now_at == "open" and (known := self.office.who_came_on(self.centre)):
            body = {**body, "person": known}
        self.case_id = self._say(OPEN_CASE, body, self.worker, at)["case_id"]
        return person

    def _sleep_tonight(self) -> None:
        """Now and then somebody has nowhere to sleep until there is a plan."""
        chance = self.office.chance("bed", self.number)
        if chance.random() > 0.15:
            return
        beds = self.office.ask(FREE_PLACES.of(path=stays.PATH, province=self.centre, limit=1))["items"]
        if beds:
            nights = chance.randint(1, 7)
            asked: Body = {"case_id": self.case_id, "programme_id": beds[0]["programme_id"], "days": nights}
            self._say(ASK_FOR_BED, asked, self.worker)

    def _see_nurse(self, person: Person) -> Body:
        """Where a centre has a nurse, she notes at times how somebody is; returns the answers that are hers."""
        health = {name: person.facts[name] for name in HEALTH if name in person.facts}
        mine = NURSE.endswith(self.centre) and self.office.chance("nurse", self.number).random() < 0.3
        if not health or not mine:
            return {}
        noted: Body = {"case_id": self.case_id, "facts": health}
        self.office.do_apart(NOTE_ANSWERS, noted, NURSE, f"nurse/{self.case_id}/{self.office.moment}")
        return health

    def _screen(self, person: Person) -> None:
        hers = self._see_nurse(person)
        facts = {name: value for name, value in person.facts.items() if name not in hers}
        body: Body = {"case_id": self.case_id, "facts": facts}
        self.paths = self._say(COMPLETE, body, self.worker, self._earlier())["paths"]
        self.wants = person.wants
        # What the staff know best at first, and ever less: the shelters of the ministry.
        habit = 0.6 - 0.5 * self.office.progress
        self.wants_shelter = not self.fate.now_at and self.chance.random() < habit

    def _close(self, reason: str) -> None:
        self._say(CLOSE_CASE, {"case_id": self.case_id, "reason": reason}, self.director)

    # -- plan and referral -----------------------------------------------------------------------------------------

    def _find_place(self) -> Generator[datetime, None, str]:
        """Attempts until one referral is placed. Returns its id, or "" when there is none."""
        for _ in range(ATTEMPTS):
            course = self.courses.pop(0) if self.courses else ""
            if self._may_go_home(course):
                referral_id = yield from self._return_home(course)
                if referral_id:
                    return referral_id
                continue
            chosen = self._choose(course)
            if chosen is None:
                if not self.path:
                    yield self._later(1, 6)
                    self._agree(next(iter(self.paths), "advice_only"), [])
                yield self._later(15, 40)
                continue
            if not self._covers(chosen):
                yield self._later(1, 7)
                self._agree(chosen["path"], self._in_order(chosen) if self.chance.random() < 0.6 else [])
                yield from self._stands_at("planned")
            yield self._later(0, 3)
            if not course and not self.fate.now_at:
                course = self.office.course_at(chosen["programme_id"])
            referral = self._send(chosen["programme_id"], waitlist=course == "waitlist")
            yield from self._stands_at("sent")
            self.urgent = False
            if (yield from self._answered(referral, course)):
                return referral["referral_id"]
        return ""

    def _may_go_home(self, course: str) -> bool:
        """Once, if the person wishes for the family and relatives would take them."""
        apart = course in ("waitlist", "full") or self.fate.now_at in (
            "acknowledged",
            "waitlisted",
            "declined",
            "in_review",
        )
        home = FAMILY_PATH in self.wants and FAMILY_PATH in self.paths and FAMILY_PATH not in self.tried
        return home and not apart and self.chance.random() < 0.75

    def _return_home(self, course: str) -> Generator[datetime, None, str]:
        """To relatives who have agreed already, or are asked still. The referral's id, "" if it came to nothing."""
        self.tried.add(FAMILY_PATH)
        if self.path != FAMILY_PATH or self.named:
            yield self._later(1, 7)
            self._agree(FAMILY_PATH, [])
            yield from self._stands_at("planned")
        yield self._later(0, 3)
        asked = self.fate.now_at == "sent" or course in ("silence", "decline") or self.chance.random() < 0.4
        relative = f"{self.chance.choice(RELATIVES)} {self._somebody()}"
        family: dict[str, Json] = {
            "relative": relative,
            "agreed": None if asked else True,
            "visited": None if asked else self.chance.random() < 0.8,
            "risk": None if asked else self.chance.choice(RISKS),
        }
        consent: Body = {"status": "given"}
        sent = self._say(SEND, {"case_id": self.case_id, "family": family, "consent": consent}, self.worker)
        referral_id = sent["referral_id"]
        yield from self._stands_at("sent")
        self.urgent = False
        if sent["status"] == "sent":
            yield self._later(16, 22) if course == "silence" else self._later(1, 4)
            if self._status(referral_id) not in AWAITING_ANSWER:
                return ""
            if course == "decline":
                self._step(
                    referral_id, "decline", reason="other", whose="person", note="ญาติดูแลไม่ไหว ขอให้ศูนย์ช่วยต่อ"
                )
                return ""
            self._step(referral_id, "accept", said_by=relative, by_channel="phone")
        if course == "withdraw":
            self._step(referral_id, "withdraw", reason="person_refused", whose="person")
            return ""
        if course == "error":
            self._step(referral_id, "entered-in-error", note="บันทึกผิดราย")
            return ""
        stays = yield from self._taken_in(referral_id, self.office.next_failure() if course == "fail" else "")
        return referral_id if stays else ""

    def _choose(self, course: str) -> Candidate | None:
        """The next place of the plan, else one of the best matches that were not tried yet; by habit a shelter, where
        the course needs it one that is full."""
        shelters: list[Candidate] = []
        others: list[Candidate] = []
        for each in self._fit():
            if each["places_free"] and not course and each["programme_id"] in self.named:
                return each
            is_shelter = each["kind"] == "ministry_shelter"
            if course in ("waitlist", "full") and is_shelter and not each["places_free"]:
                return each
            if each["places_free"]:
                (shelters if is_shelter else others).append(each)
            enough = shelters if self.wants_shelter else others
            if len(enough) == 3 and course not in ("waitlist", "full"):
                break
        best = (shelters if self.wants_shelter and shelters else others or shelters)[:3]
        return self.chance.choices(best, weights=(6, 3, 1)[: len(best)])[0] if best else None

    def _fit(self) -> Iterator[Candidate]:
        """Matches that are not ruled out, best first: in danger those of the first path, else now and then those the
        person wishes for first."""
        cursor: str | None = None
        first = self.paths[:1] if self.urgent else self.wants if self.chance.random() < 0.6 else []
        left = []
        while True:
            page = self.office.ask(MATCHES.of(case_id=self.case_id, limit=AT_ONCE, cursor=cursor))
            for each in page["candidates"]:
                if each["verdict"] == "ineligible":
                    break
                if each["programme_id"] in self.tried or each["path"] not in self.paths:
                    continue
                if first and each["path"] not in first:
                    left.append(each)
                else:
                    yield each
            if page["next"] is None or any(
                each["verdict"] == "ineligible" for each in page["candidates"][-1:]
            ):
                break
            cursor = page["next"]
        yield from left

    def _in_order(self, chosen: Candidate) -> list[str]:
        """The place that was chosen, and those of its path that are asked if it does not take the person."""
        others = (each["programme_id"] for each in self._fit() if each["path"] == chosen["path"])
        left = (each for each in others if each != chosen["programme_id"])
        return [chosen["programme_id"], *islice(left, PLACES_MOST - 1)]

    def _covers(self, chosen: Candidate) -> bool:
        if self.named:
            return chosen["programme_id"] in self.named
        return self.path == chosen["path"]

    def _agree(self, path: str, programme_ids: list[str]) -> None:
        """The working group decides: five of the centre's people, now and then with a dissent or an abstention."""
        group = self.office.working_group(self.centre)
        members = [{"name": name, "role": role, "vote": "agree", "reason": None} for name, role in group]
        if self.chance.random() < 0.2:
            self.chance.choice(members[1:]).update(vote="dissent", reason=self.chance.choice(DISSENT))
        if self.chance.random() < 0.15:
            self.chance.choice(members[1:]).update(vote="abstain", reason=None)
        self.path, self.named = path, programme_ids
        why = _fitting("why", self.chance.choice(WHY), path)
        drawn = self.chance.sample([*GOALS], self.chance.randint(1, 3))
        goals = [*dict.fromkeys(_fitting("goal", each, path) for each in drawn)]
        decided: Body = {
            "case_id": self.case_id,
            "members": members,
            "why": why,
            "goals": goals,
            "path": path,
            "programme_ids": programme_ids,
        }
        earlier = self._earlier()
        meets = self.office.meets.get(self.centre)
        if meeting_id := meets() if meets else "":
            self._decide_there(meeting_id, decided, members, goals)
        elif meets and self.office.chance("between", self.number).random() < BETWEEN_MEETINGS:
            two = [{**each, "vote": "agree", "reason": None} for each in members[:2]]
            between: Body = {
                "members": two,
                "between_meetings": True,
                "urgency": self.office.chance("urgent", self.number).choice(URGENT),
            }
            self._say(AGREE_PLAN, {**decided, **between}, self.director, earlier)
        else:
            self._say(AGREE_PLAN, decided, self.director, earlier)

    def _decide_there(
        self,
        meeting_id: str,
        decided: Body,
        members: Sequence[Mapping[str, str | None]],
        goals: Sequence[str],
    ) -> None:
        """The same decision in a meeting that is going on."""
        about: Body = {"meeting_id": meeting_id, "case_id": self.case_id}
        why = self.office.chance("order", self.number).choice(OUT_OF_ORDER)
        self.office.do_apart(
            TABLE, {**about, "out_of_order": why}, self.worker, f"table/{meeting_id}/{self.case_id}"
        )
        votes = [
            {"member": str(number), "vote": each["vote"], "reason": each["reason"]}
            for number, each in enumerate(members, 1)
        ]
        by_area = [{"area": GOALS[text], "text": text} for text in goals]
        told = {name: decided[name] for name in ("why", "path", "programme_ids")}
        self._say(DECIDE, {**about, **told, "votes": votes, "goals": by_area}, self.director)

    def _send(self, programme_id: str, waitlist: bool) -> NewReferral:
        self.tried.add(programme_id)
        self.office.referrals += 1
        consent = {"status": "given"}
        if self.chance.random() < 0.06:
            consent = {"status": "unable", "witness": self._somebody()}
        body: Body = {
            "case_id": self.case_id,
            "programme_id": programme_id,
            "consent": consent,
            "waitlist": waitlist,
            # It is noted only where somebody who could go there too stands before.
            "out_of_order": self.office.chance("place", self.number).choice(PASSED_OVER),
        }
        return self._say(SEND, body, self.worker)

    def _answered(self, referral: NewReferral, course: str) -> Generator[datetime, None, bool]:
        """What the partner says, and the way there. Returns whether the person was placed and stayed the first
        weeks."""
        referral_id = referral["referral_id"]
        if referral["status"] == "declined":  # no place: nobody had to be asked
            return False
        if referral["place"] == "reserved":
            self._tell(referral_id)
        if course == "waitlist" and not (yield from self._waited(referral_id, referral["status"])):
            return False
        if course == "silence":
            yield self._later(16, 22)
            return False
        if course == "withdraw":
            if not (yield from self._in_time(referral_id, 1, 4)):
                return False
            self._step(referral_id, "withdraw", reason=self.chance.choice(("person_refused", "person_left")))
            return False
        if course == "error":
            yield self._later(0, 1)
            self._step(referral_id, "entered-in-error", note="ส่งผิดแห่ง ส่งใหม่แล้ว")
            return False
        if course != "waitlist" and (self.fate.now_at or self.chance.random() < 0.6):
            if not (yield from self._in_time(referral_id, 1, 3)):
                return False
            self._hear(referral_id, "acknowledge")
            yield from self._stands_at("acknowledged")
        if not (yield from self._in_time(referral_id, 1, 4)):
            return False
        if self.fate.now_at == "in_review":  # said this morning
            yield max(self.office.moment, self.office.now - timedelta(hours=3))
        if course in ("decline", "full", "too_ill"):
            self._decline(referral_id, "health_beyond_care" if course == "too_ill" else None)
            yield from self._stands_at("declined")
            yield from self._stands_at("in_review")
            return False
        self._hear(referral_id, "accept")
        return (
            yield from self._taken_in(referral_id, self.office.next_failure() if course == "fail" else "")
        )

    def _tell(self, referral_id: str) -> None:
        """The partner is told the same day, most often by phone."""
        self._step(referral_id, "told", how=self.chance.choice(("phone", "phone", "line", "letter")))

    def _in_time(self, referral_id: str, least: int, most: int) -> Generator[datetime, None, bool]:
        """Some days later. Whether the referral still awaits an answer: over long holidays its deadline may come
        first."""
        yield self._later(least, most)
        return self._status(referral_id) in AWAITING_ANSWER

    def _waited(self, referral_id: str, status: str) -> Generator[datetime, None, bool]:
        """On the waiting list until there is a place (True), until the person waits no longer, or until the
        deadline."""
        if status != "waitlisted":
            if not (yield from self._in_time(referral_id, 1, 3)):
                return False
            self._hear(referral_id, "waitlist")
        yield from self._stands_at("waitlisted")
        patience = self.chance.choice((20, 40, 90))
        began = self.office.moment
        while True:
            yield self._later(6, 12)
            now = self.office.ask(REFERRAL.of(referral_id=referral_id))
            if now["status"] != "waitlisted":
                return False
            if now["place"] == "reserved":
                self._tell(referral_id)
                return True
            if self.office.moment - began > timedelta(days=patience):
                self._step(referral_id, "withdraw", reason="no_place")
                return False

    def _taken_in(self, referral_id: str, fails: str) -> Generator[datetime, None, bool]:
        steps = [("", "accepted"), ("travel", "travelling"), ("admit", "admitted"), ("confirm", "placed")]
        if not self.fate.now_at and fails != "travelling" and self.chance.random() < 0.4:
            steps.pop(1)
        chance, arrives = self.office.chance("journey", referral_id), None
        for step, status in steps:
            told: dict[str, Json] = {}
            if step:
                yield arrives or self._later(1, 5)
            if step == "travel":
                arrives = None if fails == status else self._later(1, 5)
                told = journey.setting_out(chance, arrives and arrives.astimezone(BANGKOK).date())
            elif step == "admit":
                told, arrives = journey.arriving(chance), None
            if step:
                self._step(referral_id, step, None, **told)
            if status != "placed":
                yield from self._stands_at(status)
            if fails == status:
                yield self._later(1, 6) if status != "placed" else self._later(9, 26)
                self._step(
                    referral_id, "fail", reason=self.chance.choice(("person_left", "health_beyond_care"))
                )
                return False
        return True

    def _decline(self, referral_id: str, reason: str | None = None) -> None:
        if self.fate.now_at == "in_review":
            reason, whose = "cost", "partner"
        elif self.fate.now_at:
            reason, whose = self.office.next_no()
        else:
            reason = reason or self.office.next_decline(self.chance)
            whose = WHOSE[reason]
        note = "แจ้งเหตุผลทางโทรศัพท์ ยินดีรับเรื่องใหม่ภายหลัง" if self.chance.random() < 0.4 else None
        self._hear(referral_id, "decline", reason=reason, whose=whose, note=note)

    # -- afterwards ------------------------------------------------------------------------------------------------

    def _follow(self, referral_id: str, ending: str) -> Work:
        """Follow-ups around the days they are due, some of them missed until the next, until the placement ends. What
        holds for a year is stable."""
        placed, days = self.last, 0
        stays = self.chance.randint(185, 420) if ending == "stable" else self.chance.randint(12, 280)
        for each, following in zip(FOLLOW_UPS, (*FOLLOW_UPS[1:], None), strict=True):
            days = each.days + days_late(self.chance, each)
            if ending and stays < days:
                break
            missed = self.chance.random() < 0.1
            if missed and following and placed + timedelta(days=following.closes) < self.office.now:
                continue
            yield self._on(placed + timedelta(days=days))
            for _ in range(tries(self.chance)):
                self._step(referral_id, "follow-up", found=NOT_REACHED)
                yield self._on(self.office.moment + timedelta(days=1))
            work, note = self._work(each.days), self._remark()
            health, said = how_they_are(self.chance)
            self._step(
                referral_id,
                "follow-up",
                found="in_place",
                work=work,
                note=note,
                health=health,
                wellbeing=said,
            )
        if not ending or stays > days > FOLLOW_UPS[-1].days:
            stays = days + self.chance.randint(1, 6)
        yield self._on(placed + timedelta(days=stays))
        if ending in FOUND and self.chance.random() < 0.5:
            self._step(referral_id, "follow-up", found=FOUND[ending])
            yield self._later(1, 4)
        self._step(referral_id, "end", outcome=ending or "stable")

    def _work(self, day: int) -> dict[str, str | int | None] | None:
        """The work a person has by then; wages are round, rise a little, and are not always told."""
        kind = WORK_KINDS.get(self.path)
        if kind is None and day >= 90 and self.path in ("vocational_training", "independent"):
            kind = self.chance.choice(("general", "own"))
        if kind is None or (luck := self.chance.random()) < 0.12:
            return None
        least, most = WAGES[kind]
        income = self.chance.randrange(least, most, 100) + day
        said = income // 100 * 100 if self.chance.random() < 0.9 else None
        if luck < 0.24 and day >= 90:  # the work ended, the person stays
            kind, said = "none", None
        return {"kind": kind, "income_baht_month": said}

    def _remark(self) -> str | None:
        said = self.chance.choice(FOLLOWED) if self.chance.random() < 0.5 else None
        return said and _fitting("remark", said, self.path)

    # -- doors and time --------------------------------------------------------------------------------------------

    def _hear(self, referral_id: str, step: str, **details: Json) -> None:
        """A step the partner answers; most often staff write down who said it, and how, some of it later the same
        day."""
        if self.chance.random() < 0.8:
            details |= {"said_by": self._somebody(), "by_channel": self.chance.choice(CHANNELS)}
        self._step(referral_id, step, self._earlier(), **details)

    def _step(self, referral_id: str, step: str, at: datetime | None = None, **details: Json) -> None:
        self._say(STEP, {"referral_id": referral_id, "step": step, **details}, self.worker, at)

    def _say(self, door: CommandDoor[A], body: Body, user: str, at: datetime | None = None) -> A:
        answer = self.office.do(door, body, user, at)
        self.last = self.office.moment
        return answer

    def _status(self, referral_id: str) -> str:
        return self.office.ask(REFERRAL.of(referral_id=referral_id))["status"]

    def _somebody(self) -> str:
        name = full_name(self.chance, self.chance.choice(("male", "female")))
        return f"คุณ{name['first']} {name['last']}"

    def _earlier(self) -> datetime | None:
        """Some things are written down some hours after they happened, but nothing before what was recorded last."""
        hours = self.chance.uniform(0.5, 5)
        then = self.office.moment - timedelta(hours=hours)
        return then if self.chance.random() < 0.25 and then > self.last else None

    def _later(self, least: int, most: int) -> datetime:
        """Office hours so many days on; the next day for a recent case, and within hours where there is danger."""
        if self.urgent:
            return self.office.moment + timedelta(minutes=self.chance.randint(25, 150))
        if self.fate.now_at:
            return self._on(self.office.moment + timedelta(days=1))
        return self._on(self.office.moment + timedelta(days=self.chance.randint(least, most)))

    def _on(self, day: datetime) -> datetime:
        return self.office.working_hour(self.chance, day.astimezone(BANGKOK).date(), bool(self.fate.now_at))


def _is_sure(who: Json) -> bool:
    """Whether somebody has an identity number that can be right."""
    number = who.get("national_id") if isinstance(who, Mapping) else None
    return isinstance(number, str) and idcard.is_thai(number) and idcard.problem(number) is None


def _fitting(what: str, text: str, path: str) -> str:
    return text if path in ONLY.get(text, (path,)) else OF_ALL[what]
