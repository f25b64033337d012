"""Which partners are meant: what the list, the map and the calendar of the registry choose by the same questions; and
what of a partner is stale, as a condition of its row."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, false, func, not_, or_, select

from services.codes import statements
from services.codes.registry import FACT_KINDS, STALE_DAYS
from services.kernel.envelope import instant
from services.partners.projections import details, organisations
from services.partners.projections.keepers import kept_by
from services.partners.projections.registry import folded, partner, programme
from services.thai import dates
from services.thai import organisations as called_names

ANY = "any"
NO_RULES = "{}"
MOST_NEAR = 200  # whose name has a letter wrong; who finds more than that types more of it
Cutoffs = Mapping[str, str]  # {kind of fact: what was last confirmed before that instant is stale}
of_partner, of_programme = details.partner_detail, details.programme_detail


def cutoffs(now: datetime) -> Cutoffs:
    """They move at midnight in Thailand. An agreement is over on the day after its last."""
    last_days = {"agreement": dates.bangkok_day(now).isoformat()}
    return last_days | {kind: instant(statements.earliest(now, days)) for kind, days in STALE_DAYS.items()}


def start_of(day: str) -> datetime:
    """A day in Thailand (ISO)."""
    return dates.utc_span(date.fromisoformat(day), date.fromisoformat(day))[0]


@dataclass(frozen=True)
class Chosen:
    """What is asked for; None or False asks for nothing. `q`: what is remembered of a name (see organisations.query);
    where nobody is called so, those whose names differ in a letter. `stale`: with a stale or doubted fact of that
    kind, or of `any`, by `cutoffs`, of those only what was not stale by the cutoffs `not_yet`; `keeper_in`: kept by
    these centres; `retired`: those that take nobody any more, instead of the others; `path` and `free`: with a
    programme of that path, and with places free; `among`: of these ids; `contradicted`: with places that our ledger,
    or the partner since, contradicts."""

    cutoffs: Cutoffs
    q: str | None = None
    province: str | None = None
    kind: str | None = None
    stale: str | None = None
    not_yet: Cutoffs | None = None
    keeper_in: Sequence[str] | None = None
    retired: bool = False
    path: str | None = None
    free: bool = False
    among: Container[str] | None = None
    contradicted: bool = False

    def has(self, partner_id: str) -> bool:
        """Ids are picked out by hand: there may be more of them than a database takes in one statement."""
        return self.among is None or partner_id in self.among


def conditions(db: Connection, chosen: Chosen) -> tuple[list[ColumnElement[bool]], bool]:
    """Of a partner's row, all but `among`; and whether nobody is called so, but nearly."""
    wanted = [partner.c.retired if chosen.retired else not_(partner.c.retired)]
    if chosen.stale:
        wanted.append(has_stale(chosen.stale, chosen.cutoffs, chosen.not_yet))
    if chosen.keeper_in is not None:
        wanted.append(kept_by(chosen.keeper_in))
    if chosen.province:
        wanted.append(partner.c.province == chosen.province)
    if chosen.kind:
        wanted.append(partner.c.kind == chosen.kind)
    if chosen.contradicted:
        wanted.append(_any_programme(contradicted()))
    if chosen.path or chosen.free:
        wanted.append(_any_programme(*offers(chosen)))
    return _called(db, wanted, chosen.q) if chosen.q else (wanted, False)


def offers(chosen: Chosen) -> Iterable[ColumnElement[bool]]:
    """Of a programme's row: whether it is of that path, and has places free."""
    if chosen.path:
        yield programme.c.path == chosen.path
    if chosen.free:
        yield programme.c.free > 0


def called(q: str) -> ColumnElement[bool]:
    """Of a partner's row: whether it is called so, as it was typed or as it sounds."""
    as_typed = partner.c.folded.contains(folded(q), autoescape=True)
    wanted = [
        or_(*(partner.c.sound.contains(form, autoescape=True) for form in sorted(forms)))
        for forms in called_names.query(q)
    ]
    return or_(as_typed, and_(*wanted)) if wanted else as_typed


def _called(
    db: Connection, others: list[ColumnElement[bool]], q: str
) -> tuple[list[ColumnElement[bool]], bool]:
    """Those of the others that are called so, and False; where there are none, those that are nearly called so, and
    True."""
    so, wanted = [*others, called(q)], called_names.query(q)
    if not wanted or db.execute(select(partner.c.partner_id).where(*so).limit(1)).first():
        return so, False
    names = select(partner.c.partner_id, partner.c.sound).where(*others)
    for forms in wanted:
        parts = {part for form in forms for part in called_names.pieces(form) or (form,)}
        names = names.where(or_(*(partner.c.sound.contains(part, autoescape=True) for part in sorted(parts))))
    near = [row.partner_id for row in db.execute(names) if called_names.nearly(wanted, row.sound)]
    return [*others, partner.c.partner_id.in_(near[:MOST_NEAR])], bool(near)


def _any(table: Table, own: ColumnElement[bool], *when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a partner's row: whether one of its rows of another table is so. Counted, not asked for with EXISTS, which
    PostgreSQL answers for every partner of the country before it looks at the few that are kept or shown."""
    counted = select(func.count()).select_from(table).where(own, *when).correlate(partner)
    return counted.scalar_subquery() > 0


def _any_programme(*when: ColumnElement[bool]) -> ColumnElement[bool]:
    """That of its programmes which are not retired."""
    p = programme.c
    return _any(programme, p.partner_id == partner.c.partner_id, not_(p.retired), *when)


def contradicted() -> ColumnElement[bool]:
    """Of a programme's row: the stated places do not fit our ledger, or what the partner said since."""
    return or_(programme.c.contradicted, programme.c.doubted_at.is_not(None))


def doubted() -> ColumnElement[bool]:
    """Of a programme's row: its places are to be asked for whatever their age."""
    return or_(contradicted(), not_(programme.c.places_known))


def has_stale(what: str, cutoffs: Cutoffs, not_yet: Cutoffs | None = None) -> ColumnElement[bool]:
    """Of a partner's row: whether a fact of that kind, or of `any`, is stale by the cutoffs, and was not by those of an
    earlier day."""
    return or_(*(_is_stale(kind, cutoffs, not_yet) for kind in FACT_KINDS if what in (kind, ANY)))


def _is_stale(kind: str, cutoffs: Cutoffs, not_yet: Cutoffs | None) -> ColumnElement[bool]:
    """That of a programme counts as long as it is not retired."""
    p, d = programme.c, of_partner.c

    def old(at: ColumnElement[Any]) -> ColumnElement[bool]:
        before = at < cutoffs[kind]
        return before if not_yet is None else and_(before, at >= not_yet[kind])

    match kind:
        case "contact":
            return old(partner.c.contact_at)
        case "agreement":
            return _any(of_partner, d.partner_id == partner.c.partner_id, old(d.agreement_ends))
        case "capacity":
            stated = old(p.confirmed_at)
            asked = or_(stated, doubted()) if not_yet is None else and_(stated, not_(doubted()))
            return _any_programme(asked)
        case "details":
            own = _any(of_partner, d.partner_id == partner.c.partner_id, old(d.details_at))
            said = select(of_programme.c.programme_id).where(
                of_programme.c.programme_id == p.programme_id, old(of_programme.c.details_at)
            )
            return or_(own, _any_programme(said.correlate(programme).exists()))
        case "rules":
            o = organisations.organisation.c
            held = _any(
                organisations.organisation, o.partner_id == partner.c.partner_id, o.rules != NO_RULES,
                old(o.rules_at),
            )  # fmt: skip
            return or_(_any_programme(old(p.rules_at)), held)
    return false()
