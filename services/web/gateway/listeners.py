"""Who may have webhooks, and for what: a partner of its own referrals, a director of the centre and of the partners
that it keeps, the ministry of everything. An administrator of all centres sees them and may stop and start them."""

from collections.abc import Sequence
from typing import NamedTuple

from services.codes.access import DIRECTOR
from services.codes.feed import OF_PARTNER
from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound
from services.partners.doors import PARTNER
from services.web.gateway import calls, outbound, webhooks
from services.web.gateway.calls import Asker
from services.web.gateway.request import runtime
from services.web.store import webhooks as store
from services.web.store.webhooks import Kind, Webhook

ROLES = ("director", "partner", "ministry", "admin")
WHY_NOT = {
    "not_allowed": "Not an address that this system calls: https, and public, unless its operator allows it.",
    "unresolved": "The name of this host is not known.",
}


class Owner(NamedTuple):
    kind: Kind
    owner: str


def list_mine(asker: Asker) -> list[Webhook]:
    """What the caller may see, the latest first."""
    caller = asker.caller
    director = _director(caller)
    if caller.role == "admin":
        return runtime().read(store.list_of) if ALL_CENTRES in caller.centres else []
    if caller.partner_id is not None:
        return runtime().read(lambda db: store.list_of(db, "partner", [caller.partner]))
    if caller.role == "ministry":
        return runtime().read(lambda db: store.list_of(db, "ministry"))
    if director is None:
        raise Forbidden("Webhooks are a director's, a partner's or the ministry's.")
    return [
        each for each in runtime().read(store.list_of) if _directed(asker, director, each.kind, each.owner)
    ]


def mine(asker: Asker, webhook_id: str, only_stop: bool = False) -> Webhook:
    """One of them; NotFound if it is somebody else's. `only_stop`: what an administrator may do as well."""
    hook, caller = runtime().read(lambda db: store.find(db, webhook_id)), asker.caller
    if caller.role == "admin" and ALL_CENTRES in caller.centres and only_stop:
        return hook
    if not _may(asker, hook.kind, hook.owner):
        raise NotFound("webhook")
    return hook


def make(
    asker: Asker, webhook_id: str, url: str, types: Sequence[str], centre: str | None, partner_id: str | None
) -> tuple[Webhook, str]:
    """A new endpoint that hears from now on, and its secret. The same `webhook_id` again answers the same."""
    kind, owner = _owner(asker, centre, partner_id)
    if kind == "partner" and (foreign := sorted({*types} - {*OF_PARTNER})):
        raise Invalid({"types": [f"A partner does not hear of {foreign[0]}."]})
    try:
        outbound.check(runtime(), url)
    except outbound.Refused as refused:
        raise Invalid({"url": [WHY_NOT[refused.reason]]}) from None
    wanted = tuple(dict.fromkeys(types))
    try:
        known = runtime().read(lambda db: store.find(db, webhook_id))
    except NotFound:
        position = webhooks.head(runtime())
        by = asker.caller.user
        secret = store.make(runtime(), webhook_id, kind, owner, url, wanted, position, by)
        return runtime().read(lambda db: store.find(db, webhook_id)), secret
    if (known.kind, known.owner, known.url, known.types) != (kind, owner, url, wanted):
        raise KeyReused("This key was used before, with another body.")
    return known, store.secret_of(runtime(), webhook_id)


def _owner(asker: Asker, centre: str | None, partner_id: str | None) -> Owner:
    """Whose a new one is; Forbidden or Invalid if that is not the caller's to give."""
    caller, director = asker.caller, _director(asker.caller)
    if caller.partner_id is not None:
        found = Owner("partner", caller.partner)
    elif caller.role == "ministry":
        found = Owner("ministry", ALL_CENTRES)
    elif director is None:
        raise Forbidden("Webhooks are a director's, a partner's or the ministry's.")
    elif partner_id is not None:
        found = Owner("partner", partner_id)
    else:
        told = centre or director.only_centre
        if told is None:
            raise Invalid({"centre": ["Missing data for required field."]})
        found = Owner("centre", told)
    asked = Owner("partner", partner_id) if partner_id else Owner("centre", centre) if centre else found
    if asked != found or not _may(asker, *found):
        raise Forbidden("This is not yours to listen to.")
    return found


def _may(asker: Asker, kind: Kind, owner: str) -> bool:
    caller, director = asker.caller, _director(asker.caller)
    if caller.partner_id is not None:
        return kind == "partner" and owner == caller.partner
    if caller.role == "ministry":
        return kind == "ministry"
    return director is not None and _directed(asker, director, kind, owner)


def _director(caller: Caller) -> Caller | None:
    """The caller as a director, by their role or in a director's place."""
    return caller if caller.role == DIRECTOR else caller.standing_in((DIRECTOR,))


def _directed(asker: Asker, director: Caller, kind: Kind, owner: str) -> bool:
    if kind == "centre":
        return director.sees(owner)
    if kind == "partner":
        try:
            return director.sees(calls.ask(asker, PARTNER.of(partner_id=owner)).answer["keeper"])
        except NotFound:
            return False
    return False
