"""What the doors of meetings share: a meeting as it stands with its words opened, and the cases that may lie before
it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import orjson
from sqlalchemy import RowMapping

from services.kernel.doors import Call
from services.kernel.errors import Invalid, NotFound, Refused, naming
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, planning, reading
from services.screening.domain.meeting import MEETING, Command
from services.screening.events import MeetingWords, Seat
from services.screening.projections import meetings
from services.thai.order import require_order

WORDS = "words"  # the sealed field of who is called


class Called(NamedTuple):
    """A meeting as it stands, with its words opened: {number: name}, and where it is."""

    row: RowMapping
    names: Mapping[str, str]
    place: str | None

    @property
    def seats(self) -> Sequence[Seat]:
        return meetings.seats(self.row)


class Convening(planning.Planning):
    def _meeting(self, call: Call, meeting_id: str) -> RowMapping:
        row = self.runtime.read(lambda db: meetings.get(db, meeting_id))
        if row is None or not call.caller.sees(row["centre"]):
            raise NotFound("meeting")
        return row

    def _called(self, call: Call, meeting_id: str) -> Called:
        row = self._meeting(call, meeting_id)
        named: dict[str, str] = {}
        place = None
        for sealed in orjson.loads(row["words"]):
            words: MeetingWords = self.runtime.vault.unseal(row["centre"], WORDS, sealed)
            named |= words["names"]
            place = words["place"] or place
        return Called(row, named, place)

    def _case_of(self, call: Call, row: RowMapping, case_id: str, field: str = "case_id") -> RowMapping:
        """A case of the meeting's centre, which the body names."""
        with naming(field):
            case = self._case(call, case_id, unless_closed=True)
        if case["centre"] != row["centre"]:
            raise Invalid({field: ["The case is another centre's than the meeting."]})
        return case

    def _do(
        self,
        call: Call,
        row: RowMapping,
        commands: Sequence[Command],
        following: Callable[[Unit], None] | None = None,
        follows: Mapping[str, str | None] = MappingProxyType({}),
        case: RowMapping | None = None,
    ) -> Outcome[answers.MeetingVersion]:
        """`case`: the one of which something is told; of a closed one nothing new is."""
        meeting_id = row["meeting_id"]

        def work(unit: Unit) -> answers.MeetingVersion:
            for place, each in enumerate(commands):
                if unit.handle(MEETING, meeting_id, each, None if place else call.if_match):
                    if case is not None:
                        require_goes_on(unit, case)
                    require_order(call.at, follows)
            if following:
                following(unit)
            return version_of(unit, meeting_id)

        return self.runtime.execute(call.envelope(row["centre"]), work)


def require_goes_on(unit: Unit, case: RowMapping) -> None:
    if case["closed"]:
        raise Refused("case_closed", "The case is closed.")
    reading.require_present(unit.db, case["case_id"])


def begun(row: RowMapping) -> Mapping[str, str | None]:
    """What is decided in a meeting follows."""
    return {"the meeting began": row["starts"]}


def version_of(unit: Unit, meeting_id: str) -> answers.MeetingVersion:
    status = meetings.CLOSED if unit.state(MEETING, meeting_id).closed else meetings.OPEN
    return {"status": status, "version": unit.version(MEETING, meeting_id)}
