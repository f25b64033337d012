"""A word to whoever has a webhook that paused itself, on their first page until somebody sees to it."""

from flask import g, request

from services.web import gateway
from services.web.gateway import listeners
from services.web.gateway.calls import User
from services.web.pages.frame import menu, visit
from services.web.store import webhooks


def count() -> int:
    """How many of the user's webhooks paused themselves; 0 elsewhere than on the first page."""
    if visit.signed_in() is None or g.get("bare") or request.endpoint != menu.first_page():
        return 0
    caller = visit.caller()
    if caller.role not in listeners.ROLES and not visit.directs():
        return 0
    if not gateway.runtime().read(webhooks.paused_by_itself):  # as a rule: nobody is asked anything
        return 0
    return sum(each.state == "paused" and each.why != "asked" for each in listeners.list_mine(User(caller)))
