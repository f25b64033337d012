"""What facts, rules and reasons are in words, in either language. Pure: codes in, text out."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.codes import DECLINE_REASONS, DOMICILE_BASES, LABELS, PATHS, SEXES
from services.codes.criteria import CRITERIA, PATH_PLACES
from services.codes.details import Detail, Part
from services.codes.facts import FACTS
from services.codes.rules import ONE_MORE_PLACE, PLACES_FREE, RULES
from services.codes.situation import DOCUMENTS, document_code
from services.codes.words import Words, adopted_words
from services.kernel.envelope import moment
from services.kernel.questions import Json
from services.thai import areas, dates
from services.thai.dates import Language

NOT_KNOWN = Words("ยังไม่ทราบ", "Not known yet")
NONE = Words("ไม่มี", "None")
YEARS = Words("{} ปี", "{} years")
ESTIMATE = Words("{} (โดยประมาณ)", "{} (estimate)")
BETWEEN = Words("อายุ {} ถึง {} ปี", "Aged {} to {}")
IN_GROUPS = Words("ผู้รับบริการเป็น{}", "The person is: {}")
GROUPS_OPEN = Words("ยังไม่ทราบว่าเป็น{}หรือไม่", "Not known yet whether: {}")
IN_NO_GROUP = Words("ผู้รับบริการไม่อยู่ในกลุ่มที่รับ", "The person is in none of these groups")
LACKING = Words("ขาดเอกสาร: {}", "Missing: {}")
PAPERS_OPEN = Words("ยังไม่ทราบว่ามี: {}", "Not known yet whether there is: {}")
CLOSED = Words("การคัดกรองปิดแนวทางนี้: {}", "The screening closed this path: {}")
FORBIDDEN = Words("กฎหมายห้ามแนวทางนี้: {}", "The law forbids this path: {}")
SAID_NO = {  # by whose no it was
    "partner": Words("เคยตอบว่าไม่รับผู้รับบริการรายนี้: {} เมื่อ {}", "Said no to this person before: {}, on {}"),
    "person": Words("ผู้รับบริการเคยไม่ไปที่นี่: {} เมื่อ {}", "The person did not go here before: {}, on {}"),
    "centre": Words("ศูนย์เคยบันทึกว่าส่งไปที่นี่ไม่ได้: {} เมื่อ {}", "The centre could not refer here before: {}, on {}"),
}
UNTIL = Words("(มีผลถึง {})", "(until {})")
NEVER_DECLINED = Words("ไม่เคยปฏิเสธผู้รับบริการรายนี้", "Never said no to this person")
WAITING = Words("รอมา {} วัน", "Waiting for {} days")
DRAWN = Words("หมายเลขสลาก {} (น้อยมาก่อน)", "Lot {} (the lowest comes first)")
ALL_THERE = Words("เอกสารครบ", "All are there")
PLACES_UNKNOWN = Words("ยังไม่ทราบจำนวนที่ว่าง", "Nobody knows how many places are free")
NO_PLACE = Words("ไม่มีที่ว่าง", "No place free")
ONE_PLACE = Words("ว่าง 1 ที่", "1 place free")
PLACES = Words("ว่าง {} ที่", "{} places free")
TODAY = Words("ยืนยันวันนี้", "confirmed today")
YESTERDAY = Words("ยืนยันเมื่อ 1 วันก่อน", "confirmed 1 day ago")
DAYS_AGO = Words("ยืนยันเมื่อ {} วันก่อน", "confirmed {} days ago")
CONTRADICTED = Words("แต่ไม่ตรงกับที่ทราบภายหลัง", "but contradicted since")
NEAR = {
    "same_district": Words("อำเภอเดียวกับที่พบ", "in the district where the person was found"),
    "same_province": Words("จังหวัดเดียวกับศูนย์", "in the centre's province"),
}
FOUND_IN = Words("จังหวัดที่พบ", "Found in")
ALWAYS_TOLD = ("sex", "domicile")  # of the facts; each has a row of its own
BAHT = Words("{} บาท", "{} baht")
AWAY = Words("ห่างจากศูนย์ราว {} กม.", "about {} km from the centre")


# Of three texts or more, of two; Thai separates them by spaces, by commas where one of them holds a space itself.
_LAST = Words("{} และ {}", "{} and {}")


def listed(texts: Iterable[str], language: Language) -> str:
    """Several texts in one: 'ก ข และ ค', 'a, b and c'; '' for none."""
    *first, last = list(texts) or [""]
    if not first:
        return last
    plain = language == "th" and not any(" " in text for text in (*first, last))
    return _LAST.in_language(language).format((" " if plain else ", ").join(first), last)


def province(code: str, language: Language) -> str:
    """A province's name alone: the sentence around it says that it is a province."""
    known = areas.area(code)
    if known is None:
        return code
    return known.english if language == "en" else known.thai


def fact_name(code: str, language: Language) -> str:
    """What a fact is called; one that is newer than this program is shown as it is."""
    known = FACTS.get(code)
    words = known.words if known else adopted_words("fact").get(code)
    return words.in_language(language) if words else code


def fact_value(code: str, value: Any, language: Language) -> str:
    """A fact's value; None is not known yet. What is newer than this program is shown as it is."""
    fact = FACTS.get(code)
    if value is None:
        return NOT_KNOWN.in_language(language)
    if fact is None:
        return _of_added(code, value, language)
    match fact.kind:
        case "flag":
            answer = fact.yes if value else fact.no
            return answer.in_language(language) if answer else str(value)
        case "range":
            low, high = value["min"], value["max"]
            years = YEARS.in_language(language).format(low if low == high else f"{low}–{high}")
            return ESTIMATE.in_language(language).format(years) if value.get("margin") else years
        case "records":
            homes = [
                f"{province(each['province'], language)} ({DOMICILE_BASES.word(each['basis'], language)})"
                for each in value
            ]
            return listed(homes, language) or NOT_KNOWN.in_language(language)
        case "codes":
            several = [value] if isinstance(value, str) else value
            return _listed(fact.code, several, language) or (fact.none or NONE).in_language(language)
    return fact.options.word(value, language) if fact.options else str(value)


def _of_added(code: str, value: Any, language: Language) -> str:
    """A value of a fact that rules added."""
    words = adopted_words(f"fact:{code}")
    several = value if isinstance(value, list) else [value]
    known = [words.get(str(each).lower() if isinstance(each, bool) else str(each)) for each in several]
    texts = [
        one.in_language(language) if one else str(each) for one, each in zip(known, several, strict=True)
    ]
    return listed(texts, language) or NONE.in_language(language)


def disclosed(codes: Mapping[str, Json], language: Language) -> list[tuple[str, str]]:
    """[(what, in words)] of what a partner is told of a person (referral.disclosable); of what it is always told
    something may be unknown."""
    unknown, age, found = NOT_KNOWN.in_language(language), codes.get("age_band"), codes.get("found")
    known_homes = codes.get("domicile")
    homes = known_homes if isinstance(known_homes, list) else []
    rows = [
        (fact_name("sex", language), SEXES.word(codes.get("sex") or "unknown", language)),
        (fact_name("age", language), YEARS.in_language(language).format(age) if age else unknown),
        (
            fact_name("domicile", language),
            listed((province(str(each), language) for each in homes), language) or unknown,
        ),
        (FOUND_IN.in_language(language), province(found, language) if isinstance(found, str) else unknown),
    ]
    others = [fact for fact in FACTS if fact in codes and fact not in ALWAYS_TOLD]
    return rows + [(fact_name(fact, language), fact_value(fact, codes[fact], language)) for fact in others]


def detail_in_words(detail: Detail, value: Any, language: Language) -> str:
    """What is known of a detail; '' for nothing."""
    if value in (None, "", [], {}):
        return ""
    if detail.is_plain:
        return _part_in_words(detail.parts[0], value, language)
    records = value if isinstance(value, list) else [value]
    return " · ".join(filter(None, (_record_in_words(detail, each, language) for each in records)))


def _record_in_words(detail: Detail, record: Mapping[str, Json], language: Language) -> str:
    said = [(part, record[part.code]) for part in detail.parts if part.code in record]
    return " ".join(_part_in_words(part, value, language) for part, value in said)


def _part_in_words(part: Part, value: Any, language: Language) -> str:
    label = part.label.in_language(language)
    match part.kind:
        case "choice":
            return part.options.word(value, language) if part.options else str(value)
        case "choices":
            return (
                listed((part.options.word(each, language) for each in value), language)
                if part.options
                else ""
            )
        case "provinces":
            return listed((province(code, language) for code in value), language)
        case "flag":
            return label if value or part.otherwise is None else part.otherwise.in_language(language)
        case "day":
            return f"{label} {dates.format_date(date.fromisoformat(value), language)}"
        case "clock":
            return f"{label} {value}"
        case "baht":
            return BAHT.in_language(language).format(f"{value:,}")
    return str(value)


def rules_in_words(rules: Mapping[str, Any], language: Language) -> list[str]:
    """One sentence for each rule of a programme; both ages make one."""
    low, high = rules.get("min_age"), rules.get("max_age")
    if low is None or high is None:
        return [rule_in_words(code, value, language) for code, value in rules.items()]
    rest = [
        rule_in_words(code, value, language)
        for code, value in rules.items()
        if code not in ("min_age", "max_age")
    ]
    return [BETWEEN.in_language(language).format(low, high), *rest]


def rule_in_words(code: str, value: Any, language: Language) -> str:
    """Whom a programme takes by one of its rules."""
    rule = RULES[code]
    if not isinstance(rule.says, Words):
        return rule.says[value].in_language(language)
    says = rule.says.in_language(language)
    match rule.shape:
        case "excludes" | "requires":
            return says if value else (rule.otherwise or rule.says).in_language(language)
        case "home":
            places = listed((province(each, language) for each in value["provinces"]), language)
            bases = listed((DOMICILE_BASES.word(each, language) for each in value.get("bases", ())), language)
            return says.format(places) + (f" ({bases})" if bases else "")
    values = value if isinstance(value, list | tuple) else [value]
    texts = [rule.options.word(each, language) if rule.options else str(each) for each in values]
    return says.format(listed(texts, language))


def finding_in_words(code: str, value: Any, finding: Any, language: Language) -> str:
    """What is known of the person where a rule looks (see `rules.finding`)."""
    rule = RULES[code]
    if rule.fact is None:
        for words, verdict in ((IN_GROUPS, True), (GROUPS_OPEN, None)):
            labels = [LABELS.word(label, language) for label, met in finding.items() if met is verdict]
            if labels:
                return words.in_language(language).format(listed(labels, language))
        return IN_NO_GROUP.in_language(language)
    if rule.shape == "all_of" and finding is not None:
        held = {document_code(each) for each in finding}
        lacking = [code for code in map(document_code, value) if code not in held]
        missing = [code for code in lacking if code in DOCUMENTS]
        if not lacking:
            return ALL_THERE.in_language(language)
        words = LACKING if missing else PAPERS_OPEN
        return words.in_language(language).format(_listed(rule.fact, missing or lacking, language))
    return f"{fact_name(rule.fact, language)}: {fact_value(rule.fact, finding, language)}"


def criterion_in_words(code: str, finding: Any, language: Language) -> str:
    """What a criterion of the ranking found: {path, place}, {free, days, full: the no that says so}, {days,
    contradicted}, {near, kilometres}, or a flag, None if nobody knows."""
    match code:
        case "path" | "screened_path":
            return (
                PATH_PLACES[finding["place"]]
                .in_language(language)
                .format(PATHS.word(finding["path"], language))
            )
        case "places_free" if finding.get("full"):
            no = finding["full"]
            return said_no(no["reason"], no["whose"], no["since"], no["until"], language)
        case "places_free":
            return places_free(finding["free"] if finding.get("known", True) else None, language)
        case "freshness":
            doubt = f" – {CONTRADICTED.in_language(language)}" if finding["contradicted"] else ""
            return confirmed(finding["days"], language) + doubt
        case "past_answer" if finding:
            return said_no(finding["reason"], finding["whose"], finding["at"], None, language)
        case "past_answer":
            return NEVER_DECLINED.in_language(language)
        case "waiting":
            return WAITING.in_language(language).format(finding["days"])
        case "draw":
            return DRAWN.in_language(language).format(finding["lot"])
        case "distance":
            return distance(finding, language)
    criterion = CRITERIA[code]
    words = criterion.unknown if finding is None else criterion.yes if finding else criterion.no
    return words.in_language(language) if words else ""


def near_miss_in_words(code: str, wants: Any, language: Language) -> str:
    """What would make a place fit: one step that a rule lacks (rules.steps), or one more place."""
    if code == PLACES_FREE:
        return ONE_MORE_PLACE.in_language(language)
    rule = RULES[code]
    assert rule.bends is not None, "only what can bend is a near miss"
    words = rule.bends.words.in_language(language)
    return words.format(DOCUMENTS.word(wants, language)) if rule.shape == "all_of" else words


def closed_in_words(because: str, never: bool, language: Language) -> str:
    """Why the screening closed the path of a place; `never`: the law does."""
    return (FORBIDDEN if never else CLOSED).in_language(language).format(because)


def said_no(reason: str, whose: str, at: str, until: str | None, language: Language) -> str:
    """Whose no it was, why, of which instant; `until` which it has an effect, None: nothing ends it by itself."""
    word, day = DECLINE_REASONS.word(reason, language), _short_day(at, language)
    said = SAID_NO.get(whose, SAID_NO["partner"]).in_language(language).format(word, day)
    return f"{said} {UNTIL.in_language(language).format(_short_day(until, language))}" if until else said


def _short_day(at: str, language: Language) -> str:
    return dates.format_date(dates.bangkok_day(moment(at)), language, "short")


def places_free(count: int | None, language: Language) -> str:
    """None: nobody stated how many."""
    if count is None:
        return PLACES_UNKNOWN.in_language(language)
    words = NO_PLACE if count == 0 else ONE_PLACE if count == 1 else PLACES
    return words.in_language(language).format(count)


def confirmed(days: int, language: Language) -> str:
    """How many days ago the places of a programme were stated."""
    words = TODAY if days == 0 else YESTERDAY if days == 1 else DAYS_AGO
    return words.in_language(language).format(days)


def distance(finding: Mapping[str, Any], language: Language) -> str:
    """{near, kilometres} from the centre."""
    words = NEAR.get(finding["near"], AWAY)
    return words.in_language(language).format(finding["kilometres"])


def _listed(fact: str, codes: Iterable[str | int], language: Language) -> str:
    options = FACTS[fact].options
    return listed((options.word(code, language) if options else str(code) for code in codes), language)
