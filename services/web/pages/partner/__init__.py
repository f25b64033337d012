"""Partners and their programmes, and the page on which a partner answers a referral."""

from services.web.pages.partner import answer, own, partners

BLUEPRINTS = (partners.blueprint, answer.blueprint, own.blueprint)
