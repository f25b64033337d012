"""The sample users: who signs in, as what, for which centres."""

from typing import NamedTuple


class User(NamedTuple):
    """`role` of codes.ROLES; `centres` province codes, "*" for all."""

    name: str
    role: str
    centres: tuple[str, ...]


USERS: tuple[User, ...] = (
    User("worker-60", "worker", ("60",)),
    User("director-60", "director", ("60",)),
    User("worker-61", "worker", ("61",)),
    User("director-61", "director", ("61",)),
    User("worker-62", "worker", ("62",)),
    User("director-62", "director", ("62",)),
    User("ministry", "ministry", ("*",)),
    User("admin", "admin", ()),
)

DONE = "director-62"  # users are made last: where this account is, the sample network is whole
