"""Screening's doors by name, each with what it answers."""

from services.kernel.questions import CommandDoor, QueryDoor
from services.screening.answers import (
    AdoptedRules,
    Assessment,
    Decisions,
    KeptMinutes,
    NewPlan,
    NewScreening,
    Plan,
    Quorum,
    RulesVersions,
    Screening,
    WholeRules,
)

COMPLETE: CommandDoor[NewScreening] = CommandDoor("screening", "complete")
ASSESS: QueryDoor[Assessment] = QueryDoor("screening", "assess")
SCREENING: QueryDoor[Screening | None] = QueryDoor("screening", "screening")
AGREE_PLAN: CommandDoor[NewPlan] = CommandDoor("screening", "agree_plan")
PLAN: QueryDoor[Plan | None] = QueryDoor("screening", "plan")
KEEP_MINUTES: CommandDoor[KeptMinutes] = CommandDoor("screening", "keep_minutes")
DECISIONS: QueryDoor[Decisions] = QueryDoor("screening", "decisions")
QUORUM: QueryDoor[Quorum] = QueryDoor("screening", "quorum")
ADOPT_RULES: CommandDoor[AdoptedRules] = CommandDoor("screening", "adopt_rules")
RULES: QueryDoor[RulesVersions] = QueryDoor("screening", "rules")
RULEBOOK: QueryDoor[WholeRules] = QueryDoor("screening", "rulebook")
