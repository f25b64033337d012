"""Provinces, districts and subdistricts by DOPA code: look-up, search, neighbours and distances.

Names, codes, postcodes and abolished codes: GeoThai (CC BY 4.0). Centroids and borders: provinces.json,
made by scripts/provinces.py from Natural Earth (public domain). Both are loaded once, at the first question.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from math import asin, cos, radians, sin, sqrt
from typing import Literal, NamedTuple

from services.thai.names import fold, normalise
from services.thai.numbers import ascii_digits

Level = Literal["province", "district", "subdistrict"]
Language = Literal["th", "en"]

LEVELS: dict[int, Level] = {2: "province", 4: "district", 6: "subdistrict"}
BANGKOK = "10"
EARTH_KM = 6371.0

_PROVINCE_ALIASES = {
    "กทม": "10",
    "กทมฯ": "10",
    "กรุงเทพ": "10",
    "กรุงเทพฯ": "10",
    "bangkok": "10",
    "bkk": "10",
    "krungthep": "10",
    "โคราช": "30",
    "korat": "30",
}
_LEVEL_PREFIX = re.compile(r"^(?:จังหวัด|กิ่งอำเภอ|อำเภอ|เขต|ตำบล|แขวง|[จอต]\.)")
_LEVEL_WORDS = frozenset(
    {"province", "changwat", "district", "amphoe", "khet", "subdistrict", "tambon", "khwaeng"}
)
# The common ways to romanise the same Thai sound.
_ROMAN_SPELLINGS = (
    ("ph", "p"),
    ("th", "t"),
    ("kh", "k"),
    ("v", "w"),
    ("ee", "i"),
    ("oo", "u"),
    ("ue", "u"),
    ("orn", "on"),
)


@dataclass(frozen=True, slots=True)
class Area:
    """A province (code of 2 digits), district (4) or subdistrict (6); postcodes only for subdistricts."""

    code: str
    thai: str
    english: str
    postcodes: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return LEVELS[len(self.code)]

    def name(self, language: Language) -> str:
        return self.thai if language == "th" else self.english


@dataclass(frozen=True, slots=True)
class _Place:
    lat: float
    lon: float
    neighbours: frozenset[str]


@cache
def _areas() -> dict[str, Area]:
    import geothai

    found: dict[str, Area] = {}
    for province in geothai.provinces():
        found[province.code] = Area(province.code, province.name_th, province.name_en)
        for district in geothai.districts(province.code):
            found[district.code] = Area(district.code, district.name_th.removeprefix("เขต"), district.name_en)
            for subdistrict in geothai.subdistricts(district.code):
                found[subdistrict.code] = Area(
                    subdistrict.code, subdistrict.name_th, subdistrict.name_en, subdistrict.postal_codes
                )
    return found


@cache
def _children() -> dict[str, tuple[Area, ...]]:
    grouped: dict[str, list[Area]] = {}
    for each in _areas().values():
        grouped.setdefault(each.code[:-2], []).append(each)
    return {parent: tuple(children) for parent, children in grouped.items()}


@cache
def _successors() -> dict[str, tuple[str, ...]]:
    from geothai.abolished import abolished_areas

    return {abolished.code: abolished.successors for abolished in abolished_areas()}


@cache
def _places() -> dict[str, _Place]:
    text = files("services.thai").joinpath("provinces.json").read_text(encoding="utf-8")
    return {
        code: _Place(row["lat"], row["lon"], frozenset(row["neighbours"]))
        for code, row in json.loads(text).items()
    }


def provinces() -> tuple[Area, ...]:
    """All 77 provinces by code."""
    return _children()[""]


def districts(province: str) -> tuple[Area, ...]:
    """The districts of a province by code; empty for an unknown province."""
    return _children().get(province, ()) if len(province) == 2 else ()


def subdistricts(district: str) -> tuple[Area, ...]:
    """The subdistricts of a district by code; empty for an unknown district."""
    return _children().get(district, ()) if len(district) == 4 else ()


def area(code: str) -> Area | None:
    """The area now in force with this code, whatever its level."""
    return _areas().get(code)


def resolve(code: str) -> tuple[Area, ...]:
    """The areas a code of any age stands for today: itself, its successors, or nothing when none is known."""
    current = _areas().get(code)
    if current:
        return (current,)
    return tuple(_areas()[successor] for successor in _successors().get(code, ()))


def is_province(code: str) -> bool:
    return len(code) == 2 and code in _areas()


def is_district(code: str) -> bool:
    return len(code) == 4 and code in _areas()


def is_subdistrict(code: str) -> bool:
    """Whether the code is a subdistrict now, or was one and is known to have been abolished (see resolve)."""
    return len(code) == 6 and (code in _areas() or code in _successors())


def province_of(code: str) -> str:
    """The province of an area code, for an abolished one its successor's (Bueng Kan was once Nong Khai)."""
    today = resolve(code)
    return today[0].code[:2] if today else code[:2]


def address(code: str, language: Language) -> str:
    """An area with all it lies in, as on a letter: 'ต.ปากน้ำโพ อ.เมืองนครสวรรค์ จ.นครสวรรค์'; '' if unknown."""
    today = resolve(code)
    if not today:
        return ""
    chain_of_codes = [today[0].code[:length] for length in range(len(today[0].code), 0, -2)]
    names = [_areas()[each].name(language) for each in chain_of_codes]
    if language == "en":
        return ", ".join(names)
    prefixes = {6: "แขวง", 4: "เขต", 2: ""} if chain_of_codes[-1] == BANGKOK else {6: "ต.", 4: "อ.", 2: "จ."}
    return " ".join(prefixes[len(each)] + name for each, name in zip(chain_of_codes, names, strict=True))


def _key(text: str) -> str:
    """A name as search compares it: Thai folded by sound, English by spelling, no spaces."""
    roman = fold(text).replace(" ", "")
    for spelling, plain in _ROMAN_SPELLINGS:
        roman = roman.replace(spelling, plain)
    return re.sub(r"(.)\1+", r"\1", roman)


class _Name(NamedTuple):
    """A name that leads to an area: the keys of the name, one text of the keys of all it lies (or lay) in."""

    area: Area
    keys: tuple[str, str]
    above: str
    former: bool


@cache
def _names() -> tuple[_Name, ...]:
    """The names of all areas, and those of abolished ones, which lead to their successors."""
    from geothai.abolished import abolished_areas

    gone = [each for each in abolished_areas() if each.successors]
    keys = {each.code: (_key(each.name_th), _key(each.name_en or "")) for each in gone}
    keys |= {code: (_key(each.thai), _key(each.english)) for code, each in _areas().items()}

    def named(area: Area, code: str, former: bool) -> _Name:
        lies_in = (keys.get(code[:length], ()) for length in range(2, len(code), 2))
        return _Name(area, keys[code], " ".join(chain.from_iterable(lies_in)), former)

    names = [named(each, code, False) for code, each in _areas().items()]
    names += [named(_areas()[to], each.code, True) for each in gone for to in each.successors]
    return tuple(names)


def search(text: str, *, limit: int = 20, province: str | None = None) -> tuple[Area, ...]:
    """Areas by Thai or English name, postcode (3 digits or more) or DOPA code, best first.

    Spelling is forgiving; words may name the district or province too ('ปากน้ำโพ นครสวรรค์'). Whole names come
    first, then names with all the words, beginnings before parts, larger areas before smaller. Names and codes of
    abolished areas give those that stand in their place today.
    """
    cleaned = ascii_digits(normalise(text))
    if cleaned.isascii() and cleaned.isdigit():
        found = [*resolve(cleaned)]
        if len(cleaned) >= 3:
            found += [
                each
                for each in _areas().values()
                if any(postcode.startswith(cleaned) for postcode in each.postcodes)
            ]
        return _first(found, limit, province)
    if alias := _alias(cleaned):
        return (_areas()[alias],)
    named = [word for word in cleaned.split(" ") if word.casefold() not in _LEVEL_WORDS]
    spoken = [_areas()[alias].thai if (alias := _alias(word)) else word for word in named]
    bare = [_LEVEL_PREFIX.sub("", word) for word in spoken]
    words = [
        {_key(word), _key(without_level)} - {""}
        for word, without_level in zip(spoken, bare, strict=True)
        if _key(without_level)
    ]
    if not words:
        return ()
    whole = {_key("".join(spoken)), _key("".join(bare))}
    starts = tuple(chain.from_iterable(words))
    ranked: list[tuple[tuple[bool, bool, int, bool, int, str], Area]] = []
    for each, own, above, former in _names():
        in_own = [any(word in key for word in choices for key in own) for choices in words]
        if not any(in_own):
            continue
        if not all(
            mine or any(word in above for word in choices)
            for mine, choices in zip(in_own, words, strict=True)
        ):
            continue
        if any(key in choices for key in own for choices in words):
            likeness = 0
        else:
            likeness = 1 if any(key.startswith(starts) for key in own) else 2
        elsewhere = not all(in_own)
        order = (whole.isdisjoint(own), elsewhere, likeness, former, len(each.code), each.code)
        ranked.append((order, each))
    ranked.sort(key=lambda entry: entry[0])
    return _first([each for _, each in ranked], limit, province)


def _alias(word: str) -> str | None:
    """The province that is known by another name, with or without the word for a province before it."""
    bare = _LEVEL_PREFIX.sub("", word).casefold().replace(".", "").strip(" ,")
    return _PROVINCE_ALIASES.get(bare)


def _first(candidates: Sequence[Area], limit: int, province: str | None) -> tuple[Area, ...]:
    wanted = (each for each in candidates if province is None or each.code[:2] == province)
    return tuple(dict.fromkeys(wanted))[:limit]


def _place(province: str) -> _Place:
    try:
        return _places()[province]
    except KeyError:
        raise ValueError(f"province: no province has the code {province!r}") from None


def centroid(province: str) -> tuple[float, float]:
    """(latitude, longitude) of the middle of a province."""
    place = _place(province)
    return place.lat, place.lon


def distance_km(province_a: str, province_b: str) -> int:
    """Great-circle kilometres between the centroids of two provinces; 0 within one province."""
    a, b = _place(province_a), _place(province_b)
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_chord = (
        sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    )
    return round(2 * EARTH_KM * asin(sqrt(half_chord)))


def neighbours(province: str) -> frozenset[str]:
    """The provinces that share a border with this one (Phuket: Phang-nga, by its bridge)."""
    return _place(province).neighbours
