"""Gathers the texts of the pages into translations/{th,en}/LC_MESSAGES/messages.po; with --check only says what is not
as it should be."""

import ast
import re
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.nodes import TemplateData

WEB = Path(__file__).parents[1] / "services" / "web"
METHODS = [("pages/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
TEMPLATES = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
SPOKEN = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"')
WORD = re.compile(r"(?<![&\w])[^\W\d_][^\W_]+")
OWN_NAMES = {"English", "ภาษาไทย", "CSV", "XLSX"}  # the same in every language
KEYWORDS = {"_": None, "later": None, "ngettext": (1, 2)}


def gathered() -> Catalog:
    """Every text of code and templates."""
    template = Catalog(project="Songtor", fuzzy=False)
    for file, _, text, _, _ in extract_from_dir(WEB, METHODS, OPTIONS, keywords=KEYWORDS):
        template.add(text, locations=[(file, 0)])
    return template


def merged(language: str, template: Catalog) -> tuple[Catalog, bytes, bytes]:
    """(the catalogue with every text, its file as it is, its file as it should be). English needs plural forms only."""
    path = WEB / "translations" / language / "LC_MESSAGES" / "messages.po"
    stored = path.read_bytes() if path.exists() else b""
    known = read_po(BytesIO(stored), locale=language)
    catalogue = Catalog(locale=language, project="Songtor", fuzzy=False)
    for message in template:
        if message.id and (language != "en" or isinstance(message.id, tuple)):
            had = known.get(message.id)
            text = had.string if had else ("", "") if isinstance(message.id, tuple) else ""
            if language == "en" and isinstance(message.id, tuple):
                text = message.id
            catalogue.add(message.id, text, locations=message.locations)
    made = BytesIO()
    write_po(made, catalogue, omit_header=True, sort_output=True, width=120, include_lineno=False)
    header = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    forms = {"th": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}[language]
    return catalogue, stored, f'{header}"Plural-Forms: {forms}\\n"\n\n'.encode() + made.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    return [str(message.id) for message in catalogue if message.id and not _complete(message.string)]


def _complete(string: str | Sequence[str] | None) -> bool:
    """Something is said, in every plural form."""
    return bool(string) if isinstance(string, str) else all(string or [""])


def bare(template: str) -> list[str]:
    """Words of a template that no gettext call surrounds: between tags, and in attributes that are read out."""
    text = "".join(part.data for part in TEMPLATES.parse(template).find_all(TemplateData))
    spoken = " ".join(SPOKEN.findall(text))
    return sorted({*WORD.findall(re.sub(r"<[^>]*>", " ", text)), *WORD.findall(spoken)} - OWN_NAMES)


def within_f_strings(code: str) -> list[int]:
    """Lines of texts inside an f-string: Python before 3.12 shows them to nobody who gathers."""
    return [
        call.lineno
        for string in ast.walk(ast.parse(code))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]


def main(check: bool) -> int:
    template, problems = gathered(), []
    for language in ("th", "en"):
        catalogue, stored, wanted = merged(language, template)
        if check:
            if stored != wanted:
                problems.append(
                    f"{language}: the catalogue is not up to date, run python -m scripts.messages"
                )
        else:
            path = WEB / "translations" / language / "LC_MESSAGES" / "messages.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted)
        problems += [f"{language}: not translated: {text}" for text in untranslated(catalogue)]
    for file in sorted((WEB / "templates").rglob("*.html")):
        problems += [f"{file.name}: never translated: {text}" for text in bare(file.read_text())]
    for file in sorted((WEB / "pages").rglob("*.py")):
        lines = within_f_strings(file.read_text())
        problems += [
            f"{file.name}:{line}: a text within an f-string is not found by every Python" for line in lines
        ]
    print("\n".join(problems), end="\n" if problems else "")
    return len(problems)


if __name__ == "__main__":
    sys.exit(bool(main("--check" in sys.argv)))
