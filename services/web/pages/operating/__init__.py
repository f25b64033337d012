"""What whoever runs the system looks at: how it is, and what makes it well again."""

from services.web.pages.operating import messages, system, webhooks

BLUEPRINTS = (system.blueprint, messages.blueprint, webhooks.blueprint)
