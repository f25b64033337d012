"""Who keeps a partner true: the centre of its province where one works, else the centre that registered it."""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    case,
    not_,
    or_,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners.projections.registry import partner

metadata = MetaData()
centre = Table("working_centre_v1", metadata, Column("province", Text, primary_key=True), info=SHARED)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """A centre works where it has opened a case."""
    working = {
        fact.centre for fact in facts if fact.source == "screening" and fact.type == "ScreeningStarted"
    }
    upsert(db, centre, [{"province": each} for each in sorted(working)], ("province",))


KEEPERS = Projection("keepers", 1, (centre,), project)

# The keeper in a question about partners.
keeper = case(
    (partner.c.province.in_(select(centre.c.province)), partner.c.province), else_=partner.c.registered_by
)


def kept_by(centres: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these centres keeps a partner; the same as `keeper`, said so that indexes are used."""
    p, works = partner.c, partner.c.province.in_(select(centre.c.province))
    return or_(and_(p.province.in_(centres), works), and_(p.registered_by.in_(centres), not_(works)))


def works(db: Connection, province: str) -> bool:
    """Whether a province has a centre that works here, and so keeps the province's partners."""
    return db.execute(select(centre.c.province).where(centre.c.province == province)).first() is not None


KEEPER = select(keeper).where(partner.c.partner_id == bindparam("partner_id"))


def get_keeper(db: Connection, partner_id: str) -> str | None:
    """The province of the centre that keeps a partner."""
    return db.execute(KEEPER, {"partner_id": partner_id}).scalar()
