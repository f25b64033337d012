"""What waits for the signed-in user."""

from services.web.pages.work import work

BLUEPRINTS = (work.blueprint,)
