"""The pages of a case: opening it, the person, screening, places, the decision, the referral."""

from services.web.pages.case import (
    conference,
    consents,
    earlier,
    erasure,
    intake,
    listing,
    matches,
    meetings,
    members,
    overview,
    papers,
    person,
    referral,
    screening,
    search,
    stay,
)

BLUEPRINTS = (
    listing.blueprint,
    search.blueprint,
    intake.blueprint,
    overview.blueprint,
    person.blueprint,
    erasure.blueprint,
    screening.blueprint,
    matches.blueprint,
    earlier.blueprint,
    conference.blueprint,
    meetings.blueprint,
    members.blueprint,
    referral.blueprint,
    stay.blueprint,
    papers.blueprint,
    consents.blueprint,
)
