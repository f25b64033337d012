"""What several assessors noted of a screening that is not complete yet, sealed.

No read model: a draft is no fact and stands in no log (decision 62). It goes when the screening is complete, with the
person's key, and by itself after some days.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from sqlalchemy import Boolean, Column, Connection, MetaData, RowMapping, Table, Text, delete, select

from services.kernel.growth import Rule
from services.kernel.questions import Json
from services.kernel.readmodels import upsert
from services.kernel.scope import OWNER
from services.screening.domain.gathering import Reply, in_order

FIELD = "answer"  # the sealed one
KEPT = timedelta(days=7)  # as the front door's drafts

metadata = MetaData()
answer = Table(
    "screening_answer",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("person_id", Text, nullable=False),
    Column("value", Text, nullable=False),  # sealed
    Column("declined", Boolean, nullable=False),
    Column("at", Text, nullable=False, index=True),
)
TABLES = (answer,)
GROWS = (
    Rule(
        answer,
        "at",
        KEPT,
        "answers of a screening that nobody completed; longer, and they would be a second file",
    ),
)

Unseal = Callable[[str, str, str], Json]  # of a person, a field, its text


def get(db: Connection, case_id: str, centre: str, unseal: Unseal) -> dict[str, list[Reply]]:
    """By question, the oldest first; of a case that came from another centre only what its own noted."""
    found = select(answer).where(answer.c.case_id == case_id, answer.c.centre == centre)
    return in_order((row["question"], _reply(row, unseal)) for row in db.execute(found).mappings())


def _reply(row: RowMapping, unseal: Unseal) -> Reply:
    value = unseal(row["person_id"], FIELD, row["value"])
    return Reply(row["user"], value["is"] if isinstance(value, Mapping) else None, row["at"], row["declined"])


def put(
    db: Connection,
    of: Mapping[str, str],
    sealed: Mapping[str, tuple[str, bool]],
    at: str,
    anew: Collection[str],
) -> None:
    """What one user (`of`: case_id, user, centre, person_id) noted: {question: (sealed value, declined)}; of the
    questions `anew` nothing else stays."""
    own = (answer.c.case_id == of["case_id"], answer.c.user == of["user"])
    gone = [question for question in anew if question not in sealed]
    if gone:
        db.execute(delete(answer).where(*own, answer.c.question.in_(gone)))
    rows: list[dict[str, Json]] = [
        {**of, "question": question, "value": value, "declined": declined, "at": at}
        for question, (value, declined) in sorted(sealed.items())
    ]
    upsert(db, answer, rows, ("case_id", "question", "user"))


def clear(db: Connection, case_id: str) -> None:
    """The screening is complete."""
    db.execute(delete(answer).where(answer.c.case_id == case_id))
