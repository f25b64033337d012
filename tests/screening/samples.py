"""Facts and commands that the tests of screening share."""

from datetime import date

from services.screening.domain.plan import AgreePlan, Quorum
from services.screening.domain.rulebook import rulebook
from services.screening.domain.screening import CompleteScreening, StartScreening
from services.screening.events import ScreeningCompleted, ScreeningStarted

CASE, PERSON, SCREENED, SCREENED_AGAIN, PLANNED, REPLANNED = (
    f"00000000-0000-0000-0000-00000000000{n}" for n in range(6)
)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
BOOK = rulebook("2569-1")

KNOWN = {
    "sex": "male",
    "age": {"on": "2026-03-02", "min": 68, "max": 68},
    "nationality": "thai",
    "domicile": [{"province": "60", "basis": "claimed"}],
    "danger": "none",
    "found": {"district": "6001"},
}
HOMELESS = {"housing": "street", "income_sufficient": False}

start = StartScreening(CASE, PERSON, KNOWN)
started = ScreeningStarted(CASE, PERSON, KNOWN)


def complete(facts=HOMELESS, id=SCREENED, day=MONDAY, closed=False):
    return CompleteScreening(id, CASE, facts, day, BOOK, closed)


def completed(id=SCREENED):
    return ScreeningCompleted(
        id, CASE, {"id": "screening", "version": "1"}, "2569-1", {}, [], ["advice_only"]
    )


def member(vote="agree", role="member", name="ก"):
    return {"name": name, "role": role, "vote": vote, "reason": None}


THREE = [member(role="chair"), member(name="ข"), member("abstain", "secretary", "ค")]


USUAL = Quorum(3, True)


def agree(members=THREE, id=PLANNED, screened=True, closed=False, quorum=USUAL):
    return AgreePlan(
        id, CASE, PERSON, members, "foundation", (), "near home", ["rest"], quorum, screened, closed
    )
