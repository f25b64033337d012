"""The documents that were adopted, whole; and the rulebook of any version, be it lifted or adopted."""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Table,
    Text,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.screening.domain import adoption, rulebook
from services.screening.domain.adoption import Adopted, Adoption
from services.screening.domain.rulebook import LIFTED, Rulebook
from services.screening.events import RulesAdopted

metadata = MetaData()
adopted = Table(
    "adopted_rules_v2",
    metadata,
    Column("name", Text),
    Column("rules_version", Text),
    Column("place", Integer, nullable=False),  # in the order of adoption of its kind
    Column("valid_from", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("adopted_at", Text, nullable=False),
    Column("adopted_by", Text, nullable=False),
    Column("with_user", Text),
    Column("reason", Text),
    Column("draft_id", Text),
    PrimaryKeyConstraint("name", "rules_version"),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "name": fact.event.name,
            "rules_version": fact.event.version,
            "place": fact.version,
            "valid_from": fact.event.valid_from,
            "sha256": fact.event.sha256,
            "content": fact.event.content,
            "adopted_at": fact.time,
            "adopted_by": fact.actor,
            "with_user": fact.event.with_user,
            "reason": fact.event.reason,
            "draft_id": fact.event.draft_id,
        }
        for fact in facts
        if isinstance(fact.event, RulesAdopted)
    ]
    upsert(db, adopted, rows, ("name", "rules_version"))


def list_adopted(db: Connection) -> list[RowMapping]:
    """Of all kinds, the one adopted last first."""
    newest = select(adopted).order_by(adopted.c.adopted_at.desc(), adopted.c.name, adopted.c.place.desc())
    return list(db.execute(newest).mappings())


def adopted_of(db: Connection, name: str) -> Adopted:
    """As the stream of a kind adds up to it."""
    rows = db.execute(select(adopted).where(adopted.c.name == name).order_by(adopted.c.place)).mappings()
    return Adopted(
        {row["rules_version"]: Adoption(row["valid_from"], row["sha256"], row["content"]) for row in rows}
    )


def get_document(db: Connection, name: str, version: str) -> str | None:
    """A document as it was adopted; of a rulebook that comes with the software its file."""
    this = adopted.c.name == name, adopted.c.rules_version == version
    text: str | None = db.execute(select(adopted.c.content).where(*this)).scalar()
    if text:
        return text
    shipped = name == rulebook.NAME and version in rulebook.versions()
    return rulebook.document(version) if shipped else None


def get_rulebook(db: Connection, version: str) -> Rulebook:
    """The rulebook that a stored screening names. LookupError if it is nowhere."""
    text = rulebook.document(version) if version in LIFTED else get_document(db, rulebook.NAME, version)
    if text is None:
        raise LookupError(f"the rules {version} are not in the log")
    return rulebook.read(text)


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: rules that changed after they were adopted, or are gone."""
    for row in db.execute(select(adopted).order_by(adopted.c.rules_version)).mappings():
        version = row["rules_version"]
        if not row["content"]:
            yield f"The adopted rules {version} are missing."
        elif rulebook.hash_of(row["content"]) != row["sha256"]:
            yield f"The rules {version} are not the ones that were adopted."
        elif version in LIFTED and row["sha256"] != adoption.lifted(version).sha256:
            yield f"The rules {version} are not the ones that were adopted."


RULES = Projection("adopted_rules", 2, (adopted,), project)
