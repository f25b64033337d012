"""docs/growth.md: what ends the growth of each table, and which stay, from the rules themselves."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from services.kernel import growth
from services.kernel.growth import CLAIMS, Rule
from services.system import SERVICES

HEAD = """# What grows, and what ends it

{note}Rows that are needed for a while only go by a rule: at night (two in the morning in Thailand, or as soon as the
system runs after that), in batches of some hundred rows with a pause after each, by one replica of each service. The
table `pruned` says when a rule was last begun and how many rows went. Space that rows leave is used again; a file of
SQLite does not get smaller by it. A test holds every table of every service against this page.

## Goes

"""
STAYS = """
## Stays

Read models (`NAME_vN`) are made of the log; those of earlier versions go when nobody reads them. Of the rest:

"""
TABLE = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def page(note: str, table: TABLE) -> str:
    rules = [("every service", rule) for rule in growth.RULES]
    stays: list[tuple[str, Mapping[str, str]]] = [("every service", growth.STAYS)]
    for name, cls in SERVICES.items():
        rules += [(name, rule) for rule in cls.runtime.wiring.grows]
        stays += [(name, cls.runtime.wiring.stays)]
    stays += [("vault", {"subject_key": growth.VAULT_STAYS["subject_key"]})]
    return (
        HEAD.format(note=note)
        + table(
            ("of", "table", "goes", "what it is"),
            ((of, f"`{rule.name}`", _goes(rule), rule.why) for of, rule in rules),
        )
        + STAYS
        + table(
            ("of", "table", "why"),
            ((of, f"`{name}`", why) for of, names in stays for name, why in names.items()),
        )
    )


def _goes(rule: Rule) -> str:
    if not rule.after:
        return f"at `{rule.since}`"
    return f"{_span(rule.after)} after `{rule.since}`"


def _span(after: timedelta) -> str:
    if after == CLAIMS:
        return "10 years"
    hours = int(after.total_seconds()) // 3600
    return f"{hours // 24} days" if hours % 24 == 0 else f"{hours} hours"
