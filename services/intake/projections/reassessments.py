"""When people are to be screened again: read with the day's work, by the terms of each centre."""

from datetime import date

from sqlalchemy import Connection

from services.codes.procedure import Book
from services.codes.procedure.reckoning import last_day
from services.codes.work import REASSESS
from services.intake.projections import terms


class Reassessments:
    """From which day on people are to be screened again, by the terms of their centres."""

    def __init__(self, db: Connection) -> None:
        self._adopted = terms.list_adopted(db)  # asked once, however many centres there are
        self._days: dict[tuple[str, str], str] = {}

    def day(self, centre: str, screened: str | None) -> str | None:
        """ISO, in Thailand; None: nothing is decided on a screening."""
        if screened is None:
            return None
        known = self._days.get((centre, screened))
        if known is None:
            first = date.fromisoformat(screened)
            known = last_day(Book(self._adopted, centre).on(first), REASSESS, first).isoformat()
            self._days[centre, screened] = known
        return known
