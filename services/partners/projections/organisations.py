"""What holds for all programmes of an organisation: its own rules, and the network whose rules hold as well."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.partners.domain.offers import Held, Level
from services.partners.domain.registry import Partner
from services.partners.events import PartnerCorrected, PartnerVerified, Rules

metadata = MetaData()
organisation = Table(
    "organisation_v1",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("rules", Text, nullable=False),  # JSON
    Column("rules_at", Text, nullable=False),  # when they were last said to be so
    Column("network_id", Text, index=True),
    info=SHARED,
)


class Organisation(NamedTuple):
    """Of a partner that has rules of its own, or a network, or had."""

    rules: Rules
    rules_at: str
    network_id: str | None


NOTHING = Organisation(Rules(), "", None)
Organisations = Mapping[str, Organisation]


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    kinds = (PartnerCorrected, PartnerVerified)
    own = [fact for fact in facts if fact.source == "partners" and isinstance(fact.event, kinds)]
    if not own:
        return
    known = list_organisations(db, sorted({fact.event.partner_id for fact in own}))
    rows = [
        {
            "partner_id": partner_id,
            "rules": orjson.dumps(each.rules, option=orjson.OPT_SORT_KEYS).decode(),
            "rules_at": each.rules_at,
            "network_id": each.network_id,
        }
        for partner_id, each in moved(known, own).items()
        if each != known.get(partner_id)
    ]
    upsert(db, organisation, rows, ("partner_id",))


def moved(known: Organisations, facts: Iterable[Recorded]) -> dict[str, Organisation]:
    """As they are after some facts of partners, in order."""
    after = dict(known)
    for fact in facts:
        event = fact.event
        partner_id = event.partner_id
        before = after.get(partner_id, NOTHING)
        if isinstance(event, PartnerCorrected) and {"rules", "network_id"} & set(event.changed):
            said = fact.time if "rules" in event.changed else before.rules_at or fact.time
            after[partner_id] = Organisation(event.rules, max(before.rules_at, said), event.network_id)
        elif isinstance(event, PartnerVerified) and "rules" in event.what and partner_id in after:
            after[partner_id] = before._replace(rules_at=max(before.rules_at, event.confirmed_at))
    return after


ORGANISATIONS = Projection("organisations", 1, (organisation,), project)


def list_organisations(db: Connection, partner_ids: Sequence[str] | None = None) -> dict[str, Organisation]:
    """Those of some partners that have something of the kind (None: of all)."""
    chosen = select(organisation)
    if partner_ids is not None:
        if not partner_ids:
            return {}
        chosen = chosen.where(organisation.c.partner_id.in_(partner_ids))
    return {
        row.partner_id: Organisation(orjson.loads(row.rules), row.rules_at, row.network_id)
        for row in db.execute(chosen)
    }


def list_members(db: Connection, network_id: str) -> list[str]:
    """The partners that belong to a network."""
    c = organisation.c
    return list(
        db.execute(select(c.partner_id).where(c.network_id == network_id).order_by(c.partner_id)).scalars()
    )


def no_network(db: Connection, partner_id: str, network: Partner) -> str | None:
    """Why one partner cannot be another's network, if so. Networks have members and no networks: what holds can be read
    at three levels, and no more."""
    if network.fields is None:
        return "No such partner is registered."
    if network.partner_id == partner_id:
        return "A partner is not its own network."
    if network.fields["network_id"]:
        return "It belongs to a network itself."
    if list_members(db, partner_id):
        return "Others belong to this partner: it cannot belong to a network itself."
    return None


def inherited(organisations: Organisations, partner_id: str) -> dict[Level, Held]:
    """The rules that a partner's programmes have beside their own. A network's own network counts for nothing."""
    own = organisations.get(partner_id, NOTHING)
    network = organisations.get(own.network_id or "", NOTHING)
    levels: tuple[tuple[Level, Organisation], ...] = (("network", network), ("organisation", own))
    return {level: Held(rules=each.rules, rules_at=each.rules_at) for level, each in levels if each.rules}


def affected(before: Organisations, after: Organisations) -> set[str]:
    """The partners whose programmes inherit otherwise now."""
    ids = before.keys() | after.keys()
    return {each for each in ids if inherited(before, each) != inherited(after, each)}
