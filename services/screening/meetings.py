"""Meetings of a centre's working group: called with its members and the cases that wait, each voting on their own or as
the secretary writes down, each case decided with its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import orjson
from sqlalchemy import Connection, RowMapping

from services.codes import procedure
from services.codes.access import CASE_READERS, STAFF
from services.kernel.doors import Call, command, query
from services.kernel.envelope import ALL_CENTRES, instant, moment
from services.kernel.errors import Conflict, Forbidden, Invalid, Refused
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, convening, grouping, planning, reviewing, schemas, tabling
from services.screening.convening import Called
from services.screening.domain import rulebook, voting
from services.screening.domain.adoption import RULES, in_force, procedure_in_force
from services.screening.domain.meeting import (
    MEETING,
    CallMeeting,
    CastVote,
    CloseMeeting,
    DecideCase,
    DeclareConflict,
    InviteMembers,
    ProposeOption,
    Written,
)
from services.screening.domain.plan import PLAN, Member, Override, RatifyPlan, counted, is_carried
from services.screening.events import MeetingWords, Seat
from services.screening.projections import meetings, plans, reviews, upstream
from services.thai import dates, names
from services.thai.order import require_order

NOBODY = "Nobody belongs to the working group on that day: name who is called."
TWICE = "This name stands here already; each member votes once."


class Meetings(tabling.Tabling, reviewing.Reviewing, grouping.Grouping):
    @command("meeting.call", roles=STAFF, schema=schemas.CallMeeting())
    def call_meeting(self, call: Call, body: bodies.CallMeeting) -> Outcome[answers.NewMeeting]:
        meeting_id, centre = call.new_id("meeting"), body["centre"]
        if not call.caller.sees(centre):
            raise Forbidden("A meeting can only be called for your own centre.")
        day = dates.bangkok_day(body["at"])
        self._require_own(centre, day, body["members"] or ())
        seats, named = _seats(body["members"] or self._standing(centre, day), {})
        words: MeetingWords = {"names": named, "place": body["place"]}
        self.runtime.vault.ensure(centre)

        def work(unit: Unit) -> answers.NewMeeting:
            calling = CallMeeting(meeting_id, centre, instant(body["at"]), seats, words)
            unit.handle(MEETING, meeting_id, calling, call.if_match)
            planning.lay_before(unit, centre, meeting_id)
            return {"meeting_id": meeting_id, "version": unit.version(MEETING, meeting_id)}

        return self.runtime.execute(call.envelope(centre), work)

    def _standing(self, centre: str, day: date) -> list[bodies.Invited]:
        """Who belongs to the group on the meeting's day, for a meeting that names nobody itself."""
        rows = self._on(centre, day)
        if not rows:
            raise Invalid({"members": [NOBODY]})
        return [{"user": row["user"], "name": self._name(row), "role": row["role"]} for row in rows]

    @command("meeting.call", roles=STAFF, schema=schemas.InviteMembers())
    def invite(self, call: Call, body: bodies.InviteMembers) -> Outcome[answers.MeetingVersion]:
        called = self._called(call, body["meeting_id"])
        centre, day = called.row["centre"], dates.bangkok_day(moment(called.row["starts"]))
        self._require_own(centre, day, body["members"])
        seats, named = _seats(body["members"], called.names)
        return self._do(call, called.row, [InviteMembers(seats, {"names": named, "place": None})])

    @command("meeting.table", roles=STAFF, schema=schemas.ProposeOption())
    def propose(self, call: Call, body: bodies.ProposeOption) -> Outcome[answers.MeetingVersion]:
        row = self._meeting(call, body["meeting_id"])
        case = self._case_of(call, row, body["case_id"])
        places = body["programme_ids"] or []
        rules = self.runtime.state(RULES, rulebook.NAME)
        planning.require_known(in_force(rules, dates.bangkok_day(call.at)), body["path"])
        planning.require_path(self._offers(places, "programme_ids"), body["path"], "programme_ids")
        proposing = ProposeOption(body["case_id"], body["path"], places)
        return self._do(call, row, [proposing], follows=self._opened(body["case_id"]), case=case)

    @command("meeting.vote", roles=CASE_READERS, schema=schemas.CastVote())
    def vote(self, call: Call, body: bodies.CastVote) -> Outcome[answers.MeetingVersion]:
        """One's own vote; who is not called has none."""
        row = self._meeting(call, body["meeting_id"])
        case = self._case_of(call, row, body["case_id"])
        if body["reason"]:
            self.runtime.ensure_key(call, case["person_id"])
        member = _own_seat(row, call.caller.user)
        casting = CastVote(call.new_id("vote"), body["case_id"], member, body["vote"], body["reason"])
        return self._do(call, row, [casting], follows=self._opened(body["case_id"]), case=case)

    @command("meeting.vote", roles=CASE_READERS, schema=schemas.DeclareConflict())
    def declare_conflict(self, call: Call, body: bodies.DeclareConflict) -> Outcome[answers.MeetingVersion]:
        row = self._meeting(call, body["meeting_id"])
        case = self._case_of(call, row, body["case_id"])
        mine = DeclareConflict(body["case_id"], _own_seat(row, call.caller.user))
        return self._do(call, row, [mine], follows=self._opened(body["case_id"]), case=case)

    @command("plan.agree", roles=STAFF, schema=schemas.DecideCase())
    def decide(self, call: Call, body: bodies.DecideCase) -> Outcome[answers.NewPlan]:
        """The plan with everybody's vote: their own, and those that were written down."""
        called = self._called(call, body["meeting_id"])
        meeting_id, case_id = body["meeting_id"], body["case_id"]
        case = self._case_of(call, called.row, case_id)
        written = [
            Written(_number(called, vote["member"]), vote["vote"], vote["reason"])
            for vote in body["votes"] or ()
        ]
        conflicts = [_number(called, member) for member in body["abstains_for_conflict"] or ()]
        places = body["programme_ids"] or []
        opened = self._reasons(meeting_id, case_id, case["person_id"])

        def members(unit: Unit, plan_id: str) -> planning.Voted:
            require_order(call.at, convening.begun(called.row))
            deciding = DecideCase(case_id, plan_id, body["path"], places, written, conflicts)
            before = unit.state(MEETING, meeting_id)
            unit.handle(MEETING, meeting_id, deciding)
            item = before.agenda[case_id]
            own = item.own(body["path"], places)
            if any(cast.vote_id not in opened for cast in own.values()):
                raise Conflict("Somebody voted at this moment.")  # asked again, their vote is there
            reasons = {number: opened[cast.vote_id] for number, cast in own.items()}
            voted = voting.voters(before, deciding, called.names, reasons)
            out = [called.names[number] for number in called.names if number in item.conflicts | {*conflicts}]
            return planning.Voted(voted, _override(body["override_reason"], voted), meeting_id, out)

        decision = planning.Decision(body["path"], places, body["why"], [*(body["goals"] or ())])
        return self._agree(call, case, decision, members)

    @command("plan.agree", roles=STAFF, schema=schemas.RatifyPlan())
    def ratify(self, call: Call, body: bodies.RatifyPlan) -> Outcome[answers.Ratified]:
        """The meeting votes on a plan that was decided between meetings. Not ratified, it is revised by a new decision;
        what happened meanwhile is not undone."""
        called = self._called(call, body["meeting_id"])
        meeting_id, case_id = body["meeting_id"], body["case_id"]
        case = self._case_of(call, called.row, case_id)
        written = [
            Written(_number(called, vote["member"]), vote["vote"], vote["reason"])
            for vote in body["votes"] or ()
        ]
        conflicts = [_number(called, member) for member in body["abstains_for_conflict"] or ()]
        opened = self._reasons(meeting_id, case_id, case["person_id"])
        self.runtime.ensure_key(call, case["person_id"])
        day = dates.bangkok_day(call.at)

        def work(unit: Unit) -> answers.Ratified:
            before = unit.state(MEETING, meeting_id)
            item = before.agenda.get(case_id)
            if item is None or item.ratifies is None or item.path is None:
                raise Refused("wrong_state", "Nothing lies before the meeting to be ratified of this case.")
            deciding = DecideCase(case_id, item.ratifies, item.path, item.programme_ids, written, conflicts)
            if any(cast.vote_id not in opened for cast in item.votes.values()):
                raise Conflict("Somebody voted at this moment.")  # asked again, their vote is there
            reasons = {number: opened[cast.vote_id] for number, cast in item.votes.items()}
            voted = voting.voters(before, deciding, called.names, reasons)
            ratified = is_carried(counted(voted))
            unit.handle(MEETING, meeting_id, replace(deciding, ratified=ratified), call.if_match)
            out = [called.names[number] for number in called.names if number in item.conflicts | {*conflicts}]
            quorum = procedure_in_force(unit.state(RULES, procedure.NAME), day).quorum_of(case["centre"])
            ratifying = RatifyPlan(item.ratifies, case_id, case["person_id"], meeting_id, voted, quorum, out)
            if unit.handle(PLAN, case_id, ratifying):
                require_order(call.at, {**self._opened(case_id), **convening.begun(called.row)})
            return {
                "plan_id": item.ratifies,
                "ratified": ratified,
                "version": unit.version(MEETING, meeting_id),
            }

        return self.runtime.execute(call.envelope(case["centre"]), work)

    @command("meeting.call", roles=STAFF, schema=schemas.OfMeeting())
    def close_meeting(self, call: Call, body: bodies.OfMeeting) -> Outcome[answers.MeetingVersion]:
        """What it leaves to be ratified lies before the next meeting that is called already."""
        row = self._meeting(call, body["meeting_id"])

        held = (
            row["starts"] if moment(row["starts"]) <= call.now else None
        )  # one to come may be closed before it

        def left(unit: Unit) -> None:
            if row["status"] == meetings.OPEN:
                decided = meetings.get_last_decision(unit.db, row["meeting_id"])
                require_order(call.at, {"the meeting began": held, "a case was decided there": decided})
            planning.table_unratified(unit, row["centre"], without=row["meeting_id"])

        return self._do(call, row, [CloseMeeting()], left)

    @query("meeting.read", roles=CASE_READERS, schema=schemas.OfMeeting())
    def meeting(self, call: Call, body: bodies.OfMeeting) -> answers.Meeting:
        called = self._called(call, body["meeting_id"])
        row = called.row
        items = self.runtime.read(lambda db: meetings.list_items(db, [row["meeting_id"]]))[row["meeting_id"]]
        decided = [item["plan_id"] for item in items if item["plan_id"]]
        replacing, found, elsewhere, erased = self.runtime.read(
            lambda db: (
                plans.list_replacing(db, decided),
                reviews.list_of_meeting(db, row["meeting_id"]),
                meetings.list_before_others(db, row["centre"], row["meeting_id"]),
                upstream.list_erased(db, [item["case_id"] for item in items]),
            )
        )
        with_reasons = [
            item
            for item in items
            if item["case_id"] in found
            or tabling.note_of(item)
            or any(cast["reason"] for cast in orjson.loads(item["votes"]).values())
        ]
        if with_reasons:
            read = [(f"case/{item['case_id']}", item["person_id"]) for item in with_reasons]
            self.runtime.note_access(call.caller.user, "minutes", read)
        return {
            **_outline(row, items),
            "called_by": row["called_by"],
            "closed_at": row["closed_at"],
            "place": called.place,
            "members": [{**seat, "name": called.names[seat["member"]]} for seat in called.seats],
            "elsewhere": elsewhere,
            "agenda": [
                self._item(
                    item,
                    item["case_id"] in erased,
                    replacing.get(item["plan_id"]),
                    found.get(item["case_id"]),
                )
                for item in items
            ],
            "quorum": self._quorum(call, row["centre"]),
        }

    @query("meeting.read", roles=CASE_READERS, schema=schemas.ListMeetings())
    def meetings(self, call: Call, body: bodies.ListMeetings) -> answers.MeetingList:
        """The latest first."""
        centre = body["centre"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        seen = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        centres = seen if centre is None else (centre,)

        def find(connection: Connection) -> answers.MeetingList:
            rows, following = meetings.list_meetings(
                connection, centres, body["status"], body["limit"], body["cursor"]
            )
            agendas = meetings.list_items(connection, [row["meeting_id"] for row in rows])
            items = [_outline(row, agendas[row["meeting_id"]]) for row in rows]
            return {"items": items, "next": following}

        return self.runtime.read(find)

    def _reasons(self, meeting_id: str, case_id: str, person_id: str) -> dict[str, str | None]:
        """{own vote: its reason in words}."""
        votes = self.runtime.read(lambda db: meetings.list_votes(db, meeting_id, case_id))
        return {str(cast["vote_id"]): self._reason(person_id, cast["reason"]) for cast in votes}

    def _reason(self, person_id: str, sealed: str | None) -> str | None:
        """None: there was none, or the person was erased."""
        return (self.runtime.vault.unseal(person_id, "reason", sealed) or None) if sealed else None

    def _item(
        self,
        item: RowMapping,
        erased: bool,
        replacing: answers.Replacing | None,
        review: RowMapping | None,
    ) -> answers.AgendaItem:
        """The words of an erased person's item are None, also as long as their key is remembered."""
        votes: Mapping[str, Mapping[str, str | None]] = orjson.loads(item["votes"])
        cast: list[answers.OwnVote] = []
        for member, vote in votes.items():
            reason = None if erased else self._reason(item["person_id"], vote["reason"])
            cast.append(
                {"member": member, "vote": str(vote["vote"]), "at": str(vote["at"]), "reason": reason}
            )
        return {
            "case_id": item["case_id"],
            "reason": item["reason"],
            "path": item["path"],
            "programme_ids": orjson.loads(item["programme_ids"]),
            "votes": cast,
            "conflicts": orjson.loads(item["conflicts"]),
            "plan_id": item["plan_id"],
            "decided_at": item["decided_at"],
            "ratifies": item["ratifies"],
            "ratified": item["ratified"],
            "replaced_by": replacing,
            "review": self._review(review) if review else None,
            "out_of_order": self._told_out_of_order(item, erased),
        }


def _seats(invited: Sequence[bodies.Invited], known: Mapping[str, str]) -> tuple[list[Seat], dict[str, str]]:
    """(seats with the next numbers, {number: name}) of those who are not called yet; Invalid names who stands twice in
    one list."""
    called = {names.as_written(name) for name in known.values()}
    seats: list[Seat] = []
    named: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for place, each in enumerate(invited):
        name = each["name"] or str(each["user"])
        written = names.as_written(name)
        if written in map(names.as_written, named.values()):
            wrong[f"members.{place}.name"] = [TWICE]
        if written in called:
            continue
        number = str(len(known) + len(seats) + 1)
        seats.append({"member": number, "user": each["user"], "role": each["role"]})
        named[number] = name
    if wrong:
        raise Invalid(wrong)
    return seats, named


def _own_seat(row: RowMapping, user: str) -> str:
    for seat in meetings.seats(row):
        if seat["user"] == user:
            return seat["member"]
    raise Forbidden("You are not called to this meeting, so you have no vote there.")


def _number(called: Called, member: str) -> str:
    """The number of whom a vote names by number, account or name; what fits nobody stays as it is, to be refused by
    its field."""
    for seat in called.seats:
        number = seat["member"]
        if member in (number, seat["user"]) or names.fold(member) == names.fold(called.names[number]):
            return number
    return member


def _override(reason: str | None, voted: Sequence[Member]) -> Override | None:
    """The chair who voted answers for it."""
    if reason is None:
        return None
    chair = next((member["name"] for member in voted if member["role"] == "chair"), "")
    return {"reason": reason, "chair": chair}


def _outline(row: RowMapping, items: Sequence[RowMapping]) -> answers.MeetingOutline:
    return {
        "meeting_id": row["meeting_id"],
        "centre": row["centre"],
        "at": row["starts"],
        "status": row["status"],
        "cases": len(items),
        "decided": sum(item["plan_id"] is not None or item["review_id"] is not None for item in items),
        "version": row["version"],
    }
