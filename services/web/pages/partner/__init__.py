"""Partners and their programmes, how they are kept true, and the page on which a partner answers a referral."""

from services.web.pages.partner import answer, keeping, keeping_files, own, partners

BLUEPRINTS = (partners.blueprint, keeping.blueprint, keeping_files.blueprint, answer.blueprint, own.blueprint)
