"""Which calls of the API a partner's key opens, by scope. A call that stands here under none is opened by no key."""

from collections.abc import Mapping
from typing import Any

from services.codes.keys import (
    ANSWER_REFERRALS,
    FOLLOW_EVENTS,
    READ_REFERRALS,
    READ_REGISTRY,
    STATE_CAPACITY,
)
from services.kernel.questions import CommandDoor, QueryDoor
from services.partners.doors import CONFIRM_CAPACITY, PARTNER, PARTNERS
from services.referral.doors import REFERRAL, REFERRALS, STEP, STEPS
from services.reporting.doors import EVENTS

SCOPE_OF: Mapping[QueryDoor[Any] | CommandDoor[Any], str] = {
    REFERRALS: READ_REFERRALS,
    REFERRAL: READ_REFERRALS,
    STEPS: READ_REFERRALS,
    STEP: ANSWER_REFERRALS,
    EVENTS: FOLLOW_EVENTS,
    CONFIRM_CAPACITY: STATE_CAPACITY,
    PARTNERS: READ_REGISTRY,
    PARTNER: READ_REGISTRY,
}
