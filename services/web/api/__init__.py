"""The HTTP API: the table of its routes, what is read and answered, its description, the administrator's calls, and
health; and the registry for everybody."""

from services.web.api import (
    admin,
    exchange,
    fhir,
    health,
    hsds,
    line,
    notices,
    openapi,
    papers,
    view,
    webhooks,
)

BLUEPRINTS = (
    view.blueprint,
    openapi.blueprint,
    health.blueprint,
    admin.blueprint,
    hsds.blueprint,
    fhir.blueprint,
    exchange.blueprint,
    papers.blueprint,
    webhooks.blueprint,
    notices.blueprint,
    line.blueprint,
)
