"""The two languages of the pages. The English text is the msgid; Thai is the default."""

import gettext
import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_request_context

from services.thai.dates import Language, format_date

TRANSLATIONS = Path(__file__).parents[2] / "translations"
LANGUAGES: tuple[Language, ...] = ("th", "en")
DEFAULT: Language = "th"


@cache
def catalogue(language: Language) -> gettext.GNUTranslations:
    compiled = BytesIO()
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def current() -> Language:
    language: Language = g.get("language", DEFAULT) if has_request_context() else DEFAULT
    return language


def _(text: str) -> str:
    return catalogue(current()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue(current()).ngettext(one, many, count)


def later(text: str) -> str:
    """Marks a text for translation where it is written down but not yet shown."""
    return text


# What schemas say of a field, as what a page says. The number or words in brackets are kept.
FIELD_ERRORS: Sequence[tuple[str, str]] = (
    (r"Missing data for required field\.|May not be blank\.|Field may not be null\.", later("Enter this.")),
    (r"Shorter than minimum length 1\.", later("Enter this.")),
    (r"Must be one of: .*\.", later("Choose one of the options.")),
    (r"Longer than (?:maximum length )?(\d+)(?: characters)?\.", later("Use at most {} characters.")),
    (r"Shorter than minimum length (\d+)\.", later("Use at least {} characters.")),
    (r"Length must be between (\d+) and (\d+)\.", later("Use between {} and {} characters.")),
    (r"Must be greater than or equal to (-?\d+)\.?", later("Enter {} or more.")),
    (
        r"Must be greater than or equal to (-?\d+) and less than or equal to (-?\d+)\.",
        later("Enter a number from {} to {}."),
    ),
    (r"Must be less than or equal to (-?\d+)\.", later("Enter {} or less.")),
    (r"Not a valid integer\.|Not a valid number\.", later("Enter a whole number.")),
    (
        r"A spreadsheet rounded this number, its last digits are lost\. Copy the whole number again\.",
        later("A spreadsheet rounded this number, its last digits are lost. Copy the whole number again."),
    ),
    (r"Not a whole number\.|Write a whole number\.", later("Enter a whole number.")),
    (r"Must be positive\.", later("Enter 1 or more.")),
    (r"Must be (\d+) to (\d+)\.", later("Enter a number from {} to {}.")),
    (r"The least is more than the most\.", later("The least is more than the most.")),
    (
        r"A centre sets no deadline of its own .*",
        later("A centre sets no deadline of its own that the limits do not name."),
    ),
    (r"Must be fewer days than .*", later("Fewer days than the deadline has.")),
    (r"Must be over before .*", later("It must be over before the deadline that follows it.")),
    (
        r"Its day lies between .*",
        later("The day lies between the first and the last on which it is in time."),
    ),
    (r"Must be after the one before it is over\.", later("It must begin after the one before it is over.")),
    (r"Row (\d+) says otherwise\.", later("Row {} says otherwise.")),
    (r"Not one of the words for this column: (.*)", later("Not one of the words for this column: {}")),
    (r"No (?:province|subdistrict) is called so: (.*)", later("No place is called so: {}")),
    (
        r"It is more than (\d+) years ahead: look at the year again\.",
        later("It is more than {} years ahead: look at the year again."),
    ),
    (
        r"It is more than (\d+) years ago: look at the year again\.",
        later("It is more than {} years ago: look at the year again."),
    ),
    (r"Not a day, as .*", later("Enter the day, the month and the year.")),
    (r"The file has more than ([\d,]+) (?:rows|services)\.", later("The file has more than {} rows.")),
    (r"The file has more than (\d+) columns\.", later("The file has more than {} columns.")),
    (r"The package has more than (\d+) files\.", later("The package has more than {} files.")),
    (r"The file lacks the columns: (.*)\.", later("The file lacks the columns: {}.")),
    (r"The file is not a table: .*", later("The file is not a table.")),
    (r"The file is not JSON: line (\d+), column (\d+)\.", later("The file is not JSON: line {}, column {}.")),
    (r"The package has no table of (.*)\.", later("The package has no table of {}.")),
    (r"The table (.*) is too long\.", later("The table {} is too long.")),
    (r"Is required\.", later("Enter this.")),
    (r"Either ใช่ or ไม่ใช่\.", later("Write ใช่ or ไม่ใช่.")),
    (r"Not a valid email address\.", later("Enter an e-mail address such as name@example.org.")),
    (r"Not a valid URL\.", later("Enter an address that begins with https:// or http://.")),
    (
        r"A person unable to consent needs a witness\.",
        later("Fill in who witnessed it: for somebody who cannot consent there must be a witness."),
    ),
    (
        r"More places free than there are in all\.",
        later("More places are free than there are in all: enter fewer free places, or more places in all."),
    ),
    (
        r"A shelter of the ministry is under the ministry\.",
        later(
            "A shelter of the ministry is under the ministry: choose that it is, or another kind of partner."
        ),
    ),
    (
        r"a-z 0-9 \. _ - only\.",
        later("Use small Latin letters, digits and . _ - only, and begin with a letter or digit."),
    ),
    (r"It contains the character NUL\.", later("Remove the character that cannot be shown.")),
    (
        r"Only up to (\d+) was anything sent yet\.",
        later("Enter a position up to {}: nothing later was sent yet."),
    ),
    (r"There are (\d+) webhooks already, .*", later("There are {} webhooks already: remove one first.")),
    (r"A partner does not hear of .*\.", later("A partner does not hear of all of these: take away those.")),
    (r"Must be (\d{4}-\d\d-\d\d) or later\.", later("Enter {} or a later day.")),
    (
        r"This programme is for the path .+, not .+\.",
        later("This place belongs to another way forward: choose one of the two anew."),
    ),
    (r"The minutes have (\d+)\.", later("The minutes have {}: not more can be kept.")),
    (r"Before from\.", later("It comes before the other.")),
    (r"Less than min\.", later("It is less than the least.")),
    (r"It is above max_age\.", later("The youngest age is above the oldest.")),
    (
        r"Not the code of a (?:province|subdistrict).*|No (?:province|subdistrict) has this code\.",
        later("Choose a place of the list."),
    ),
    *(
        (re.escape(text), text)
        for text in (
            later("Not an address that this system calls: https, and public, unless its operator allows it."),
            later("The name of this host is not known."),
            later("An account is called twice; each member votes once."),
            later("Each place stands here once."),
            later("Nobody of this name chaired the decision."),
            later("The case is another centre's than the meeting."),
            later("This case has no such referral."),
            later("A colleague answered this otherwise: say which answer counts."),
            later("These are cases of several centres."),
            later("The case is this centre's already."),
            later("This account is a member of another centre's working group."),
            later("No account of somebody who works for this centre or decides with it."),
            later("No account of a director, or of whoever acts in a director's place."),
            later("There is a chair already: one chairs."),
            later("Another reason is told in words."),
            later("It is more than a year ahead: look at the year again."),
            later("It is more than a year ago: look at the year again."),
            later("The group has a chair in these days already."),
            later("The care plan has no such goal."),
            later("The care plan has no such goal or task."),
            later("Nothing is known under this id."),
            later("It lies in another province."),
            later("It lies after the end of the period."),
            later("It lies before 1900."),
            later("Beds for tonight are programmes of their own: offer a new one."),
            later("Say whose activity it was: you work for several centres."),
            later("Only a rulebook can be tried on the past."),
            later("There is no such version of the rules."),
            later("This name stands here already: each votes once."),
            later("It cannot lie in the past."),
            later("Offices are closed on that day anyway."),
            later("Must be a day: YYYY-MM-DD."),
            later("Not a time of the day, as 08:30."),
            later("It comes before the other."),
            later("This column is not known here."),
            later("The file is empty."),
            later("The file is neither in UTF-8 nor in the Thai code page (cp874)."),
            later("The first line of the file has no headings."),
            later("The file is not an XLSX workbook."),
            later("The file is locked by a password."),
            later("The file unpacks into more than can be read here."),
            later("The file has no services and no organizations."),
            later("The file is not a package of CSV files."),
            later("Its organization is not in the file."),
            later("More places free than there are in all."),
            later("A unit of a group is told twice."),
            later("The units do not add up to the places in all."),
            later("Several subdistricts are called so: write its district and province too."),
            later("It is a programme of another partner."),
            later("It lies before the first day."),
            later("There is such a task already."),
            later("Say why it is not possible."),
            later("This name is a member in these days already."),
            later("This account is a member in these days already."),
            later("Nobody belongs to the working group on that day: name who is called."),
            later("A year at most."),
            later("These days are delegated already."),
            later("Not a colleague of this centre who can act in the director's place."),
            later("Your centre has noted no such activity."),
            later("The centre has noted no such activity."),
            later("A partner of this list is not registered."),
            later("The case is closed because the person died; the placement ends so too."),
            later("The person died, as the end of the placement says; the case is closed for that."),
            later("The person was screened."),
            later("The person is in a place."),
            later("It was agreed for longer; end it instead."),
            later("This programme offers no interim stay."),
            later("It still holds a name, the identity number or the birth date of the person."),
            later("It still holds a telephone number or a number of 13 digits. Remove it."),
            later("The answer that there is none goes with no other: take away that one or the others."),
            later("Answered, and marked as not wanted to answer: take one of them away."),
            later("Not the age that follows from the birth date."),
        )
    ),
    (r"It cannot lie in the future\.", later("The date cannot lie in the future.")),
)


# services/thai/order.py
ORDER = r"(\d{4}-\d\d-\d\d) is before .+ on (\d{4}-\d\d-\d\d)\."


def field_error(text: str) -> str:
    """A schema's sentence in the reader's language; one that nobody foresaw is said in general words."""
    if order := re.fullmatch(ORDER, text):
        day, earlier = (format_date(each, current(), "short") for each in order.groups())
        return _("{} is before {}, the day of what it follows.").format(day, earlier)
    for pattern, said in FIELD_ERRORS:
        match = re.fullmatch(pattern, text)
        if match:
            return _(said).format(*(_as_read(group) for group in match.groups()))
    known = _(text)
    return known if known != text or current() == "en" else _("Check this answer.")


def _as_read(text: str) -> str:
    return format_date(text, current(), "short") if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
