"""Partners: the registry, its programmes and places, keeping it true, and a partner's answer to a referral."""

from services.web.pages.partner import (
    answer,
    contradictions,
    holding,
    importing,
    keeping,
    keeping_files,
    keys,
    own,
    problems,
    proposals,
    spread,
    standing,
    waiting,
)

BLUEPRINTS = (
    spread.blueprint,  # that of partners, with its other views
    keeping.blueprint,
    keeping_files.blueprint,
    importing.blueprint,
    proposals.blueprint,
    holding.blueprint,
    waiting.blueprint,
    problems.blueprint,
    contradictions.blueprint,
    answer.blueprint,
    own.blueprint,
    standing.blueprint,
    keys.blueprint,
)
