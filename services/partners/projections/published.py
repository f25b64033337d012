"""The registry as strangers read it: partners and programmes page by page, with when each was last said otherwise."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    func,
    or_,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners import answers, bodies
from services.partners.events import PartnerCorrected, PartnerEvent, ProgrammeEvent
from services.partners.projections import partners
from services.partners.projections.choosing import Cutoffs, called
from services.partners.projections.proposals import list_unconfirmed
from services.partners.projections.registry import partner, programme

Chosen: TypeAlias = Select[str, str]  # ids, and when each was modified

metadata = MetaData()
partner_modified = Table(
    "partner_modified_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("modified", Text, nullable=False, index=True),
    info=SHARED,
)
programme_modified = Table(
    "programme_modified_v1",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False, index=True),
    Column("modified", Text, nullable=False, index=True),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """A programme is told together with its partner, so it is modified with it. A place that is taken or given back
    modifies what is told as free."""
    own = [fact for fact in facts if fact.source == "partners"]
    of_partner: dict[str, dict[str, str]] = {}
    of_programme: dict[str, dict[str, str]] = {}
    corrected = sorted({fact.event.partner_id for fact in own if isinstance(fact.event, PartnerCorrected)})
    if corrected:
        theirs = select(programme_modified).where(programme_modified.c.partner_id.in_(corrected))
        of_programme = {row.programme_id: dict(row._mapping) for row in db.execute(theirs)}
    for fact in own:
        event = fact.event
        if isinstance(event, PartnerEvent):
            of_partner[event.partner_id] = {"partner_id": event.partner_id, "modified": fact.recorded}
        elif isinstance(event, ProgrammeEvent):
            ids = {"programme_id": event.programme_id, "partner_id": event.partner_id}
            of_programme[event.programme_id] = {**ids, "modified": fact.recorded}
        if isinstance(event, PartnerCorrected):
            for row in of_programme.values():
                if row["partner_id"] == event.partner_id:
                    row["modified"] = fact.recorded
    upsert(db, partner_modified, list(of_partner.values()), ("partner_id",))
    upsert(db, programme_modified, list(of_programme.values()), ("programme_id",))


PUBLISHED = Projection("published", 1, (partner_modified, programme_modified), project)


def list_partners(db: Connection, body: bodies.Published, cutoffs: Cutoffs) -> answers.PublishedPartners:
    chosen = select(partner.c.partner_id, partner_modified.c.modified).join(
        partner_modified, partner_modified.c.partner_id == partner.c.partner_id
    )
    chosen = _where(chosen, body, partner_modified.c.modified, partner.c.retired)
    if body["ids"] is not None:
        chosen = chosen.where(partner.c.partner_id.in_(body["ids"]))
    if body["q"]:
        chosen = chosen.where(called(body["q"]))
    if body["path"]:
        theirs = select(programme.c.partner_id).where(programme.c.path == body["path"])
        chosen = chosen.where(partner.c.partner_id.in_(theirs))
    total, rows = _page(db, chosen, partner.c.partner_id, body)
    ids = [row.partner_id for row in rows]
    whole = {each["partner_id"]: each for each in partners.list_by_ids(db, ids, cutoffs)}
    m = programme_modified.c
    offered = db.execute(select(m.programme_id, m.modified).where(m.partner_id.in_(ids)))
    modified = {row.programme_id: row.modified for row in offered}
    return {
        "total": total,
        "items": [
            {
                "partner": whole[row.partner_id],
                "modified": row.modified,
                "programmes_modified": {
                    each["programme_id"]: modified[each["programme_id"]]
                    for each in whole[row.partner_id]["programmes"]
                },
            }
            for row in rows
        ],
    }


def list_programmes(db: Connection, body: bodies.Published, cutoffs: Cutoffs) -> answers.PublishedProgrammes:
    total, rows = _programmes(db, body)
    ids = [row.programme_id for row in rows]
    wanted = partners.offered.where(programme.c.programme_id.in_(ids))
    offered = {row.programme_id: row for row in db.execute(wanted)}
    new = list_unconfirmed(db, sorted({row.partner_id for row in offered.values()}))
    theirs = partners.kept.where(partner.c.partner_id.in_({row.partner_id for row in offered.values()}))
    whose = {row.partner_id: partners.partner_of(row, cutoffs, new) for row in db.execute(theirs)}
    return {
        "total": total,
        "items": [
            {
                "programme": partners.programme_of(offered[row.programme_id], cutoffs, new),
                "partner": whose[offered[row.programme_id].partner_id],
                "modified": row.modified,
            }
            for row in rows
        ],
    }


def list_modified(db: Connection, body: bodies.Published) -> answers.ModifiedProgrammes:
    total, rows = _programmes(db, body)
    return {"total": total, "items": [{"id": row.programme_id, "modified": row.modified} for row in rows]}


def _programmes(db: Connection, body: bodies.Published) -> tuple[int, Sequence[Row[str, str]]]:
    """(how many there are, the page of them). `q` is part of the programme's name or of its partner's."""
    p = programme.c
    chosen = (
        select(p.programme_id, programme_modified.c.modified)
        .join(programme_modified, programme_modified.c.programme_id == p.programme_id)
        .join(partner, partner.c.partner_id == p.partner_id)
    )
    chosen = _where(chosen, body, programme_modified.c.modified, p.retired)
    if body["ids"] is not None:
        chosen = chosen.where(p.programme_id.in_(body["ids"]))
    if body["q"]:
        chosen = chosen.where(or_(called(body["q"]), p.name.icontains(body["q"], autoescape=True)))
    if body["path"]:
        chosen = chosen.where(p.path == body["path"])
    return _page(db, chosen, p.programme_id, body)


def _where(
    chosen: Chosen, body: bodies.Published, modified: ColumnElement[str], retired: ColumnElement[bool]
) -> Chosen:
    """What both are asked for alike, of the partner."""
    if body["partner_id"] is not None:
        chosen = chosen.where(partner.c.partner_id == body["partner_id"])
    if body["kind"]:
        chosen = chosen.where(partner.c.kind == body["kind"])
    if body["under_ministry"] is not None:
        chosen = chosen.where(partner.c.under_ministry == body["under_ministry"])
    if body["retired"] is not None:
        chosen = chosen.where(retired.is_(body["retired"]))
    if body["modified_from"] is not None:
        chosen = chosen.where(modified >= body["modified_from"])
    if body["modified_before"] is not None:
        chosen = chosen.where(modified < body["modified_before"])
    return chosen


def _page(
    db: Connection, chosen: Chosen, id: ColumnElement[str], body: bodies.Published
) -> tuple[int, Sequence[Row[str, str]]]:
    total = int(db.scalar(select(func.count()).select_from(chosen.subquery())) or 0)
    if body["after"] is not None:
        chosen = chosen.where(id > body["after"])
    rows = db.execute(chosen.order_by(id).offset(body["skip"]).limit(body["limit"])).all()
    return total, rows
