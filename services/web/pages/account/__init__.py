"""One's own account, signing in, and the administrator's users."""

from services.web.pages.account import account, oidc, second_factor, users

BLUEPRINTS = (account.blueprint, oidc.blueprint, second_factor.blueprint, users.blueprint)
