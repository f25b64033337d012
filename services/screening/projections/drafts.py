"""Drafts of rules as they were saved, who adopts them, and the trials that were asked for."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import (
    Boolean,
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
from services.screening.events import AdoptionAsked, DraftAdopted, DraftTried, RulesDrafted
from services.screening.projections.rows import as_json

metadata = MetaData()
draft = Table(
    "rules_draft_v1",
    metadata,
    Column("draft_id", Text),
    Column("version", Integer),
    Column("based_on", Text, nullable=False),
    Column("documents", Text, nullable=False),  # JSON
    Column("saved_at", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    PrimaryKeyConstraint("draft_id", "version"),
    info=SHARED,
)
adopting = Table(
    "rules_adopting_v1",
    metadata,
    Column("draft_id", Text),
    Column("version", Integer),
    Column("user", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("adopted", Boolean, nullable=False),
    PrimaryKeyConstraint("draft_id", "version"),
    info=SHARED,
)
trial = Table(
    "rules_trial_v1",
    metadata,
    Column("trial_id", Text, primary_key=True),
    Column("draft_id", Text, nullable=False),
    Column("draft_version", Integer, nullable=False),
    Column("since", Text),
    Column("until", Text),
    Column("of_centre", Text),
    Column("asked_at", Text, nullable=False),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    drafts, adoptions, trials = [], [], []
    for fact in facts:
        match fact.event:
            case RulesDrafted() as event:
                drafts.append(
                    {
                        "draft_id": event.draft_id, "version": fact.version, "based_on": event.based_on,
                        "documents": as_json(event.documents), "saved_at": fact.time, "saved_by": fact.actor,
                    }
                )  # fmt: skip
            case AdoptionAsked() as event:
                adoptions.append(
                    {
                        "draft_id": event.draft_id, "version": fact.version, "user": event.user,
                        "valid_from": event.valid_from, "reason": event.reason, "adopted": False,
                    }
                )  # fmt: skip
            case DraftAdopted() as event:
                adoptions.append(
                    {
                        "draft_id": event.draft_id, "version": fact.version, "user": fact.actor,
                        "valid_from": event.valid_from, "reason": "", "adopted": True,
                    }
                )  # fmt: skip
            case DraftTried() as event:
                trials.append(
                    {
                        "trial_id": event.trial_id, "draft_id": event.draft_id, "draft_version": event.draft_version,
                        "since": event.since, "until": event.until, "of_centre": event.of_centre,
                        "asked_at": fact.time,
                    }
                )  # fmt: skip
    upsert(db, draft, drafts, ("draft_id", "version"))
    upsert(db, adopting, adoptions, ("draft_id", "version"))
    upsert(db, trial, trials, ("trial_id",))


DRAFTS = Projection("rules_drafts", 1, (draft, adopting, trial), project)


class Saved(NamedTuple):
    """A draft as it was saved last (or in one version); `asked`: the first of two people adopts it as it is."""

    draft_id: str
    version: int
    based_on: str
    documents: dict[str, str]
    saved_at: str
    saved_by: str
    asked: RowMapping | None
    adopted: bool


def get_draft(db: Connection, draft_id: str, version: int | None = None) -> Saved | None:
    rows = select(draft).where(draft.c.draft_id == draft_id).order_by(draft.c.version.desc()).limit(1)
    found = (
        db.execute(rows if version is None else rows.where(draft.c.version == version))
        .mappings()
        .one_or_none()
    )
    return _saved(db, found) if found else None


def list_drafts(db: Connection) -> list[Saved]:
    """Each as it was saved last, the latest first."""
    rows = db.execute(select(draft).order_by(draft.c.saved_at.desc(), draft.c.version.desc())).mappings()
    last: dict[str, RowMapping] = {}
    for row in rows:
        last.setdefault(row["draft_id"], row)
    return [_saved(db, row) for row in last.values()]


def _saved(db: Connection, row: RowMapping) -> Saved:
    newest = (
        select(adopting).where(adopting.c.draft_id == row["draft_id"]).order_by(adopting.c.version.desc())
    )
    after = db.execute(newest.where(adopting.c.version > row["version"]).limit(1)).mappings().one_or_none()
    adopted = bool(after and after["adopted"])
    return Saved(
        row["draft_id"], row["version"], row["based_on"], orjson.loads(row["documents"]), row["saved_at"],
        row["saved_by"], None if adopted else after, adopted,
    )  # fmt: skip


def get_trial(db: Connection, trial_id: str) -> RowMapping | None:
    return db.execute(select(trial).where(trial.c.trial_id == trial_id)).mappings().one_or_none()


def list_trials(db: Connection, draft_id: str) -> list[RowMapping]:
    """The latest first."""
    rows = select(trial).where(trial.c.draft_id == draft_id).order_by(trial.c.asked_at.desc())
    return list(db.execute(rows).mappings())
