"""The registry counted: where its programmes are, and when what is known of it falls stale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, not_, select, union_all
from sqlalchemy import case as case_of

from services.codes.registry import FACT_KINDS
from services.partners import answers
from services.partners.projections.choosing import (
    ANY,
    NO_RULES,
    Chosen,
    Cutoffs,
    conditions,
    cutoffs,
    doubted,
    of_partner,
    of_programme,
    offers,
    start_of,
)
from services.partners.projections.keepers import keeper
from services.partners.projections.organisations import organisation
from services.partners.projections.registry import partner, programme
from services.thai import dates

WEEKS, MONTHS = 14, 13  # this one, and a quarter or a year ahead: what is confirmed today falls in them


@dataclass(frozen=True)
class Period:
    """Days in Thailand on which facts fall stale; `first` None: those that are stale already."""

    first: date | None
    last: date

    @property
    def cutoffs(self) -> Cutoffs:
        """Of its last day."""
        return cutoffs(start_of(self.last.isoformat()))


def list_periods(now: datetime, by: str) -> list[Period]:
    """What is stale today, then the weeks (from Monday) or months from tomorrow on."""
    today = dates.bangkok_day(now)
    found, most = [Period(None, today)], WEEKS if by == "week" else MONTHS
    while len(found) <= most:
        first = found[-1].last + timedelta(days=1)
        if by == "week":
            last = first + timedelta(days=6 - first.weekday())
        else:
            last = (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found.append(Period(first, last))
    return found


def list_provinces(db: Connection, chosen: Chosen) -> answers.Spread:
    """How many partners are chosen in each province, and what they offer of the path, and free, that is asked for."""
    wanted, nearly = conditions(db, chosen)
    p = programme.c
    keys = [partner.c.province] if chosen.among is None else [partner.c.province, partner.c.partner_id]
    partners = select(*keys, func.count().label("partners")).where(*wanted).group_by(*keys)
    theirs = and_(p.partner_id == partner.c.partner_id, not_(p.retired), *offers(chosen))
    offered = (
        select(
            *keys, func.count().label("programmes"), func.sum(p.free).label("free"),
            func.count(case_of((not_(p.places_known), 1))).label("unknown"),
        )
        .select_from(partner.join(programme, theirs))
        .where(*wanted)
        .group_by(*keys)
    )  # fmt: skip
    found: dict[str, answers.ProvinceSum] = {}
    for row in db.execute(partners):
        if chosen.among is None or chosen.has(row.partner_id):
            nothing = answers.ProvinceSum(province=row.province, partners=0, programmes=0, free=0, unknown=0)
            found.setdefault(row.province, nothing)["partners"] += row.partners
    for row in db.execute(offered):
        if chosen.among is None or chosen.has(row.partner_id):
            of = found[row.province]
            of["programmes"] += row.programmes
            of["free"] += int(row.free)
            of["unknown"] += row.unknown
    return {"items": [found[code] for code in sorted(found)], "nearly": nearly}


def list_falling(db: Connection, chosen: Chosen, periods: Sequence[Period]) -> answers.Falling:
    """How many facts of the chosen partners fall stale in each period, by kind and by the centre that keeps the
    partner; `stale` only chooses the kind. What is contradicted, or was never told, is to be asked already."""
    wanted, nearly = conditions(db, replace(chosen, stale=None))
    kinds = [kind for kind in FACT_KINDS if chosen.stale in (None, ANY, kind)]
    ends = [each.cutoffs for each in periods]
    marks = union_all(*(
        each.where(*wanted) for kind in kinds for each in _marks(kind, ends)
    )).subquery()  # fmt: skip
    keys = [marks.c.keeper, marks.c.kind, marks.c.period]
    keys += [] if chosen.among is None else [marks.c.partner_id]
    counts: dict[int, dict[str, dict[str, int]]] = {}
    counted = select(*keys, func.count().label("facts")).where(marks.c.period.is_not(None)).group_by(*keys)
    for row in db.execute(counted):
        if chosen.among is None or chosen.has(row.partner_id):
            of = counts.setdefault(row.period, {}).setdefault(row.keeper, {})
            of[row.kind] = of.get(row.kind, 0) + row.facts
    return {
        "periods": [_falling(each, counts.get(number, {})) for number, each in enumerate(periods)],
        "nearly": nearly,
    }


def _falling(period: Period, by_keeper: Mapping[str, Mapping[str, int]]) -> answers.FallingIn:
    return {
        "first": period.first.isoformat() if period.first else None,
        "last": period.last.isoformat(),
        "facts": sum(sum(kinds.values()) for kinds in by_keeper.values()),
        "kinds": {kind: sum(kinds.get(kind, 0) for kinds in by_keeper.values()) for kind in FACT_KINDS},
        "centres": {centre: sum(by_keeper[centre].values()) for centre in sorted(by_keeper)},
    }


def _marks(kind: str, ends: Sequence[Cutoffs]) -> Iterator[Select[Any]]:
    """A row for each fact of that kind: who keeps its partner, and the number of the period in which it falls stale;
    None: in none of them. No condition on partners yet."""

    def period(at: ColumnElement[Any], *already: ColumnElement[bool]) -> ColumnElement[Any]:
        steps = [(at < cutoff[kind], number) for number, cutoff in enumerate(ends)]
        return case_of(*((each, 0) for each in already), *steps, else_=None)

    def mark(number: ColumnElement[Any], *joined: Any) -> Select[Any]:
        found = select(
            keeper.label("keeper"), literal(kind).label("kind"), number.label("period"), partner.c.partner_id
        )
        return found.select_from(partner.join(*joined)) if joined else found

    p, d, o = programme.c, of_partner.c, organisation.c
    theirs = and_(p.partner_id == partner.c.partner_id, not_(p.retired))
    own = d.partner_id == partner.c.partner_id
    match kind:
        case "contact":
            yield mark(period(partner.c.contact_at))
        case "agreement":
            yield mark(period(d.agreement_ends), of_partner, own)
        case "capacity":
            yield mark(period(p.confirmed_at, doubted()), programme, theirs)
        case "details":
            yield mark(period(d.details_at), of_partner, own)
            at = of_programme.c.details_at
            both = programme.join(of_programme, of_programme.c.programme_id == p.programme_id)
            yield mark(period(at), both, theirs)
        case "rules":
            yield mark(period(p.rules_at), programme, theirs)
            held = and_(o.partner_id == partner.c.partner_id, o.rules != NO_RULES)
            yield mark(period(o.rules_at), organisation, held)
