"""Figures of a centre or of all of them."""

from services.web.pages.dashboard import views, waits

BLUEPRINTS = (views.blueprint, waits.blueprint)
