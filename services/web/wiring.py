"""What the front door keeps, and for how long. It stands apart from the service: who only opens its database, as most
commands do, need not make its pages for that."""

from services.kernel.wiring import Wiring
from services.web.gateway import growth

WIRING = Wiring("web", grows=growth.RULES, stays=growth.STAYS)
