"""Meetings of the working groups: one every fortnight of the last weeks, and one that is called for tomorrow."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from services.intake.doors import WORK
from services.kernel.envelope import instant
from services.kernel.questions import Body, CommandDoor
from services.sample.office import CALLERS, Office
from services.screening.doors import CALL_MEETING, CLOSE_MEETING, PROPOSE, SCREENING, TABLE, VOTE

A = TypeVar("A")

WEEKS = 8  # before now the first meeting is called
EVERY, LASTS = timedelta(days=14), timedelta(days=3)  # so long the secretary writes its decisions down
PLACE = "ห้องประชุมชั้น 2"
TABLED_MOST = 4


class Meetings:
    """Of one centre. Their commands are apart from all others, so that the ids of those stay as they are."""

    def __init__(self, office: Office, centre: str) -> None:
        self.office, self.centre = office, centre
        self.secretary = f"worker-{centre}"
        self.number = 0

    def run(self) -> Iterator[datetime]:
        """From `WEEKS` before now on."""
        last = self.office.now - timedelta(hours=2)
        while self.office.moment < last - EVERY:
            opened = self.office.moment
            meeting_id = self._call(opened)
            self.office.meetings[self.centre] = meeting_id
            yield opened + LASTS
            del self.office.meetings[self.centre]
            self._do(CLOSE_MEETING, {"meeting_id": meeting_id}, "close")
            yield min(opened + EVERY, last)
        if self.office.moment < last:
            yield last
        self._prepare(self._call(self.office.moment + timedelta(days=1)))

    def _call(self, starts: datetime) -> str:
        self.number += 1
        body: Body = {
            "centre": self.centre, "at": instant(starts), "place": PLACE, "members": _seats(self.office, self.centre),
        }  # fmt: skip
        return self._do(CALL_MEETING, body, "call")["meeting_id"]

    def _prepare(self, meeting_id: str) -> None:
        """What waits lies before it; of the first case something is proposed already, and a member has voted."""
        found = self.office.ask(WORK.of(acts="group", centre=self.centre, limit=TABLED_MOST))
        waiting = [row["case_id"] for row in found["items"]]
        if not waiting:
            return
        self._do(TABLE, {"meeting_id": meeting_id, "case_ids": waiting}, "table")
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
