"""What ends the growth of the front door's own tables, and which of them do not grow without end (kernel.growth)."""

from collections.abc import Mapping
from datetime import timedelta

from services.kernel.growth import CLAIMS, Rule
from services.web.identity import (
    api_keys,
    authorization_requests,
    changes,
    delegations,
    pending_sessions,
    sessions,
    set_up,
    throttle,
)
from services.web.store import drafts, links, looks, messages, notices, webhooks

AT_ONCE = timedelta(0)

RULES = (
    Rule(
        sessions.session, "created_at", sessions.LONGEST + sessions.KEPT,
        "sessions that are over; for a day they say whose they were, so that what was typed is given back",
    ),
    Rule(
        pending_sessions.pending_session, "began_at", pending_sessions.KEPT,
        "sign-ins that stopped at the code; for a day they give back what was typed",
    ),
    Rule(
        throttle.failure, "last_at", throttle.FORGOTTEN,
        "failed tries to sign in; a day without one, and they start from nothing",
    ),
    Rule(
        authorization_requests.authorization_request, "expires_at", AT_ONCE,
        "ways to the provider and back that nobody came back from in time",
    ),
    Rule(set_up.set_up_link, "expires_at", AT_ONCE, "links that make the first administrator, once they are void"),
    Rule(
        drafts.draft, "saved_at", drafts.KEPT,
        "what was typed and not sent; longer, and it would be a second file of people",
    ),
    Rule(
        links.link, "expires_at", timedelta(days=90),
        "partners' links that open nothing any more; staff see for a while that there was one",
    ),
    Rule(
        looks.case_look, "seen", timedelta(days=366),
        "how far somebody has seen the story of a case in which nothing has happened for a year",
    ),
    Rule(
        changes.account_change, "at", CLAIMS,
        "what was done to accounts, and by whom, as long as somebody may claim (s.78 as above)", ordered=True,
    ),
    Rule(
        delegations.delegation, "last_day", CLAIMS,
        "in whose place somebody acted, as long as somebody may claim",
    ),
    Rule(
        webhooks.webhook_message, "made_at", webhooks.KEPT,
        "what became of messages to other systems; who wants older ones has the feed",
    ),
    Rule(notices.notice, "at", notices.KEPT, "what somebody was told of; what happened stands in the case's story"),
    Rule(messages.message, "made_at", messages.KEPT, "what became of messages to people"),
    Rule(
        api_keys.api_key, "expires_at", CLAIMS,
        "keys that open nothing any more, as long as somebody may claim by what was done with them",
    ),
)  # fmt: skip
STAYS: Mapping[str, str] = {
    "account": "a row for each user; one who has left stays, for facts name them",
    **dict.fromkeys(
        ("account_person", "password", "second_factor", "identity"), "a row for each user at most"
    ),
    "recovery_code": "ten for each user at most, used once each",
    "sample_user": "the sample's users",
    "user_position": "a row for each user and service",
    "rules_read": "a row for each user and version of the rules, of which there are a few a year",
    "working_group": "a row for each centre",
    "centre_contact": "a row for each centre",
    "precaution": "a row for each kind",
    "teller": "a row",
    "notice_channel": "a row for each user and way by which they wish to be told",
    "notice_sender": "a row for each way",
    "webhook": "a row for each endpoint that somebody made",
    "hand_over": "what a version of before knew of hand-overs, until intake has it",
}
