"""Which services there are, all of them brought in: for who looks at all. Who wants one has it from services.named."""

from typing import Any

from services.intake.service import IntakeService
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.service import ReportingService
from services.screening.service import ScreeningService
from services.web.service import WebService

DOORS = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
SERVICES: dict[str, type[Any]] = {cls.name: cls for cls in (*DOORS, WebService)}
