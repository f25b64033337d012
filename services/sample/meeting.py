"""Meetings of the working groups: about one every fortnight of the last weeks, on days on which something was decided,
and one that is called for tomorrow."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

from services.codes.overrides import OTHER
from services.intake.doors import WORK
from services.kernel.envelope import instant
from services.kernel.questions import Body, CommandDoor
from services.sample.office import CALLERS, GROUP, OPENS, SHUTS, Office
from services.screening.doors import (
    APPOINT_MEMBER,
    CALL_MEETING,
    CLOSE_MEETING,
    MEETING,
    PROPOSE,
    RATIFY,
    SCREENING,
    TABLE,
    VOTE,
)
from services.thai import calendar
from services.thai.dates import BANGKOK

A = TypeVar("A")

WEEKS = 8  # before now the first meeting is called
EVERY, LASTS = timedelta(days=14), timedelta(days=3)  # so long the secretary writes its decisions down
APART = timedelta(days=5)  # at least, between the latest meeting and the next
YEAR = timedelta(days=365)
FORMER = "นายแพทย์สมหมาย เกษียณสุข"
DAY, BEGINS = timedelta(days=1), time(9, 30)
PLACE = "ห้องประชุมชั้น 2"
TABLED_MOST = 4
LEFT = "เรื่องที่อยู่ก่อนยังรอผลตรวจร่างกายจากโรงพยาบาล"


class Meetings:
    """Of one centre. Their commands are apart from all others, so that the ids of those stay as they are."""

    def __init__(self, office: Office, centre: str) -> None:
        self.office, self.centre = office, centre
        self.secretary = f"worker-{centre}"
        self.number = 0
        self.last = office.now - timedelta(hours=2)
        self.began: datetime | None = None  # the latest
        self.meeting_id = ""  # of the one whose decisions are written down now

    def run(self) -> Iterator[datetime]:
        """From `WEEKS` before now on: who is to be decided about finds one (`meets`); that of tomorrow is prepared."""
        self._appoint()
        self.office.meets[self.centre] = self.meets
        while self.office.moment < self.last:
            yield min(self.office.moment + DAY, self.last)
            if self.began and self.meeting_id and self.office.moment >= self.began + LASTS:
                self._ratify()
                self._do(CLOSE_MEETING, {"meeting_id": self.meeting_id}, "close")
                self.meeting_id = ""
        del self.office.meets[self.centre]
        tomorrow = calendar.next_working_day(self.office.today + DAY)
        self._prepare(self._call(datetime.combine(tomorrow, BEGINS, BANGKOK)))

    def _appoint(self) -> None:
        """The standing working group, for this budget year and the next; somebody's time in it is over already."""
        since = self.office.today.replace(day=1)
        for number, seat in enumerate(_seats(self.office, self.centre)):
            self._appointed({**seat, "since": since.isoformat()}, f"{number}")
        left = {
            "name": FORMER, "role": "specialist", "since": (since - YEAR).isoformat(),
            "until": (since - DAY).isoformat(),
        }  # fmt: skip
        self._appointed(left, "former")

    def _appointed(self, body: Body, name: str) -> None:
        director = f"director-{self.centre}"
        self.office.do_apart(
            APPOINT_MEMBER, {**body, "centre": self.centre}, director, f"group/{self.centre}/{name}"
        )

    def meets(self) -> str:
        """The id of the meeting in which is decided now, called if one is due and offices work; "" if there is none."""
        now = self.office.moment.astimezone(BANGKOK)
        due = self.began is None or now >= self.began + EVERY
        at_work = calendar.is_working_day(now.date()) and OPENS <= now.hour * 60 + now.minute <= SHUTS
        if not self.meeting_id and due and at_work and now < self.last - APART:
            self.began = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
            self.meeting_id = self._call(self.began)
        return self.meeting_id

    def _ratify(self) -> None:
        """What two of them decided since the meeting before, they all look at now."""
        agenda = self.office.ask(MEETING.of(meeting_id=self.meeting_id))["agenda"]
        for each in agenda:
            if each["ratifies"] and not each["plan_id"]:
                votes = [{"member": str(number), "vote": "agree"} for number in range(1, len(GROUP) + 1)]
                body: Body = {"meeting_id": self.meeting_id, "case_id": each["case_id"], "votes": votes}
                self._do(RATIFY, body, f"ratify/{each['case_id']}")

    def _call(self, starts: datetime) -> str:
        self.number += 1
        body: Body = {"centre": self.centre, "at": instant(starts), "place": PLACE}
        return self._do(CALL_MEETING, body, "call")["meeting_id"]

    def _prepare(self, meeting_id: str) -> None:
        """What waits lies before it; of the first case something is proposed already, and a member has voted."""
        found = self.office.ask(WORK.of(acts="group", centre=self.centre, limit=TABLED_MOST))
        waiting = [row["case_id"] for row in found["items"]]
        if not waiting:
            return
        # One that stands before another is left to wait, and the secretary says why.
        tabled = [*waiting[:1], *waiting[2:]] if waiting[2:] else waiting
        told: Body = {"out_of_order": OTHER, "out_of_order_note": LEFT} if waiting[2:] else {}
        self._do(TABLE, {"meeting_id": meeting_id, "case_ids": tabled, **told}, "table")
        screening = self.office.ask(SCREENING.of(case_id=waiting[0]))
        if screening is None or not screening["paths"]:
            return
        about: Body = {"meeting_id": meeting_id, "case_id": waiting[0]}
        self._do(PROPOSE, {**about, "path": screening["paths"][0]}, "propose")
        if self.centre == "60":
            vote: Body = {**about, "vote": "agree", "reason": "ตรงกับความต้องการของผู้รับบริการ"}
            self.office.do_apart(VOTE, vote, "member-60", f"meeting/{self.centre}/{self.number}/vote")

    def _do(self, door: CommandDoor[A], body: Body, step: str) -> A:
        return self.office.do_apart(door, body, self.secretary, f"meeting/{self.centre}/{self.number}/{step}")


def _seats(office: Office, centre: str) -> list[Body]:
    """Those who sit there, with the accounts of the sample's users for the first of them."""
    users: Sequence[str] = (
        f"director-{centre}",
        f"worker-{centre}",
        *(("member-60",) if centre == "60" else ()),
    )
    group = office.working_group(centre)
    accounts = [*users, *[None] * (len(group) - len(users))]
    return [
        {"user": user, "name": _called(user) or name, "role": role}
        for user, (name, role) in zip(accounts, group, strict=True)
    ]


def _called(user: str | None) -> str | None:
    """As the account is called."""
    if user is None:
        return None
    title, name, _position = CALLERS[user].person
    return f"{title}{name}"
