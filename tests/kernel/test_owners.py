"""Whose a case is: of all that is heard of it, in any order and in any batches, the highest number counts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Text, create_engine, insert, select

from services.kernel import owners
from services.kernel.envelope import Recorded
from services.kernel.scope import AUTHOR, OWNER

NOW = datetime(2026, 3, 2, tzinfo=UTC)
metadata = MetaData()
state = Table(
    "state_v1", metadata, Column("case_id", Text, primary_key=True), Column("centre", Text, info=OWNER)
)
history = Table(
    "history_v1", metadata, Column("case_id", Text, primary_key=True), Column("centre", Text, info=AUTHOR)
)


@dataclass(frozen=True)
class Handed:
    case_id: str
    to_centre: str
    n: int


def fact(type: str, case_id: str, centre: str, **data) -> Recorded:
    return Recorded(
        "intake", 1, "id", type, f"case/{case_id}", 1, "", "", centre, "worker", "", "", case_id, None,
        {"case_id": case_id, **data}, {},
    )  # fmt: skip


def transfer(handed: Handed) -> Recorded:
    return fact(owners.TRANSFER, handed.case_id, "60", to=handed.to_centre, n=handed.n)


def project(db, facts):
    """As the log does it (kernel.eventlog): whoever writes a row writes whose work it is."""
    handed_over = owners.look_up(db, facts)
    owners.project(db, facts)
    for each in facts:
        if each.type == "Screened":
            for table in (state, history):
                if not db.execute(select(table).where(table.c.case_id == each.case_id)).first():
                    db.execute(insert(table).values(case_id=each.case_id, centre=each.centre))
    owners.follow(db, (state, history), handed_over)


NAMES = ("a", "b")
CENTRES = st.sampled_from(("60", "61", "62"))
TRANSFERS = st.lists(CENTRES, max_size=4)


@st.composite
def heard(draw):
    """Transfers of two cases and a screening of each, in any order, in any batches, some heard twice."""
    handed = {name: draw(TRANSFERS) for name in NAMES}
    facts = [
        transfer(Handed(name, to, n)) for name in NAMES for n, to in enumerate(handed[name], start=1)
    ] + [fact("Screened", name, "60") for name in NAMES]
    order = draw(st.permutations(facts + draw(st.lists(st.sampled_from(facts), max_size=3))))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)))) | {0, len(order)})
    return handed, [order[start:end] for start, end in pairwise(cuts)]


@settings(max_examples=200, deadline=None)
@given(heard())
def test_the_highest_number_counts_in_any_order(told):
    handed, batches = told
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        for each in (owners.metadata, metadata):
            each.create_all(db)
        for batch in batches:
            project(db, batch)
        for name in NAMES:
            last = handed[name][-1] if handed[name] else None
            assert owners.get(db, name) == last
            assert db.execute(select(state.c.centre).where(state.c.case_id == name)).scalar() == (
                last or "60"
            )
            assert db.execute(select(history.c.centre).where(history.c.case_id == name)).scalar() == "60"
