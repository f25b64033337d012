"""Who read which personal fields of a centre's cases."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select

from services.intake import answers
from services.intake.projections.cases import case
from services.kernel.tables import access_record

IDENTIFIERS = "identifiers"  # the kind of fields that a card names a person by


def list_accesses(
    db: Connection, who: str, centres: Sequence[str] | None, since: str, limit: int
) -> tuple[dict[str, int], list[answers.Access]]:
    """({what: times} that somebody read personal fields since a moment, when and of which centre they looked at
    identifiers)."""
    joined = access_record.join(case, access_record.c.subject == literal("case/").concat(case.c.case_id))
    read = [access_record.c.who == who, access_record.c.at >= since]
    if centres is not None:
        read.append(case.c.centre.in_(centres))
    counted = select(access_record.c.what, func.count().label("n")).select_from(joined).where(*read)
    shown = select(access_record.c.at, case.c.centre).select_from(joined)
    shown = shown.where(*read, access_record.c.what == IDENTIFIERS)
    newest = shown.order_by(access_record.c.at.desc(), access_record.c.access_id.desc()).limit(limit)
    counts = {row.what: row.n for row in db.execute(counted.group_by(access_record.c.what))}
    return counts, [{"at": row.at, "centre": row.centre} for row in db.execute(newest)]
