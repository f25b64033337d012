"""What surrounds a command and a fact: who, when, for which centre, because of what. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any, NamedTuple

ALL_CENTRES = "*"
PARTNER_ACTOR = "partner-"  # so begins the name of a partner's user in facts


def instant(moment: datetime) -> str:
    """An aware datetime as RFC 3339 UTC with microseconds: fixed width, so text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Delegation(NamedTuple):
    """The acts of `user` in a `role` for a centre are somebody else's to do too."""

    centre: str
    role: str
    user: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `centres` are province codes, or ("*",) for all. `partner`: id of the partner that a partner's user
    belongs to; "" for everybody else. `delegated`: whose acts are the caller's to do too; `acting`: this call is such
    an act, and role and centres are those of whom the caller acts for."""

    user: str
    role: str
    centres: tuple[str, ...]
    partner: str = ""
    delegated: tuple[Delegation, ...] = ()
    acting: bool = False

    def standing_in(self, roles: Collection[str]) -> "Caller | None":
        """The caller in the place of whoever has one of the roles and delegated their acts; None: of nobody."""
        usable = tuple(each for each in self.delegated if each.role in roles)
        if not usable:
            return None
        centres = tuple(each.centre for each in usable)
        return replace(self, role=usable[0].role, centres=centres, delegated=usable, acting=True)

    def acting_for(self, centre: str) -> str:
        """For whom the caller acts in a centre; "" if for nobody but themselves."""
        found = {each.centre: each.user for each in self.delegated} if self.acting else {}
        return found.get(centre, "")

    def delegated_centres(self, role: str) -> tuple[str, ...]:
        """For which centres the acts of somebody in this role are the caller's too."""
        return tuple(each.centre for each in self.delegated if each.role == role)

    @property
    def only_centre(self) -> str | None:
        """The caller's centre, if it is one: whoever names none means that."""
        return self.centres[0] if len(self.centres) == 1 and self.centres[0] != ALL_CENTRES else None

    def sees(self, centre: str) -> bool:
        return ALL_CENTRES in self.centres or centre in self.centres

    @property
    def partner_id(self) -> str | None:
        """Of which partner the caller is; None if no partner's user. "" belongs to no partner, and finds nothing."""
        return self.partner if self.role == "partner" else None

    @property
    def actor(self) -> str:
        """How facts name the caller. Of a partner's user they say that it is one, since who reads them later knows the
        name alone."""
        theirs = self.role == "partner" and not self.user.startswith(PARTNER_ACTOR)
        return f"{PARTNER_ACTOR}{self.user}" if theirs else self.user


SYSTEM = Caller("system", "system", (ALL_CENTRES,))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command's surroundings. `time` is when it happened, `recorded` when it was told; both RFC 3339 UTC text."""

    command_id: str
    fingerprint: str
    actor: str
    centre: str
    time: str
    recorded: str
    correlation: str
    causation: str
    acting_for: str = ""  # whose act it was, if the actor did it in somebody's place

    def new_id(self, name: str) -> str:
        """A new id that the same command always gives again."""
        return derived_id(self.command_id, name)


def derived_id(cause: str, name: str) -> str:
    """UUID version 5 of a name within the UUID `cause` (RFC 9562), as text: every event needs one, so without UUID
    objects."""
    digest = sha1(bytes.fromhex(cause.replace("-", "")) + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored fact. `data` holds its open fields, `sealed` its personal fields as ciphertext {field: text};
    `event` is the typed fact for a service's own log (personal fields hold the ciphertext) and None for a heard one."""

    source: str
    position: int
    id: str
    type: str
    stream: str
    version: int
    time: str
    recorded: str
    centre: str
    actor: str
    correlation: str
    causation: str
    case_id: str | None
    partner_id: str | None
    data: dict[str, Any]
    sealed: dict[str, str]
    event: Any = None
    acting_for: str = ""
