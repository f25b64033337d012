"""Who read personal fields of whom: written before they are unsealed, so that nothing is read that is not on record."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from services.kernel.tables import access_record


class Access(NamedTuple):
    """`what` kind of fields of `subject`, a stream of the service: case/ID, referral/ID. `at` is RFC 3339 UTC."""

    at: str
    who: str
    what: str
    subject: str


def record(db: Connection, at: str, who: str, what: str, read: Sequence[tuple[str, str]]) -> None:
    """Keep that `who` is about to read `what` of each (subject, person id) of `read`, which is not empty."""
    rows = [
        {"at": at, "who": who, "what": what, "subject": subject, "person_id": person_id}
        for subject, person_id in read
    ]
    db.execute(insert(access_record), rows)


def of_person(db: Connection, person_id: str) -> list[Access]:
    """Every access to one person's fields in this service, oldest first."""
    columns = [access_record.c[name] for name in Access._fields]
    rows = select(*columns).where(access_record.c.person_id == person_id).order_by(access_record.c.access_id)
    return [Access(*row) for row in db.execute(rows)]
