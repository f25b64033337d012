"""Places by number: what a partner states, and what our own referrals reserve, take and give back. Pure arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from services.codes import units as words
from services.partners.events import Held, UnitPlaces

WHOLE = ""  # of a place in no unit: the programme's places are not told apart


@dataclass(frozen=True, slots=True)
class Ledger:
    """Places by number. `statement` counts the statements; `used` and `returned` are the referrals that reserved or
    took a place, and that gave one back, since the last of them: each referral at most once in each."""

    total: int = 0
    stated: int = 0
    statement: int = 0
    reserved: int = 0
    filled: int = 0
    used: int = 0
    returned: int = 0

    @property
    def free(self) -> int:
        """What can be reserved now (docs/contract.md, capacity)."""
        return max(0, min(self.stated - self.used + self.returned, self.total - self.reserved - self.filled))

    def contradicts(self, total: int, free: int) -> bool:
        """Whether a statement leaves no room for the places held here."""
        return free + self.reserved + self.filled > total

    def after_statement(self, total: int, free: int) -> "Ledger":
        return Ledger(total, free, self.statement + 1, self.reserved, self.filled)

    def after_reserving(self) -> "Ledger":
        return replace(self, reserved=self.reserved + 1, used=self.used + 1)

    def after_taking(self, counted: bool) -> "Ledger":
        """`counted`: this referral is already among those that used a place since the statement."""
        return replace(
            self, reserved=self.reserved - 1, filled=self.filled + 1, used=self.used + (0 if counted else 1)
        )

    def after_releasing(self, held: Held) -> "Ledger":
        match held:
            case "reserved":
                return replace(self, reserved=self.reserved - 1, returned=self.returned + 1)
            case "taken":
                return replace(self, filled=self.filled - 1, returned=self.returned + 1)
            case "waiting":
                return self
        assert_never(held)


Units = Mapping[str, Ledger]  # by codes.units.key_of


def stated_units(
    places: Iterable[UnitPlaces], holds: Iterable[tuple[str, str]], statement: int
) -> dict[str, Ledger]:
    """The units of a statement, with what our referrals have in them (`holds`): unit, and reserved or taken."""
    counted = list(holds)
    return {
        (key := words.key_of(each["unit"], each["group"])): Ledger(
            each["total"],
            each["free"],
            statement,
            counted.count((key, "reserved")),
            counted.count((key, "taken")),
        )
        for each in places
    }


def free_in(units: Units, whole: Ledger, key: str) -> int:
    """Never more than are free of the whole: what is held in no unit is held all the same."""
    return min(units[key].free, whole.free)


def place_for(units: Units, whole: Ledger, who: str | None) -> str | None:
    """The unit in which somebody gets a place (WHOLE: they are not told apart), None if there is none. Places that are
    for their group alone come first, for those whose group nobody knows the others; then where most are free."""
    if whole.free <= 0:
        return None
    if not units:
        return WHOLE
    fitting = [
        key for key, ledger in units.items() if ledger.free > 0 and words.takes(words.parts_of(key)[1], who)
    ]
    wanted = who or words.ANYONE
    return min(
        fitting, key=lambda key: (words.parts_of(key)[1] != wanted, -units[key].free, key), default=None
    )


def free_for(units: Units, whole: Ledger, who: str | None) -> int:
    """How many places somebody may get (None: of whatever group, so that it is what is free in all)."""
    if not units:
        return whole.free
    fitting = [key for key in units if words.takes(words.parts_of(key)[1], who)]
    return min(whole.free, sum(units[key].free for key in fitting))
