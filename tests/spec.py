"""Given these facts, when this command, then those facts. No store, no mocks."""

from dataclasses import dataclass
from typing import Any

import pytest

from services.kernel.decider import Aggregate
from services.kernel.errors import Refused


@dataclass(frozen=True)
class Spec:
    aggregate: Aggregate[Any, Any, Any]
    past: tuple[Any, ...] = ()
    command: Any = None

    def given(self, *past: Any) -> "Spec":
        return Spec(self.aggregate, past)

    def when(self, command: Any) -> "Spec":
        return Spec(self.aggregate, self.past, command)

    def then(self, *expected: Any) -> None:
        assert list(self._decide()) == list(expected)

    def refused(self, code: str) -> str:
        """The message."""
        with pytest.raises(Refused) as refusal:
            self._decide()
        assert refusal.value.code == code
        return refusal.value.message

    def _decide(self) -> Any:
        assert self.command is not None, "say when(...) first"
        decider = self.aggregate.decider
        return decider.decide(self.command, decider.fold(self.past))
