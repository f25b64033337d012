"""Words for codes, days and places, in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services import codes
from services.codes import (
    access,
    acts,
    ages,
    care,
    deadlines,
    decisions,
    declines,
    details,
    feed,
    following,
    keys,
    lookback,
    notices,
    outreach,
    overrides,
    papers,
    problems,
    registry,
    reviews,
    search,
    sentences,
    situation,
    statements,
    stays,
    steps,
    transfers,
    waits,
    work,
)
from services.codes.words import CodeList, OpenList, Words
from services.intake.answers import Person
from services.kernel.envelope import ALL_CENTRES, Caller, moment
from services.thai import areas, dates, names
from services.web import gateway
from services.web.pages.parts.language import _, current

CAPITAL = "10"  # Bangkok, which is no province
NO_BREAK = "\u00a0"  # the space at which no line ends
LISTS: Mapping[str, CodeList[Any]] = {
    each.kind: each
    for module in (
        codes,
        access,
        acts,
        ages,
        deadlines,
        care,
        decisions,
        declines,
        feed,
        following,
        keys,
        lookback,
        notices,
        outreach,
        papers,
        overrides,
        problems,
        details,
        registry,
        reviews,
        search,
        situation,
        statements,
        stays,
        steps,
        transfers,
        waits,
        work,
    )
    for each in vars(module).values()
    if isinstance(each, CodeList)
}
TAGS = {  # colours of govuk-frontend's tag by status; the word always says it too
    "open": "blue", "screened": "blue", "planned": "purple", "referred": "yellow", "placed": "green", "closed": "grey",
    "sent": "yellow", "acknowledged": "yellow", "waitlisted": "yellow", "accepted": "turquoise",
    "travelling": "turquoise",
    "admitted": "turquoise", "ended": "grey", "declined": "red", "expired": "red", "failed": "red", "withdrawn": "grey",
    "entered_in_error": "grey", "coming": "grey", "due": "yellow", "done": "green", "late": "orange", "missed": "red",
    "dropped": "grey", "waiting": "yellow", "rejected": "red", "revoked": "grey",
}  # fmt: skip


def say(words: Words) -> str:
    """Words in the reader's language."""
    return words.in_language(current())


def path_and_kind(path: str, kind: str) -> str:
    """What a place is for and of what kind its partner is; once where the kind says both."""
    both = [word("partner_kind", kind)]
    return " · ".join(both if codes.PATH_OF_KIND.get(kind) == path else [word("path", path), *both])


def listed(texts: Iterable[str]) -> str:
    """Several texts in one, as the reader's language lists them."""
    return sentences.listed(texts, current())


def word(kind: str, code: Any) -> str:
    """What a code of a list is called; a code that is newer than this program is shown as it is."""
    return sentences.fact_name(code, current()) if kind == "fact" else LISTS[kind].word(code, current())


def words(kind: str) -> list[tuple[str, str]]:
    """[(code, label)] of a list, in its own order."""
    codes = LISTS[kind]
    return [(code, word(kind, code)) for code in (codes.everyone if isinstance(codes, OpenList) else codes)]


def day(text: str, style: dates.Style = "short") -> str:
    """A day (ISO, also partial) or the Thai day of an instant, in Buddhist era."""
    shown: str | date = dates.bangkok_day(moment(text)) if "T" in text else text
    return unbroken(dates.format_date(shown, current(), style))


def unbroken(text: str) -> str:
    """Words that stay on one line; what is in brackets may begin the next. Files take plain spaces (files.plain)."""
    return text.replace(" ", NO_BREAK).replace(f"{NO_BREAK}(", " (")


def clock(text: str) -> str:
    """The time of day of an instant in Thailand: 14:32."""
    return moment(text).astimezone(dates.BANGKOK).strftime("%H:%M")


def day_time(text: str) -> str:
    return unbroken(f"{day(text)} {clock(text)}" + (" น." if current() == "th" else ""))


def lately(text: str) -> str:
    """The time of day of an instant, with its day if that is not today."""
    full = day_time(text)
    today = dates.bangkok_day(moment(text)) == dates.bangkok_day(gateway.runtime().now())
    return full.removeprefix(f"{day(text)}{NO_BREAK}") if today else full


def centres(codes: tuple[str, ...]) -> str:
    """The provinces of an account."""
    if ALL_CENTRES in codes:
        return _("all centres")
    return listed(map(province, codes)) or "–"


def centres_of(caller: Caller) -> str:
    """Whose figures and papers somebody's are: 'ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์', 'ศูนย์ฯ นครสวรรค์ และ ลพบุรี'."""
    if ALL_CENTRES in caller.centres:
        return _("All centres")
    if len(caller.centres) == 1:
        return centre(caller.centres[0])
    return _("Centres of {}").format(listed(map(province, caller.centres))) if caller.centres else ""


def centre(code: str) -> str:
    return _("Centre of {}").format(full_province(code))


def province(code: str | None) -> str:
    return sentences.province(code, current()) if code else "–"


def full_province(code: str) -> str:
    """With the word for a province, which Thai puts before every name but the capital's."""
    plain = current() != "th" or code == CAPITAL
    return province(code) if plain else f"จังหวัด{province(code)}"


def called(person: Person) -> str:
    """A person's name; of somebody whose name is unknown what stands for it, in the reader's language."""
    name = person.get("name")
    if not name:
        return ""
    if name["first"] or name["last"] or name["alias"]:
        return name["display"]
    return names.provisional_name(person["sex"], name["display"].rpartition(" ")[2], current())


def named(person: Person) -> str:
    """A person as the reader may know them: by name, or by sex and age."""
    if person.get("erased"):
        return _("Data erased")
    age = [person["age_band"], _("years")] if person["age_band"] else []
    return called(person) or " ".join([word("sex", person["sex"]), *age])


def lacking(person: Person) -> str:
    """What stands for a field of a person of which there is nothing: not known yet, or known once and erased."""
    return _("Erased") if person.get("erased") else _("Not known yet")


def address(code: str) -> str:
    """A subdistrict with its district and province."""
    return areas.address(code, current())
