"""A centre as partners and papers are told of it."""

from services.web import gateway
from services.web.pages.parts.words import centre
from services.web.store import centres
from services.web.store.centres import Contact


def contact(code: str) -> Contact:
    """Under its own name, or what every centre is called."""
    known = gateway.runtime().read(lambda db: centres.find(db, code))
    return known if known.name else known._replace(name=centre(code))
