"""Our lists of codes as taxonomies of HSDS: what services and organisations are sorted by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from services.codes import PARTNER_KINDS, PATHS
from services.codes.registry import SUPERVISION
from services.codes.units import GROUPS, UNITS, key_of
from services.codes.words import CodeList, Words
from services.kernel.envelope import derived_id
from services.kernel.questions import Json

SONGTOR = str(uuid5(NAMESPACE_URL, "songtor:hsds"))  # ids made within it are the same on every installation
VERSION = "1"


@dataclass(frozen=True)
class Taxonomy:
    """`of`: which objects of HSDS carry its terms."""

    codes: CodeList[str]
    words: Words
    of: tuple[str, ...]

    @property
    def id(self) -> str:
        return derived_id(SONGTOR, f"taxonomy/{self.codes.kind}")

    def term_id(self, code: str) -> str:
        return derived_id(SONGTOR, f"term/{self.codes.kind}/{code}")


PATH = Taxonomy(PATHS, Words("แนวทางการช่วยเหลือ", "Ways forward"), ("service", "service_at_location"))
KIND = Taxonomy(PARTNER_KINDS, Words("ประเภทภาคีเครือข่าย", "Kinds of partners"), ("organization",))
UNDER = Taxonomy(SUPERVISION, Words("สังกัด", "Under the ministry, or outside it"), ("organization",))
TAXONOMIES: Mapping[str, Taxonomy] = {each.id: each for each in (PATH, KIND, UNDER)}


class Term(NamedTuple):
    taxonomy: Taxonomy
    code: str


def terms() -> Mapping[str, Term]:
    """{id: term}, also of what adopted rules add."""
    return _terms(tuple(each.codes.everyone for each in TAXONOMIES.values()))


@lru_cache(maxsize=4)
def _terms(codes: Sequence[Sequence[str]]) -> Mapping[str, Term]:
    each_of = zip(TAXONOMIES.values(), codes, strict=True)
    return {each.term_id(code): Term(each, code) for each, theirs in each_of for code in theirs}


def taxonomy(about: Taxonomy) -> dict[str, Json]:
    return {
        "id": about.id,
        "name": about.words.th,
        "description": about.words.en,
        "version": VERSION,
    }


def term(about: Term, detail: bool = True) -> dict[str, Json]:
    codes = about.taxonomy.codes
    said: dict[str, Json] = {
        "id": about.taxonomy.term_id(about.code),
        "code": about.code,
        "name": codes.word(about.code, "th"),
        "description": codes.word(about.code, "en"),
        "taxonomy": about.taxonomy.words.en,
        "taxonomy_id": about.taxonomy.id,
        "language": "th",
    }
    return said | ({"taxonomy_detail": taxonomy(about.taxonomy)} if detail else {})


def attribute(about: Taxonomy, code: str, entity: str, id: str) -> dict[str, Json]:
    """That an object carries a term. A code that is newer than this program has none."""
    return {
        "id": derived_id(id, f"{entity}/{about.codes.kind}/{code}"),
        "link_id": id,
        "link_entity": entity,
        "link_type": about.codes.kind,
        "taxonomy_term_id": about.term_id(code),
        "taxonomy_term": term(Term(about, code)),
    }


def unit_id(unit: str) -> str:
    """What places are counted in, by our code of it."""
    return derived_id(SONGTOR, f"unit/{unit}")


UNIT_OF_ID: Mapping[str, str] = {
    unit_id(key): key for key in (key_of(unit, group) for unit in UNITS for group in GROUPS)
}
