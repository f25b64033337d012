"""What a centre does to be known: its activities with what came of them, and what it hands out for others to read."""

from services.web.pages.outreach import activities, handouts

BLUEPRINTS = (activities.blueprint, handouts.blueprint)
