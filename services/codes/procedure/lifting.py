"""Documents of before there was one of deadlines, read as those of today: sections they do not say, and sections they
left as the software had them then, are as it has them now; what somebody chose stays. Pure."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

# {then: (section, unit) today}
FLAT: Mapping[str, tuple[str, str]] = {
    "tell_days": ("tell", "working_days"),
    "release_days": ("release", "working_days"),
    "answer_days": ("answer", "days"),
    "waiting_list_days": ("waiting_list", "days"),
    "return_minutes": ("take_back", "minutes"),
}
SECTIONS = (
    "quorum", "referrals_at_once", "deadlines", "follow_up", "decline_review", "escalation", "bounds", "centres",
)  # fmt: skip
LAST_OPEN = 35  # days for which the last follow-up may be made, where only the days were said


def is_whole(content: Any) -> bool:
    return all(section in content for section in SECTIONS)


def lifted(content: Any, then: Any, now: Any) -> Any:
    """`then`: what the software had before; `now`: what it has."""
    chosen = {name: content[name] for name in SECTIONS if name in content and content[name] != then.get(name)}
    found = {
        **now,
        "version": content.get("version", ""),
        "valid_from": content.get("valid_from", ""),
        **chosen,
    }
    if "deadlines" in chosen:
        found["deadlines"] = {**now["deadlines"], **_deadlines(chosen["deadlines"], then["deadlines"])}
    if "follow_up" in chosen:
        found["follow_up"] = _follow_ups(chosen["follow_up"])
    if "bounds" in chosen:
        found["bounds"] = {**now["bounds"], **chosen["bounds"]}
    found["centres"] = {centre: _own(own) for centre, own in found["centres"].items()}
    return found


def _deadlines(content: Any, then: Any) -> Any:
    found = {name: each for name, each in content.items() if isinstance(each, Mapping)}
    for name, count in content.items():
        if name in FLAT and count != then.get(name):
            section, unit = FLAT[name]
            found[section] = {unit: count}
    return found


def _follow_ups(content: Any) -> Any:
    """Of those that were only days each may be made until the next is due."""
    if not isinstance(content, Mapping):
        return content
    days = content["days"]
    ends = pairwise((*days, days[-1] + LAST_OPEN))
    return [{"days": due, "from": due, "until": following - 1} for due, following in ends]


def _own(content: Any) -> Any:
    return {"quorum": content} if "votes" in content else content
