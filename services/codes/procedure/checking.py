"""What is wrong with a procedure: numbers, codes, bounds, the order of its days; each by the field that it is in. The
shape was looked at before. Pure."""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from services.codes import PARTNER_KINDS
from services.codes.procedure import DAYS, MINUTES, UNITS, WORKING_DAYS
from services.codes.steps import TELLING

IN_DAYS = (WORKING_DAYS, DAYS)
# {deadline: the units it may be in}; each has to be there
DEADLINES: Mapping[str, tuple[str, ...]] = {
    "tell": IN_DAYS,
    "release": IN_DAYS,
    "acknowledge": IN_DAYS,
    "answer": IN_DAYS,
    "waiting_list": IN_DAYS,
    "take_back": (MINUTES,),
    "review": IN_DAYS,
    "travel": IN_DAYS,
    "arrival": IN_DAYS,
    "transfer": IN_DAYS,
    "reassess": IN_DAYS,
}
BY_CHANNEL = ("acknowledge", "answer")
BY_KIND = ("acknowledge", "answer", "travel", "arrival")
REMINDED = ("acknowledge", "answer", "waiting_list", "travel")
MAY_BE_NONE = ("arrival",)  # 0: the person arrives on the day they set out
AFTER_EACH_OTHER = (("tell", "release"), ("acknowledge", "answer"))  # the first is over before the second
Problem = tuple[str, str]  # (field, what is wrong)


def problems(content: Any) -> Iterator[Problem]:
    bounds = content["bounds"]
    yield from _bounds(bounds)
    yield from _deadlines("deadlines", content["deadlines"])
    for missing in DEADLINES.keys() - content["deadlines"].keys():
        yield f"deadlines.{missing}", "Missing data for required field."
    yield from _follow_ups(content["follow_up"])
    yield from _within("", content, bounds)
    for centre, own in content["centres"].items():
        where = f"centres.{centre}."
        yield from _deadlines(f"{where}deadlines", own.get("deadlines", {}))
        yield from _within(where, own, bounds)
        both = {**content["deadlines"], **own.get("deadlines", {})}
        yield from _order(f"{where}deadlines", both) if "deadlines" in own else ()


def _bounds(bounds: Mapping[str, Mapping[str, int]]) -> Iterator[Problem]:
    known = {"votes", "referrals_at_once", *DEADLINES}
    for name, each in bounds.items():
        if name not in known:
            yield f"bounds.{name}", "Unknown field."
        elif each["min"] > each["max"]:
            yield f"bounds.{name}", "The least is more than the most."


def _within(where: str, content: Any, bounds: Mapping[str, Mapping[str, int]]) -> Iterator[Problem]:
    """Whatever a document or a centre says lies within the bounds; what has none is everybody's alone."""
    numbers: list[tuple[str, str, int]] = []
    if "quorum" in content:
        numbers.append(("votes", f"{where}quorum.votes", content["quorum"]["votes"]))
    if "between_meetings" in content and not where:
        quorum, votes = content["quorum"]["votes"], content["between_meetings"]["votes"]
        if not 2 <= votes <= quorum:
            yield "between_meetings.votes", f"Must be 2 to {quorum}."
    if "referrals_at_once" in content:
        numbers.append(("referrals_at_once", f"{where}referrals_at_once", content["referrals_at_once"]))
    for name, span in content.get("deadlines", {}).items():
        counts = [span[unit] for unit in UNITS if unit in span]
        counts += [*span.get("by_channel", {}).values(), *span.get("by_kind", {}).values()]
        numbers += [(name, f"{where}deadlines.{name}", count) for count in counts]
    for name, field, count in numbers:
        limit = bounds.get(name)
        if limit is None:
            if where and name in DEADLINES:
                yield field, "A centre sets no deadline of its own that the bounds do not name."
        elif not limit["min"] <= count <= limit["max"]:
            yield field, f"Must be {limit['min']} to {limit['max']}."


def _deadlines(where: str, spans: Any) -> Iterator[Problem]:
    for name, span in spans.items():
        field, units = f"{where}.{name}", [unit for unit in UNITS if unit in span]
        if name not in DEADLINES:
            yield field, "Unknown field."
            continue
        if len(units) != 1 or units[0] not in DEADLINES[name]:
            yield field, f"Must be in one of: {', '.join(DEADLINES[name])}."
            continue
        count, remind = span[units[0]], span.get("remind")
        if count < (0 if name in MAY_BE_NONE else 1):
            yield f"{field}.{units[0]}", "Must be positive."
        yield from _by_code(f"{field}.by_channel", span.get("by_channel", {}), TELLING, name in BY_CHANNEL)
        yield from _by_code(f"{field}.by_kind", span.get("by_kind", {}), PARTNER_KINDS, name in BY_KIND)
        if remind is not None and (name not in REMINDED or not 0 < remind < count):
            yield f"{field}.remind", "Must be fewer days than the deadline has, and of one that reminds."
    if not where.startswith("centres"):
        yield from _order(where, spans)


def _order(where: str, spans: Any) -> Iterator[Problem]:
    for first, second in AFTER_EACH_OTHER:
        for unit in IN_DAYS:
            if (
                unit in spans.get(first, {})
                and unit in spans.get(second, {})
                and spans[first][unit] > spans[second][unit]
            ):
                yield f"{where}.{first}", f"Must be over before {second} is."


def _by_code(
    where: str, counts: Mapping[str, int], codes: Collection[str], allowed: bool
) -> Iterator[Problem]:
    if counts and not allowed:
        yield where, "This deadline has none."
    for code, count in counts.items():
        if code not in codes:
            yield f"{where}.{code}", f"Must be one of: {', '.join(codes)}."
        elif count < 1:
            yield f"{where}.{code}", "Must be positive."


def _follow_ups(each_of: list[Mapping[str, int]]) -> Iterator[Problem]:
    for number, each in enumerate(each_of):
        if not each["from"] <= each["days"] <= each["until"]:
            yield f"follow_up.{number}", "Its day lies between the first and the last on which it is in time."
        if not 0 < each.get("remind", 1) < each["until"] - each["from"] + 1:
            yield f"follow_up.{number}.remind", "Must be fewer days than there are to make it in."
    for number, (first, second) in enumerate(pairwise(each_of), 1):
        if second["from"] <= first["until"]:
            yield f"follow_up.{number}.from", "Must be after the one before it is over."
