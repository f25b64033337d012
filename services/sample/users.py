"""The sample users: who signs in, as what, for which centres, and for which partner."""

from typing import NamedTuple


class User(NamedTuple):
    """`role` of codes.ROLES; `centres` province codes, "*" for all."""

    name: str
    role: str
    centres: tuple[str, ...]


USERS: tuple[User, ...] = (
    User("worker-60", "worker", ("60",)),
    User("director-60", "director", ("60",)),
    User("deputy-60", "director", ("60",)),  # decides with the director, or for them
    User("member-60", "member", ("60",)),
    User("partner-60", "partner", ()),
    User("worker-61", "worker", ("61",)),
    User("director-61", "director", ("61",)),
    User("worker-62", "worker", ("62",)),
    User("director-62", "director", ("62",)),
    User("ministry", "ministry", ("*",)),
    User("rules", "rule_keeper", ("*",)),
    User("admin", "admin", ()),
)

PARTNERS_PROVINCE = "60"  # of the partner that the partner's user belongs to

DONE = "director-62"  # users are made last: where this account is, the sample network is whole
