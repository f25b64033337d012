"""The paths and labels of the rulebooks that were adopted, whenever they count: a programme is offered on one of these
paths, or on one that comes with the software, and asks for people of such groups."""

from collections.abc import Iterator, Mapping, Sequence

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.codes import LABELS, PATHS
from services.codes.words import OpenList
from services.kernel.envelope import Recorded
from services.kernel.errors import Invalid
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners.events import Told

RULEBOOK = "screening"  # of the documents that are adopted, the one with paths and labels
SECTIONS: Mapping[str, OpenList] = {"paths": PATHS, "labels": LABELS}
metadata = MetaData()
code = Table(
    "adopted_code_v2",
    metadata,
    Column("section", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    told = {
        (section, each["code"])
        for fact in facts
        if fact.source == "screening" and fact.type == "RulesAdopted" and fact.data["name"] == RULEBOOK
        for section, shipped in SECTIONS.items()
        for each in orjson.loads(fact.data["content"] or "{}").get(section, ())
        if each["code"] not in shipped
    }
    rows = [{"section": section, "code": each} for section, each in sorted(told)]
    upsert(db, code, rows, ("section", "code"))


ADOPTED = Projection("adopted_codes", 2, (code,), project)


def named(fields: Told) -> Iterator[tuple[str, str, str]]:
    """(section, code, field) of the codes that what is said of a programme names."""
    path, rules = fields.get("path"), fields.get("rules")
    if isinstance(path, str):
        yield "paths", path, "path"
    for place, label in enumerate(rules.get("labels_any", ()) if isinstance(rules, dict) else ()):
        yield "labels", label, f"rules.labels_any.{place}"


def get(db: Connection, section: str, which: str) -> str | None:
    """The code itself, if there is such a one."""
    c = code.c
    row = select(c.code).where(c.section == section, c.code == which)
    found: str | None = which if which in SECTIONS[section] else db.execute(row).scalar()
    return found


def require(db: Connection, fields: Told) -> None:
    """Invalid: a path or a group that is not there."""
    for section, which, field in named(fields):
        if get(db, section, which) is None:
            raise unknown(section, field)


def unknown(section: str, field: str) -> Invalid:
    return Invalid({field: [f"Must be one of: {', '.join(SECTIONS[section])}, or one of adopted rules."]})
