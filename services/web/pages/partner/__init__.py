"""Partners: the registry, its programmes and places, keeping it true, and a partner's answer to a referral."""

from services.web.pages.partner import answer, keeping, keeping_files, own, partners, proposals

BLUEPRINTS = (
    partners.blueprint,
    keeping.blueprint,
    keeping_files.blueprint,
    proposals.blueprint,
    answer.blueprint,
    own.blueprint,
)
