"""Of the day's work only so much is read as is shown; what is shown is as if all had been read and put in order."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert

from services.codes.work import WORK_PARTS
from services.intake.projections import terms, work, worklist
from services.intake.projections.reassessments import Reassessments
from services.kernel.envelope import Caller

TODAY = "2026-03-12"
OF_60 = Caller("worker", "worker", ("60",))
ASKED = {"owner": None, "case_id": None, "acts": None, "next": None, "part": None, "of_each": None}  # fmt: skip
DAYS = st.sampled_from(("2026-03-11", TODAY, "2026-03-13", "2026-09-30"))
CASES = st.fixed_dictionaries(
    {
        "centre": st.sampled_from(("60", "61")),
        "acts": st.sampled_from(("centre", "group", "others")),
        "due": DAYS,
        "flags": st.sampled_from(("[]", '["escalated"]', '["trafficking"]', '["law_deadline","not_told"]')),
        "tasks_due": st.none() | DAYS,
        "screened": st.none() | st.sampled_from(("2025-09-01", "2026-03-01")),
    }
)


def stored(cases):
    rest = {
        "next": "screen",
        "standing": "opened",
        "since": TODAY,
        "contradictions": "[]",
        "open_referrals": "[]",
    }
    return [
        {
            **dict.fromkeys(column.name for column in work.work.c),
            **rest,
            **each,
            "case_id": f"case {place * 7 % 11:02} {place}",
            # Numbers are of a centre and go up as cases are opened, in no order of what they stand like.
            "case_number": f"{each['centre']}-2569-{place:04}",
        }
        for place, each in enumerate(cases)
    ]


def in_order(db, part):
    """Every open case, weighed by itself."""
    again = Reassessments(db)
    found = [(worklist.item(row, again, OF_60, TODAY), row) for row in work.list_open(db, None)]
    weighed = [(weight(row, again).key, row.case_number, item) for item, row in found]
    return [item for _, _, item in sorted(weighed, key=lambda each: each[:2]) if part in (None, item["part"])]


def weight(row, again):
    reassess = again.day(row.centre, row.screened)
    like = (row.acts, row.due, row.flags, row.tasks_due, reassess, TODAY)
    return worklist.weigh(row.centre == "60", *like)[1]


@pytest.fixture(scope="module")
def engine():
    engine = create_engine("sqlite://")
    for table in (work.work, *terms.TERMS.tables):
        table.create(engine)
    return engine


@given(
    cases=st.lists(CASES, max_size=25),
    limit=st.integers(1, 9),
    of_each=st.none() | st.integers(1, 3),
    part=st.none() | st.sampled_from(WORK_PARTS),
)
def test_pages_are_those_of_the_whole_list(engine, cases, limit, of_each, part):
    with engine.connect() as db:
        if cases:
            db.execute(insert(work.work), stored(cases))
        whole = in_order(db, part)
        counts = Counter(item["part"] for item in in_order(db, None))
        if of_each is not None:
            whole = [
                item
                for place, item in enumerate(whole)
                if sum(before["part"] == item["part"] for before in whole[:place]) < of_each
            ]
        body = {**ASKED, "part": part, "of_each": of_each, "limit": limit, "cursor": None, "counting": False}
        found = worklist.get(db, None, body, OF_60, TODAY)
        assert found["items"] == whole[:limit]
        assert found["counts"] == {each: counts[each] for each in WORK_PARTS}
        seen = list(found["items"])
        while found["next"] and of_each is None:
            found = worklist.get(db, None, {**body, "cursor": found["next"]}, OF_60, TODAY)
            seen += found["items"]
        assert of_each is not None or seen == whole
        assert worklist.get(db, None, {**body, "counting": True}, OF_60, TODAY)["items"] == []
