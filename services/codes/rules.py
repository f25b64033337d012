"""The rules by which a programme says whom it takes, each described once: the fact it looks at, what it asks, and its
words. Pure.

Partners judges and ranks by these, makes its schema from them and gives them as reasons; the form of a programme and
the words of a place read the same. Every rule is optional and evaluates to met, not_met or unknown. Source:
docs/contract.md, "Programme rules".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.codes import DOMICILE_BASES, LABELS, NATIONALITIES, SEXES
from services.codes.facts import FACTS
from services.codes.situation import (
    CARE_LEVELS,
    COMMUNICABLE,
    DISABILITY_TYPES,
    DOCUMENTS,
    document_code,
)
from services.codes.words import CodeList, Words
from services.kernel.rules import MET, NOT_MET, UNKNOWN, UNKNOWN_CODE, Condition, Verdict, evaluate

# What a rule does with its value: at_least, at_most: a limit of a number · one_of: the fact is one of these · any_of:
# it holds one of these · labels: one of these groups · home: {provinces, bases?} of the domicile · up_to: the fact is
# this option or one before it · all_of: it holds all of these · excludes: true takes everybody, false nobody of whom
# the fact holds · requires: true only those of whom the fact holds
Shape = Literal[
    "at_least", "at_most", "one_of", "any_of", "labels", "home", "up_to", "all_of", "excludes", "requires"
]


@dataclass(frozen=True)
class Bend:
    """What could make somebody fit whom a rule keeps out by one step. `anew`: only the partner can say so, and is asked
    only where its word on the rule is old."""

    words: Words
    anew: bool = False


@dataclass(frozen=True)
class Rule:
    """`fact` is what it looks at (none: the labels, which are made of several facts). `says` is whom the programme
    takes, with {} for the value (of up_to: for each option), `otherwise` the same of a flag that is false. `label` asks
    for it in a form. `bends`: what could be done; nothing about age, sex, nationality, disability, group, behaviour or
    a criminal case, which nobody changes for a place."""

    code: str
    fact: str | None
    shape: Shape
    label: Words
    says: Words | Mapping[str, Words]
    otherwise: Words | None = None
    options: CodeList[str] | CodeList[int] | None = None
    most: int = 0  # a limit lies between 0 and this
    bends: Bend | None = None

    @property
    def choices(self) -> Sequence[str | int]:
        """The options that a programme can ask for: nobody can ask that something is unknown."""
        options = self.options.everyone if self.options else ()
        return [code for code in options if code != UNKNOWN_CODE]


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "min_age", "age", "at_least", Words("อายุต่ำสุด", "Youngest age"), Words("รับอายุ {} ปีขึ้นไป",
            "Aged {} or older"), most=130,
        ),
        Rule(
            "max_age", "age", "at_most", Words("อายุสูงสุด", "Oldest age"), Words("รับอายุไม่เกิน {} ปี",
            "Aged {} at most"), most=130,
        ),
        Rule("sex", "sex", "one_of", Words("รับเฉพาะเพศ", "Only this sex"), Words("เพศที่รับ: {}", "Sex: {}"),
        options=SEXES),
        Rule(
            "nationality", "nationality", "one_of", Words("รับเฉพาะสัญชาติ", "Only this nationality"),
            Words("สัญชาติที่รับ: {}", "Nationality: {}"), options=NATIONALITIES,
        ),
        Rule(
            "labels_any", None, "labels", Words("รับเฉพาะกลุ่มใดกลุ่มหนึ่งต่อไปนี้", "Only people of one of these groups"),
            Words("รับเฉพาะ: {}", "For: {}"), options=LABELS,
        ),
        Rule(
            "disability_types_any", "disability_types", "any_of",
            Words("รับเฉพาะคนพิการประเภทใดประเภทหนึ่งต่อไปนี้", "Only people with one of these disabilities"),
            Words("รับคนพิการ{}", "Disability: {}"), options=DISABILITY_TYPES,
        ),
        Rule(
            "domicile", "domicile", "home",
            Words("รับเฉพาะผู้มีภูมิลำเนาในจังหวัด", "Only people whose domicile is in these provinces"),
            Words("รับผู้มีภูมิลำเนาใน {}", "Domicile in {}"),
            # Which homes take people of other provinces has to be asked: no source lists them.
            bends=Bend(
                Words(
                    "สอบถามภาคีอีกครั้งว่ารับผู้มีภูมิลำเนาจังหวัดอื่นได้หรือไม่",
                    "Ask the partner anew whether it takes people of other provinces",
                ),
                anew=True,
            ),
        ),
        Rule(
            "care_level_max", "care_level", "at_most", Words("รับผู้มีภาวะพึ่งพิงได้ไม่เกิน", "Care it can give at most"),
            Words("ภาวะพึ่งพิงไม่เกิน: {}", "Care needed at most: {}"), options=CARE_LEVELS,
            bends=Bend(
                Words(
                    "สอบถามภาคีอีกครั้งว่าดูแลผู้มีภาวะพึ่งพิงมากขึ้นหนึ่งระดับได้หรือไม่",
                    "Ask the partner anew whether it can give care one level up",
                ),
                anew=True,
            ),
        ),
        Rule(
            "accepts_communicable", "communicable_disease", "up_to", Words("โรคติดต่อ", "Communicable disease"),
            {
                "none": Words("ไม่รับผู้มีโรคติดต่อ", "Takes nobody with a communicable disease"),
                "treated": Words(
                    "รับผู้มีโรคติดต่อเฉพาะที่รักษาแล้ว", "Takes people with a communicable disease only when it is treated"
                ),
                "untreated": Words(
                    "รับผู้มีโรคติดต่อ แม้ยังไม่ได้รักษา", "Takes people with a communicable disease, treated or not"
                ),
            },
            options=COMMUNICABLE,
            bends=Bend(Words("ให้ผู้รับบริการได้รับการรักษาก่อน", "Have the disease treated first")),
        ),
        Rule(
            "accepts_severe_behaviour", "severe_behaviour", "excludes",
            Words("รับผู้มีพฤติกรรมที่อาจเป็นอันตรายหรือไม่", "Takes people with severe behaviour?"),
            Words("รับผู้มีพฤติกรรมที่อาจเป็นอันตราย", "Takes people with severe behaviour"),
            Words("ไม่รับผู้มีพฤติกรรมที่อาจเป็นอันตราย", "Takes nobody with severe behaviour"),
        ),
        Rule(
            "accepts_legal_case", "legal_case", "excludes",
            Words("รับผู้มีคดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณาหรือไม่", "Takes people with a legal case?"),
            Words("รับผู้มีคดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณา", "Takes people with a legal case"),
            Words("ไม่รับผู้มีคดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณา", "Takes nobody with a legal case"),
        ),
        Rule(
            "requires_prior_process", "prior_process_done", "requires",
            Words(
                "ต้องผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 ก่อนหรือไม่",
                "Must the process of the Act of 2557 be completed before?",
            ),
            Words(
                "รับเฉพาะผู้ที่ผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 แล้ว",
                "Only after the process of the Act of 2557 was completed",
            ),
            Words(
                "ไม่ต้องผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 ก่อน",
                "The process of the Act of 2557 need not be completed before",
            ),
            bends=Bend(
                Words(
                    "ดำเนินกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 ให้ครบ",
                    "Complete the process of the Act of 2557",
                )
            ),
        ),
        Rule(
            "requires_work_ability", "able_to_work", "requires",
            Words("ต้องทำงานได้หรือไม่", "Must the person be able to work?"),
            Words("รับเฉพาะผู้ที่ทำงานได้", "Only people who are able to work"),
            Words("ไม่จำเป็นต้องทำงานได้", "Ability to work is not required"),
        ),
        Rule(
            "documents", "documents_held", "all_of", Words("เอกสารที่ต้องใช้", "Documents it asks for"),
            Words("เอกสารที่ต้องใช้: {}", "Documents: {}"), options=DOCUMENTS,
            bends=Bend(Words("ขอเอกสารนี้: {}", "Get this document: {}")),
        ),
    )
}  # fmt: skip

PLACES_FREE = "places_free"  # no rule either: what is missing is a place
ONE_MORE_PLACE = Words("มีที่ว่างเพิ่มอีก 1 ที่", "One more place")
PATH_CLOSED = "path_closed"  # no rule of a programme: the screening closed its path
DECLINED = "declined"  # nor is this: what follows from its no to the case is still in force
PROVINCE_FOUND = "province_found"  # beside the facts of a person: in which they were found
_ALWAYS: Condition = {"all": []}


def judge(rule: str, value: Any, known: Mapping[str, Any]) -> Verdict:
    """One rule of a programme for one person. `known`: the facts of the screening by name, and each decided label as a
    flag `label:CODE`, and under PROVINCE_FOUND where the person was found; what is not there is unknown."""
    match RULES[rule].shape:
        case "home":
            return _at_home(
                value, _speaking(value, _homes(value, known.get("domicile") or (), known.get(PROVINCE_FOUND)))
            )
        case "all_of" if (held := known.get(RULES[rule].fact or "")) is not None:
            return _papers(value, {document_code(each) for each in held})
    return evaluate(_condition(RULES[rule], value), known).verdict


def _homes(value: Any, entered: Iterable[Mapping[str, str]], province: str | None) -> list[Mapping[str, str]]:
    """The grounds of a domicile, and the place where the person was found as one of them: for a rule that takes it by
    name, and for any other as long as no domicile is known. It speaks for a province and never against one."""
    homes, bases = list(entered), value.get("bases")
    if (
        province is None
        or province not in value["provinces"]
        or not ("found" in bases if bases else not homes)
    ):
        return homes
    place = {"province": province, "basis": "found"}
    return homes if place in homes else [*homes, place]


def _speaking(value: Any, homes: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The grounds of a domicile that can speak for or against. A claim to one province does not tell where the house
    register is: only grounds the rule accepts speak against; and where somebody was found speaks against nothing."""
    accepted = [each for each in homes if each["basis"] in (value.get("bases") or DOMICILE_BASES)]
    return [each for each in accepted if each["basis"] != "found" or each["province"] in value["provinces"]]


def _at_home(value: Any, homes: Collection[Mapping[str, str]]) -> Verdict:
    """Said without a condition: a registry has thousands of these rules, and all are judged for each person."""
    if not homes:
        return UNKNOWN
    return MET if any(each["province"] in value["provinces"] for each in homes) else NOT_MET


def _papers(value: Iterable[str], held: Collection[str]) -> Verdict:
    """A paper of the list that is not held is missing; of one with a name of its own nobody asked."""
    lacking = {document_code(each) for each in value} - {*held}
    if not lacking:
        return MET
    return NOT_MET if lacking & {*DOCUMENTS} else UNKNOWN


def finding(rule: str, value: Any, known: Mapping[str, Any]) -> Any:
    """What is known of the fact a rule looks at, None if nothing; of labels {label: met, None if undecided}."""
    fact = RULES[rule].fact
    if RULES[rule].shape == "home":
        return _homes(value, known.get("domicile") or (), known.get(PROVINCE_FOUND)) or None
    return known.get(fact) if fact else {code: known.get(f"label:{code}") for code in value}


def steps(rule: str, value: Any, actual: Any) -> list[Any]:
    """What a rule that is not met wants, a step each, if every step could be taken; [] if one cannot. Of documents each
    that is missing is a step; of levels only one."""
    about = RULES[rule]
    if about.bends is None or actual is None:
        return []
    match about.shape:
        case "all_of":
            held = {document_code(each) for each in actual}
            return [each for each in map(document_code, value) if each in DOCUMENTS and each not in held]
        case "at_most" | "up_to":
            options = list(about.options or ())
            return [value] if options.index(actual) == options.index(value) + 1 else []
    return [value]


def _condition(rule: Rule, value: Any) -> Condition:
    fact = rule.fact or ""
    match rule.shape:
        case "at_least" | "at_most":
            return _leaf(fact, rule.shape, value)
        case "one_of":
            return _leaf(fact, "in", value)
        case "any_of":
            return _leaf(fact, "includes_any", value)
        case "labels":
            return {"any": [_leaf(f"label:{code}", "is", True) for code in value]}
        case "up_to":
            options = FACTS[fact].options or ()
            accepted = options[: options.index(value) + 1]
            return _ALWAYS if accepted == options else _leaf(fact, "in", accepted)
        case "all_of":
            return {"all": [_leaf(fact, "includes_any", [each]) for each in value]}
        case "excludes":
            return _ALWAYS if value else _leaf(fact, "is", False)
        case "requires":
            return _leaf(fact, "is", True) if value else _ALWAYS
    raise ValueError(f"{rule.code} is judged without a condition")


def _leaf(fact: str, op: str, value: Any) -> Condition:
    return {"fact": fact, "op": op, "value": value}
