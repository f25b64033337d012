"""Places in HSDS, out and in: a service_capacity of each unit, where they are told apart."""

from collections.abc import Sequence
from typing import Any

from services.codes import KIND_OF_PATH
from services.codes.units import key_of, parts_of, unit_in_words
from services.kernel.envelope import derived_id
from services.kernel.questions import Json
from services.partners.answers import Programme
from services.web.formats.entries import Sent
from services.web.formats.taxonomies import UNIT_OF_ID, unit_id


def written(programme: Programme) -> list[dict[str, Json]]:
    """Of each unit, where the places are told apart; none, where nobody knows how many there are."""
    places = programme["places"]
    if not places["known"]:
        return []
    if places["units"]:
        keys = [key_of(each["unit"], each["group"]) for each in places["units"]]
        return [
            _capacity(programme, key, unit_in_words(key, "th"), each["free"], each["total"])
            for key, each in zip(keys, places["units"], strict=True)
        ]
    work = KIND_OF_PATH.get(programme["path"]) == "work"
    what, name = ("position", "ตำแหน่ง") if work else ("place", "ที่")
    return [_capacity(programme, what, name, places["free"], places["total"])]


def _capacity(programme: Programme, unit: str, name: str, free: int, total: int) -> dict[str, Json]:
    id = programme["programme_id"]
    return {
        "id": derived_id(id, f"capacity/{unit}" if "/" in unit else "capacity"),
        "service_id": id,
        "unit": {"id": unit_id(unit), "name": name},
        "available": free,
        "maximum": total,
        "updated": programme["places"]["confirmed_at"],
    }


def read(capacities: Sequence[Sent]) -> dict[str, Json]:
    """Told apart where all of them are units of ours; else the first is taken for all that there is."""
    told = [
        {"total": whole(each.get("maximum", each.get("available"))), "free": whole(each.get("available"))}
        for each in capacities
    ]
    ours = [
        UNIT_OF_ID.get(str((each.get("unit") or {}).get("id") or each.get("unit_id"))) for each in capacities
    ]
    if not told or not all(ours) or None in [count for each in told for count in each.values()]:
        return dict(told[0]) if told else {}
    apart: list[Json] = [
        {"unit": parts_of(key)[0], "group": parts_of(key)[1], **each}
        for key, each in zip(map(str, ours), told, strict=True)
    ]
    return {
        "total": sum(each["total"] or 0 for each in told), "free": sum(each["free"] or 0 for each in told),
        "units": apart,
    }  # fmt: skip


def whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
