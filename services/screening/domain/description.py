"""The rules as a page for people: docs/screening-rules.md."""

import json

from services.kernel.rules import Condition
from services.screening.domain.rulebook import Rulebook


def describe(book: Rulebook) -> str:
    """The rules as a Markdown page: docs/screening-rules.md."""
    lines = [
        "# Screening rules",
        "",
        "Written by `scripts/rules_page.py` from `services/screening/rules/`; change the data, not this page.",
        "",
        f"Version **{book.version}**, in force from {book.valid_from}. {book.rationale['en']}",
        "",
        book.rationale["th"],
        "",
        "## Labels",
        "",
        "Every screening answers every label with met, not met or unknown; an unknown label names the facts "
        "to ask for.",
        "Labels stand in their order of precedence. The first path open to each *leading* label (a specific "
        "law, s. 23 of the "
        "Protection of the Destitute Act B.E. 2557) goes before the person's wishes and all other paths.",
        "",
        "| Label | Met if | Law | Leads | Paths, best first |",
        "|---|---|---|---|---|",
    ]
    for label in book.labels:
        paths = ", ".join(f"`{path}`" for path in label.paths)
        law = f"{label.law['en']}<br>{label.law['th']}"
        leads = "yes" if label.leads else ""
        if label.where:
            law += f"<br>where {_words(label.where['condition'])}: {label.where['law']['en']}"
            leads = leads or (f"where {_words(label.where['condition'])}" if label.where["leads"] else "")
        lines.append(
            f"| `{label.code}` {label.name['th']} | {_words(label.condition)} | {law} | {leads} | {paths} |"
        )
    lines += ["", "## Words of the laws", ""]
    lines += [f"- {label.law['th']}: “{label.law['text']}”" for label in book.labels if "text" in label.law]
    lines += [
        "",
        "## Paths",
        "",
        "A path is closed when what it needs is not met. What is unknown closes nothing: such a path only "
        "comes after the "
        "sure ones of its label. "
        + (
            "While labels are unknown, the paths that they may open stand after all others, and the answer says that "
            "it is not decided yet; `advice_only` is the answer only when every label is not met, or every path of "
            "those met is closed."
            if book.undecided_too
            else "`advice_only` is the answer when no label is met or every path is closed."
        ),
        "",
        "A plan on a closed path needs the working group's reason and its chair; where the law forbids the path "
        "(last column) no reason opens it.",
        "",
        "| Path | Name | Outside the ministry | A wish alone opens it | Needs | Why | Never |",
        "|---|---|---|---|---|---|---|",
    ]
    for path in book.paths.values():
        outside, wish = "yes" if path.outside_ministry else "no", "yes" if path.by_wish else "no"
        needs, why = _words(path.needs) if path.needs else "", path.because["en"] if path.because else ""
        needs += " (and that is known)" if path.only_if_sure else ""
        never = _words(path.never) if path.never else ""
        lines.append(
            f"| `{path.code}` | {path.name['en']}<br>{path.name['th']} | {outside} | {wish} | {needs} | {why} "
            f"| {never} |"
        )
    last = ", ".join(f"`{path}`" for path in book.last)
    lines += ["", f"After all other paths: {last}.", "", "## Danger at the door", ""]
    lines += ["| Danger | Path that goes first | Unless this is not met | Why |", "|---|---|---|---|"]
    for danger in book.dangers.values():
        unless = _words(danger.needs) if danger.needs else ""
        lines.append(f"| `{danger.code}` | `{danger.path}` | {unless} | {danger.because['en']} |")
    if book.applies:
        lines += ["", "## Questions that do not apply", ""]
        lines += ["Nobody is asked what cannot be: if nothing was told, this is the answer.", ""]
        lines += ["| Fact | Asked only if | Else |", "|---|---|---|"]
        lines += [
            f"| `{each.fact}` | {_words(each.condition)} | {json.dumps(each.otherwise)} |"
            for each in book.applies
        ]
    lines += _checked(book)
    return "\n".join(lines) + "\n"


def _checked(book: Rulebook) -> list[str]:
    if not book.sources:
        return []
    said = [f"- {each['en']}<br>{each['th']}" for each in book.sources]
    return ["", "## What was checked against what", "", *said]


def _words(condition: Condition) -> str:
    if "fact" in condition:
        value = condition["value"]
        shown = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value).strip('"')
        return f"{condition['fact']} {condition['op'].replace('_', ' ')} {shown}"
    if "not" in condition:
        return f"not ({_words(condition['not'])})"
    joined, parts = ("and", condition["all"]) if "all" in condition else ("or", condition["any"])
    return f" {joined} ".join(_words(part) if "fact" in part else f"({_words(part)})" for part in parts)
