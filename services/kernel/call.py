"""One call of a door: who asks, what for, and when. Pure."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kernel.envelope import Caller, Envelope, derived_id, instant

# Of the call that is answered now, for who reads its body; None where no door is.
NOW: ContextVar[datetime | None] = ContextVar("now", default=None)


@dataclass(frozen=True)
class Call:
    """`at` is when it happened, `now` when it is recorded; `raw` is the call as it came, to be passed on."""

    caller: Caller
    command_id: str
    fingerprint: str
    correlation: str
    at: datetime
    now: datetime
    if_match: int | None
    raw: Mapping[str, Any]

    def new_id(self, name: str) -> str:
        return derived_id(self.command_id, name)

    def envelope(self, centre: str) -> Envelope:
        return Envelope(
            command_id=self.command_id,
            fingerprint=self.fingerprint,
            actor=self.caller.actor,
            acting_for=self.caller.acting_for(centre),
            centre=centre,
            time=instant(self.at),
            recorded=instant(self.now),
            correlation=self.correlation,
            causation=self.command_id,
        )

    def as_dict(self) -> Mapping[str, Any]:
        return self.raw
