"""The problem log: answers that speak against the registry become a problem with what would correct it, and whoever
keeps the partner accepts that or dismisses it, with a reason. Which answers, and how many: services/codes/problems.py.
"""

from functools import partial

from services.codes.access import READERS, STAFF
from services.codes.problems import SIGNS
from services.kernel.doors import Call, Doors, command, query
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Forbidden, Refused
from services.kernel.eventlog import Outcome, Unit
from services.partners import answers, bodies, changing, schemas
from services.partners.domain.places import PROGRAMME
from services.partners.domain.problems import PROBLEM, AcceptProblem, DismissProblem
from services.partners.domain.proposals import Change
from services.partners.events import ProblemFound, Told
from services.partners.projections import problems
from services.thai.order import require_order


class Weighing(Doors):
    @query("problem.list", roles=READERS, schema=schemas.ListProblems())
    def problems(self, call: Call, body: bodies.ListProblems) -> answers.Problems:
        """Of the partners that the asker's centres keep; those that wait to be decided, if nothing else is asked
        for. No count in it is of one to four people of a kind (codes.problems.SIGNS)."""
        centre = body["centre"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        own = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        found = own if centre is None else (centre,)
        return self.runtime.read(
            lambda db: problems.list_problems(
                db, found, body["status"], body["problem_id"], body["limit"], body["cursor"]
            )
        )

    @command("problem.decide", roles=STAFF, schema=schemas.DecideProblem())
    def accept_problem(self, call: Call, body: bodies.DecideProblem) -> Outcome[answers.ProblemDecided]:
        """The registry is corrected, or confirmed, as is proposed."""
        return self._decide_problem(call, body["problem_id"], AcceptProblem(body["reason"]))

    @command("problem.decide", roles=STAFF, schema=schemas.DecideProblem())
    def dismiss_problem(self, call: Call, body: bodies.DecideProblem) -> Outcome[answers.ProblemDecided]:
        """The registry stays as it is; the same answers make no problem again."""
        return self._decide_problem(call, body["problem_id"], DismissProblem(body["reason"]))

    def _decide_problem(
        self, call: Call, problem_id: str, decision: AcceptProblem | DismissProblem
    ) -> Outcome[answers.ProblemDecided]:
        row = self.runtime.get_or_pull(partial(problems.get, problem_id=problem_id))
        if not call.caller.sees(row.keeper):
            raise Forbidden("Another centre keeps this partner and decides.")

        def work(unit: Unit) -> answers.ProblemDecided:
            found = unit.state(PROBLEM, problem_id).found
            if unit.handle(PROBLEM, problem_id, decision, call.if_match) and found:
                require_order(call.at, {"the problem was found": row.found_at})
                if isinstance(decision, AcceptProblem):
                    _correct(unit, call, found, decision.reason)
            return {"version": unit.version(PROBLEM, problem_id)}

        return self.runtime.execute(call.envelope(changing.centre_of(call, row.keeper)), work)


def _correct(unit: Unit, call: Call, finding: ProblemFound, reason: str) -> None:
    """As whoever keeps the partner would do it on its page. Refused if what the answers speak against was corrected or
    confirmed since: they speak against something else then."""
    standing = problems.get_standing(unit.db, finding.programme_id)
    if standing is None or standing.stood[SIGNS[finding.reason].about] != finding.stood:
        raise Refused("proposal_outdated", "What it would change was changed since it was finding.")
    after: Told = finding.after
    if "rules" in after:
        known = unit.state(PROGRAMME, finding.programme_id).fields["rules"]
        after = {"rules": {**known, **after["rules"]}}
    of_partner = after.get("what") == ["contact"]
    programme_id = None if of_partner else finding.programme_id
    changing.apply(
        unit, Change(standing.partner_id, programme_id, finding.action, after, reason, instant(call.at))
    )
