"""One's own account, signing in, and the administrator's users."""

from services.web.pages.account import (
    access,
    account,
    centre,
    changes,
    channels,
    delegations,
    notices,
    oidc,
    sample,
    second_factor,
    set_up,
    users,
)

BLUEPRINTS = (
    access.blueprint,
    account.blueprint,
    centre.blueprint,
    changes.blueprint,
    channels.blueprint,
    delegations.blueprint,
    notices.blueprint,
    oidc.blueprint,
    sample.blueprint,
    second_factor.blueprint,
    set_up.blueprint,
    users.blueprint,
)
