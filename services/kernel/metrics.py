"""Figures for whoever watches (Prometheus). Labels are services, doors and codes: never a person, a case or a user."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("songtor_commands_total", "Commands that came, whatever was answered", ["service", "door"])
REFUSALS = Counter(
    "songtor_refusals_total", "Calls and deadlines that the rules refused", ["service", "code"]
)
FAILURES = Counter("songtor_failures_total", "Calls of a door that failed unexpectedly", ["service", "door"])
DOOR_SECONDS = Histogram("songtor_door_seconds", "Time within a door", ["service", "door"])
HTTP_SECONDS = Histogram("songtor_http_seconds", "Time of an HTTP request", ["method", "route", "status"])
HEARD = Counter("songtor_heard_events_total", "Events heard from another service", ["service", "source"])
DROPPED = Counter(
    "songtor_dropped_pages_total",
    "Pages from the broker that their source did not make",
    ["service", "source"],
)
REFUSED_MESSAGES = Counter(
    "songtor_refused_messages_total",
    "Calls and answers from the broker that do not fit their seal",
    ["direction"],
)
PUBLISHED = Counter("songtor_published_events_total", "Events confirmed by the broker", ["service"])
LOG_POSITION = Gauge("songtor_log_position", "Last position of a service's log", ["service"])
PUBLISH_LAG = Gauge("songtor_publish_lag_events", "Events in the log that are not yet published", ["service"])
SUBSCRIPTION_LAG = Gauge(
    "songtor_subscription_lag_events", "Events of a source not yet handled", ["service", "source"]
)
PARKED = Gauge("songtor_parked_events", "Events that could not be handled", ["service", "source"])
HALTED = Gauge(
    "songtor_halted_subscriptions", "1 where a log is no longer the one followed", ["service", "source"]
)
OVERDUE = Gauge("songtor_overdue_deadlines", "Deadlines that have come and are not yet met", ["service"])
CLOCK_OFF = Gauge("songtor_clock_off_seconds", "How far this machine's clock is off", ["service"])
