"""The doors of a centre's own closures, set by its director, and how far the calendar of holidays goes."""

from services.codes.access import DIRECTOR, STAFF
from services.kernel.doors import Call, command, query
from services.kernel.errors import Forbidden, Invalid
from services.kernel.eventlog import Outcome, Unit
from services.referral import answers, bodies, reading, schemas
from services.referral.domain.closures import CLOSURES, AddClosure, TakeBackClosure
from services.referral.projections import closures
from services.thai.calendar import announced_until
from services.thai.dates import bangkok_day


class Closing(reading.Reading):
    @command("centre.close", roles=(DIRECTOR,), schema=schemas.AddClosure())
    def add_closure(self, call: Call, body: bodies.AddClosure) -> Outcome[answers.ClosureSet]:
        """Deadlines that begin from now on count it as closed; those that run stay as they are."""
        centre, day = body["centre"], body["day"]
        return self._set(call, centre, AddClosure(centre, day, body["name"], bangkok_day(call.now)))

    @command("centre.close", roles=(DIRECTOR,), schema=schemas.TakeBackClosure())
    def take_back_closure(self, call: Call, body: bodies.TakeBackClosure) -> Outcome[answers.ClosureSet]:
        centre = body["centre"]
        return self._set(call, centre, TakeBackClosure(centre, body["day"], bangkok_day(call.now)))

    def _set(
        self, call: Call, centre: str, closure: AddClosure | TakeBackClosure
    ) -> Outcome[answers.ClosureSet]:
        if not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")

        def work(unit: Unit) -> answers.ClosureSet:
            unit.handle(CLOSURES, centre, closure, expected=call.if_match)
            return {"day": closure.day.isoformat(), "version": unit.version(CLOSURES, centre)}

        return self.runtime.execute(call.envelope(centre), work)

    @query("centre.closures", roles=(*STAFF, "member"), schema=schemas.ListClosures())
    def closures(self, call: Call, body: bodies.ListClosures) -> answers.Closures:
        """From today on; of the caller's own centre, where no other is named."""
        centre, today = body["centre"] or call.caller.only_centre, bangkok_day(call.now)
        if centre is None:
            raise Invalid({"centre": ["Missing data for required field."]})
        if not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        found = self.runtime.read(lambda db: closures.list_closures(db, centre, today))
        ends = announced_until()
        return {
            "items": found,
            "announced_until": ends.isoformat(),
            "days_announced": max((ends - today).days, 0),
        }
