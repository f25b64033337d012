"""A case as it is answered to whoever may see it."""

import orjson
from sqlalchemy import RowMapping

from services.intake import answers
from services.thai import areas


def case(row: RowMapping) -> answers.Case:
    """What those who see cases may see of one without its person's own data: ids, codes, dates, areas; they may do
    nothing with it."""
    return {
        "case_id": row["case_id"],
        "case_number": row["case_number"],
        "centre": row["centre"],
        "status": row["status"],
        "channel": row["channel"],
        "danger": row["danger"],
        "opened": row["opened"],
        "version": row["version"],
        "may": [],
        "person": {
            "person_id": row["person_id"],
            "identity_status": row["identity_status"],
            "sex": row["sex"],
            "age": None,
            "age_band": row["age_band"],
            "nationality": row["nationality"],
            "domicile": orjson.loads(row["domicile"]),
            "province": areas.province_of(row["district"]) if row["district"] else None,
            "corrected": row["corrected"],
            "died": row["died"],
        },
    }


def outline(row: RowMapping, path_kind: str | None) -> answers.CaseOutline:
    """What who may not see cases is told: nothing of the person."""
    return {
        "case_id": row["case_id"],
        "case_number": row["case_number"],
        "centre": row["centre"],
        "status": row["status"],
        "opened": row["opened"],
        "version": row["version"],
        "path_kind": path_kind,
    }
