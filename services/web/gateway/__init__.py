"""Between a request and the services: who asks, the call of a door, its answer, and refusals as answers of HTTP.

Nothing else here asks a door: pages, API, a partner's link, the administrator's calls and the figures go through
`calls`.
"""

from services.web.gateway.request import runtime, site

__all__ = ["runtime", "site"]
