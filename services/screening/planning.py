"""How a plan is agreed: with everybody's vote, for places that partners offer - by whoever records a decision, and by a
meeting (meetings)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Connection, RowMapping

from services.codes import PLAN_PATHS, TONIGHT, procedure
from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import FIT_SECONDS, fit_warnings
from services.kernel.doors import Call, command, query
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Unavailable, naming
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, reading, schemas
from services.screening.domain import rulebook
from services.screening.domain.adoption import RULES, in_force, procedure_in_force
from services.screening.domain.care import CARE, SetGoal, Words, require_to_come
from services.screening.domain.meeting import MEETING, TableRatification
from services.screening.domain.plan import PLAN, AgreePlan, Goal, Member, Override
from services.screening.domain.screening import SCREENING
from services.screening.projections import meetings, plans, screenings, upstream
from services.thai import dates, names
from services.thai.order import require_order

SOUND_ALIKE = "members_sound_alike"


class Decision(NamedTuple):
    """`field`: by which name of the body the places are told."""

    path: str
    programme_ids: Sequence[str]
    why: str
    goals: Sequence[str | Goal]
    field: str = "programme_ids"
    urgency: str | None = None


class Voted(NamedTuple):
    """`conflicts`: names of who was there and did not vote for an interest of their own."""

    members: Sequence[Member]
    override: Override | None
    meeting_id: str | None = None
    conflicts: Sequence[str] = ()
    between_meetings: bool = False


class Planning(reading.Reading):
    @command("plan.agree", roles=STAFF, schema=schemas.AgreePlan())
    def agree_plan(self, call: Call, body: bodies.AgreePlan) -> Outcome[answers.NewPlan]:
        case = self._case(call, body["case_id"], unless_closed=True)
        one, several = body["programme_id"], body["programme_ids"]
        decision = Decision(
            body["path"],
            several or ([one] if one else []),
            body["why"],
            body["goals"],
            "programme_ids" if several else "programme_id",
            body["urgency"] if body["between_meetings"] else None,
        )
        voted = Voted(body["members"], body["override"], between_meetings=bool(body["between_meetings"]))
        return self._agree(call, case, decision, lambda unit, plan_id: voted)

    def _agree(
        self, call: Call, case: RowMapping, decision: Decision, vote: Callable[[Unit, str], Voted]
    ) -> Outcome[answers.NewPlan]:
        """`vote` says within the transaction, for the plan of this id, who voted how."""
        case_id, person_id, plan_id = case["case_id"], case["person_id"], call.new_id("plan")
        screening = self.runtime.read(lambda db: screenings.get(db, case_id))
        follows = self._opened(case_id, screening["completed_at"] if screening else None)
        offers = self._offers(decision.programme_ids, decision.field)
        day = dates.bangkok_day(call.at)
        fit = self._fit(call, case_id, decision.programme_ids)
        self.runtime.ensure_key(call, person_id)
        self.runtime.catch_up("referral")

        def work(unit: Unit) -> answers.NewPlan:
            reading.require_present(unit.db, case_id)
            require_order(call.at, follows)
            require_path(offers, decision.path, decision.field)
            book = in_force(unit.state(RULES, rulebook.NAME), day)
            require_known(book, decision.path)
            rules = procedure_in_force(unit.state(RULES, procedure.NAME), day)
            terms = rules.of(case["centre"])
            screening, voted = unit.state(SCREENING, case_id), vote(unit, plan_id)
            agreement = AgreePlan(
                plan_id=plan_id,
                case_id=case_id,
                person_id=person_id,
                members=voted.members,
                path=decision.path,
                programme_ids=decision.programme_ids,
                why=decision.why,
                goals=decision.goals,
                quorum=terms.between_meetings if voted.between_meetings else terms.quorum,
                screened=screening.screening_id is not None,
                closed=case["closed"],
                proposed=screening.paths,
                shut=screening.shut(decision.path),
                override=voted.override,
                screening_id=screening.screening_id,
                procedure=rules.version,
                meeting_id=voted.meeting_id,
                conflicts=voted.conflicts,
                between_meetings=voted.between_meetings,
                urgency=decision.urgency,
            )
            unit.handle(PLAN, case_id, agreement, call.if_match)
            for place, goal in enumerate(goals_of(plan_id, case, decision.goals)):
                unit.handle(CARE, case_id, goal)
                require_to_come(goal.due, day.isoformat(), f"goals.{place}.due")
            if voted.between_meetings:
                table_unratified(unit, case["centre"], agreement)
            return {
                "plan_id": plan_id,
                "version": unit.version(PLAN, case_id),
                "warnings": _alike(voted.members) + fit,
            }

        return self.runtime.execute(call.envelope(case["centre"]), work)

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def quorum(self, call: Call, body: bodies.OfCase) -> answers.Quorum:
        """What a decision on this case needs."""
        return self._quorum(call, self._case(call, body["case_id"])["centre"])

    def _quorum(self, call: Call, centre: str) -> answers.Quorum:
        """What a centre's working group needs today."""
        rules = procedure_in_force(self.runtime.state(RULES, procedure.NAME), dates.bangkok_day(call.now))
        terms = rules.of(centre)
        between = terms.between_meetings
        return {
            "votes": terms.quorum.votes,
            "chair": terms.quorum.chair,
            "own": terms.own_quorum,
            "between_meetings": {"votes": between.votes, "chair": between.chair},
        }

    def _offers(self, programme_ids: Sequence[str], field: str) -> list[upstream.Programme]:
        with naming(field):
            return [self._programme(each) for each in programme_ids]

    def _programme(self, programme_id: str) -> upstream.Programme:
        """A programme that a plan names, as partners has it now; NotFound for one nobody offered."""

        def find(db: Connection) -> upstream.Programme | None:
            return upstream.get_programme(db, programme_id)

        found = self.runtime.get_or_pull(find, "partners")
        if found.retired:  # it may have been taken up again
            self.runtime.catch_up("partners")
            found = self.runtime.get_or_pull(find)
        return found

    def _fit(self, call: Call, case_id: str, programme_ids: Sequence[str]) -> list[str]:
        """What partners' matching says of the programmes that a plan names, as warnings."""
        if not programme_ids:
            return []
        body = {"case_id": case_id, "programme_ids": [*programme_ids], "wait": FIT_SECONDS / 2}
        try:
            told = self.runtime.ask("partners", "matches", call, body, FIT_SECONDS)
        except (Unavailable, NotFound, Forbidden, Invalid):
            return fit_warnings(())
        return fit_warnings([each["verdict"] for each in told["candidates"]])


def goals_of(plan_id: str, case: RowMapping, goals: Sequence[str | Goal]) -> list[SetGoal]:
    """The goals of a decision, as those of the care plan."""
    found = []
    for number, goal in enumerate(goals):
        told: Goal = (
            {"area": None, "text": goal, "owner": None, "due": None} if isinstance(goal, str) else goal
        )
        goal_id = str(uuid5(UUID(plan_id), f"goal/{number}"))
        words: Words = {"text": told["text"], "owner": told["owner"]}
        found.append(
            SetGoal(goal_id, case["case_id"], case["person_id"], told["area"], told["due"], words, plan_id)
        )
    return found


def table_unratified(
    unit: Unit, centre: str, agreed: AgreePlan | None = None, without: str | None = None
) -> None:
    """What was decided between meetings lies before the centre's next meeting of those that are called, which is not
    `without`: the plan that is `agreed` now, and whatever waits since before."""
    meeting_id = meetings.get_next(unit.db, centre, without)
    if meeting_id is not None:
        lay_before(unit, centre, meeting_id, agreed)


def lay_before(unit: Unit, centre: str, meeting_id: str, agreed: AgreePlan | None = None) -> None:
    waiting = [
        TableRatification(row["case_id"], row["person_id"], row["plan_id"], row["path"], plans.places_of(row))
        for row in plans.list_to_ratify(unit.db, centre)
        if not _is_closed(unit, row["case_id"]) and (agreed is None or row["case_id"] != agreed.case_id)
    ]
    if agreed is not None:
        waiting.append(
            TableRatification(
                agreed.case_id, agreed.person_id, agreed.plan_id, agreed.path, agreed.programme_ids
            )
        )
    for each in waiting:
        unit.handle(MEETING, meeting_id, each)


def _is_closed(unit: Unit, case_id: str) -> bool:
    case = upstream.get_case(unit.db, case_id)
    return case is None or case["closed"]


def require_known(book: rulebook.Rulebook, path: str) -> None:
    """It is a path of the rules that count, or one that plans had before them."""
    if path not in {*PLAN_PATHS, *book.paths} - {TONIGHT}:
        raise Invalid({"path": [f"Must be one of: {', '.join(book.paths)}."]})


def require_path(offers: Sequence[upstream.Programme], path: str, field: str) -> None:
    """Every place is one of the path, and still taken up."""
    for offered in offers:
        if offered.path != path:
            raise Invalid({field: [f"This programme is for the path {offered.path}, not {path}."]})
        if offered.retired:
            raise Refused("retired", "This programme is retired: nobody is planned there any more.")


def _alike(members: Sequence[Member]) -> list[str]:
    voters = [names.fold(names.without_title(member["name"])) for member in members]
    return [SOUND_ALIKE] if len({*voters}) < len(voters) else []
