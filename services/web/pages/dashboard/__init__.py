"""Figures of a centre or of all of them."""

from services.web.pages.dashboard import own_cases, views, waits

BLUEPRINTS = (views.blueprint, waits.blueprint, own_cases.blueprint)
