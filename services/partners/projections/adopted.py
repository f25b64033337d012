"""The paths of the rulebooks that were adopted, whenever they count: a programme is offered on one of these, or on one
that comes with the software."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.codes import PATHS
from services.kernel.envelope import Recorded
from services.kernel.errors import Invalid
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED

RULEBOOK = "screening"  # of the documents that are adopted, the one with paths
metadata = MetaData()
path = Table("adopted_path_v1", metadata, Column("code", Text, primary_key=True), info=SHARED)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    codes = {
        each["code"]
        for fact in facts
        if fact.source == "screening" and fact.type == "RulesAdopted" and fact.data["name"] == RULEBOOK
        for each in orjson.loads(fact.data["content"] or "{}").get("paths", ())
    }
    upsert(db, path, [{"code": code} for code in sorted(codes.difference(PATHS))], ("code",))


ADOPTED = Projection("adopted_paths", 1, (path,), project)


def get(db: Connection, code: str) -> str | None:
    """The code itself, if there is such a path."""
    found: str | None = db.execute(select(path.c.code).where(path.c.code == code)).scalar()
    return code if code in PATHS else found


def require(db: Connection, code: str) -> None:
    """Invalid: there is no such path."""
    if get(db, code) is None:
        raise unknown()


def unknown() -> Invalid:
    return Invalid({"path": [f"Must be one of: {', '.join(PATHS)}, or a path of adopted rules."]})
