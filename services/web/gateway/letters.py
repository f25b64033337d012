"""What a message to somebody says: the number of a case, the kind of thing, and where to read more. Pure."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from services.codes import notices as codes
from services.codes.words import Words
from services.kernel.envelope import moment
from services.thai.dates import BANGKOK, bangkok_day, format_date
from services.web.store.notices import Notice

SHORT = 300  # characters of a text message
LISTED = 50  # notices in one mail; the rest are counted


class Letter(NamedTuple):
    subject: str
    text: str
    html: str
    short: str


def about(notices: Sequence[Notice], language: str, site: str) -> Letter:
    """Of notices that are known."""

    def say(words: Words, **parts: str | int) -> str:
        return words.in_language(language).format(**parts)

    heads = [_head(each, language) for each in notices]
    links = [f"{site}/notices/{each.notice_id}" for each in notices]
    subject = heads[0] if len(heads) == 1 else say(codes.SUBJECT, count=len(heads))
    choose, home = f"{site}/account/notices", f"{site}/notices"
    lines, items = [], []
    for each, head, link in list(zip(notices, heads, links, strict=True))[:LISTED]:
        when = _when(each.at, language)
        lines.append(f"{head}\n{when}\n{link}\n")
        items.append(f'<li><a href="{escape(link)}">{escape(head)}</a><br>{escape(when)}</li>')
    more = [say(codes.OPEN_PAGE, link=home)] if len(notices) > LISTED else []
    tail = [*more, say(codes.NO_NAMES), say(codes.CHANGE, link=choose)]
    html = _html(language, f"<ul>{''.join(items)}</ul>", tail)
    short = f"{subject} {say(codes.OPEN_PAGE, link=links[0] if len(links) == 1 else home)}"
    return Letter(subject, "\n".join([*lines, *tail, ""]), html, short[:SHORT])


def with_code(code: str, language: str, site: str) -> Letter:
    def say(words: Words, **parts: str | int) -> str:
        return words.in_language(language).format(**parts)

    told = [say(codes.CODE, code=code), say(codes.ENTER_CODE, link=f"{site}/account/notices")]
    return Letter(say(codes.SUBJECT_CODE), "\n".join([*told, ""]), _html(language, "", told), told[0])


def _head(notice: Notice, language: str) -> str:
    said = codes.BY_KIND[notice.kind].words.in_language(language)
    if notice.case_number is None:
        return said
    return f"{said} ({codes.OF_CASE.in_language(language).format(number=notice.case_number)})"


def _when(at: str, language: str) -> str:
    clock = moment(at).astimezone(BANGKOK).strftime("%H:%M")
    day = format_date(bangkok_day(moment(at)), "th" if language == "th" else "en", "short")
    return f"{day} {clock} น." if language == "th" else f"{day} {clock}"


def _html(language: str, body: str, paragraphs: Sequence[str]) -> str:
    said = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head><body>{body}{said}</body></html>'
