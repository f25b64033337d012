"""Whenever a case is opened, a screening is due. Pure: facts in, commands out."""

from typing import Any

from services.kernel.decider import Do
from services.kernel.envelope import Recorded
from services.screening.domain.screening import SCREENING, StartScreening, with_district


def when_case_opened(fact: Recorded, case_id: str, person_id: str, **known: Any) -> list[Do]:
    return [Do(SCREENING, case_id, StartScreening(case_id, person_id, with_district(known)))]
