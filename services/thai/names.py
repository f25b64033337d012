"""Thai text and people's names: clean-up, titles, display, and the folded words a search compares."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Language = Literal["th", "en"]

CONSONANT = "\u0e01-\u0e2e"
LEADING_VOWEL = "\u0e40-\u0e44"
TONE = "\u0e48-\u0e4b"
UPPER_LOWER = "\u0e31\u0e34-\u0e3a\u0e47\u0e4d"


@dataclass(frozen=True, slots=True)
class Title:
    """A DOPA name prefix: its code, its short and full forms, and its English one ('' if it has none)."""

    code: str
    short: str
    full: str
    english: str = ""


TITLES = (
    Title("003", "นาย", "นาย", "Mr"),
    Title("005", "นาง", "นาง", "Mrs"),
    Title("004", "น.ส.", "นางสาว", "Miss"),
    Title("001", "ด.ช.", "เด็กชาย", "Master"),
    Title("002", "ด.ญ.", "เด็กหญิง", "Miss"),
    Title("831", "พระ", "พระ", "Phra"),
    Title("839", "พระมหา", "พระมหา", "Phra Maha"),
    Title("832", "ส.ณ.", "สามเณร", "Samanen"),
    Title("863", "แม่ชี", "แม่ชี", "Mae Chi"),
    Title("121", "ม.ร.ว.", "หม่อมราชวงศ์"),
    Title("122", "ม.ล.", "หม่อมหลวง"),
    Title("134", "นพ.", "นายแพทย์"),
    Title("135", "พญ.", "แพทย์หญิง"),
    Title("140", "ดร.", "ดอกเตอร์"),
    Title("226", "พลฯ", "พลทหาร"),
    Title("225", "ส.ต.", "สิบตรี"),
    Title("224", "ส.ท.", "สิบโท"),
    Title("223", "ส.อ.", "สิบเอก"),
    Title("220", "จ.ส.อ.", "จ่าสิบเอก"),
    Title("218", "ร.ต.", "ร้อยตรี"),
    Title("673", "ด.ต.", "นายดาบตำรวจ"),
    Title("687", "อส.", "สมาชิกอาสารักษาดินแดน"),
)
"""The prefixes people need, the commonest first; codes and forms as in DOPA's list (SIL-TH, CC0)."""

# Controls, soft hyphens, marks of width and direction, fillers, tags.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_DOUBLE_E = re.compile("เเ")
_STRAY_LONG_A = re.compile("(?<![ฤฦ])ๅ")
_MARKS = re.compile(f"[{UPPER_LOWER}{TONE}\u0e4c]{{2,}}")
_SPLIT_AM = re.compile(f"ํ([{TONE}]?)า")
# What a hand types out of order: a mark after a space or before its consonant, a tone after the vowel it stands before.
_PARTED_MARK = re.compile(f"(?<=[\u0e01-\u0e4e]) +(?=[{UPPER_LOWER}{TONE}\u0e4c])")
_EARLY_MARK = re.compile(f"([{LEADING_VOWEL}])([{UPPER_LOWER}{TONE}]+)([{CONSONANT}])")
_LATE_TONE = re.compile(f"([{TONE}]?)([ะาำ])([{TONE}])[{TONE}]*")

_PRISON = re.compile(r"^(?:(?:(?:นักโทษ|ผู้ต้องขัง)(?:ชาย|หญิง)?|[นข]\s?\.?\s?[ชญ]\s?\.)\s*)+")

_TITLE_SPELLINGS = tuple(
    sorted(
        {spelling for title in TITLES for spelling in (title.short, title.full)}
        | {"นส.", "น.ส", "ดช.", "ดญ."},
        key=len,
        reverse=True,
    )
)
_TITLE_CODES = {spelling: title.code for title in TITLES for spelling in (title.short, title.full)} | {
    "นส.": "004", "น.ส": "004", "ดช.": "001", "ดญ.": "002",
}  # fmt: skip
_LATIN_TITLE = re.compile(r"^(?:(?:mr|mrs|miss|ms|master|dr)\s+|(?:mr|mrs|ms|dr)\.\s*)(?=\S)", re.IGNORECASE)
# Ranks by their pattern: ว่าที่ร้อยตรี, ว่าที่ ร.ต., พ.ต.อ., พล.ต.ต., จ.ส.ต.
_RANK = re.compile(
    r"^(?:ว่าที่\s?(?:ร้อย|พัน)(?:ตรี|โท|เอก)|(?:ว่าที่\s?)?(?:พล\.|[พรจสด]\.)[ตทอส]\.(?:\s?[ตทอ]\.)?)(?:\s?หญิง)?\s*(?=\S)"
)
# What people are called before a name; names begin like them too (คุณวุฒิ), so only before a space.
_ADDRESS = re.compile(r"^(?:คุณ|ลุง|ป้า|น้า|อา|ตา|ยาย|ปู่|ย่า|พี่|น้อง)\s+(?=\S)")
# The same without a space, which only a search tries besides: what follows must be long enough to be a name.
_GLUED_ADDRESS = re.compile(
    rf"^(?:คุณ|ลุง|ป้า|น้า|อา|ตา|ยาย|ปู่|ย่า|พี่|น้อง)(?=[{LEADING_VOWEL}]?[{CONSONANT}].{{2}})"
)
# Titles that may be glued to a first name; พระ is left, because names begin with it.
_GLUED = frozenset({"003", "004", "005", "001", "002"})
_NAME_START = re.compile(f"[{LEADING_VOWEL}]?[{CONSONANT}]")

# With every other sign of the script as it is: to look up what is missing costs far more than to find it.
_SAME_SOUND = {code: code for code in range(0x0E01, 0x0E5C)} | str.maketrans(
    "ณศษซธฑฒถฐฎฏภผฬขฃฅฆฉฌฝฮ", "นสสสทททททดตพพลคคคคชชฟห"
)
_ACCENTS = re.compile("[\u0300-\u036f]+")
_SILENT = re.compile(f"[{CONSONANT}][ิุ]?์")
_FOLDS = (
    (re.compile(f"[{TONE}\u0e47\u0e4c\u0e4e]"), ""),
    (re.compile(f"(?<![\u0e01-\u0e3a])([{LEADING_VOWEL}]?)ห(?=[งญณนมยรลฬว])"), r"\1"),
    (re.compile("[ศษส]รี"), "สี"),
    (re.compile(f"ะ(?=[{CONSONANT}])"), ""),
    (re.compile(f"รร(?=[{CONSONANT}])"), "ั"),
    (re.compile("รร"), "ัน"),
    (re.compile(f"[ไใ]([{CONSONANT}])"), r"\1ัย"),
    (re.compile("ำ"), "ัม"),
    (re.compile("ฤๅ?"), "รึ"),
    (re.compile(f"(?<=[{LEADING_VOWEL}])ญ|ญ(?=[\u0e30-\u0e39])"), "ย"),
    (re.compile("ญ"), "น"),
)
_DOUBLED = re.compile(f"([{CONSONANT}])\\1+")
_APART = "ᚠ"  # a letter, because a fold drops signs, and one that no rule knows
_NOT_WORD = re.compile(r"[^\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+|_")

_ONSET = re.compile("^[หอ](?=[งนมยรลว])")
_FINAL = str.maketrans("กคงจชดตทสนรลบปพฟมยว", "1123333334445555678", "หอ")


def normalise(text: str) -> str:
    """Text as it was meant: composed, one space between words, nothing invisible, Thai marks in typing order.

    Never NFKC: it takes ำ apart. Idempotent.
    """
    cleaned = _STRAY_LONG_A.sub("า", _DOUBLE_E.sub("แ", _INVISIBLE.sub("", text)))
    together = _EARLY_MARK.sub(r"\1\3\2", _PARTED_MARK.sub("", " ".join(cleaned.split())))
    ordered = unicodedata.normalize("NFC", _MARKS.sub(_in_typing_order, together))
    return _LATE_TONE.sub(_tone_first, _SPLIT_AM.sub(r"\1ำ", ordered))


def _tone_first(late: re.Match[str]) -> str:
    """The tone before a vowel that follows its consonant; of two tones the one that stood there already."""
    return (late[1] or late[3]) + late[2]


def _in_typing_order(marks: re.Match[str]) -> str:
    """Vowels before tone marks, each mark once."""
    return "".join(sorted(dict.fromkeys(marks[0]), key=lambda mark: mark >= "\u0e48" and mark != "\u0e4d"))


def without_prison_prefix(text: str) -> str:
    """A title or name without นักโทษชาย/หญิง, น.ช., น.ญ. and the like, which may never be shown."""
    return _PRISON.sub("", normalise(text))


def without_title(text: str) -> str:
    """A full name without its leading title; a name that merely begins like one (นายิกา) stays whole."""
    name = without_prison_prefix(text)
    for spelling in _TITLE_SPELLINGS:
        rest = name.removeprefix(spelling).lstrip()
        if rest != name and len(rest) >= 2 and _NAME_START.match(rest):
            return rest
    for pattern in (_RANK, _ADDRESS, _LATIN_TITLE):
        if begins := pattern.match(name):
            return name[begins.end() :]
    return name


def without_address(name: str) -> str:
    """ทองคำ of ลุงทองคำ; somebody's name may be all of it, so this is only one more way to look for it."""
    return _GLUED_ADDRESS.sub("", name)


def parted(title: str, first: str) -> tuple[str, str]:
    """Title and first name, the title once: ('', 'นายสมชาย') and ('นาย', 'นายสมชาย') are ('นาย', 'สมชาย').

    Beside a title only that same title is taken off, in whatever spelling: somebody may be called like another.
    """
    title, first = without_prison_prefix(title), without_prison_prefix(first)
    rest = without_title(first)
    begins = first.removesuffix(rest).strip()
    if rest == first or not begins:
        return title, first
    known, found = _TITLE_CODES.get(title), _TITLE_CODES.get(begins)
    if title:
        return title, rest if begins == title or (found is not None and found == known) else first
    spaced = first.startswith(f"{begins} ")
    return (begins, rest) if found is None or found in _GLUED or spaced else (title, first)


def display_name(title: str = "", first: str = "", last: str = "", alias: str = "") -> str:
    """A person's name as shown: 'นายสมชาย ใจดี (ชัย)'; '' if nothing is known. A title alone is no name."""
    title, first, last, alias = (without_prison_prefix(part) for part in (title, first, last, alias))
    given = f"{first} {last}".strip()
    if not given:
        return alias
    joint = "" if _is_thai(title) and _is_thai(given) else " "
    whole = f"{title}{joint}{given}" if title else given
    return f"{whole} ({alias})" if alias else whole


def provisional_name(sex: str, case_number: str, language: Language) -> str:
    """What to call somebody whose name is unknown: 'ชายไม่ทราบชื่อ 60-2569-0012'."""
    if language == "th":
        who = {"male": "ชาย", "female": "หญิง"}.get(sex, "")
        return f"{who}ไม่ทราบชื่อ {case_number}"
    who = {"male": "man", "female": "woman"}.get(sex, "person")
    return f"Unknown {who} {case_number}"


def _is_thai(text: str) -> bool:
    return bool(text) and "\u0e01" <= text[0] <= "\u0e5b"


def fold(text: str) -> str:
    """Text as it sounds, for comparing only: same-sounding letters merged, marks and silent letters dropped.

    สมไชย and สมชัย, พัชราภรณ์ and ภัชราพร fold alike. Words stay apart; Latin loses case and accents.
    """
    folded = _SILENT.sub("", normalise(text))
    for pattern, replacement in _FOLDS:
        folded = pattern.sub(replacement, folded)
    latin = _ACCENTS.sub("", unicodedata.normalize("NFD", folded.translate(_SAME_SOUND).casefold()))
    return " ".join(_DOUBLED.sub(r"\1", _NOT_WORD.sub(" ", latin)).split())


def as_written(text: str) -> str:
    """A name for telling whether it is written twice: without its title, spaces, signs, and the marks above letters
    that are left out or doubled in a hurry. Names that merely sound alike stay two (see `fold`)."""
    bare = _NOT_WORD.sub("", without_title(text)).replace(" ", "").casefold()
    return re.sub(f"[{TONE}\u0e47\u0e4c\u0e4e]", "", bare)


def fold_each(texts: Collection[str]) -> list[str]:
    """The fold of each text, for hardly more than that of one: what it costs is the many patterns."""
    if not texts or any(_APART in text for text in texts):
        return [fold(text) for text in texts]
    return [folded.strip() for folded in fold(_APART.join(texts)).split(_APART)]


def words(text: str) -> tuple[str, ...]:
    """The folded words of a name, in order, without its title: what a whole-word search compares."""
    return tuple(fold(without_title(text)).split())


def beginnings(text: str, least: int = 3) -> set[str]:
    """A name's words and their beginnings from `least` typed characters up, with and without its title, unfolded."""
    typed = {*without_prison_prefix(text).split(), *without_title(text).split()}
    return {word[:end] for word in typed for end in {*range(least, len(word)), len(word)}}


def prefixes(text: str, least: int = 3) -> frozenset[str]:
    """The folded `beginnings` of a name.

    What a name is found by: some form of every word of `query_forms` is in here. Each beginning is folded by itself,
    because the fold of a beginning need not begin the fold of the word.
    """
    return frozenset(fold_each(beginnings(text, least))) - {""}


def query_forms(text: str) -> tuple[frozenset[str], ...]:
    """For each word typed into a search, its folded forms: as it stands and, if it begins so, without a title or a
    form of address (ลุงสมชาย, which may also be all of a name)."""
    stripped = without_title(text).split()
    typed = without_prison_prefix(text).split()[-len(stripped) :]
    each = [{whole, bare} for whole, bare in zip(typed, stripped, strict=True)]
    if each:
        each[0].add(without_address(stripped[0]))
    forms = (frozenset(map(fold, spellings)) - {""} for spellings in each)
    return tuple(form for form in forms if form)


def trigrams(text: str) -> frozenset[str]:
    """The three-letter pieces of each folded word, its ends marked by spaces, for search by likeness."""
    padded = [f"  {word} " for word in words(text)]
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def sound(word: str) -> str:
    """A sound code of one Thai word: its first consonant and the closing sounds (1-8) of up to four more.

    Coarser than fold, for finding candidates together with the birth year; '' if no Thai consonant is left.
    """
    letters = _ONSET.sub("", re.sub(f"[^{CONSONANT}]", "", fold(word)))
    if not letters:
        return ""
    rest = re.sub(r"(.)\1+", r"\1", letters[1:].translate(_FINAL))
    return letters[0].replace("ล", "ร") + rest[:4]
