"""The pages of a case: opening it, the person, screening, places, the decision, the referral."""

from services.web.pages.case import (
    conference,
    intake,
    listing,
    matches,
    overview,
    person,
    referral,
    screening,
)

BLUEPRINTS = (
    listing.blueprint,
    intake.blueprint,
    overview.blueprint,
    person.blueprint,
    screening.blueprint,
    matches.blueprint,
    conference.blueprint,
    referral.blueprint,
)
