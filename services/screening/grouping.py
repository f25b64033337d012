"""The doors of a centre's working group: who belongs to it, as its director appoints them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping

from services.codes.access import CASE_READERS, DIRECTOR
from services.kernel import scope
from services.kernel.doors import Call, Doors, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, schemas
from services.screening.domain.membership import GROUP, AppointMember, EndMembership
from services.screening.projections import members
from services.thai import names

NAME = "name"  # the sealed field
NOT_OURS = "This account is a member of another centre's working group."
THERE = "This name is a member in these days already."


class Grouping(Doors):
    @command("group.change", roles=(DIRECTOR,), schema=schemas.AppointMember())
    def appoint_member(self, call: Call, body: bodies.AppointMember) -> Outcome[answers.NewMember]:
        member_id, centre = call.new_id("member"), body["centre"]
        if not call.caller.sees(centre):
            raise Forbidden("Members can only be appointed for your own centre.")
        since, until = body["since"].isoformat(), body["until"].isoformat() if body["until"] else None
        name = body["name"] or str(body["user"])
        self.runtime.vault.ensure(centre)

        def work(unit: Unit) -> answers.NewMember:
            appointing = AppointMember(member_id, centre, body["user"], name, body["role"], since, until)
            written = names.as_written(name)
            for row in members.list_members(unit.db, [centre]):
                apart = (row["until"] is not None and row["until"] < since) or (
                    until is not None and until < row["since"]
                )
                if (
                    row["member_id"] != member_id
                    and not apart
                    and names.as_written(self._name(row)) == written
                ):
                    raise Invalid({"name": [THERE]})
            unit.handle(GROUP, centre, appointing, call.if_match)
            return {"member_id": member_id, "version": unit.version(GROUP, centre)}

        return self.runtime.execute(call.envelope(centre), work)

    @command("group.change", roles=(DIRECTOR,), schema=schemas.EndMembership())
    def end_membership(self, call: Call, body: bodies.EndMembership) -> Outcome[answers.GroupVersion]:
        row = self.runtime.read(lambda db: members.get(db, body["member_id"]))
        if row is None or not call.caller.sees(row["centre"]):
            raise NotFound("member")
        centre, until = row["centre"], body["until"].isoformat()

        def work(unit: Unit) -> answers.GroupVersion:
            unit.handle(GROUP, centre, EndMembership(body["member_id"], until), call.if_match)
            return {"version": unit.version(GROUP, centre)}

        return self.runtime.execute(call.envelope(centre), work)

    @query("meeting.read", roles=CASE_READERS, schema=schemas.ListMembers())
    def members(self, call: Call, body: bodies.ListMembers) -> answers.Members:
        centre = body["centre"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        seen = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        centres, day = seen if centre is None else (centre,), body["on"]
        rows = self.runtime.read(
            lambda db: members.list_members(db, centres, day.isoformat() if day else None)
        )
        return {"items": [self._member(row) for row in rows]}

    def _on(self, centre: str, day: date) -> Sequence[RowMapping]:
        """Who is a member of a centre's group on a day."""
        return self.runtime.read(lambda db: members.list_members(db, [centre], day.isoformat()))

    def _require_own(self, centre: str, day: date, invited: Sequence[bodies.Invited]) -> None:
        """A member of other centres' groups alone has no vote here. (The rule looks at all centres; what it saw is told
        to nobody but who named the account.)"""
        with scope.narrow(scope.EVERYTHING):
            rows = self.runtime.read(lambda db: members.list_members(db, None, day.isoformat()))
        own = {row["user"] for row in rows if row["centre"] == centre}
        others = {row["user"] for row in rows} - own - {None}
        wrong = {
            f"members.{place}.user": [NOT_OURS]
            for place, each in enumerate(invited)
            if each["user"] in others
        }
        if wrong:
            raise Invalid(wrong)

    def _name(self, row: RowMapping) -> str:
        name: str = self.runtime.vault.unseal(row["centre"], NAME, row["name"])
        return name

    def _member(self, row: RowMapping) -> answers.StandingMember:
        return {
            "member_id": row["member_id"],
            "centre": row["centre"],
            "user": row["user"],
            "name": self._name(row),
            "role": row["role"],
            "since": row["since"],
            "until": row["until"],
        }
